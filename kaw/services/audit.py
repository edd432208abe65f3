"""The audit log: who did what, and when (R5.4)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from kaw import db
from kaw.fields.folding import fold
from kaw.models import AuditAction, AuditEntry, User, UserSession
from kaw.services import access
from kaw.services.access import Actor

PAGE = 100


@dataclass(frozen=True)
class AuditRow:
    """One line of the log; ``details`` in names of things, never a secret and never a card's value."""

    id: int
    at: datetime
    user_name: str
    address: str
    action: AuditAction
    subject: str
    details: Mapping[str, Any]


def record(
    tx: db.Transaction,
    actor: Actor,
    action: AuditAction,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
    *,
    address: str = "",
    user_name: str = "",
) -> None:
    """Write a line in the running transaction, so that it stands if and only if the deed does."""
    user = tx.session.get(User, actor.user_id) if actor.user_id else None
    sign_in = tx.session.get(UserSession, actor.session_id) if actor.session_id and not address else None
    who, where = user.full_name if user else user_name, sign_in.address if sign_in else address
    tx.session.add(
        AuditEntry(
            at=db.now(),
            user_id=actor.user_id or None,
            user_name=who[:120],
            address=where[:64],
            action=action,
            subject=subject[:255],
            details=json.dumps(dict(details or {}), ensure_ascii=False, default=str),
            folded=fold("\n".join((who, where, subject, *_texts(details)))),
        )
    )


def search(
    actor: Actor,
    text: str = "",
    action: AuditAction | None = None,
    user_id: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    before_id: int | None = None,
    limit: int = PAGE,
) -> list[AuditRow]:
    """Lines from the newest on, for administrators; ``before_id`` continues. Times are UTC, ``until`` excluded."""
    access.require_admin(actor)
    query = select(AuditEntry).order_by(col(AuditEntry.id).desc()).limit(min(limit, 500))
    if text.strip():
        query = query.where(col(AuditEntry.folded).contains(fold(text.strip()), autoescape=True))
    if action is not None:
        query = query.where(AuditEntry.action == action)
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    if since is not None:
        query = query.where(col(AuditEntry.at) >= since)
    if until is not None:
        query = query.where(col(AuditEntry.at) < until)
    if before_id is not None:
        query = query.where(col(AuditEntry.id) < before_id)
    with db.reading() as session:
        return [_row(entry) for entry in session.exec(query)]


def purge_old(days: int) -> int:
    """Drop lines older than the setting keeps them; how many."""
    with db.transaction() as tx:
        result = tx.session.connection().execute(
            sa.delete(AuditEntry).where(col(AuditEntry.at) < db.now() - timedelta(days=days))
        )
        return int(result.rowcount)


def _texts(values: Any) -> Iterator[str]:
    """Every text within the details, without their names."""
    if isinstance(values, Mapping):
        values = list(values.values())
    if isinstance(values, str):
        yield values
    elif isinstance(values, list | tuple | set | frozenset):
        for value in values:
            yield from _texts(value)
    elif values is not None and not isinstance(values, bool):
        yield str(values)


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        id=entry.id or 0,
        at=entry.at,
        user_name=entry.user_name,
        address=entry.address,
        action=AuditAction(entry.action),
        subject=entry.subject,
        details=json.loads(entry.details or "{}"),
    )

"""The bin of deleted cards (R8.4): who has the contacts right deletes and restores; old ones go for good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw import db
from kaw.errors import InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, CardState, Change, ChangeKind, PartnerChoice, PartnerPhone, Right
from kaw.services import (
    access,
    attachments,
    audit,
    call_owners,
    card_schema,
    partner_changes,
    partner_names,
    partner_values,
    search_index,
)
from kaw.services.access import Actor

RESTORABLE_FOR = timedelta(days=30)
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class BinRow:
    """A deleted card; it can be restored until ``goes_at`` (UTC)."""

    id: int
    title: str
    deleted_at: datetime
    deleted_by: str
    goes_at: datetime


@dataclass(frozen=True)
class BinPage:
    """Some rows of the bin, the latest first, and how many there are."""

    rows: list[BinRow]
    total: int


def delete(actor: Actor, ids: Iterable[int]) -> int:
    """Move cards to the bin; how many. Those that are there already are passed over; NotFound when there is none."""
    rights = access.require(actor, Right.CONTACTS)
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        if not schema.visible(rights):
            raise NotFound
        table, at = schema.table, db.now()
        cards = _locked(tx, table, ids, table.c.state != CardState.IN_BIN)
        values = {
            "state": int(CardState.IN_BIN),
            "version": table.c.version + 1,
            "deleted_at": at,
            "deleted_by": actor.user_id or None,
        }
        tx.session.connection().execute(sa.update(table).where(table.c.id.in_(list(cards))).values(values))
        _tell(tx, actor, cards, ChangeKind.DELETED, AuditAction.PARTNER_DELETED)
        return len(cards)


def restore(actor: Actor, partner_id: int) -> None:
    """Bring a card back as it was."""
    rights = access.require(actor, Right.CONTACTS)
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        if not schema.visible(rights):
            raise NotFound
        table = schema.table
        query = sa.select(table).where(table.c.id == partner_id, table.c.state == CardState.IN_BIN).with_for_update()
        row = tx.session.connection().execute(query).mappings().first()
        if row is None:
            raise NotFound
        state = partner_values.state_of(schema, partner_changes.values_of(schema, row))
        values = {"state": int(state), "version": row["version"] + 1, "deleted_at": None, "deleted_by": None}
        tx.session.connection().execute(sa.update(table).where(table.c.id == partner_id).values(values))
        _tell(tx, actor, {partner_id: row["version"]}, ChangeKind.RESTORED, AuditAction.PARTNER_RESTORED)


def bin_page(actor: Actor, offset: int = 0, limit: int = 100) -> BinPage:
    """Deleted cards, the latest first."""
    rights, schema = access.require(actor, Right.CONTACTS), card_schema.schema()
    title = schema.title_field(rights)
    if not schema.visible(rights):
        return BinPage([], 0)
    table = schema.table
    called = table.c[title.column] if title is not None else sa.null()
    query = sa.select(table.c.id, called.label("title"), table.c.deleted_at, table.c.deleted_by)
    query = query.where(table.c.state == CardState.IN_BIN).order_by(table.c.deleted_at.desc(), table.c.id.desc())
    with db.reading() as session:
        rows = session.connection().execute(query.offset(max(offset, 0)).limit(min(max(limit, 1), 500))).all()
        count = sa.select(sa.func.count()).select_from(table).where(table.c.state == CardState.IN_BIN)
        total = int(session.connection().execute(count).scalar_one())
        people = partner_names.all_users()
    return BinPage([_row(row, people) for row in rows], total)


def purge_old() -> int:
    """Remove cards deleted more than thirty days ago for good, with their history; how many. For the daily upkeep."""
    purged = 0
    while True:
        with db.transaction() as tx:
            table = card_schema.read_schema(tx.session).table
            old = (table.c.state == CardState.IN_BIN, table.c.deleted_at < db.now() - RESTORABLE_FOR)
            ids = list(tx.session.connection().execute(sa.select(table.c.id).where(*old).limit(500)).scalars())
            if not ids:
                return purged
            attachments.drop_all_of(tx, ids)
            search_index.remove(tx.session.connection(), ids)
            call_owners.orphan(tx.session, ids)
            for other in (PartnerPhone, PartnerChoice, Change):
                tx.session.connection().execute(sa.delete(other).where(col(other.partner_id).in_(ids)))
            tx.session.connection().execute(sa.delete(table).where(table.c.id.in_(ids)))
            purged += len(ids)


def _locked(tx: db.Transaction, table: sa.Table, ids: Iterable[int], *where: sa.ColumnElement[bool]) -> dict[int, int]:
    """Versions of the cards that are there, by id."""
    wanted = sorted(set(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidValue("ids", N_("At most {limit} cards can be deleted at once."), limit=MOST_AT_ONCE)
    query = sa.select(table.c.id, table.c.version).where(table.c.id.in_(wanted), *where).with_for_update()
    cards: dict[int, int] = {row[0]: row[1] for row in tx.session.connection().execute(query)}
    if not cards:
        raise NotFound
    return cards


def _tell(tx: db.Transaction, actor: Actor, cards: dict[int, int], kind: ChangeKind, action: AuditAction) -> None:
    partner_changes.record_whole(tx, actor, [(partner_id, before + 1) for partner_id, before in cards.items()], kind)
    numbers = ", ".join(f"№ {partner_id}" for partner_id in list(cards)[:20])
    audit.record(tx, actor, action, subject=numbers, details={"number": len(cards)})
    partner_changes.announce(tx, actor, list(cards))


def _row(row: Any, people: Mapping[int, str]) -> BinRow:
    at = row.deleted_at or db.now()
    return BinRow(row.id, row.title or f"№ {row.id}", at, people.get(row.deleted_by, ""), at + RESTORABLE_FOR)

"""Loads as the administrator sees them: the list, one's progress, its wrong rows."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import KawError, NotFound
from kaw.i18n import _, explain
from kaw.models import Import, ImportState, User
from kaw.services import access
from kaw.services.access import Actor
from kaw.services.import_progress import Phase, under_way
from kaw.services.import_rows import RowError

MESSAGE_LENGTH = 500
KEPT_LOADS = 500  # of the list


@dataclass(frozen=True)
class ImportStatus:
    """One load. ``phase`` and ``done`` of ``total`` (0: not known yet) rows while it runs in this process."""

    id: int
    file_name: str
    state: ImportState
    started_at: datetime
    finished_at: datetime | None
    started_by: str
    phase: Phase | None
    done: int
    total: int
    added: int
    wrong: int
    message: str  # why it failed, in the reader's language


@dataclass(frozen=True)
class WrongRow:
    """A row that was left out: its number as Excel shows it, the field's name ("": the whole row), the reason."""

    number: int
    field: str
    reason: str


def status(actor: Actor, import_id: int) -> ImportStatus:
    """How a load goes, or went."""
    access.require_admin(actor)
    with db.reading() as session:
        found = _statuses(session, import_id)
    if not found:
        raise NotFound
    return found[0]


def all_imports(actor: Actor) -> list[ImportStatus]:
    """The loads so far, the latest first."""
    access.require_admin(actor)
    with db.reading() as session:
        return _statuses(session)


def wrong_rows(actor: Actor, import_id: int) -> list[WrongRow]:
    """The rows a load left out, each with every reason; of very many only the first."""
    access.require_admin(actor)
    with db.reading() as session:
        row = session.get(Import, import_id)
    if row is None:
        raise NotFound
    return [
        WrongRow(number, field, _(text).format_map(values) if values else _(text))
        for number, field, text, values in json.loads(row.errors)
    ]


def rows_of_errors(errors: Iterable[RowError]) -> str:
    """Errors as ``Import.errors`` keeps them."""
    return json.dumps([list(asdict(error).values()) for error in errors], ensure_ascii=False)


def message_of(error: KawError) -> str:
    """An error as ``Import.message`` keeps it, to be translated for each reader."""
    text = json.dumps([error.text, {key: str(value) for key, value in error.values.items()}], ensure_ascii=False)
    return text if len(text) <= MESSAGE_LENGTH else json.dumps([KawError.default_text, {}])


def _statuses(session: Session, import_id: int | None = None) -> list[ImportStatus]:
    wanted = select(Import, User.full_name).outerjoin(User, col(User.id) == col(Import.user_id))
    if import_id is not None:
        wanted = wanted.where(Import.id == import_id)
    rows = session.exec(wanted.order_by(col(Import.id).desc()).limit(KEPT_LOADS)).all()
    return [_status(row, name or "") for row, name in rows]


def _status(row: Import, started_by: str) -> ImportStatus:
    progress = under_way.find(row.id or 0) if row.state is ImportState.RUNNING else None
    return ImportStatus(
        id=row.id or 0,
        file_name=row.file_name,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        started_by=started_by,
        phase=progress.phase if progress else None,
        done=progress.done if progress else row.rows_added,
        total=progress.total if progress else row.rows_total,
        added=row.rows_added,
        wrong=row.rows_wrong,
        message=_message(row.message),
    )


def _message(stored: str) -> str:
    if not stored:
        return ""
    text, values = json.loads(stored)
    found: dict[str, Any] = values
    return explain(KawError(text, **found))

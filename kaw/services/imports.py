"""«Загрузка базы» (R7.7.1): cards made of the rows of a file. For administrators.

A load is one transaction: after a crash, a cancel or a fault nothing of it is there. Everything is read and checked
before that transaction begins (``import_rows``). Rows that cannot be loaded are left out and listed with their number
and reason. The same file is recognised by its contents, and a load can be removed as a whole.
"""

import hashlib
import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import Conflict, KawError, Unavailable
from kaw.i18n import N_
from kaw.models import AuditAction, Import, ImportState
from kaw.services import access, audit, call_owners, card_schema, partner_values
from kaw.services.access import Actor
from kaw.services.card_schema import CardSchema
from kaw.services.file_names import clean_name
from kaw.services.import_columns import Columns, match
from kaw.services.import_files import Table, open_table
from kaw.services.import_list import (
    ImportStatus,
    WrongRow,
    all_imports,
    message_of,
    rows_of_errors,
    status,
    wrong_rows,
)
from kaw.services.import_names import names_for
from kaw.services.import_progress import ImportCancelled, Phase, Progress, under_way
from kaw.services.import_removal import Removed, removable, remove
from kaw.services.import_rows import CheckedRows, Values, check

__all__ = [
    "FilePreview",
    "ImportStatus",
    "Removed",
    "WrongRow",
    "all_imports",
    "cancel",
    "finish_interrupted",
    "inspect",
    "removable",
    "remove",
    "start",
    "status",
    "wrong_rows",
]

log = logging.getLogger(__name__)

SAMPLE_ROWS = 5
SAMPLE_TEXT = 200  # characters of a cell in the preview


@dataclass(frozen=True)
class FilePreview:
    """What a file holds, before it is loaded.

    ``matched`` maps a column's title to the name of its field; ``missing`` are names of required fields without a
    column, with which nothing can be loaded; ``rows`` counts those below the titles; ``sample`` has the first of them.
    """

    columns: tuple[str, ...]
    matched: dict[str, str]
    unmatched: tuple[str, ...]
    missing: tuple[str, ...]
    rows: int
    loaded_before: datetime | None
    sample: tuple[tuple[str, ...], ...]


def inspect(actor: Actor, path: Path, name: str) -> FilePreview:
    """Look into a file; InvalidValue when it is no table. Nothing is changed."""
    access.require_admin(actor)
    table, columns = _open(path)
    sample = tuple(
        tuple("" if cell is None else str(cell)[:SAMPLE_TEXT] for cell in cells)
        for _number, cells in islice(table.rows, SAMPLE_ROWS)
    )
    rest = sum(1 for _row in table.rows)
    with db.reading() as session:
        before = _loaded_before(session, sha256_of(path))
    return FilePreview(
        columns=columns.titles,
        matched=columns.matched,
        unmatched=columns.unmatched,
        missing=tuple(field.name for field in columns.missing),
        rows=len(sample) + rest,
        loaded_before=before,
        sample=sample,
    )


def start(actor: Actor, path: Path, name: str, force: bool = False) -> int:
    """Load a file and return the load's id when it is over, done or cancelled: ``status`` tells which.

    ``live.ImportProgress`` tells others meanwhile. Conflict for a file that was loaded before, unless ``force``.
    """
    access.require_admin(actor)
    with under_way.alone():
        table, columns = _open(path)
        columns.check()
        import_id = _begin(actor, clean_name(name), sha256_of(path), force)
        with under_way.load(import_id) as progress:
            try:
                _load(actor, table, columns, progress)
            except ImportCancelled as cancelled:
                _end(import_id, ImportState.CANCELLED, cancelled)
            except KawError as error:
                _end(import_id, ImportState.FAILED, error)
                raise
            except Exception:
                _end(import_id, ImportState.FAILED, Unavailable(N_("The load was broken off by a fault of KAW.")))
                raise
    with suppress(KawError):  # the load is done; a call that stays nobody's is found by its number all the same
        call_owners.adopt_all()
    live.announce([live.ImportProgress(import_id)])
    return import_id


def cancel(actor: Actor, import_id: int) -> None:
    """Stop a running load; nothing of it stays. Conflict when it is not running here (any more)."""
    access.require_admin(actor)
    progress = under_way.find(import_id)
    if progress is None:
        raise Conflict(N_("This load is not running any more."))
    progress.cancel()


def finish_interrupted() -> None:
    """Mark loads that died with their process. For the start: whatever they wrote has been rolled back."""
    with db.transaction() as tx:
        for row in tx.session.exec(select(Import).where(Import.state == ImportState.RUNNING)).all():
            row.state = ImportState.FAILED
            row.finished_at = db.now()
            row.message = message_of(Unavailable(N_("KAW was stopped during the load. Nothing was loaded.")))
            log.warning("load %s of %s was interrupted", row.id, row.file_name)


def sha256_of(path: Path) -> str:
    """The fingerprint by which a file is recognised."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _open(path: Path) -> tuple[Table, Columns]:
    table = open_table(path)
    return table, match(table.titles, card_schema.schema())


def _begin(actor: Actor, name: str, fingerprint: str, force: bool) -> int:
    with db.transaction() as tx:
        if not force and _loaded_before(tx.session, fingerprint) is not None:
            raise Conflict(N_("This file has been loaded before. Load it again?"))
        row = Import(
            file_name=name,
            sha256=fingerprint,
            user_id=actor.user_id or None,
            state=ImportState.RUNNING,
            started_at=db.now(),
        )
        tx.session.add(row)
        tx.session.flush()
        tx.announce(live.ImportProgress(row.id or 0))
        return row.id or 0


def _loaded_before(session: Session, fingerprint: str) -> datetime | None:
    return session.exec(
        select(Import.started_at)
        .where(Import.sha256 == fingerprint, Import.state == ImportState.DONE, Import.rows_added > 0)
        .order_by(col(Import.id).desc())
        .limit(1)
    ).first()


def _load(actor: Actor, table: Table, columns: Columns, progress: Progress) -> None:
    schema = card_schema.schema()
    progress.begin(Phase.READING)
    checked = check(table, columns, names_for(schema, columns, access.rights(actor)), progress)
    try:
        progress.begin(Phase.WRITING, checked.right)
        _write(actor, schema, checked, progress)
    finally:
        checked.close()


def _write(actor: Actor, schema: CardSchema, checked: CheckedRows, progress: Progress) -> None:
    with db.transaction() as tx:
        if card_schema.read_schema(tx.session).fields != schema.fields:
            raise Conflict(N_("The fields of the card were changed during the load. Please load the file again."))
        access.require_admin(actor)
        at = db.now()
        partner_values.write_many(
            tx.session,
            schema,
            _rows(checked, progress),
            author=actor.user_id or None,
            import_id=progress.import_id,
            at=at,
        )
        row = tx.session.get_one(Import, progress.import_id)
        row.state, row.finished_at = ImportState.DONE, db.now()
        row.rows_total, row.rows_added, row.rows_wrong = checked.right + checked.wrong, checked.right, checked.wrong
        row.errors = rows_of_errors(checked.errors)
        details = {"added": checked.right, "wrong": checked.wrong}
        audit.record(tx, actor, AuditAction.IMPORT, subject=row.file_name, details=details)
        progress.step(0)  # the last moment to cancel
        tx.announce(live.PartnersChanged())


def _rows(checked: CheckedRows, progress: Progress) -> Iterator[Values]:
    for batch in checked.batches():
        yield from batch
        progress.step(len(batch))


def _end(import_id: int, state: ImportState, error: KawError) -> None:
    with db.transaction() as tx:
        row = tx.session.get_one(Import, import_id)
        row.state, row.finished_at, row.message = state, db.now(), message_of(error)
        tx.announce(live.ImportProgress(import_id))

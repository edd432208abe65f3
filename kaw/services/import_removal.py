"""Taking a load back as a whole: its cards go to the bin, except those that people have worked on since."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from kaw import db, live
from kaw.errors import Conflict, NotFound
from kaw.i18n import N_
from kaw.models import Attachment, AuditAction, CardState, Change, ChangeKind, Import, ImportState, PartnerCard
from kaw.services import access, audit
from kaw.services.access import Actor
from kaw.services.confirmation import require_word

BATCH = 1000
FIRST_VERSION = 1  # of a card that nobody has saved since the load


@dataclass(frozen=True)
class Removed:
    """How many cards of a load went to the bin, and how many stay because they were edited or have files."""

    removed: int
    kept: int


def removable(actor: Actor, import_id: int) -> Removed:
    """What ``remove`` would do, for the question before it."""
    access.require_admin(actor)
    with db.reading() as session:
        _done(session.get(Import, import_id))
        count = sa.select(sa.func.count()).select_from(PartnerCard)
        removed = session.execute(count.where(*_untouched(import_id))).scalar_one()
        here = session.execute(count.where(*_in_use(import_id))).scalar_one()
    return Removed(removed, here - removed)


def remove(actor: Actor, import_id: int, confirmation: str) -> Removed:
    """Move the load's cards to the bin, some at a time so that others can write meanwhile.

    What an interruption leaves undone is done by calling this again. The file may be loaded anew afterwards.
    """
    access.require_admin(actor)
    require_word(confirmation)
    with db.reading() as session:
        _done(session.get(Import, import_id))
    removed, at = 0, db.now()
    while moved := _move_some(actor, import_id, at):
        removed += moved
    with db.transaction() as tx:
        row = _done(tx.session.get(Import, import_id))
        row.state = ImportState.REMOVED
        count = sa.select(sa.func.count()).select_from(PartnerCard).where(*_in_use(import_id))
        kept = tx.session.execute(count).scalar_one()
        details = {"removed": removed, "kept": kept}
        audit.record(tx, actor, AuditAction.IMPORT_REMOVED, subject=row.file_name, details=details)
        tx.announce(live.ImportProgress(import_id))
    return Removed(removed, kept)


def _move_some(actor: Actor, import_id: int, at: datetime) -> int:
    author = actor.user_id or None
    with db.transaction() as tx:
        ids = list(
            tx.session.execute(
                sa.select(col(PartnerCard.id)).where(*_untouched(import_id)).order_by(col(PartnerCard.id)).limit(BATCH)
            ).scalars()
        )
        if not ids:
            return 0
        tx.session.execute(
            sa.update(PartnerCard)
            .where(col(PartnerCard.id).in_(ids))
            .values(state=CardState.IN_BIN, version=FIRST_VERSION + 1, deleted_at=at, deleted_by=author)
        )
        change = {"version": FIRST_VERSION + 1, "at": at, "user_id": author, "kind": ChangeKind.DELETED}
        tx.session.execute(sa.insert(Change), [{"partner_id": partner_id, **change} for partner_id in ids])
        tx.announce(live.PartnersChanged())
        return len(ids)


def _done(row: Import | None) -> Import:
    if row is None:
        raise NotFound
    if row.state is not ImportState.DONE:
        raise Conflict(N_("Only a finished load can be removed."))
    return row


def _in_use(import_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return col(PartnerCard.import_id) == import_id, col(PartnerCard.state) != CardState.IN_BIN


def _untouched(import_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    has_files = sa.exists().where(col(Attachment.partner_id) == col(PartnerCard.id))
    return *_in_use(import_id), col(PartnerCard.version) == FIRST_VERSION, ~has_files

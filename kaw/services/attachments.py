"""Files of a card (R8.2.4).

Who sees the card may list and download its files. Adding and deleting is a change of the card, so it needs what a
change needs: at least one field he may edit, or the contacts right (``access.may_change_files``). A card in the bin
has files only for holders of the contacts right, and takes no new ones.

A file is written under a random name, brought to the disk, and only then gets its row; a row is deleted before its
file. So a crash leaves at worst a file without a row, which ``sweep`` removes at the next start.
"""

import logging
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlmodel import Session, col, select

from kaw import db, live
from kaw.config import config
from kaw.errors import Conflict, InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import Attachment, AuditAction, CardState, User
from kaw.services import access, audit, card_schema, partner_cards, settings
from kaw.services.access import Actor
from kaw.services.file_names import clean_name
from kaw.services.file_writing import FileWriter

log = logging.getLogger(__name__)

ORPHAN_AGE = 3600  # seconds; a younger file without a row may be an upload of another KAW process
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class AttachmentRow:
    """One file in a card's list; ``size`` in bytes, ``uploaded_by`` a name ("" when KAW itself added it)."""

    id: int
    name: str
    size: int
    uploaded_at: datetime
    uploaded_by: str


@dataclass(frozen=True)
class AttachmentFile:
    """Where a file lies, and how it is called when somebody downloads it."""

    path: Path
    name: str


class Upload:
    """A file on its way in: ``write`` its bytes, then ``finish``; leaving the block without that drops them."""

    def __init__(self, actor: Actor, partner_id: int, name: str) -> None:
        _require_change(actor, partner_id)
        self._actor = actor
        self._partner_id = partner_id
        self._name = clean_name(name)
        self._limit = size_limit()
        self._file = FileWriter(config().files_dir)

    def write(self, chunk: bytes) -> None:
        """Add bytes; InvalidValue once the file is larger than the setting allows."""
        if self._file.size + len(chunk) > self._limit:
            raise InvalidValue("file", N_("The file is larger than {limit} MB."), limit=self._limit // MEGABYTE)
        self._file.write(chunk)

    def finish(self) -> int:
        """Make the file part of the card; its id."""
        stored_name = self._file.keep()
        with db.transaction() as tx:
            _require_change(self._actor, self._partner_id)  # an upload takes its time: rights may have gone
            row = Attachment(
                partner_id=self._partner_id,
                name=self._name,
                size=self._file.size,
                stored_name=stored_name,
                uploaded_by=self._actor.user_id or None,
                uploaded_at=db.now(),
            )
            tx.session.add(row)
            tx.session.flush()
            tx.announce(live.AttachmentsChanged(self._partner_id))
            self._file.settle()  # a commit whose answer got lost may have happened: its file must not go
            return row.id or 0

    def __enter__(self) -> "Upload":
        return self

    def __exit__(self, *_error: object) -> None:
        self.discard()

    def discard(self) -> None:
        """Drop the bytes; nothing after ``finish``."""
        self._file.discard()


def add(actor: Actor, partner_id: int, name: str, chunks: Iterable[bytes]) -> int:
    """Store a file with a card; its id. The bytes are never in memory as a whole."""
    with Upload(actor, partner_id, name) as upload:
        for chunk in chunks:
            upload.write(chunk)
        return upload.finish()


def of_partner(actor: Actor, partner_id: int) -> list[AttachmentRow]:
    """The files of a card, the latest first."""
    with db.reading() as session:
        _require_card(session, actor, partner_id)
        rows = session.exec(
            select(Attachment, User.full_name)
            .outerjoin(User, col(User.id) == col(Attachment.uploaded_by))
            .where(Attachment.partner_id == partner_id)
            .order_by(col(Attachment.id).desc())
        ).all()
    return [AttachmentRow(row.id or 0, row.name, row.size, row.uploaded_at, author or "") for row, author in rows]


def open(actor: Actor, attachment_id: int) -> AttachmentFile:
    """The file behind a row, for a download; NotFound for those who may not see its card."""
    with db.reading() as session:
        row = _row(session, actor, attachment_id)
    path = config().files_dir / row.stored_name
    if not path.is_file():
        log.error("attachment %s has lost its file %s", attachment_id, path)
        raise NotFound
    return AttachmentFile(path, row.name)


def delete(actor: Actor, attachment_id: int) -> None:
    """Remove a file from its card for good."""
    with db.transaction() as tx:
        row = _row(tx.session, actor, attachment_id)
        _require_change(actor, row.partner_id)
        tx.session.delete(row)
        audit.record(
            tx, actor, AuditAction.ATTACHMENT_DELETED, subject=row.name, details={"partner_id": row.partner_id}
        )
        tx.announce(live.AttachmentsChanged(row.partner_id))
        tx.after_commit(lambda: _unlink([row.stored_name]))


def may_change(actor: Actor) -> bool:
    """Whether the screen offers him to add and delete files."""
    return access.may_change_files(access.rights(actor), _field_ids())


def drop_all_of(tx: db.Transaction, partner_ids: Iterable[int]) -> None:
    """Remove the files of cards that are being purged, within that transaction. Asks for no right: its caller did."""
    rows = tx.session.exec(select(Attachment).where(col(Attachment.partner_id).in_(list(partner_ids)))).all()
    names = [row.stored_name for row in rows]
    for row in rows:
        tx.session.delete(row)
    tx.after_commit(lambda: _unlink(names))


def size_limit() -> int:
    """Bytes a file may have."""
    return int(settings.value("upload_limit_mb")) * MEGABYTE


def sweep() -> int:
    """Remove what crashes left: files without a row that nobody is writing. For the start; how many."""
    old = [path for path in _files() if time.time() - path.stat().st_mtime > ORPHAN_AGE]
    with db.reading() as session:
        known = set(session.exec(select(Attachment.stored_name)).all())
    orphans = [path for path in old if path.name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    if orphans:
        log.info("%s files without a row removed from %s", len(orphans), config().files_dir)
    return len(orphans)


def _files() -> Iterator[Path]:
    directory = config().files_dir
    return (path for path in directory.iterdir() if path.is_file()) if directory.is_dir() else iter(())


def _row(session: Session, actor: Actor, attachment_id: int) -> Attachment:
    row = session.get(Attachment, attachment_id)
    if row is None:
        access.rights(actor)
        raise NotFound
    _require_card(session, actor, row.partner_id)
    return row


def _require_card(session: Session, actor: Actor, partner_id: int) -> CardState:
    row = partner_cards.row_of(session, card_schema.schema(), access.rights(actor), partner_id)
    return CardState(row["state"])


def _require_change(actor: Actor, partner_id: int) -> None:
    with db.reading() as session:
        state = _require_card(session, actor, partner_id)
    access.require_file_change(actor, _field_ids())
    if state == CardState.IN_BIN:
        raise Conflict(N_("This partner is in the bin. Restore the card first."))


def _field_ids() -> list[int]:
    return [item.id for item in card_schema.schema().fields]


def _unlink(stored_names: Iterable[str]) -> None:
    for name in stored_names:
        (config().files_dir / name).unlink(missing_ok=True)

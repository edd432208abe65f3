"""Files of a card: who may, what their names become, and what a crash leaves (R8.2.4)."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound, Unavailable
from kaw.models import Access, Attachment, AuditAction, AuditEntry, CardState, FieldKind
from kaw.services import attachments, fields, file_writing, partners
from kaw.services.access import Actor
from kaw.services.attachments import Upload
from kaw.services.file_names import clean_name
from kaw.services.file_writing import FileWriter
from tests.conftest import People, allow

pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture
def card(people: People) -> int:
    """A card that Anna may edit and Boris may see."""
    name = fields.create(people.oleg, fields.FieldDraft("Название", "name", FieldKind.TEXT))
    allow(people.editors, {name: Access.EDIT})
    allow(people.viewers, {name: Access.VIEW})
    return partners.create(people.oleg, {"name": "ООО «Ёлочка»"})


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[live.LiveEvent]:
    events: list[live.LiveEvent] = []
    monkeypatch.setattr(live, "_listeners", [*live._listeners, events.append])
    return events


def add(actor: Actor, card: int, name: str = "договор.txt", content: bytes = b"hello") -> int:
    return attachments.add(actor, card, name, [content])


def move_to_bin(card: int) -> None:
    with db.transaction() as tx:
        tx.session.execute(sa.text(f"UPDATE partner_card SET state = {CardState.IN_BIN} WHERE id = {card}"))


def stored(data_dir: Path) -> list[Path]:
    directory = data_dir / "files"
    return sorted(directory.iterdir()) if directory.exists() else []


# R8.2.4: upload, list, download with the original name, delete
def test_anna_adds_a_file_and_boris_reads_it(
    people: People, card: int, data_dir: Path, heard: list[live.LiveEvent]
) -> None:
    content = os.urandom(3_000_000)
    number = attachments.add(
        people.anna, card, "Договор ёлки.pdf", (content[i : i + 65536] for i in range(0, len(content), 65536))
    )
    (row,) = attachments.of_partner(people.boris, card)
    assert (row.id, row.name, row.size, row.uploaded_by) == (number, "Договор ёлки.pdf", 3_000_000, "Анна Иванова")
    found = attachments.open(people.boris, number)
    assert found.name == "Договор ёлки.pdf"
    assert found.path.read_bytes() == content
    assert found.path.parent == data_dir / "files"
    assert live.AttachmentsChanged(card) in heard


def test_anna_deletes_a_file(people: People, card: int, data_dir: Path, heard: list[live.LiveEvent]) -> None:
    number = add(people.anna, card)
    heard.clear()
    attachments.delete(people.anna, number)
    assert attachments.of_partner(people.anna, card) == []
    assert stored(data_dir) == []
    assert live.AttachmentsChanged(card) in heard
    with db.reading() as session:
        entry = session.exec(sa.select(AuditEntry)).scalars().all()[-1]
    assert (entry.action, entry.subject) == (AuditAction.ATTACHMENT_DELETED, "договор.txt")
    with pytest.raises(NotFound):
        attachments.delete(people.anna, number)


# R8.2.4: who sees no card sees no files, and cannot tell them from missing ones
def test_vera_finds_nothing(people: People, card: int) -> None:
    number = add(people.anna, card)
    for attempt in (
        lambda: attachments.of_partner(people.vera, card),
        lambda: attachments.open(people.vera, number),
        lambda: attachments.delete(people.vera, number),
        lambda: add(people.vera, card),
        lambda: attachments.of_partner(people.anna, 999_999),
        lambda: attachments.open(people.anna, 999_999),
        lambda: add(people.anna, 999_999),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_boris_may_look_and_not_touch(people: People, card: int, data_dir: Path) -> None:
    number = add(people.anna, card)
    assert not attachments.may_change(people.boris)
    assert attachments.may_change(people.anna)
    with pytest.raises(AccessDenied):
        add(people.boris, card)
    with pytest.raises(AccessDenied):
        attachments.delete(people.boris, number)
    assert len(stored(data_dir)) == 1


def test_files_of_a_card_in_the_bin_are_for_holders_of_the_contacts_right(people: People, card: int) -> None:
    number = add(people.anna, card)
    move_to_bin(card)
    assert attachments.open(people.anna, number).path.exists()
    with pytest.raises(NotFound):
        attachments.open(people.boris, number)
    with pytest.raises(Conflict):
        add(people.anna, card)


def test_a_right_that_goes_during_an_upload_stops_it(people: People, card: int, data_dir: Path) -> None:
    with pytest.raises(AccessDenied), Upload(people.boris, card, "a.txt"):
        pass
    field = fields.all_fields(people.oleg)[0].field.id
    allow(people.viewers, {field: Access.EDIT})
    with pytest.raises(AccessDenied), Upload(people.boris, card, "a.txt") as upload:
        upload.write(b"1")
        allow(people.viewers, {field: Access.VIEW})
        upload.finish()
    assert stored(data_dir) == []


# R8.2.4: size limit by setting, enforced while the bytes come
def test_a_file_over_the_limit_is_refused_and_leaves_nothing(
    people: People, card: int, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "size_limit", lambda: 100_000)
    asked: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            asked.append(1)
            yield b"x" * 30_000

    with pytest.raises(InvalidValue):
        attachments.add(people.anna, card, "a.bin", endless())
    assert len(asked) == 4
    assert stored(data_dir) == []
    assert attachments.of_partner(people.anna, card) == []


def test_a_full_disk_is_told(people: People, card: int, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(file_writing.os, "fsync", no_room)
    with pytest.raises(Unavailable):
        add(people.anna, card)
    assert stored(data_dir) == []


# R8.2.4: a crash leaves no row without its file, and files without a row go at the next start
def test_what_a_crash_left_is_swept(people: People, card: int, data_dir: Path) -> None:
    number = add(people.anna, card)
    half_written = FileWriter(data_dir / "files")
    half_written.write(b"1")
    without_row = FileWriter(data_dir / "files")
    without_row.keep()
    assert attachments.sweep() == 0  # they are young: another process may be writing them
    hours_ago = time.time() - 3 * 3600
    for path in stored(data_dir):
        os.utime(path, (hours_ago, hours_ago))
    assert attachments.sweep() == 2
    assert attachments.open(people.anna, number).path.read_bytes() == b"hello"


def test_a_failed_commit_leaves_no_row(
    people: People, card: int, data_dir: Path, database: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(db.Session, "commit", fail)
        with pytest.raises(Unavailable):
            add(people.anna, card)
    with db.reading() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Attachment)).scalar() == 0


def test_files_go_with_a_purged_card(people: People, card: int, data_dir: Path) -> None:
    add(people.anna, card)
    with db.transaction() as tx:
        attachments.drop_all_of(tx, [card])
    assert stored(data_dir) == []


# threats.md, "Files": script in a file name, paths, control characters, reading direction
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\отчёт.xlsx", "отчёт.xlsx"),
        ("a\r\nSet-Cookie: x=1.txt", "aSet-Cookie: x=1.txt"),
        ("счёт\u202etxt.exe", "счётtxt.exe"),
        ("a\x00b\x7f.txt", "ab.txt"),
        ("  много   пробелов .txt ", "много пробелов .txt"),
        ('"><img src=x onerror=alert(1)>.png', '"><img src=x onerror=alert(1)>.png'),
        ("й.txt", "й.txt"),
        ("\ud800.txt", ".txt"),
        ("..", "Файл без имени"),
        ("", "Файл без имени"),
        ("я" * 300 + ".docx", "я" * 250 + ".docx"),
        ("я" * 300, "я" * 255),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given) == kept

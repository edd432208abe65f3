"""«Загрузка базы»: from a file to cards (R7.7.1, R7.7.2)."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound, Unavailable
from kaw.models import AuditAction, AuditEntry, Call, CardState, Change, ChangeKind, FieldKind, Import, ImportState
from kaw.services import card_schema, fields, import_progress, import_removal, import_rows, imports, partner_values
from kaw.services.import_progress import INTERVAL, Phase, Progress, under_way
from tests.calls import insert_call
from tests.conftest import People

HEADER = "Название контакта;ТЕЛЕФОН;Ёмкость рынка;Чужой столбец"
ROWS = [
    "ООО «Ёлочка»;+7 (903) 505-12-34;большая;x",
    'ИП Петров П.П.;8 800 2000 600;=HYPERLINK("http://evil") 🎉;y',
]


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """Three text fields; the name is required."""
    drafts = [
        fields.FieldDraft("Название контакта", "name", FieldKind.TEXT, sort_order=1, required=True, on_main_page=True),
        fields.FieldDraft("Телефон", "phone", FieldKind.TEXT, sort_order=2, on_main_page=True),
        fields.FieldDraft("Емкость рынка", "market_size", FieldKind.TEXT, sort_order=3),
    ]
    return {draft.unique_name: fields.create(people.oleg, draft) for draft in drafts}


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def csv_file(*rows: str, header: str = HEADER, name: str = "base.csv") -> Path:
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return csv_file


def cards(where: str = "1 = 1") -> list[dict[str, Any]]:
    """The cards in the database by unique name, with their fixed columns."""
    schema = card_schema.schema()
    with db.reading() as session:
        rows = session.execute(sa.select(schema.table).where(sa.text(where)).order_by(schema.table.c.id)).mappings()
        return [
            {**dict(row), **{field.unique_name: row[field.column] for field in schema.fields}} for row in rows.all()
        ]


def last_import() -> Import:
    with db.reading() as session:
        return session.exec(sa.select(Import).order_by(sa.desc("id"))).scalars().first()


# R7.7.2: columns are matched by name, with a preview; unmatched ones are told
def test_oleg_looks_into_a_file(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    preview = imports.inspect(people.oleg, write(*ROWS), "база.csv")
    assert preview.columns == ("Название контакта", "ТЕЛЕФОН", "Ёмкость рынка", "Чужой столбец")
    assert preview.matched == {
        "Название контакта": "Название контакта",
        "ТЕЛЕФОН": "Телефон",
        "Ёмкость рынка": "Емкость рынка",
    }
    assert preview.unmatched == ("Чужой столбец",)
    assert preview.missing == ()
    assert preview.rows == 2
    assert preview.loaded_before is None
    assert preview.sample[1] == ("ИП Петров П.П.", "8 800 2000 600", '=HYPERLINK("http://evil") 🎉', "y")
    assert cards() == []


def test_unique_names_and_untitled_columns(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    preview = imports.inspect(people.oleg, write("a;b;c;d;e", header="NAME;;x;x;phone"), "a.csv")
    assert preview.matched == {"NAME": "Название контакта", "phone": "Телефон"}
    assert preview.unmatched == ("Столбец B", "x", "x (D)")


# R7.7.1: cards are made of the rows
def test_oleg_loads_a_file(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    number = imports.start(people.oleg, write(*ROWS), "папка/база.csv")
    first, second = cards()
    assert (first["name"], first["phone"], first["market_size"]) == (
        "ООО «Ёлочка»",
        "+7 (903) 505-12-34",
        "большая",
    )
    assert second["market_size"] == '=HYPERLINK("http://evil") 🎉'
    assert (first["import_id"], first["created_by"], first["version"]) == (number, people.oleg.user_id, 1)
    status = imports.status(people.oleg, number)
    assert (status.state, status.file_name, status.added, status.wrong) == (ImportState.DONE, "база.csv", 2, 0)
    assert status.started_by == "Олег Админов"
    assert imports.all_imports(people.oleg) == [status]
    with db.reading() as session:
        changes = session.exec(sa.select(Change)).scalars().all()
        audited = session.exec(sa.select(AuditEntry).where(AuditEntry.action == AuditAction.IMPORT)).scalars().one()
    assert {(change.partner_id, change.kind) for change in changes} == {
        (first["id"], ChangeKind.IMPORTED),
        (second["id"], ChangeKind.IMPORTED),
    }
    assert audited.subject == "база.csv"


def test_loaded_partners_get_the_calls_of_their_numbers(
    people: People, card: dict[str, int], write: Callable[..., Path]
) -> None:
    """R8.2.8: they called before the base was loaded."""
    known, unknown = (insert_call(people.anna, number=number) for number in ("79035051234", "79990001122"))
    imports.start(people.oleg, write(*ROWS), "база.csv")
    with db.reading() as session:
        owners = [session.get(Call, call).partner_id for call in (known, unknown)]
    assert owners == [cards()[0]["id"], None]


def test_an_excel_file_is_loaded(people: People, card: dict[str, int], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (["Телефон", "Название контакта"], [9684095252, "Ёж"], [None, "Без телефона"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    imports.start(people.oleg, tmp_path / "a.xlsx", "a.xlsx")
    assert [(row["name"], row["phone"]) for row in cards()] == [("Ёж", "9684095252"), ("Без телефона", None)]


# R7.7.2: rows with errors are listed with number and reason; the others are loaded
def test_wrong_rows_are_left_out_and_listed(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    path = write(
        ROWS[0],
        ";123;;",  # the name is required
        "я" * 100_000 + ";1;2;3",
        "Ёж;1;" + "ю" * 300 + ";3",
        "",
        "Сдвиг;1;2;3;4;5",
        ";;;только чужое",
        "Битый\ufffd;1",
        ROWS[1],
    )
    number = imports.start(people.oleg, path, "a.csv")
    status = imports.status(people.oleg, number)
    assert (status.added, status.wrong) == (2, 6)
    wrong = imports.wrong_rows(people.oleg, number)
    assert [(row.number, row.field) for row in wrong] == [
        (3, "Название контакта"),
        (4, "Название контакта"),
        (5, "Емкость рынка"),
        (7, ""),
        (8, "Название контакта"),
        (9, "Название контакта"),
    ]
    assert "100000" in wrong[1].reason
    assert "обязательно" in wrong[0].reason
    assert [row["name"] for row in cards()] == ["ООО «Ёлочка»", "ИП Петров П.П."]


@pytest.mark.parametrize(
    ("header", "message"),
    [
        ("Имя;Тел", "Ни один"),
        ("Телефон;Ёмкость рынка", "обязательных"),
        ("Название контакта;name;Телефон", "два столбца"),
        ("'; DROP TABLE partner_card; --;<img src=x onerror=alert(1)>", "Ни один"),
    ],
)
def test_a_header_that_cannot_be_loaded(
    people: People, card: dict[str, int], write: Callable[..., Path], header: str, message: str
) -> None:
    path = write("Ёж;1;2", header=header)
    with pytest.raises(InvalidValue) as refused:
        imports.start(people.oleg, path, "a.csv")
    from kaw.i18n import explain

    assert message in explain(refused.value)
    assert imports.all_imports(people.oleg) == []


# R7.7.1: administrators only
def test_others_may_not(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    path = write(*ROWS)
    number = imports.start(people.oleg, path, "a.csv")
    for actor in (people.anna, people.boris, people.vera):
        for attempt in (
            lambda actor=actor: imports.inspect(actor, path, "a.csv"),
            lambda actor=actor: imports.start(actor, path, "a.csv", force=True),
            lambda actor=actor: imports.cancel(actor, number),
            lambda actor=actor: imports.status(actor, number),
            lambda actor=actor: imports.all_imports(actor),
            lambda actor=actor: imports.wrong_rows(actor, number),
            lambda actor=actor: imports.removable(actor, number),
            lambda actor=actor: imports.remove(actor, number, "удалить"),
        ):
            with pytest.raises(AccessDenied):
                attempt()
    assert len(cards()) == 2


def test_a_load_that_never_was(people: People, card: dict[str, int]) -> None:
    for attempt in (
        lambda: imports.status(people.oleg, 999),
        lambda: imports.wrong_rows(people.oleg, 999),
        lambda: imports.remove(people.oleg, 999, "удалить"),
    ):
        with pytest.raises(NotFound):
            attempt()
    with pytest.raises(Conflict):
        imports.cancel(people.oleg, 999)


# R7.7.1: a file loaded before is recognised, whatever it is called now
def test_a_file_loaded_before_is_recognised(people: People, card: dict[str, int], write: Callable[..., Path]) -> None:
    first = imports.start(people.oleg, write(*ROWS), "a.csv")
    again = write(*ROWS, name="other.csv")
    before = imports.inspect(people.oleg, again, "other.csv").loaded_before
    assert before == imports.status(people.oleg, first).started_at
    with pytest.raises(Conflict):
        imports.start(people.oleg, again, "other.csv")
    assert len(cards()) == 2
    imports.start(people.oleg, again, "other.csv", force=True)
    assert len(cards()) == 4


# R7.7.1: a load can be removed as a whole; what people worked on stays
def test_a_load_is_removed(
    people: People, card: dict[str, int], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_removal, "BATCH", 3)
    number = imports.start(people.oleg, write(*[f"Партнёр {i};{i};;" for i in range(10)]), "a.csv")
    other = imports.start(people.oleg, write(*ROWS), "b.csv")
    edited = cards(f"import_id = {number}")[4]["id"]
    with db.transaction() as tx:
        tx.session.execute(sa.text(f"UPDATE partner_card SET version = 2 WHERE id = {edited}"))
    assert imports.removable(people.oleg, number) == imports.Removed(9, 1)
    with pytest.raises(InvalidValue):
        imports.remove(people.oleg, number, "да")
    assert imports.remove(people.oleg, number, " Удалить ") == imports.Removed(9, 1)
    left = cards(f"state <> {int(CardState.IN_BIN)}")
    assert [row["import_id"] for row in left] == [number, other, other]
    assert left[0]["id"] == edited
    assert imports.status(people.oleg, number).state is ImportState.REMOVED
    with pytest.raises(Conflict):
        imports.remove(people.oleg, number, "удалить")
    assert imports.inspect(people.oleg, write(*ROWS), "b.csv").loaded_before is not None


# R7.7.2: a crash, a fault or a cancel leaves either all or nothing
def test_a_fault_leaves_nothing(
    people: People, card: dict[str, int], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = partner_values.write_many

    def write_and_fail(*arguments: Any, **options: Any) -> None:
        real(*arguments, **options)
        raise Unavailable

    with monkeypatch.context() as patched:
        patched.setattr(partner_values, "write_many", write_and_fail)
        with pytest.raises(Unavailable):
            imports.start(people.oleg, write(*ROWS), "a.csv")
    assert cards() == []
    failed = last_import()
    assert failed.state is ImportState.FAILED
    assert imports.status(people.oleg, failed.id).message
    assert imports.start(people.oleg, write(*ROWS), "a.csv")


def test_a_load_is_cancelled(
    people: People, card: dict[str, int], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_rows, "BATCH", 10)
    real = Progress.step

    def step_and_cancel(self: Progress, rows: int) -> None:
        real(self, rows)
        if self.phase is Phase.WRITING and self.done >= 30:
            imports.cancel(people.oleg, self.import_id)

    monkeypatch.setattr(Progress, "step", step_and_cancel)
    number = imports.start(people.oleg, write(*[f"Партнёр {i};1;2;3" for i in range(100)]), "a.csv")
    assert imports.status(people.oleg, number).state is ImportState.CANCELLED
    assert cards() == []


def test_what_a_dead_process_left_is_marked(people: People, card: dict[str, int]) -> None:
    with db.transaction() as tx:
        tx.session.add(
            Import(file_name="a.csv", sha256="0" * 64, state=ImportState.RUNNING, started_at=db.now(), user_id=1)
        )
    imports.finish_interrupted()
    (status,) = imports.all_imports(people.oleg)
    assert status.state is ImportState.FAILED
    assert "останов" in status.message


def test_fields_changed_meanwhile_stop_the_load(
    people: People, card: dict[str, int], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = imports.check

    def check_while_somebody_adds_a_field(*arguments: Any) -> Any:
        fields.create(people.oleg, fields.FieldDraft("Новое", "later", FieldKind.TEXT))
        return real(*arguments)

    monkeypatch.setattr(imports, "check", check_while_somebody_adds_a_field)
    with pytest.raises(Conflict):
        imports.start(people.oleg, write(*ROWS), "a.csv")
    assert cards() == []


# R7.7.2: progress, readable while the load runs
def test_progress_is_seen_from_another_thread(
    people: People, card: dict[str, int], write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    reached, go_on = threading.Event(), threading.Event()
    real = partner_values.write_many

    def write_and_wait(session: Any, schema: Any, rows: Iterator[Any], **options: Any) -> Any:
        found = real(session, schema, rows, **options)
        reached.set()
        go_on.wait(30)
        return found

    monkeypatch.setattr(partner_values, "write_many", write_and_wait)
    path = write(*[f"Партнёр {i};1;2;3" for i in range(20)])
    loading = threading.Thread(target=imports.start, args=(people.oleg, path, "a.csv"))
    loading.start()
    try:
        assert reached.wait(30)
        (status,) = imports.all_imports(people.oleg)
        assert (status.state, status.phase, status.done, status.total) == (ImportState.RUNNING, Phase.WRITING, 20, 20)
        with pytest.raises(Conflict):
            imports.start(people.oleg, path, "a.csv", force=True)
    finally:
        go_on.set()
        loading.join(30)
    assert under_way.find(status.id) is None
    assert len(cards()) == 20


def test_progress_is_told_at_most_four_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    told: list[live.LiveEvent] = []
    monkeypatch.setattr(import_progress.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(live, "announce", told.extend)
    progress = Progress(7)
    for _step in range(100):
        clock[0] += INTERVAL / 10
        progress.step(1)
    assert progress.done == 100
    assert told == [live.ImportProgress(7)] * 10

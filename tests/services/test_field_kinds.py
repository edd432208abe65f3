"""Changing the type of a field (R7.5.3)."""

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from kaw import db
from kaw.errors import Conflict, InvalidValue, NotFound
from kaw.models import Change, ChangeKind, FieldKind, FieldState, PartnerChoice
from kaw.services import card_schema, choices, field_columns, field_kinds, field_retirement, field_steps, fields
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from tests.cards import STATUSES, choice_ids, make_list
from tests.conftest import People
from tests.services.test_fields import Killed, changed, column_values, phones, there, write_cards

TEXTS = ["12,5", "примерно сто", "1 000", None]


def make_field(actor: Actor, kind: FieldKind, list_id: int | None = None, name: str = "Поле") -> int:
    return fields.create(actor, FieldDraft(name, "it", kind, choice_list_id=list_id, on_main_page=True))


def lost() -> list[tuple[int, str | None, str | None, str | None]]:
    with db.reading() as session:
        rows = session.exec(select(Change).where(Change.kind == ChangeKind.CONVERTED).order_by(Change.partner_id))
        return [(row.partner_id, row.old_value, row.old_shown, row.new_value) for row in rows]


def choice_rows() -> set[tuple[int, int]]:
    with db.reading() as session:
        return set(session.exec(select(PartnerChoice.partner_id, PartnerChoice.choice_id)).all())


def save_value(partner_id: int, value: Any) -> None:
    """What a card's save does: the schema as it is for writing, the value, a later time."""
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        field = schema.by_name["it"]
        columns = {field.column: value, "updated_at": db.now(), "version": schema.table.c.version + 1}
        tx.session.execute(sa.update(schema.table).where(schema.table.c.id == partner_id).values(columns))


def test_a_preview_tells_what_would_be_lost(people: People) -> None:  # R7.5.3
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": text} for text in TEXTS))
    preview = fields.preview_kind(people.oleg, field_id, FieldKind.NUMBER)
    assert (preview.filled, preview.converts, preview.lost) == (3, 2, 1)
    assert preview.examples == (("примерно сто", None), ("12,5", "12,5"), ("1 000", "1\u202f000"))
    assert column_values("it") == TEXTS
    with pytest.raises(NotFound):
        fields.preview_kind(people.oleg, 99, FieldKind.NUMBER)
    with pytest.raises(InvalidValue):
        fields.preview_kind(people.oleg, field_id, FieldKind.TEXT)
    with pytest.raises(InvalidValue) as refused:
        fields.preview_kind(people.oleg, field_id, FieldKind.LIST)
    assert refused.value.field == "choice_list_id"


def test_a_preview_has_five_examples_and_most_of_them_are_losses(people: People) -> None:  # R7.5.3
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": text} for text in [*map(str, range(9)), *"абвгдежз"]))
    preview = fields.preview_kind(people.oleg, field_id, FieldKind.NUMBER)
    assert preview.examples == (("а", None), ("б", None), ("в", None), ("г", None), ("0", "0"))


def test_values_move_and_what_does_not_fit_stays_in_the_history(people: People) -> None:  # R7.5.3, R8.2.3
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": text} for text in TEXTS))
    told: list[tuple[int, int]] = []
    fields.change_kind(people.oleg, field_id, FieldKind.NUMBER, None, lambda done, total: told.append((done, total)))
    assert column_values("it") == [12.5, None, 1000.0, None]
    assert told == [(0, 3), (3, 3)]
    assert lost() == [(2, "примерно сто", "примерно сто", None)]
    row = fields.get(people.oleg, field_id)
    assert (row.field.kind, row.field.generation) == (FieldKind.NUMBER, 2)
    assert there().names == {row.field.column}
    assert there().indexed == {row.field.column}
    with db.reading() as session:
        versions = session.execute(sa.text("SELECT version FROM partner_card ORDER BY id")).scalars().all()
    assert versions == [1, 2, 1, 1]
    fields.change_kind(people.oleg, field_id, FieldKind.TEXT)
    assert column_values("it") == ["12,5", None, "1000", None]
    assert len(lost()) == 1


@pytest.mark.parametrize(
    ("old", "new", "value", "converted"),
    [
        (FieldKind.NUMBER, FieldKind.INN, 7707083893.0, "7707083893"),
        (FieldKind.MONEY, FieldKind.NUMBER, 123450, 1234.5),
        (FieldKind.NUMBER, FieldKind.MONEY, 1234.5, 123450),
        (FieldKind.DATE, FieldKind.DATETIME, date(2025, 3, 1), datetime(2025, 2, 28, 21)),
        (FieldKind.DATETIME, FieldKind.DATE, datetime(2025, 2, 28, 22), date(2025, 3, 1)),
        (FieldKind.DATE, FieldKind.TEXT, date(2025, 3, 1), "01.03.2025"),
        (FieldKind.TEXT, FieldKind.DATE, "1.3.25", date(2025, 3, 1)),
        (FieldKind.TEXT, FieldKind.DATE, "2024", None),
        (FieldKind.LONG_TEXT, FieldKind.TEXT, "раз\nдва", "раз два"),
        (FieldKind.LONG_TEXT, FieldKind.TEXT, "ж" * 300, None),
        (FieldKind.YES_NO, FieldKind.TEXT, True, "Да"),
        (FieldKind.YES_NO, FieldKind.NUMBER, True, 1.0),
        (FieldKind.TEXT, FieldKind.YES_NO, "да", True),
        (FieldKind.TEXT, FieldKind.EMAIL, "a@firma.example", "a@firma.example"),
        (FieldKind.NUMBER, FieldKind.PHONE, 79031545546.0, "+7 903 154-55-46"),
    ],
)
def test_values_are_read_as_if_typed_again(
    people: People, old: FieldKind, new: FieldKind, value: Any, converted: Any
) -> None:  # R7.5.3
    field_id = make_field(people.oleg, old)
    write_cards({"it": value})
    fields.change_kind(people.oleg, field_id, new)
    assert column_values("it") == [converted]
    assert len(lost()) == (converted is None)


def test_choices_are_found_by_name(people: People) -> None:  # R7.5.3
    statuses = make_list(people.oleg, "Статусы", STATUSES)
    others = make_list(people.oleg, "Другие", ["думаёт", "Новый, не старый", "активный"])
    ids, other_ids = choice_ids(people.oleg, statuses), choice_ids(people.oleg, others)
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards({"it": "АКТИВНЫЙ"}, {"it": "думает"}, {"it": "когда-нибудь"})
    fields.change_kind(people.oleg, field_id, FieldKind.DROPDOWN, statuses)
    assert column_values("it") == [ids["Активный"], ids["Думает"], None]
    assert column_values("it", sort_key=True) == [0, 2, None]
    fields.change_kind(people.oleg, field_id, FieldKind.LIST, others)
    both = (other_ids["думаёт"], other_ids["Новый, не старый"])
    assert column_values("it") == [(other_ids["активный"],), (other_ids["думаёт"],), None]
    assert choice_rows() == {(1, other_ids["активный"]), (2, other_ids["думаёт"])}
    write_cards({"it": both})
    fields.change_kind(people.oleg, field_id, FieldKind.CHECKBOXES, others)
    assert column_values("it")[3] == both
    assert len(choice_rows()) == 4
    fields.change_kind(people.oleg, field_id, FieldKind.RADIO, statuses)
    assert column_values("it") == [ids["Активный"], ids["Думает"], None, None]
    assert choice_rows() == set()
    assert [entry[2] for entry in lost()] == ["когда-нибудь", "думаёт, Новый, не старый"]


def test_people_are_found_by_name(people: People) -> None:  # R7.5.3
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards({"it": "анна  иванова"}, {"it": "Кто-то Чужой"})
    fields.change_kind(people.oleg, field_id, FieldKind.USER)
    assert column_values("it") == [people.anna.user_id, None]
    fields.change_kind(people.oleg, field_id, FieldKind.TEXT)
    assert column_values("it") == ["Анна Иванова", None]


def test_partners_are_found_by_their_name(people: People) -> None:  # R7.5.3
    fields.create(people.oleg, FieldDraft("Название", "name", FieldKind.TEXT))
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards({"name": "Ромашка", "it": "Лютик"}, {"name": "Лютик", "it": "Сирень"})
    fields.change_kind(people.oleg, field_id, FieldKind.PARTNER)
    assert column_values("it") == [2, None]
    fields.change_kind(people.oleg, field_id, FieldKind.TEXT)
    assert column_values("it") == ["Лютик", None]


def test_phones_are_looked_up_as_long_as_the_field_holds_phones(people: People) -> None:  # R7.5.3, R12.5
    field_id = make_field(people.oleg, FieldKind.LONG_TEXT)
    write_cards({"it": "4953786043 доб 118"}, {"it": "нет"})
    assert phones() == set()
    fields.change_kind(people.oleg, field_id, FieldKind.PHONE)
    assert phones() == {"4953786043"}
    fields.change_kind(people.oleg, field_id, FieldKind.TEXT)
    assert column_values("it") == ["+7 495 378-60-43 доб. 118", None]
    assert phones() == set()


def test_a_deleted_field_and_a_changed_list_are_in_the_way(people: People) -> None:  # R7.5.3
    statuses = make_list(people.oleg, "Статусы", STATUSES)
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards({"it": "Думает"})

    def change_the_list(done: int, _total: int) -> None:
        details = choices.get(people.oleg, statuses)
        choices.save(people.oleg, statuses, "Статусы", [ItemDraft(None, f"Новый {done}", 9), *details.items])

    with pytest.raises(Conflict):
        fields.change_kind(people.oleg, field_id, FieldKind.RADIO, statuses, change_the_list)
    assert column_values("it") == ["Думает"]
    assert field_columns.generations(there().names, field_id) == {1}
    fields.delete(people.oleg, field_id, "удалить")
    with pytest.raises(NotFound):
        fields.change_kind(people.oleg, field_id, FieldKind.NUMBER)


def test_a_second_change_of_fields_has_to_wait(people: People, monkeypatch: pytest.MonkeyPatch) -> None:  # R7.5.3
    monkeypatch.setattr(field_columns, "WAIT", 0.05)
    field_id = make_field(people.oleg, FieldKind.TEXT)
    refused: list[str] = []

    def meddle(_done: int, _total: int) -> None:
        assert in_another_thread(lambda: fields.delete(people.oleg, field_id, "удалить")) is Conflict
        refused.append("delete")

    fields.change_kind(people.oleg, field_id, FieldKind.NUMBER, None, meddle)
    assert refused
    assert fields.get(people.oleg, field_id).state is FieldState.READY


def test_what_is_saved_while_values_are_converted_is_not_lost(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:  # R7.5.3
    monkeypatch.setattr(field_kinds, "BATCH", 2)
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": str(number)} for number in range(6)))
    seen: list[Any] = []

    def meanwhile(done: int, _total: int) -> None:
        seen.append(column_values("it")[5])  # readers see the field as it was
        if done == 4:
            save_value(1, "100")
            save_value(6, "600")
            save_value(2, None)
            save_value(3, "много")
            write_cards({"it": "700"})

    fields.change_kind(people.oleg, field_id, FieldKind.NUMBER, None, meanwhile)
    assert set(seen) == {"5", "600"}
    assert column_values("it") == [100.0, None, None, 3.0, 4.0, 600.0, 700.0]
    assert [entry[:2] for entry in lost()] == [(3, "много")]
    save_value(1, 5.0)
    assert column_values("it")[0] == 5.0


STEPS: list[tuple[Any, str]] = [
    (field_columns, "add"),
    (field_kinds, "_convert"),
    (field_columns, "set_index"),
    (field_kinds, "_switch"),
    (field_steps, "follow"),
]


@pytest.mark.parametrize(("module", "step"), STEPS)
def test_a_change_that_dies_before_its_switch_leaves_the_field_as_it_was(
    people: People, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:  # R7.5.3, R4.4
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": text} for text in TEXTS))
    before = there().names
    with monkeypatch.context() as patched:
        patched.setattr(module, step, die)
        patched.setattr(field_steps, "let_columns_go", die)  # a dead process does not tidy up either
        with pytest.raises(Killed):
            fields.change_kind(people.oleg, field_id, FieldKind.NUMBER)
    assert column_values("it") == TEXTS
    fields.finish_interrupted()
    assert there().names == before
    assert column_values("it") == TEXTS
    assert lost() == []
    fields.change_kind(people.oleg, field_id, FieldKind.NUMBER)
    assert column_values("it") == [12.5, None, 1000.0, None]
    assert len(lost()) == 1


@pytest.mark.parametrize(
    ("module", "step"),
    [(field_retirement, "retire_some_then_die"), (field_steps, "let_columns_go"), (field_columns, "drop_column")],
)
def test_a_change_that_dies_after_its_switch_is_finished_at_the_next_start(
    people: People, monkeypatch: pytest.MonkeyPatch, module: Any, step: str
) -> None:  # R7.5.3, R4.4
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards(*({"it": text} for text in [*TEXTS, "а", "б", "3"]))
    with monkeypatch.context() as patched:
        if step == "retire_some_then_die":
            patched.setattr(field_retirement, "BATCH", 2)
            patched.setattr(field_retirement, "_retire_some", once_then_die(field_retirement._retire_some))
        else:
            patched.setattr(module, step, die)
        with pytest.raises(Killed):
            fields.change_kind(people.oleg, field_id, FieldKind.NUMBER)
    expected = [12.5, None, 1000.0, None, None, None, 3.0]
    assert column_values("it") == expected
    save_value(2, 7.0)
    fields.finish_interrupted()
    assert column_values("it") == [12.5, 7.0, *expected[2:]]
    assert [entry[1] for entry in lost()] == ["примерно сто", "а", "б"]
    assert there().names == {fields.get(people.oleg, field_id).field.column}


def test_a_changed_field_can_still_be_renamed_and_deleted(people: People) -> None:  # R7.5.3, R7.5.4
    field_id = make_field(people.oleg, FieldKind.TEXT)
    write_cards({"it": "5"})
    fields.change_kind(people.oleg, field_id, FieldKind.NUMBER)
    row = fields.get(people.oleg, field_id)
    fields.update(people.oleg, field_id, changed(row, name="Число", on_main_page=False), row.version)
    fields.delete(people.oleg, field_id, "удалить")
    fields.restore(people.oleg, field_id)
    assert column_values("it") == [5.0]


def die(*_args: Any, **_kwargs: Any) -> None:
    raise Killed


def once_then_die(function: Callable[..., Any]) -> Callable[..., Any]:
    calls: list[int] = []

    def call(*args: Any) -> Any:
        if calls:
            raise Killed
        calls.append(1)
        return function(*args)

    return call


def in_another_thread(action: Callable[[], Any]) -> type[BaseException] | None:
    """The kind of error another administrator's browser gets."""
    raised: list[type[BaseException]] = []

    def run() -> None:
        try:
            action()
        except Exception as error:
            raised.append(type(error))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    return raised[0] if raised else None

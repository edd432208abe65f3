"""«Поля»: an administrator designs the card (R7.5)."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, InvalidValue, InvalidValues, NotFound
from kaw.fields.phone import phones_in
from kaw.models import AuditAction, AuditEntry, CardState, Field, FieldKind, FieldState, PartnerPhone, Side
from kaw.services import card_schema, field_columns, field_recovery, field_steps, fields, partner_values
from kaw.services.access import Actor
from kaw.services.fields import FieldDraft
from tests.cards import HIDDEN_STATUS, choice_ids, make_card
from tests.conftest import People

NAME = FieldDraft("Название", "name", FieldKind.TEXT, on_main_page=True)


def write_cards(*cards: dict[str, Any]) -> list[int]:
    """Insert cards by unique name of the field; their ids."""
    schema = card_schema.schema()
    rows = [{schema.by_name[name].id: value for name, value in card.items()} for card in cards]
    with db.transaction() as tx:
        return partner_values.write_many(tx.session, schema, rows, author=None, import_id=None, at=db.now())


def column_values(name: str, *, sort_key: bool = False) -> list[Any]:
    """What the cards hold in a field, by id."""
    schema = card_schema.schema()
    field = schema.by_name[name]
    column = schema.table.c[field.sort_column if sort_key else field.column]
    with db.reading() as session:
        return list(session.execute(sa.select(column).order_by(schema.table.c.id)).scalars())


def states() -> list[CardState]:
    table = card_schema.schema().table
    with db.reading() as session:
        return [CardState(state) for state in session.execute(sa.select(table.c.state).order_by(table.c.id)).scalars()]


def phones() -> set[str]:
    with db.reading() as session:
        return set(session.exec(select(PartnerPhone.digits10)).all())


def there() -> field_columns.Columns:
    with db.reading() as session:
        return field_columns.existing(session.connection())


def audited() -> list[tuple[AuditAction, str]]:
    with db.reading() as session:
        return [(row.action, row.subject) for row in session.exec(select(AuditEntry).order_by(AuditEntry.id))]


def changed(row: fields.FieldRow, **changes: Any) -> FieldDraft:
    """The draft of a field with some inputs changed."""
    names = FieldDraft.__dataclass_fields__
    return FieldDraft(**{name: getattr(row.field, name) for name in names} | changes)


def test_a_new_field_has_a_column_and_sorts(people: People) -> None:  # R7.5.1
    draft = FieldDraft(
        "  ИНН \x00 компании ",
        "inn",
        FieldKind.INN,
        section="Контакты",
        hint="10 цифр",
        side=Side.RIGHT,
        on_main_page=True,
    )
    field_id = fields.create(people.oleg, draft)
    row = fields.get(people.oleg, field_id)
    assert (row.field.name, row.field.section, row.field.hint) == ("ИНН компании", "Контакты", "10 цифр")
    assert row.state is FieldState.READY
    assert there().names == {row.field.column, row.field.sort_column}
    assert there().indexed == {row.field.sort_column}
    assert audited() == [(AuditAction.FIELD_CREATED, "ИНН компании")]
    assert fields.sections(people.oleg) == ["Контакты"]


def test_the_usual_card_holds_every_kind_of_value(people: People) -> None:  # R7.5.2
    ids = make_card(people.oleg)
    assert list(ids) == [row.field.unique_name for row in fields.all_fields(people.oleg)]
    assert fields.get(people.oleg, ids["status"]).list_name == "Статусы партнера"
    write_cards({"name": "ООО «Ёлка»", "phone": "+7 903 154-55-46", "amount": 123450})
    assert column_values("amount") == [123450]
    assert column_values("name", sort_key=True) == ["ооо «елка»"]


@pytest.mark.parametrize(
    "service",
    [
        lambda actor: fields.create(actor, NAME),
        lambda actor: fields.all_fields(actor),
        lambda actor: fields.get(actor, 1),
        lambda actor: fields.deleted(actor),
        lambda actor: fields.sections(actor),
        lambda actor: fields.filled_count(actor, 1),
        lambda actor: fields.update(actor, 1, NAME, 1),
        lambda actor: fields.delete(actor, 1, "удалить"),
        lambda actor: fields.restore(actor, 1),
        lambda actor: fields.preview_kind(actor, 1, FieldKind.NUMBER),
        lambda actor: fields.change_kind(actor, 1, FieldKind.NUMBER),
    ],
)
def test_only_administrators_design_the_card(people: People, service: Callable[[Actor], Any]) -> None:  # R7.5.1
    fields.create(people.oleg, NAME)
    for stranger in (people.anna, people.boris, people.vera):
        with pytest.raises(AccessDenied):
            service(stranger)
    assert [row.field.kind for row in fields.all_fields(people.oleg)] == [FieldKind.TEXT]


@pytest.mark.parametrize(
    "name",
    [
        "",
        "имя",
        "1name",
        "_p",
        "Name",
        "na me",
        "name;drop",
        "id",
        "version",
        "created_at",
        "x" * 49,
        "naмe",
        "na\x00me",
    ],
)
def test_a_unique_name_is_latin_and_free(database: db.Database, people: People, name: str) -> None:  # R7.5.1
    with pytest.raises(InvalidValue) as refused:
        fields.create(people.oleg, FieldDraft("Поле", name, FieldKind.TEXT))
    assert refused.value.field == "unique_name"
    assert there().names == set()


@pytest.mark.parametrize("name", ["select", "order", "table", "group", "key", "x" * 48, "a_1"])
def test_words_of_sql_are_good_names(people: People, name: str) -> None:  # R7.5.1
    fields.create(people.oleg, FieldDraft("Поле", name, FieldKind.TEXT))
    assert fields.all_fields(people.oleg)[0].field.unique_name == name


def test_every_wrong_input_is_told_at_its_place(people: People) -> None:  # R7.5.1
    draft = FieldDraft(" ", "ИМЯ", FieldKind.LIST, section="х" * 121, hint="х" * 256, sort_order=10**9)
    with pytest.raises(InvalidValues) as refused:
        fields.create(people.oleg, draft)
    wrong = {error.field for error in refused.value.errors}
    assert wrong == {"name", "unique_name", "section", "hint", "sort_order", "choice_list_id"}


def test_a_unique_name_is_given_once_even_to_two_administrators_at_once(people: People) -> None:  # R7.5.1
    outcomes: list[str] = []
    barrier = threading.Barrier(2)

    def create() -> None:
        barrier.wait()
        try:
            fields.create(people.oleg, NAME)
            outcomes.append("created")
        except InvalidValue as error:
            outcomes.append(error.field)

    threads = [threading.Thread(target=create) for _number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["created", "unique_name"]
    fields.delete(people.oleg, fields.all_fields(people.oleg)[0].field.id, "удалить")
    with pytest.raises(InvalidValue, match="deleted field"):
        fields.create(people.oleg, NAME)


def test_editing_keeps_values_and_a_stale_form_is_a_conflict(people: People) -> None:  # R7.5.3
    field_id = fields.create(people.oleg, NAME)
    write_cards({"name": "Ромашка"})
    row = fields.get(people.oleg, field_id)
    fields.update(people.oleg, field_id, changed(row, name="Контакт", on_main_page=False, required=True), row.version)
    assert column_values("name") == ["Ромашка"]
    assert there().indexed == set()
    with pytest.raises(Conflict):
        fields.update(people.oleg, field_id, changed(row, name="Другое"), row.version)
    with pytest.raises(NotFound):
        fields.update(people.oleg, 999, NAME, 1)
    fresh = fields.get(people.oleg, field_id)
    assert (fresh.field.name, fresh.field.required, fresh.version) == ("Контакт", True, 2)
    for senseless in ({"unique_name": "other"}, {"kind": FieldKind.NUMBER}):
        with pytest.raises(InvalidValue):
            fields.update(people.oleg, field_id, changed(fresh, **senseless), fresh.version)


def test_a_text_field_called_phone_is_looked_up_by_number(people: People) -> None:  # R7.5.2, R12.5
    field_id = fields.create(people.oleg, FieldDraft("Контакты", "contacts", FieldKind.TEXT))
    value = "+7(903) 154-55-46 ? 9096414210 alex"
    write_cards({"contacts": value}, {"contacts": None})
    assert phones() == set()
    row = fields.get(people.oleg, field_id)
    fields.update(people.oleg, field_id, changed(row, name="Телефон"), row.version)
    assert phones() == {entry.digits10 for entry in phones_in(value)}
    row = fields.get(people.oleg, field_id)
    fields.update(people.oleg, field_id, changed(row, name="Контакты"), row.version)
    assert phones() == set()


def test_deleting_needs_the_word_and_can_be_taken_back(people: People) -> None:  # R7.5.4
    ids = make_card(people.oleg)
    write_cards({"name": "Ромашка", "secret": "клад"}, {"name": "Лютик"})
    heard: list[live.LiveEvent] = []
    live.listen(heard.append)
    assert fields.filled_count(people.oleg, ids["secret"]) == 1
    with pytest.raises(InvalidValue) as refused:
        fields.delete(people.oleg, ids["secret"], "да")
    assert refused.value.field == "confirmation"
    assert heard == []
    fields.delete(people.oleg, ids["secret"], " Удалить ")
    assert live.FieldsChanged() in heard
    assert "secret" not in card_schema.schema().by_name
    with pytest.raises(NotFound):
        fields.get(people.oleg, ids["secret"])
    [gone] = fields.deleted(people.oleg)
    assert (gone.id, gone.name, gone.filled) == (ids["secret"], "Секрет", 1)
    fields.restore(people.oleg, ids["secret"])
    assert column_values("secret") == ["клад", None]
    assert fields.deleted(people.oleg) == []
    with pytest.raises(NotFound):
        fields.restore(people.oleg, ids["secret"])


def test_the_second_of_two_administrators_deleting_a_field_hears_that_it_is_gone(people: People) -> None:  # R7.5.4
    field_id = fields.create(people.oleg, NAME)
    fields.delete(people.oleg, field_id, "delete")
    with pytest.raises(NotFound, match="deleted"):
        fields.delete(people.oleg, field_id, "delete")


def test_partners_hidden_by_a_deleted_field_are_shown_again(people: People) -> None:  # R7.6
    ids = make_card(people.oleg)
    list_id = fields.get(people.oleg, ids["status"]).field.choice_list_id
    write_cards({"name": "Ромашка", "status": choice_ids(people.oleg, list_id or 0)[HIDDEN_STATUS]})
    assert states() == [CardState.HIDDEN_BY_CHOICE]
    fields.delete(people.oleg, ids["status"], "удалить")
    assert states() == [CardState.SHOWN]
    fields.restore(people.oleg, ids["status"])
    assert states() == [CardState.HIDDEN_BY_CHOICE]


def test_after_thirty_days_the_values_are_gone_and_the_name_is_free(people: People) -> None:  # R7.5.4
    ids = make_card(people.oleg)
    write_cards({"name": "Ромашка", "phone": "+7 903 154-55-46", "secret": "клад"})
    for name in ("secret", "phone"):
        fields.delete(people.oleg, ids[name], "удалить")
    fields.purge_old()
    assert len(fields.deleted(people.oleg)) == 2
    with db.transaction() as tx:
        tx.session.get_one(Field, ids["phone"]).deleted_at = db.now() - timedelta(days=31)
    fields.purge_old()
    assert [gone.id for gone in fields.deleted(people.oleg)] == [ids["secret"]]
    assert phones() == set()
    assert not field_columns.generations(there().names, ids["phone"])
    again = fields.create(people.oleg, FieldDraft("Телефон", "phone", FieldKind.NUMBER))
    assert again > max(ids.values())
    assert column_values("phone") == [None]


class Killed(Exception):
    """The process dies here."""


@pytest.mark.parametrize("step", ["add", "set_index", "follow"])
def test_a_creation_cut_off_anywhere_is_finished_at_the_next_start(
    people: People, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:  # R7.5.1, R4.4
    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(field_steps if step == "follow" else field_columns, step, die)
        with pytest.raises(Killed):
            fields.create(people.oleg, NAME)
    assert fields.all_fields(people.oleg) == []
    fields.finish_interrupted()
    [row] = fields.all_fields(people.oleg)
    assert there().names == {row.field.column, row.field.sort_column}
    assert there().indexed == {row.field.sort_column}
    write_cards({"name": "Ромашка"})
    assert column_values("name") == ["Ромашка"]


PURGING = ["_delete_rows", "let_columns_go", "drop_column"]


@pytest.mark.parametrize(
    ("database", "step"),
    [(kind, step) for kind in ("sqlite", "mariadb") for step in PURGING] + [("sqlite", "_empty")],
    indirect=["database"],
)  # MariaDB drops a column without emptying it
def test_a_purge_cut_off_anywhere_is_finished_at_the_next_start(
    people: People, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:  # R7.5.4, R4.4
    ids = make_card(people.oleg)
    write_cards({"name": "Ромашка", "secret": "клад"})
    fields.delete(people.oleg, ids["secret"], "удалить")
    with db.transaction() as tx:
        tx.session.get_one(Field, ids["secret"]).deleted_at = db.now() - timedelta(days=31)

    def die(*_args: Any, **_kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(field_columns if step == "drop_column" else field_steps, step, die)
        with pytest.raises(Killed):
            fields.purge_old()
    fields.finish_interrupted()
    assert fields.deleted(people.oleg) == []
    assert not field_columns.generations(there().names, ids["secret"])
    assert column_values("name") == ["Ромашка"]


def test_a_start_while_another_process_changes_fields_leaves_it_alone(people: People) -> None:  # R4.1
    with field_columns.exclusive():
        worker = threading.Thread(target=field_recovery.finish_interrupted)
        worker.start()
        worker.join(5)
        assert not worker.is_alive()
    with field_columns.exclusive(wait=0):
        pass


def test_the_database_says_clearly_when_it_takes_no_more_fields(
    people: People, database: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # R7.5.1
    if database.is_sqlite:
        monkeypatch.setattr(field_columns, "MOST_FIELDS", 60)
    made = 0
    with pytest.raises(InvalidValue) as refused:
        while made < 400:
            fields.create(people.oleg, FieldDraft(f"Поле {made}", f"field_{made}", FieldKind.TEXT))
            made += 1
    assert "no more fields" in refused.value.text or "at most" in refused.value.text
    assert made >= 60
    assert len(fields.all_fields(people.oleg)) == made
    text = "ж" * 255
    write_cards({f"field_{number}": text for number in range(made)})
    assert column_values(f"field_{made - 1}") == [text]


@pytest.mark.parametrize("database", ["mariadb"], indirect=True)  # SQLite indexes as many columns as it has
def test_the_main_page_says_clearly_when_it_is_full(people: People) -> None:  # R8.3.3
    made = 0
    with pytest.raises(InvalidValue) as refused:
        while made < 80:
            draft = FieldDraft(f"Поле {made}", f"field_{made}", FieldKind.NUMBER, on_main_page=True)
            fields.create(people.oleg, draft)
            made += 1
    assert refused.value.field == "on_main_page"
    assert made >= 50
    row = fields.all_fields(people.oleg)[0]
    fields.update(people.oleg, row.field.id, changed(row, on_main_page=False), row.version)
    fields.create(people.oleg, FieldDraft("Последнее", "last", FieldKind.NUMBER, on_main_page=True))

"""«Списки» and the list editor, as an administrator meets them. R7.6"""

from typing import Any

from nicegui import ui
from nicegui.testing import User

from kaw import db
from kaw.components.administration.choice_rows import ChoiceRows
from kaw.models import FieldKind
from kaw.services import card_schema, choices, fields, partner_values
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import control, error_at, eventually, fill, press, rows

NAME = "Название списка (обязательно)"
SCRIPT = "<img src=x onerror=alert(1)>"


async def test_lists_are_shown_with_the_fields_that_use_them(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы партнера", ["Активный", "Отказ"])
    make_field(people.oleg, list_id)
    oleg = await visit(people.oleg, "/lists")
    await oleg.should_see("Создать новый список")
    await eventually(lambda: rows(oleg))
    (shown,) = rows(oleg)
    assert (shown["name"], shown["items"], shown["used_by"]) == ("Статусы партнера", 2, "Статус")


async def test_without_lists_the_screen_says_what_they_are_for(visit: Visit, people: People) -> None:
    """R7.6"""
    oleg = await visit(people.oleg, "/lists")
    await oleg.should_see("Списков пока нет")
    press(oleg, "Создать первый список")
    await oleg.should_see("Список (создать)")


async def test_a_list_is_created_with_its_rows(visit: Visit, people: People) -> None:
    """R7.6"""
    oleg = await visit(people.oleg, "/list/new")
    await oleg.should_see(NAME)
    fill(oleg, {NAME: "Воронка продаж"})
    arrange(oleg, [(-1, None, "Договор", 2, False), (-2, None, "Отказ", 3, True), (-3, None, SCRIPT, 1, False)])
    press(oleg, "Сохранить")
    await oleg.should_see("Список «Воронка продаж» создан.")
    (made,) = choices.all_lists(people.oleg)
    items = choices.get(people.oleg, made.id).items
    assert [(item.name, item.hidden_by_default) for item in items] == [
        (SCRIPT, False),
        ("Договор", False),
        ("Отказ", True),
    ]


async def test_a_list_needs_a_name_of_its_own_and_rows_with_names(visit: Visit, people: People) -> None:
    """R7.6"""
    make(people.oleg, "Статусы партнера", ["Активный"])
    oleg = await visit(people.oleg, "/list/new")
    await oleg.should_see(NAME)
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, NAME) == "Укажите название списка.")
    fill(oleg, {NAME: "Статусы партнера"})
    arrange(oleg, [(-1, None, "Учёт", 1, False), (-2, None, "учет", 2, False), (-3, None, "", 3, False)])
    press(oleg, "Сохранить")
    await eventually(lambda: the_rows(oleg).props["errors"])
    assert the_rows(oleg).props["errors"] == {
        "-2": "Такая строка уже есть.",
        "-3": "Укажите название или удалите строку.",
    }
    arrange(oleg, [(-1, None, "Учёт", 1, False)])
    await eventually(lambda: not the_rows(oleg).props["errors"])
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, NAME))
    assert len(choices.all_lists(people.oleg)) == 1


async def test_a_row_is_renamed_and_moved(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы партнера", ["Активный", "Думает"])
    active, thinking = [item.id for item in choices.get(people.oleg, list_id).items]
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await oleg.should_see("Удалить список")
    arrange(oleg, [(thinking, thinking, "Думает", 1, False), (active, active, "Активный", 2, False)])
    oleg.find(kind=ChoiceRows).trigger("edited", {"key": active, "name": "Действующий"})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    items = choices.get(people.oleg, list_id).items
    assert [(item.id, item.name) for item in items] == [(thinking, "Думает"), (active, "Действующий")]


async def test_removing_a_used_row_asks_what_replaces_it(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы партнера", ["Активный", "Думает"])
    active, thinking = [item.id or 0 for item in choices.get(people.oleg, list_id).items]
    field_id = make_field(people.oleg, list_id)
    fill_cards(field_id, [thinking, thinking, active])
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await oleg.should_see("Удалить список")
    arrange(oleg, [(active, active, "Активный", 1, False)])
    press(oleg, "Сохранить")
    await oleg.should_see("Эти строки используются")
    await oleg.should_see("в 2 карточках")
    (replacement,) = [
        found for found in oleg.find(kind=ui.select).elements if found.props["aria-label"] == "Вместо «Думает»"
    ]
    replacement.set_value(active)
    press(oleg, "Заменить и сохранить")
    await oleg.should_see("Сохранено.")
    assert card_values(field_id) == [active, active, active]


async def test_a_used_row_stays_when_the_question_is_closed(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы партнера", ["Активный"])
    (active,) = [item.id or 0 for item in choices.get(people.oleg, list_id).items]
    fill_cards(make_field(people.oleg, list_id), [active])
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await oleg.should_see("Удалить список")
    arrange(oleg, [])
    press(oleg, "Сохранить")
    await oleg.should_see("Эти строки используются")
    press(oleg, "Отмена")
    await oleg.should_not_see("Эти строки используются")
    assert choices.get(people.oleg, list_id).items


async def test_a_list_in_use_is_not_deleted_and_says_by_which_fields(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы партнера", ["Активный"])
    make_field(people.oleg, list_id)
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await confirm_deleting(oleg)
    await oleg.should_see("Статус")
    assert choices.all_lists(people.oleg)


async def test_an_unused_list_is_deleted_by_the_typed_word(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы звонка", ["Дозвон"])
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await confirm_deleting(oleg)
    await eventually(lambda: not choices.all_lists(people.oleg))


async def test_an_editor_of_a_list_deleted_meanwhile_says_so(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы звонка", ["Дозвон"])
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await oleg.should_see("Удалить список")
    choices.delete(people.oleg, list_id, "удалить")
    await oleg.should_see("Такого списка больше нет")


async def test_rows_changed_by_two_administrators_are_told(visit: Visit, people: People) -> None:
    """R7.6"""
    list_id = make(people.oleg, "Статусы звонка", ["Дозвон"])
    (item,) = choices.get(people.oleg, list_id).items
    oleg = await visit(people.oleg, f"/list/{list_id}")
    await oleg.should_see("Удалить список")
    oleg.find(kind=ChoiceRows).trigger("edited", {"key": item.id, "name": "Дозвонились"})
    choices.save(people.oleg, list_id, "Статусы звонка", [ItemDraft(item.id, "Ответил", 1)], version=1)
    await oleg.should_see("другой администратор изменил: «Строки»")
    press(oleg, "Взять новые")
    await eventually(lambda: [row["name"] for row in the_rows(oleg).props["rows"]] == ["Ответил"])


async def test_unsaved_rows_come_back(visit: Visit, people: People) -> None:
    """R6.2 R7.6"""
    oleg = await visit(people.oleg, "/list/new")
    await oleg.should_see(NAME)
    fill(oleg, {NAME: "Города"})
    arrange(oleg, [(-1, None, "Казань", 1, False)])
    for _ in range(3):
        await db.in_thread(lambda: None)
    again = await visit(people.oleg, "/list/new")
    await again.should_see(NAME)
    assert control(again, NAME).value == "Города"
    assert [row["name"] for row in the_rows(again).props["rows"]] == ["Казань"]


def the_rows(user: User) -> ChoiceRows:
    (found,) = user.find(kind=ChoiceRows).elements
    return found


def arrange(user: User, wanted: list[tuple[Any, ...]]) -> None:
    """What the browser says after rows were added, removed or moved."""
    names = ("key", "id", "name", "order", "hidden")
    user.find(kind=ChoiceRows).trigger("arranged", [dict(zip(names, row, strict=True)) for row in wanted])


async def confirm_deleting(user: User) -> None:
    await user.should_see("Удалить список")
    press(user, "Удалить список")
    await user.should_see("Чтобы подтвердить")
    fill(user, {"Чтобы подтвердить, введите слово «удалить»": "удалить"})
    user.find(kind=ui.input).trigger("keydown.enter")


def make(actor: Actor, name: str, items: list[str]) -> int:
    return choices.save(actor, None, name, [ItemDraft(None, item, place) for place, item in enumerate(items, start=1)])


def make_field(actor: Actor, list_id: int) -> int:
    return fields.create(actor, FieldDraft("Статус", "status", FieldKind.DROPDOWN, choice_list_id=list_id))


def fill_cards(field_id: int, values: list[int]) -> None:
    schema = card_schema.schema()
    with db.transaction() as tx:
        cards = [{field_id: value} for value in values]
        partner_values.write_many(tx.session, schema, cards, author=None, import_id=None, at=db.now())


def card_values(field_id: int) -> list[int]:
    schema = card_schema.schema()
    with db.reading() as session:
        query = schema.table.select().order_by(schema.table.c.id)
        return [getattr(row, schema.by_id[field_id].column) for row in session.connection().execute(query)]

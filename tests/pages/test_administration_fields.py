"""«Поля в проекте» and the field editor, as an administrator meets them."""

import pytest
from nicegui import ui
from nicegui.testing import User

from kaw import db
from kaw.components.administration.action_list import ActionList
from kaw.components.list_table import ListTable
from kaw.models import FieldKind, Side
from kaw.services import card_schema, choices, fields, partner_values, workspace_state
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import control, error_at, eventually, fill, press, rows

UNIQUE_NAME = "Уникальное название поля (на латинице без пробелов)"
SCRIPT = "<img src=x onerror=alert(1)>"


async def test_the_table_has_all_columns_of_the_manual(visit: Visit, people: People) -> None:
    """R7.5.1 R7.5.2"""
    field_id = make(people.oleg, "Email", "email", section="2. Контактные данные", side=Side.RIGHT, on_main_page=True)
    oleg = await visit(people.oleg, "/fields")
    await oleg.should_see("Создать новое поле")
    await eventually(lambda: rows(oleg))
    (table,) = oleg.find(kind=ListTable).elements
    assert [column["label"] for column in table.columns] == [
        "ID",
        "Название",
        "Unicname",
        "Тип",
        "Группа",
        "расположение (слева(1)/справа(2))",
        "Выводить на главной странице",
        "Вкл",
        "",
    ]
    (shown,) = rows(oleg)
    assert shown["id"] == field_id
    assert [shown[name] for name in ("kind", "section", "side", "on_main_page", "shown")] == [
        "Текстовое",
        "2. Контактные данные",
        2,
        True,
        True,
    ]


async def test_an_empty_project_says_what_fields_are(visit: Visit, people: People) -> None:
    """R7.5.1"""
    oleg = await visit(people.oleg, "/fields")
    await oleg.should_see("В карточке пока нет полей")
    press(oleg, "Создать первое поле")
    await oleg.should_see("Основные параметры поля")


async def test_a_field_is_created_with_a_proposed_unique_name(visit: Visit, people: People) -> None:
    """R7.5.1"""
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Дополнительные параметры")
    fill(oleg, {"Название поля": "Дата последней сделки", "Тип поля": FieldKind.DATE.value, "Обязательное?": True})
    assert control(oleg, UNIQUE_NAME).value == "data_posledney_sdelki"
    press(oleg, "Сохранить")
    await oleg.should_see("Поле «Дата последней сделки» создано.")
    (created,) = fields.all_fields(people.oleg)
    assert (created.field.kind, created.field.required) == (FieldKind.DATE, True)


async def test_a_typed_unique_name_is_not_overwritten(visit: Visit, people: People) -> None:
    """R7.5.1"""
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Основные параметры поля")
    fill(oleg, {"Название поля": "Телефон", UNIQUE_NAME: "phone"})
    fill(oleg, {"Название поля": "Телефон офиса"})
    assert control(oleg, UNIQUE_NAME).value == "phone"


async def test_what_is_wrong_stands_at_its_input(visit: Visit, people: People) -> None:
    """R7.5.1"""
    make(people.oleg, "Email", "email")
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Основные параметры поля")
    fill(oleg, {"Название поля": "Почта", UNIQUE_NAME: "email"})
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, UNIQUE_NAME))
    assert len(fields.all_fields(people.oleg)) == 1


async def test_a_list_kind_asks_for_one_of_the_lists(visit: Visit, people: People) -> None:
    """R7.5.1 R7.6"""
    list_id = choices.save(people.oleg, None, "Статусы партнера", [ItemDraft(None, "Активный")])
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Placeholder")
    fill(oleg, {"Название поля": "Статус", "Тип поля": FieldKind.DROPDOWN.value})
    await oleg.should_not_see("Placeholder")
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, "Список"))
    fill(oleg, {"Список": list_id})
    press(oleg, "Сохранить")
    await oleg.should_see("Поле «Статус» создано.")
    assert fields.all_fields(people.oleg)[0].field.choice_list_id == list_id


async def test_every_type_has_an_example(visit: Visit, people: People) -> None:
    """R7.5.1 R7.5.2"""
    list_id = choices.save(people.oleg, None, "Статусы партнера", [ItemDraft(None, "Активный")])
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Пример отображения:")
    fill(oleg, {"Название поля": "Проба", "Тип поля": FieldKind.DROPDOWN.value})
    await eventually(lambda: control(oleg, "Список"))
    fill(oleg, {"Список": list_id})
    for kind in FieldKind:
        fill(oleg, {"Тип поля": kind.value})
        assert control(oleg, "Проба") is not None, kind


async def test_unsaved_text_comes_back(visit: Visit, people: People) -> None:
    """R6.2 R7.5.1"""
    oleg = await visit(people.oleg, "/field/new")
    await oleg.should_see("Основные параметры поля")
    fill(oleg, {"Название поля": "Хобби КЛ"})
    await eventually(lambda: control(oleg, UNIQUE_NAME).value == "khobbi_kl")
    await eventually(lambda: "Хобби КЛ" in str(workspace_state.drafts(people.oleg)))
    again = await visit(people.oleg, "/field/new")
    await again.should_see("Основные параметры поля")
    assert control(again, "Название поля").value == "Хобби КЛ"


async def test_editing_keeps_the_values(visit: Visit, people: People) -> None:
    """R7.5.3"""
    field_id = make(people.oleg, "Комментарий_", "comment")
    fill_cards(field_id, ["важный", "срочный"])
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    fill(oleg, {"Название поля": "Комментарий", "Placeholder": "Что важно"})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert fields.get(people.oleg, field_id).field.name == "Комментарий"
    assert fields.filled_count(people.oleg, field_id) == 2


async def test_another_type_shows_what_would_be_lost_and_then_does_it(visit: Visit, people: People) -> None:
    """R7.5.3"""
    field_id = make(people.oleg, "Дата последней сделки", "data_sdelki")
    fill_cards(field_id, ["10.03.2025", "11.03.2025", "в марте"])
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    fill(oleg, {"Тип поля": FieldKind.DATE.value})
    await oleg.should_see("Поле заполнено в 3 карточках.")
    await oleg.should_see("2 значения")
    await oleg.should_see("1 значение")
    await oleg.should_see("в марте")
    assert fields.get(people.oleg, field_id).field.kind is FieldKind.TEXT
    press(oleg, "Изменить тип")
    await eventually(lambda: fields.get(people.oleg, field_id).field.kind is FieldKind.DATE)
    await oleg.should_see("Тип поля изменен: перенесено 2 значения, потеряно 1 значение.")
    await eventually(lambda: control(oleg, "Тип поля").value == FieldKind.DATE.value)


async def test_the_type_stays_when_the_question_is_closed(visit: Visit, people: People) -> None:
    """R7.5.3"""
    field_id = make(people.oleg, "Дата последней сделки", "data_sdelki")
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    fill(oleg, {"Тип поля": FieldKind.DATE.value})
    await oleg.should_see("терять нечего")
    press(oleg, "Отмена")
    await eventually(lambda: control(oleg, "Тип поля").value == FieldKind.TEXT.value)
    assert fields.get(people.oleg, field_id).field.kind is FieldKind.TEXT


async def test_two_edits_of_the_same_value_are_told(visit: Visit, people: People) -> None:
    """R7.5.3"""
    field_id = make(people.oleg, "Email", "email")
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    fill(oleg, {"Название поля": "Почта"})
    fields.update(people.oleg, field_id, FieldDraft("E-mail", "email", FieldKind.TEXT, "Связь"), version=1)
    await oleg.should_see("другой администратор изменил: «Название поля»")
    assert control(oleg, "Название группы").value == "Связь"
    press(oleg, "Оставить мои")
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    saved = fields.get(people.oleg, field_id).field
    assert (saved.name, saved.section) == ("Почта", "Связь")


async def test_deleting_says_how_many_cards_hold_a_value_and_can_be_taken_back(visit: Visit, people: People) -> None:
    """R7.5.4"""
    field_id = make(people.oleg, "Хобби КЛ", "hobbi")
    fill_cards(field_id, ["лыжи", "шахматы"])
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    press(oleg, "Удалить поле")
    await oleg.should_see("Поле заполнено в 2 карточках.")
    fill(oleg, {"Чтобы подтвердить, введите слово «удалить»": "удалить"})
    oleg.find(kind=ui.input).trigger("keydown.enter")
    await eventually(lambda: not fields.all_fields(people.oleg))
    again = await visit(people.oleg, "/fields")
    await again.should_see("Удаленные поля (1)")
    again.find(kind=ActionList).trigger("act", field_id)
    await eventually(lambda: [row["name"] for row in rows(again)] == ["Хобби КЛ"])
    assert fields.filled_count(people.oleg, field_id) == 2


async def test_an_editor_of_a_field_deleted_meanwhile_says_so(visit: Visit, people: People) -> None:
    """R7.5.4"""
    field_id = make(people.oleg, "Email", "email")
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see("Удалить поле")
    fields.delete(people.oleg, field_id, "удалить")
    await oleg.should_see("Такого поля больше нет")


async def test_scripts_in_names_are_text(visit: Visit, people: People) -> None:
    """R7.5.1"""
    field_id = make(people.oleg, SCRIPT, "script", section=SCRIPT, hint=SCRIPT)
    oleg = await visit(people.oleg, f"/field/{field_id}")
    await oleg.should_see(SCRIPT)
    assert not [
        element for element in oleg.find(kind=ui.element).elements if SCRIPT in str(element.props.get("innerHTML"))
    ]


@pytest.mark.parametrize("address", ["/fields", "/field/new", "/field/1", "/lists", "/list/new", "/list/1", "/imports"])
async def test_an_operator_cannot_open_these_tabs(visit: Visit, people: People, address: str) -> None:
    """R7.5.1 R7.6 R7.7.1"""
    make(people.oleg, "Email", "email")
    anna: User = await visit(people.anna, address)
    await anna.should_see("Нет доступа")
    await anna.should_not_see("Сохранить")


def make(actor: Actor, name: str, unique_name: str, **more: object) -> int:
    return fields.create(actor, FieldDraft(name, unique_name, FieldKind.TEXT, **more))


def fill_cards(field_id: int, values: list[str]) -> None:
    schema = card_schema.schema()
    with db.transaction() as tx:
        cards = [{field_id: value} for value in values]
        partner_values.write_many(tx.session, schema, cards, author=None, import_id=None, at=db.now())

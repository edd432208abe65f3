"""The editors of the card: one for every type of field, giving what the type takes."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from nicegui import Client, ui
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation

from kaw.components import editors
from kaw.components.editors.contacts import address_of
from kaw.components.form import Form
from kaw.fields.base import ChoiceItem
from kaw.models import FieldKind
from kaw.services.card_schema import CardField
from tests.conftest import People

ITEMS = (ChoiceItem(1, "Первый"), ChoiceItem(2, "Второй"), ChoiceItem(3, "Третий"))


def field(kind: FieldKind, **more: Any) -> CardField:
    items = ITEMS if kind.has_choices else ()
    return CardField(1, "Поле", "field", kind, choices=items, hint="Подсказка", **more)


@pytest.fixture
async def page(people: People) -> AsyncIterator[User]:
    """An empty page to build in."""

    def root() -> None:
        ui.label("here")

    async with user_simulation(root) as user:
        await user.open("/")
        yield user


def in_page(user: User) -> Client:
    assert user.client
    return user.client


def test_every_type_has_an_editor() -> None:
    """R7.5.2"""
    assert set(editors.EDITORS) == set(FieldKind)


@pytest.mark.parametrize("required", [True, False])
async def test_an_editor_is_named_and_gives_what_its_type_takes(page: User, required: bool) -> None:
    """R7.5.2 R8.1"""
    for kind in FieldKind:
        shown = field(kind, required=required)
        with in_page(page), Form() as form:
            control = form.hold("field", "Поле", partial(editors.EDITORS[kind], shown), required=required)
        assert shown.type.parse(control.value, shown.context()) is None
        props = control.props
        assert "for" in props or props.get("aria-label") == "Поле" or props.get("aria-labelledby"), kind
        assert ("aria-required" in props) == required


VALUES = {
    FieldKind.LIST: [1, 3],
    FieldKind.CHECKBOXES: [1, 3],
    FieldKind.DROPDOWN: 2,
    FieldKind.RADIO: 2,
    FieldKind.YES_NO: False,
    FieldKind.USER: 7,
    FieldKind.PARTNER: 7,
}


async def test_a_value_put_in_is_told_once_and_read_back(page: User) -> None:
    """R8.2"""
    for kind in FieldKind:
        shown = field(kind)
        told: list[Any] = []
        with in_page(page):
            control = editors.editor(shown)
            control.on_value_change(lambda told=told: told.append(1))
            value = VALUES.get(kind, "12")
            editors.put(control, value, "Седьмой")
            assert control.value == value
            assert len(told) == 1, kind
            assert editors.words(shown, control, value)


async def test_choices_that_are_gone_are_left_out(page: User) -> None:
    """R7.6"""
    with in_page(page):
        for kind in (FieldKind.LIST, FieldKind.CHECKBOXES):
            control = editors.editor(field(kind))
            editors.put(control, [9, 3, 1])
            assert control.value == [1, 3]
        for kind in (FieldKind.DROPDOWN, FieldKind.RADIO):
            control = editors.editor(field(kind))
            editors.put(control, 9)
            assert control.value is None


async def test_phones_are_shown_in_groups_however_they_came(page: User) -> None:
    """R7.5.2"""
    as_in_the_manual = CardField(1, "Телефон", "phone", FieldKind.TEXT)
    assert editors.shown_input(as_in_the_manual, "89031545546") == "+7 903 154-55-46"
    assert editors.shown_input(as_in_the_manual, "спросить у секретаря") == "спросить у секретаря"


async def test_a_phone_is_put_in_groups_when_its_field_is_left(page: User) -> None:
    """R7.5.2"""
    with in_page(page):
        control = editors.editor(field(FieldKind.PHONE))
    for typed, left in (
        ("89031545546, 8 909 641 42 10", "+7 903 154-55-46, +7 909 641-42-10"),
        ("нет", "нет"),
        ("", ""),
    ):
        control.set_value(typed)
        page.find(kind=ui.textarea).trigger("blur")
        assert control.value == left


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "data:text/html,x", " JAVASCRIPT:alert(1)", "vbscript:x", "просто"]
)
def test_a_link_runs_no_script(database: object, text: str) -> None:
    """R7.5.2"""
    assert address_of(text, FieldKind.LINK) == ""

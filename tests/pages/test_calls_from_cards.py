"""Calls from the card and the partner table, and the calls of a card (R8.2.7, R8.2.8, R12.4)."""

from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User

from kaw import live
from kaw.components.call_history.call_table import CallTable
from kaw.components.editors.contacts import PhoneInput
from kaw.components.partner_card.read_only import ReadOnly
from kaw.models import Access, CallDirection, FieldKind
from kaw.services import fields, partners
from kaw.services import settings as settings_
from kaw.services.dialling import partner_of_origin
from kaw.services.fields import FieldDraft
from kaw.telephony.port import Link, LinkState
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit
from tests.pages.forms import click, click_in_table, control, eventually, settled
from tests.pbx import PaperPbx

FIRST, FIRST_SHOWN = "79031545546", "+7 903 154-55-46"
SECOND, SECOND_SHOWN = "74951112233", "+7 495 111-22-33 доб. 12 (склад 2)"
PRIVATE = "79096414210"


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """Anna edits name and phone, Boris looks at them; nobody but Oleg sees the private phone."""
    made = make_card(people.oleg)
    made["private"] = fields.create(
        people.oleg, FieldDraft("Личный", "private_phone", FieldKind.PHONE, on_main_page=True)
    )
    allow(people.editors, {made["name"]: Access.EDIT, made["phone"]: Access.EDIT})
    allow(people.viewers, {made["name"]: Access.VIEW, made["phone"]: Access.VIEW})
    for actor, extension in ((people.oleg, "100"), (people.anna, "101"), (people.boris, "102"), (people.vera, "103")):
        give_extension(actor, extension)
    return made


@pytest.fixture
def romashka(people: People, card: dict[str, int]) -> int:
    values = {"name": "Ромашка", "phone": f"{FIRST}, {SECOND_SHOWN}", "private_phone": PRIVATE}
    return partners.create(people.oleg, values)


def read_only(user: User, text: str) -> ReadOnly:
    """The value in the form, not in the head, that holds this text."""
    found = [each for each in user.find(kind=ReadOnly).elements if text in str(each.props.get("parts"))]
    return next(each for each in found if "kaw-card-phone" not in each.classes)


def elements_of(user: User, kind: type[ui.element]) -> list[Any]:
    """All of a kind, open or not."""
    assert user.client
    return [each for each in user.client.elements.values() if isinstance(each, kind)]


def asked(pbx: PaperPbx) -> list[tuple[str, int | None]]:
    """Which numbers were called, and as whose."""
    return [(values["number"], partner_of_origin(values["origin"])) for _name, values in pbx.asked]


async def test_a_number_that_is_looked_at_is_called(visit: Visit, people: People, romashka: int, pbx: PaperPbx) -> None:
    """R8.2.7 R12.4"""
    boris = await visit(people.boris, f"/partner/{romashka}")
    await boris.should_see("Ромашка")
    await eventually(lambda: read_only(boris, FIRST_SHOWN))
    phones = read_only(boris, FIRST_SHOWN)
    assert phones.props["calls"] is True
    click(boris, phones, "call", 0)
    await eventually(lambda: asked(pbx) == [(FIRST, romashka)])
    click(boris, phones, "call", 1)
    await eventually(lambda: asked(pbx)[1:] == [(SECOND, romashka)])
    for place in (2, -1):
        click(boris, phones, "call", place)
    await settled()
    assert len(pbx.asked) == 2


async def test_a_number_that_can_be_edited_is_called(
    visit: Visit, people: People, romashka: int, pbx: PaperPbx
) -> None:
    """R8.2.7 R12.4: of several one is chosen; what has just been typed is called as no card's number"""
    anna = await visit(people.anna, f"/partner/{romashka}")
    await anna.should_see("Телефон")
    editor = control(anna, "Телефон")
    assert isinstance(editor, PhoneInput)
    button = next(each for each in editor.slots["prepend"].children if isinstance(each, ui.button))
    assert button.enabled
    click(anna, button, "click", {})
    await eventually(lambda: elements_of(anna, ui.menu_item))
    _first, second = elements_of(anna, ui.menu_item)
    click(anna, second, "click", {})
    await eventually(lambda: asked(pbx) == [(SECOND, romashka)])
    editor.set_value("8 (999) 888-77-66")
    click(anna, button, "click", {})
    await eventually(lambda: asked(pbx)[1:] == [("79998887766", None)])
    editor.set_value("позвонить")
    click(anna, button, "click", {})
    await anna.should_see("В номере не может быть букв: позвонить")
    assert len(pbx.asked) == 2


async def test_what_the_pbx_says_is_shown(visit: Visit, people: People, romashka: int, pbx: PaperPbx) -> None:
    """R12.4"""
    boris = await visit(people.boris, f"/partner/{romashka}")
    await eventually(lambda: read_only(boris, FIRST_SHOWN))
    pbx.link = Link(LinkState.LOST)
    click(boris, read_only(boris, FIRST_SHOWN), "call", 0)
    await boris.should_see("Нет связи с АТС")


async def test_without_telephony_it_says_why_and_follows(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.7"""
    boris, anna = [await visit(who, f"/partner/{romashka}") for who in (people.boris, people.anna)]
    await eventually(lambda: read_only(boris, FIRST_SHOWN))
    await anna.should_see("Телефон")
    (button,) = (each for each in control(anna, "Телефон").slots["prepend"].children if isinstance(each, ui.button))
    assert read_only(boris, FIRST_SHOWN).props["calls"] is False
    assert (button.enabled, button.props["title"]) == (False, "Телефония не подключена")
    settings_.change(people.oleg, {"pbx_host": "127.0.0.1"})
    await eventually(lambda: read_only(boris, FIRST_SHOWN).props["calls"] is True)
    await eventually(lambda: button.enabled)


async def test_a_number_in_the_table_is_called(visit: Visit, people: People, romashka: int, pbx: PaperPbx) -> None:
    """R12.4: the first with a click, the others from a list"""
    anna = await visit(people.anna)
    await anna.should_see("1 партнер")
    click_in_table(anna, "call", id=romashka, number=f"+{FIRST}")
    await eventually(lambda: asked(pbx) == [(FIRST, romashka)])
    click_in_table(anna, "numbers", id=romashka, column="phone", x=1, y=1)
    await eventually(lambda: anna.find(kind=ReadOnly).elements)
    (numbers,) = anna.find(kind=ReadOnly).elements
    assert [part["text"] for part in numbers.props["parts"]] == [FIRST_SHOWN, SECOND_SHOWN]
    click(anna, numbers, "call", 1)
    await eventually(lambda: asked(pbx)[1:] == [(SECOND, romashka)])
    await eventually(lambda: numbers.is_deleted)


async def test_a_forged_message_calls_nobody(visit: Visit, people: People, romashka: int, pbx: PaperPbx) -> None:
    """R12.4 R7.3.6: neither a hidden field's number nor another's, and both are refused alike"""
    anna = await visit(people.anna)
    await anna.should_see("1 партнер")
    for sent in (
        {"id": romashka, "number": f"+{PRIVATE}"},
        {"id": romashka, "number": "+79999999999"},
        {"id": romashka + 1, "number": f"+{FIRST}"},
    ):
        click_in_table(anna, "call", **sent)
        await anna.should_see("Такой записи нет, или у вас нет к ней доступа.")
    click_in_table(anna, "numbers", id=romashka, column="private_phone", x=1, y=1)
    await settled()
    assert elements_of(anna, ReadOnly) == []
    assert pbx.asked == []


def calls(user: User) -> list[dict[str, Any]]:
    (table,) = user.find(kind=CallTable).elements
    return table.props["rows"]


async def test_the_calls_of_a_card(visit: Visit, people: People, romashka: int, pbx: PaperPbx) -> None:
    """R8.2.8: read when they are looked at, with totals, live"""
    settings_.change(people.oleg, {"pbx_recordings": "/recordings"})
    insert_call(people.anna, number=FIRST, ago=900, partner_id=romashka, recording="a.wav")
    insert_call(people.boris, number=FIRST, extension="102", ago=600, stage="missed", partner_id=romashka)
    anna = await visit(people.anna, f"/partner/{romashka}")
    await anna.should_see("История по звонкам")
    assert elements_of(anna, CallTable) == []
    anna.find("История по звонкам").click()
    await anna.should_see("звонков сделано — 1, пропущено — 1")
    assert [(row["number"], row["event"], row["recorded"]) for row in calls(anna)] == [
        (FIRST_SHOWN, "Входящий, пропущен", False),
        (FIRST_SHOWN, "Входящий, отвечен", True),
    ]
    newest = insert_call(people.anna, number=FIRST, direction=CallDirection.OUTBOUND, partner_id=romashka)
    live.announce([live.CallsChanged((newest,))])
    await anna.should_see("звонков сделано — 2, пропущено — 1")
    anna.find(kind=CallTable).trigger("call", newest)
    await eventually(lambda: asked(pbx) == [(FIRST, romashka)])


async def test_a_card_without_calls_says_so(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.8"""
    boris = await visit(people.boris, f"/partner/{romashka}")
    await boris.should_see("История по звонкам")
    boris.find("История по звонкам").click()
    await boris.should_see("Звонков нет")

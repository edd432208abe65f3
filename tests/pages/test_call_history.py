"""«История вызовов» on the screen: whose calls, as they come, and calling back."""

from typing import Any

from nicegui import ui
from nicegui.testing import User

from kaw import live
from kaw.components.call_history.call_table import CallTable
from kaw.models import Access
from kaw.services import call_notes, partners, settings
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, fill, press, settled
from tests.pbx import PaperPbx

NUMBER, SHOWN = "79031545546", "+7 903 154-55-46"


def table(user: User) -> CallTable:
    (element,) = user.find(kind=CallTable).elements
    return element


def rows(user: User) -> list[dict[str, Any]]:
    return table(user).props["rows"]


async def test_anna_sees_her_calls_as_they_come(visit: Visit, people: People) -> None:
    """R12.6"""
    card = make_card(people.oleg)
    allow(people.editors, {card["name"]: Access.EDIT, card["phone"]: Access.EDIT})
    give_extension(people.anna, "101")
    partner = partners.create(people.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    anna = await visit(people.anna, "/calls")
    await anna.should_see("Звонков нет")
    call_id = insert_call(people.anna, number=NUMBER)
    live.announce([live.CallsChanged((call_id,))])
    await eventually(lambda: rows(anna))
    await anna.should_not_see("Звонков нет")
    (row,) = rows(anna)
    assert (row["number"], row["title"], row["event"]) == (SHOWN, "ООО «Ёлочка»", "Входящий, отвечен")
    anna.find(kind=CallTable).trigger("open", row["partner"])
    await anna.should_see(f"№ {partner}")


async def test_older_calls_stay_when_new_ones_come(visit: Visit, people: People) -> None:
    """R12.6"""
    make_card(people.oleg)
    made = [insert_call(people.oleg, number=NUMBER, ago=9000 - place) for place in range(120)]
    oleg = await visit(people.oleg, "/calls")
    await eventually(lambda: len(rows(oleg)) == 50)
    press(oleg, "Показать еще")
    await eventually(lambda: len(rows(oleg)) == 100)
    newest = insert_call(people.oleg, number=NUMBER)
    live.announce([live.CallsChanged((newest,))])
    await eventually(lambda: rows(oleg)[0]["id"] == newest)
    press(oleg, "Показать еще")
    await eventually(lambda: len(rows(oleg)) == 121)
    assert [row["id"] for row in rows(oleg)] == [newest, *reversed(made)]
    await oleg.should_not_see("Показать еще")


async def test_a_hidden_phone_is_not_in_the_list(visit: Visit, people: People) -> None:
    """R12.6 R7.3.6"""
    card = make_card(people.oleg)
    allow(people.viewers, {card["name"]: Access.VIEW})
    give_extension(people.boris, "102")
    insert_call(people.boris, number=NUMBER, extension="102")
    boris = await visit(people.boris, "/calls")
    await eventually(lambda: rows(boris))
    assert [(row["event"], row["number"]) for row in rows(boris)] == [("Входящий, отвечен", "")]


async def test_a_click_calls_back(visit: Visit, people: People, pbx: PaperPbx) -> None:
    """R12.4 R12.6"""
    card = make_card(people.oleg)
    allow(people.editors, {card["name"]: Access.EDIT, card["phone"]: Access.EDIT})
    give_extension(people.anna, "101")
    call_id = insert_call(people.anna, number=NUMBER)
    strangers = insert_call(people.boris, number="74951234567", extension="102")
    anna = await visit(people.anna, "/calls")
    await eventually(lambda: rows(anna))
    assert table(anna).props["calls"] is True
    anna.find(kind=CallTable).trigger("call", strangers)  # no row of hers: a browser that was tampered with
    await settled()
    anna.find(kind=CallTable).trigger("call", call_id)
    await eventually(lambda: pbx.names() == ["originate"])
    assert pbx.asked[0][1]["number"] == NUMBER


async def test_it_follows_whether_there_is_a_pbx(visit: Visit, people: People) -> None:
    """R12.4"""
    make_card(people.oleg)
    insert_call(people.oleg, number=NUMBER)
    oleg = await visit(people.oleg, "/calls")
    await eventually(lambda: rows(oleg))
    assert table(oleg).props["calls"] is False
    settings.change(people.oleg, {"pbx_host": "127.0.0.1"})
    await eventually(lambda: table(oleg).props["calls"] is True)


async def test_outcome_and_note_are_read_and_put_right(visit: Visit, people: People) -> None:
    """R12.8: in the history, by whose call it was, also of an older call."""
    card = make_card(people.oleg)
    allow(people.editors, {card["name"]: Access.EDIT, card["phone"]: Access.EDIT})
    give_extension(people.anna, "101")
    noted = insert_call(people.anna, number=NUMBER, ago=9999)
    for place in range(55):
        insert_call(people.anna, number=NUMBER, ago=9000 - place)
    call_notes.save(people.anna, noted, "Просит счет до пятницы", "Перезвонить", done=True)
    anna = await visit(people.anna, "/calls")
    await eventually(lambda: len(rows(anna)) == 50)
    press(anna, "Показать еще")
    await eventually(lambda: len(rows(anna)) == 56)
    assert (rows(anna)[-1]["outcome"], rows(anna)[-1]["note"]) == ("Перезвонить", "Просит счет до пятницы")
    anna.find(kind=CallTable).trigger("note", noted)
    await anna.should_see("Итог и заметка")
    fill(anna, {"Заметка к звонку": "Счет отправлен", "Итог звонка": "Вопрос решен"})
    press(anna, "Сохранить")
    await anna.should_see("Сохранено.")
    assert (rows(anna)[-1]["outcome"], rows(anna)[-1]["note"]) == ("Вопрос решен", "Счет отправлен")
    assert call_notes.get(people.anna, noted) == call_notes.Notes("Счет отправлен", "Вопрос решен")


async def test_a_forged_wish_to_write_about_anothers_call_opens_nothing(visit: Visit, people: People) -> None:
    """R12.8"""
    make_card(people.oleg)
    give_extension(people.anna, "101")
    give_extension(people.boris, "102")
    own = insert_call(people.anna, number=NUMBER)
    others = insert_call(people.boris, number=NUMBER, extension="102")
    anna = await visit(people.anna, "/calls")
    await eventually(lambda: [row["id"] for row in rows(anna)] == [own])
    anna.find(kind=CallTable).trigger("note", others)
    await anna.should_not_see("Итог и заметка", retries=3)


def look_for(user: User, number: str) -> None:
    """Type it into the filter."""
    (field,) = (each for each in user.find(kind=ui.input).elements if each.props.get("aria-label") == "Телефон")
    with field:
        field.set_value(number)


async def test_what_is_no_number_is_said_at_the_number(visit: Visit, people: People) -> None:
    """R12.6: and the calls that were shown stay."""
    make_card(people.oleg)
    call = insert_call(people.oleg, number=NUMBER)
    oleg = await visit(people.oleg, "/calls")
    await eventually(lambda: rows(oleg))
    look_for(oleg, "позвони маме")
    press(oleg, "Получить")
    await oleg.should_see("В номере не может быть букв: позвони маме")
    assert [row["id"] for row in rows(oleg)] == [call]
    look_for(oleg, "154-55")
    press(oleg, "Получить")
    (said,) = oleg.find("В номере не может быть букв: позвони маме").elements
    assert "kaw-hidden" in said.classes

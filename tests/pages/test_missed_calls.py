"""«Пропущенные вызовы» on the screen: who waits, taking and calling back, two people at once."""

from typing import Any

import pytest
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from kaw import live
from kaw.components.missed_calls.missed_table import MissedTable
from kaw.services import missed_calls, partners
from kaw.telephony.port import PbxRefused
from tests.calls import change_call, give_extension, insert_call
from tests.cards import make_card_with_phones
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, press
from tests.pbx import PaperPbx

NUMBER, SHOWN = "79031545546", "+7 903 154-55-46"
DONE = "Всем перезвонили"


@pytest.fixture
def team(people: People) -> People:
    """Anna and Oleg serve «sales»; Boris, too, and sees no phones."""
    make_card_with_phones(people)
    for actor, extension in ((people.anna, "101"), (people.boris, "102"), (people.oleg, "103")):
        give_extension(actor, extension, "sales")
    return people


def table(user: User) -> MissedTable:
    (element,) = user.find(kind=MissedTable).elements
    return element


def rows(user: User) -> list[dict[str, Any]]:
    return table(user).props["rows"]


async def do(user: User, deed: str) -> None:
    """Click this in the first row, when what was clicked before is done."""
    await eventually(lambda: not table(user)._busy)
    user.find(kind=MissedTable).trigger("deed", [deed, rows(user)[0]["key"]])


async def test_anna_sees_who_waits_as_they_call(visit: Visit, team: People) -> None:
    """R12.8"""
    partner = partners.create(team.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    anna = await visit(team.anna, "/missed")
    await anna.should_see(DONE)
    for _ in range(2):
        call_id = insert_call(team.oleg, number=NUMBER, stage="missed", queue="sales", wait_ms=65_000)
    live.announce([live.CallsChanged((call_id,))])
    await eventually(lambda: rows(anna))
    await anna.should_not_see(DONE)
    await anna.should_see("Открытые (1)")
    (row,) = rows(anna)
    assert (row["number"], row["queue"], row["times"], row["waited"]) == (SHOWN, "sales", "2 раза", "1:05")
    assert row["since"].startswith("впервые сегодня")
    assert (row["partners"], row["deeds"]) == ([{"id": partner, "title": "ООО «Ёлочка»"}], ["claim", "close"])
    anna.find(kind=MissedTable).trigger("open", partner)
    await anna.should_see(f"№ {partner}")


async def test_taking_giving_back_and_closing(visit: Visit, team: People) -> None:
    """R12.8: a colleague sees it at once."""
    insert_call(team.oleg, number=NUMBER, stage="missed", queue="sales")
    anna, boris = await visit(team.anna, "/missed"), await visit(team.boris, "/missed")
    await eventually(lambda: rows(anna) and rows(boris))
    await do(anna, "claim")
    await eventually(lambda: rows(anna)[0]["who"].startswith("вы, сегодня "))
    await eventually(lambda: rows(boris)[0]["who"].startswith("Анна Иванова, сегодня "))
    assert (rows(anna)[0]["deeds"], rows(boris)[0]["deeds"]) == (["release", "close"], [])
    await do(anna, "release")
    await eventually(lambda: rows(boris)[0]["deeds"] == ["claim", "close"])
    await do(anna, "close")
    await anna.should_see(DONE)
    await boris.should_see(DONE)
    anna.find("Закрытые за 7 дней").click()
    await eventually(lambda: rows(anna))
    assert rows(anna)[0]["who"].startswith("Анна Иванова, сегодня ")
    assert rows(anna)[0]["who"].endswith(", вручную")


async def test_a_click_calls_back_and_takes(visit: Visit, team: People, pbx: PaperPbx) -> None:
    """R12.8 R12.4: in one click."""
    call_id = insert_call(team.oleg, number=NUMBER, stage="missed", queue="sales")
    anna = await visit(team.anna, "/missed")
    await eventually(lambda: rows(anna))
    await do(anna, "call")
    await eventually(lambda: pbx.names() == ["originate"])
    await eventually(lambda: rows(anna)[0]["mine"])
    assert pbx.asked[0][1]["number"] == NUMBER
    assert missed_calls.missed(team.oleg).rows[0].call_id == call_id


async def test_who_cannot_be_called_is_not_taken(visit: Visit, team: People, pbx: PaperPbx) -> None:
    """R12.8"""
    pbx.refuse = PbxRefused()
    insert_call(team.oleg, number=NUMBER, stage="missed", queue="sales")
    anna = await visit(team.anna, "/missed")
    await eventually(lambda: rows(anna))
    await do(anna, "call")
    await anna.should_see("АТС отказала.")
    await eventually(lambda: rows(anna)[0]["deeds"] == ["claim", "close"])
    assert missed_calls.missed(team.anna).rows[0].claimed_by == ""


async def test_who_was_second_does_not_call(visit: Visit, team: People, pbx: PaperPbx) -> None:
    """R12.8: a colleague took him a moment ago, and the list does not say so yet."""
    call_id = insert_call(team.anna, number=NUMBER, stage="missed", queue="sales")
    anna = await visit(team.anna, "/missed")
    await eventually(lambda: rows(anna))
    change_call(call_id, claimed_by=team.oleg.user_id)
    await do(anna, "call")
    await anna.should_see("Этот вызов уже взял(а) Олег Админов.")
    assert pbx.asked == []


async def test_without_phones_there_is_no_number(visit: Visit, team: People) -> None:
    """R12.8 R12.5 R7.3.6"""
    partners.create(team.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    for _ in range(2):
        insert_call(team.oleg, number=NUMBER, stage="missed", queue="sales")
    boris = await visit(team.boris, "/missed")
    await eventually(lambda: len(rows(boris)) == 2)
    for row in rows(boris):
        assert (row["number"], row["hidden"]) == ("", "Номер скрыт")
        assert [each["title"] for each in row["partners"]] == ["ООО «Ёлочка»"]


async def test_the_days_counter_leads_to_it(visit: Visit, team: People, pbx: PaperPbx) -> None:
    """R12.8 R12.3"""
    insert_call(team.anna, number=NUMBER, stage="missed", queue="sales")
    anna = await visit(team.anna)
    await anna.should_see("Добавочный 101")
    assert anna.client
    (counter,) = (each for each in anna.client.elements.values() if each.props.get("title") == "Пропущенные сегодня")
    UserInteraction(anna, {counter}, None).click()
    await anna.should_see("Все пропущенные (1)")
    press(anna, "Все пропущенные (1)")
    await eventually(lambda: len(rows(anna)) == 1)

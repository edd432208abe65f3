"""«История вызовов» on the screen: whose calls, as they come."""

from kaw import live
from kaw.models import Access
from kaw.services import partners
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit

NUMBER, SHOWN = "79031545546", "+7 903 154-55-46"


async def test_anna_sees_her_calls_as_they_come(visit: Visit, people: People) -> None:
    """R12.6"""
    card = make_card(people.oleg)
    allow(people.editors, {card["name"]: Access.EDIT, card["phone"]: Access.EDIT})
    give_extension(people.anna, "101")
    partners.create(people.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    anna = await visit(people.anna, "/calls")
    await anna.should_see("Звонков нет")
    call_id = insert_call(people.anna, number=NUMBER)
    live.announce([live.CallsChanged((call_id,))])
    await anna.should_see(SHOWN)
    await anna.should_see("ООО «Ёлочка»")
    await anna.should_see("Входящий, отвечен")


async def test_a_hidden_phone_is_not_in_the_list(visit: Visit, people: People) -> None:
    """R12.6 R7.3.6"""
    card = make_card(people.oleg)
    allow(people.viewers, {card["name"]: Access.VIEW})
    give_extension(people.boris, "102")
    insert_call(people.boris, number=NUMBER, extension="102")
    boris = await visit(people.boris, "/calls")
    await boris.should_see("Входящий, отвечен")
    await boris.should_not_see(SHOWN)

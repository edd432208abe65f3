"""The calls of a card and their totals, as far as its reader may know them (R8.2.8, R7.3.6)."""

import pytest

from kaw.errors import NotFound
from kaw.models import Access, CallDirection, FieldKind
from kaw.services import (
    call_history,
    fields,
    missed_calls,
    operator_day,
    partner_calls,
    partner_phones,
    partners,
    settings,
)
from kaw.services.access import Actor
from kaw.services.call_history import CallQuery
from kaw.services.fields import FieldDraft
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow

NUMBER, SHOWN = "79031545546", "+7 903 154-55-46"
MOBILE, MOBILE_SHOWN = "79096414210", "+7 909 641-42-10"


@pytest.fixture
def partner(people: People) -> int:
    """Two phones: Anna sees the first, Boris none, Oleg both."""
    made = make_card(people.oleg)
    second = fields.create(people.oleg, FieldDraft("Личный", "private_phone", FieldKind.PHONE))
    allow(people.editors, {made["name"]: Access.EDIT, made["phone"]: Access.EDIT})
    allow(people.viewers, {made["name"]: Access.VIEW})
    assert second
    for actor, extension in ((people.oleg, "100"), (people.anna, "101"), (people.boris, "102")):
        give_extension(actor, extension)
    return partners.create(people.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER, "private_phone": MOBILE})


def totals(actor: Actor, partner_id: int) -> list[tuple[str, int, int]]:
    return [(each.number, each.made, each.missed) for each in partner_calls.totals(actor, partner_id)]


def numbers(actor: Actor, partner_id: int) -> list[str]:
    return [row.number for row in partner_calls.calls(actor, partner_id).rows]


# R8.2.8: totals are of all calls, not of those on the screen
def test_totals_per_number_are_of_all_calls(people: People, partner: int) -> None:
    for place in range(60):
        insert_call(people.boris, number=NUMBER, extension="102", ago=9000 - place, partner_id=partner)
    insert_call(people.boris, number="+" + NUMBER, extension="102", stage="missed", partner_id=partner)
    insert_call(people.oleg, number=MOBILE, extension="100", direction=CallDirection.OUTBOUND, partner_id=partner)
    insert_call(people.oleg, number=NUMBER, extension="100", stage="talking", partner_id=partner)  # goes on
    insert_call(people.oleg, number=NUMBER, extension="100")  # nobody's
    assert totals(people.oleg, partner) == [(SHOWN, 60, 1), (MOBILE_SHOWN, 1, 0)]
    first = partner_calls.calls(people.oleg, partner)
    assert (len(first.rows), first.more) == (50, True)
    rest = partner_calls.calls(people.oleg, partner, first.rows[-1].mark)
    assert (len(rest.rows), rest.more) == (13, False)


# R8.2.8: recordings are one's own, or all with the reports right
def test_recordings_are_ones_own(people: People, partner: int) -> None:
    settings.change(people.oleg, {"pbx_recordings": "/recordings"})
    insert_call(people.anna, number=NUMBER, ago=900, partner_id=partner, recording="a.wav")
    insert_call(people.boris, number=NUMBER, extension="102", partner_id=partner, recording="b.wav")
    heard = {
        actor: [row.has_recording for row in partner_calls.calls(actor, partner).rows]
        for actor in (people.anna, people.boris, people.oleg)
    }
    assert heard == {people.anna: [False, True], people.boris: [True, False], people.oleg: [True, True]}


# R7.3.6: calls by a phone he does not see are not there; who sees no phones sees all calls without numbers
def test_a_hidden_number_is_none(people: People, partner: int) -> None:
    insert_call(people.oleg, number=NUMBER, extension="100", ago=900, partner_id=partner)
    insert_call(people.oleg, number=MOBILE, extension="100", ago=600, partner_id=partner)
    insert_call(people.oleg, number=MOBILE, extension="100", stage="missed", ago=300, partner_id=partner)
    insert_call(people.oleg, number="", extension="100", ago=200, partner_id=partner)  # hidden by the network
    assert numbers(people.oleg, partner) == ["", MOBILE_SHOWN, MOBILE_SHOWN, SHOWN]
    assert numbers(people.anna, partner) == ["", SHOWN]
    assert totals(people.anna, partner) == [(SHOWN, 1, 0), ("", 1, 0)]
    assert numbers(people.boris, partner) == ["", "", "", ""]
    assert totals(people.boris, partner) == [("", 3, 1)]


# R7.3.6: no other screen beside the card tells whose a hidden number is
def test_no_list_of_numbers_is_tied_to_a_card_that_hides_them(people: People, partner: int) -> None:
    give_extension(people.anna, "101", "support")
    insert_call(people.anna, number=MOBILE, ago=900, partner_id=partner)
    insert_call(
        people.oleg, number=MOBILE, extension="100", stage="missed", queue="support", ago=700, partner_id=partner
    )
    insert_call(people.oleg, number=MOBILE, extension="100", stage="ringing", queue="support", partner_id=partner)
    assert [row.number for row in call_history.calls(people.anna, CallQuery()).rows] == [MOBILE_SHOWN]
    assert [row.caller.number for row in missed_calls.missed(people.anna).rows] == [MOBILE_SHOWN]
    assert [each.caller.number for each in operator_day.waiting(people.anna)] == [MOBILE_SHOWN]
    assert numbers(people.anna, partner) == []
    assert totals(people.anna, partner) == []


def test_a_number_he_dialled_is_not_tied_to_a_card_that_hides_it(people: People, partner: int) -> None:
    dialled = {"number": NUMBER, "extension": "102", "direction": CallDirection.OUTBOUND}
    insert_call(people.boris, ago=600, partner_id=partner, **dialled)
    taken = insert_call(people.boris, number=NUMBER, extension="102", ago=300, partner_id=partner)
    assert [row.id for row in partner_calls.calls(people.boris, partner).rows] == [taken]
    assert totals(people.boris, partner) == [("", 1, 0)]


# R8.2.8: live events are looked at for whose they are
def test_a_card_is_told_of_its_own_calls(people: People, partner: int) -> None:
    own = insert_call(people.anna, number=NUMBER, partner_id=partner)
    other = insert_call(people.anna, number=NUMBER)
    hidden = insert_call(people.anna, number=MOBILE, partner_id=partner)
    assert partner_calls.concerns(people.anna, partner, {own, other})
    assert not partner_calls.concerns(people.anna, partner, {other, hidden})


def test_nobody_learns_of_calls_of_a_card_he_does_not_see(people: People, partner: int) -> None:
    """R8.2.8 R7.3.6"""
    for ask in (partner_calls.calls, partner_calls.totals):
        with pytest.raises(NotFound):
            ask(people.vera, partner)
        with pytest.raises(NotFound):
            ask(people.anna, partner + 1)


# R12.4, R7.3.6: only what he sees on the card is called from there
def test_only_numbers_he_sees_are_called(people: People, partner: int) -> None:
    card = partners.get(people.oleg, partner)
    partners.save(people.oleg, partner, {"phone": "8 495 111-22-33 доб. 12 (склад 2), 8 903 154-55-46"}, card.version)
    assert partner_phones.to_call(people.anna, partner, "+79031545546") == SHOWN
    assert partner_phones.to_call(people.anna, partner, "+74951112233") == "+7 495 111-22-33 доб. 12"
    assert partner_phones.to_call(people.oleg, partner, MOBILE_SHOWN) == MOBILE_SHOWN
    for actor, number in (
        (people.anna, MOBILE_SHOWN),
        (people.anna, "+79999999999"),
        (people.anna, ""),
        (people.boris, SHOWN),
        (people.vera, SHOWN),
    ):
        with pytest.raises(NotFound):
            partner_phones.to_call(actor, partner, number)

"""Who finds which calls, and what of them (R12.6, R8.2.8)."""

from datetime import date

import pytest

from kaw.errors import NotFound
from kaw.models import Access, CallDirection
from kaw.services import call_history, partners
from kaw.services.call_history import CallKind, CallQuery
from tests.calls import give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow

NUMBER = "79031545546"
SHOWN = "+7 903 154-55-46"


@pytest.fixture
def partner(people: People) -> int:
    """Anna sees phones, Boris sees names alone."""
    made = make_card(people.oleg)
    allow(people.editors, {made["name"]: Access.EDIT, made["phone"]: Access.EDIT})
    allow(people.viewers, {made["name"]: Access.VIEW})
    give_extension(people.anna, "101")
    give_extension(people.boris, "102")
    return partners.create(people.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})


# R12.6: a user sees his own calls, an administrator all
def test_anna_finds_her_own_calls_and_oleg_all(people: People, partner: int) -> None:
    older = insert_call(people.anna, number=NUMBER, ago=600, recording="a.wav")
    other = insert_call(people.boris, number=NUMBER, extension="102", ago=300)
    (mine,) = call_history.calls(people.anna, CallQuery()).rows
    assert (mine.id, mine.number, mine.partner_id, mine.partner) == (older, SHOWN, partner, "ООО «Ёлочка»")
    assert mine.has_recording
    assert [row.id for row in call_history.calls(people.oleg, CallQuery()).rows] == [other, older]
    assert call_history.calls(people.vera, CallQuery()).rows == ()


# R12.6: filters
def test_filters_by_kind_number_and_day(people: People, partner: int) -> None:
    missed = insert_call(people.anna, number=NUMBER, stage="missed", ago=900)
    dialled = insert_call(people.anna, number="74951234567", direction=CallDirection.OUTBOUND)

    def found(query: CallQuery) -> list[int]:
        return [row.id for row in call_history.calls(people.anna, query).rows]

    assert found(CallQuery(kind=CallKind.MISSED)) == found(CallQuery(kind=CallKind.INBOUND)) == [missed]
    assert found(CallQuery(kind=CallKind.OUTBOUND)) == [dialled]
    for text in ("8 (903) 154-55-46", "+7 903", "8903", "5546"):
        assert found(CallQuery(number=text)) == [missed]
    assert found(CallQuery(number="нет")) == []
    assert found(CallQuery(until=date(2001, 1, 1))) == []
    assert found(CallQuery(since=date(2001, 1, 1))) == [dialled, missed]


# R12.5: a hidden phone is nowhere, and a filter does not tell it
def test_boris_learns_no_number_but_those_he_dialled(people: People, partner: int) -> None:
    insert_call(people.boris, number=NUMBER, extension="102", ago=600, partner_id=partner)
    insert_call(people.boris, number="74951234567", extension="102", direction=CallDirection.OUTBOUND)
    dialled, taken = call_history.calls(people.boris, CallQuery()).rows
    assert (taken.number, taken.partner_id, taken.partner) == ("", None, "")
    assert dialled.number == "+7 495 123-45-67"
    assert call_history.calls(people.boris, CallQuery(number=NUMBER)).rows == ()
    assert {row.number for row in call_history.partner_calls(people.boris, partner).rows} == {""}


# R8.2.8: totals made and missed per number; recordings are one's own
def test_calls_of_a_partner_with_totals(people: People, partner: int) -> None:
    insert_call(people.anna, number=NUMBER, ago=900, partner_id=partner)
    insert_call(people.anna, number=NUMBER, stage="missed", ago=600, partner_id=partner)
    insert_call(people.boris, number=NUMBER, extension="102", partner_id=partner, recording="b.wav")
    found = call_history.partner_calls(people.anna, partner)
    assert [(each.number, each.made, each.missed) for each in found.totals] == [(SHOWN, 2, 1)]
    assert [row.has_recording for row in found.rows] == [False, False, False]
    with pytest.raises(NotFound):
        call_history.partner_calls(people.vera, partner)

"""Who finds which calls, and what of them (R12.6)."""

from collections.abc import Iterator
from datetime import date

import pytest

from kaw import db
from kaw.errors import InvalidValue
from kaw.models import CallDirection
from kaw.services import call_history, partners, settings
from kaw.services.access import Actor
from kaw.services.call_history import CallKind, CallQuery
from tests.calls import change_call, give_extension, insert_call
from tests.cards import make_card_with_phones
from tests.conftest import People

NUMBER = "79031545546"
SHOWN = "+7 903 154-55-46"


@pytest.fixture
def partner(people: People) -> int:
    """Anna sees phones, Boris sees names alone."""
    make_card_with_phones(people)
    give_extension(people.anna, "101")
    give_extension(people.boris, "102")
    return partners.create(people.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})


# R12.6: a user sees his own calls, an administrator all
def test_anna_finds_her_own_calls_and_oleg_all(people: People, partner: int) -> None:
    settings.change(people.oleg, {"pbx_recordings": "/recordings"})
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
    assert found(CallQuery(number="+7 (903) 154-55-46 доб. 12")) == [missed]
    for wrong in ("нет", "9" * 60, "'; DROP TABLE call", "+"):
        with pytest.raises(InvalidValue) as refused:
            found(CallQuery(number=wrong))
        assert refused.value.field == "number"
    assert found(CallQuery(until=date(2001, 1, 1))) == []
    assert found(CallQuery(since=date(2001, 1, 1))) == [dialled, missed]


# R12.5: a hidden phone is nowhere, and a filter does not tell it
def test_boris_learns_no_number_but_those_he_dialled(people: People, partner: int) -> None:
    insert_call(people.boris, number=NUMBER, extension="102", ago=600, partner_id=partner)
    insert_call(people.boris, number="74951234567", extension="102", direction=CallDirection.OUTBOUND)
    dialled, taken = call_history.calls(people.boris, CallQuery()).rows
    assert (taken.number, taken.partner_id, taken.partner) == ("", partner, "ООО «Ёлочка»")
    assert (dialled.partner_id, dialled.partner) == (None, "")
    assert dialled.number == "+7 495 123-45-67"
    assert call_history.calls(people.boris, CallQuery(number=NUMBER)).rows == ()


# R12.6: pages hold, whatever calls come meanwhile
def test_older_calls_follow_the_last_one_shown(people: People, partner: int) -> None:
    made = [insert_call(people.anna, number=NUMBER, ago=10_000 - 60 * place) for place in range(120)]
    at_once = db.now()
    same = [insert_call(people.anna, number=NUMBER) for _place in range(3)]
    for call_id in same:
        change_call(call_id, started_at=at_once)  # only their ids tell them apart
    seen: list[int] = []
    for rows in pages(people.anna):
        seen += rows
        insert_call(people.anna, number=NUMBER, ago=-60)
    assert seen == [*reversed(same), *reversed(made)]


def pages(actor: Actor) -> Iterator[list[int]]:
    """Ids of all pages, each asked for when the one before it has been seen."""
    page = call_history.calls(actor, CallQuery())
    yield [row.id for row in page.rows]
    while page.more:
        page = call_history.calls(actor, CallQuery(before=page.rows[-1].mark))
        yield [row.id for row in page.rows]


def test_a_talk_that_a_stopped_pbx_broke_off_can_be_heard(people: People) -> None:
    """R8.2.8: its end is nowhere, and its file is whole as far as it goes; a talk that goes on is not."""
    settings.change(people.oleg, {"pbx_recordings": "/recordings"})
    broken = insert_call(people.anna, stage="talking", ago=600, recording="a.wav", closed_by_kaw=True)
    goes_on = insert_call(people.anna, stage="talking", recording="b.wav")
    heard = {row.id: row.has_recording for row in call_history.calls(people.oleg, CallQuery()).rows}
    assert heard == {broken: True, goes_on: False}

"""Callers whom nobody talked with: who finds them, who takes care of them, and when they are done with (R12.8)."""

import random
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlmodel import select

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, KawError, NotFound
from kaw.models import AuditAction, Call, CallDirection, CallResult, User
from kaw.services import audit, missed_calls, partners
from kaw.services.access import Actor
from kaw.services.calls import misses
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import cdr, queue_log
from tests.calls import change_call, give_extension, insert_call
from tests.cards import make_card_with_phones
from tests.conftest import People
from tests.services.calls.streams import TRACES, events_of

NUMBER, OTHER = "79031545546", "74951234567"
SHOWN = "+7 903 154-55-46"


@pytest.fixture
def team(people: People) -> People:
    """Anna serves «sales» and sees phones; Boris serves «support» and sees names alone; Vera serves nothing."""
    make_card_with_phones(people)
    give_extension(people.anna, "101", "sales")
    give_extension(people.boris, "102", "support")
    give_extension(people.vera, "103")
    return people


def miss(actor: Actor, number: str = NUMBER, ago: float = 60, queue: str = "", **values: object) -> int:
    """A call that rang at this user's phone in vain."""
    return insert_call(actor, number=number, extension="x", stage="missed", ago=ago, queue=queue, **values)


def talk(actor: Actor, number: str = NUMBER, ago: float = 30, **values: object) -> int:
    """A call in which this user talked with the number."""
    call_id = insert_call(actor, number=number, extension="x", ago=ago, **values)
    become_known(call_id)
    return call_id


def become_known(*call_ids: int) -> list[int]:
    """What the recorder does as these calls get into the tables."""
    with db.transaction() as tx:
        calls = tx.session.exec(select(Call).where(Call.id.in_(call_ids))).all()  # type: ignore[union-attr]
        changed = {call.digits10: call.answered_at or call.started_at for call in calls}
        return misses.settle(tx.session, changed)


def ids(actor: Actor) -> list[int]:
    page = missed_calls.missed(actor)
    assert missed_calls.count_open(actor) == len(page.rows)
    return [row.call_id for row in page.rows]


def row(call_id: int) -> Call:
    with db.reading() as session:
        return session.get(Call, call_id)


# -- the list


def test_a_caller_is_one_row_however_often_he_called(team: People) -> None:
    """R12.8"""
    partner = partners.create(team.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    first = miss(team.anna, ago=900, queue="support")
    miss(team.anna, ago=600)
    last = miss(team.anna, ago=300, queue="sales", wait_ms=42_000)
    other = miss(team.anna, OTHER, ago=500)
    one, two = missed_calls.missed(team.anna).rows
    assert (one.call_id, one.times, one.queue, one.waited_seconds) == (last, 3, "sales", 42)
    assert (one.first_at, one.last_at) == (row(first).started_at, row(last).started_at)
    assert (one.caller.number, one.caller.partner_id, one.caller.title) == (SHOWN, partner, "ООО «Ёлочка»")
    assert (two.call_id, two.times, two.waited_seconds, two.claimed_by) == (other, 1, None, "")
    assert missed_calls.count_open(team.anna) == 2


@pytest.mark.parametrize("result", [result for result in CallResult if result is not CallResult.CANCELLED])
def test_only_inbound_calls_without_a_talk_are_in_it(team: People, result: CallResult) -> None:
    """R12.8"""
    call_id = miss(team.anna)
    change_call(call_id, result=result)
    assert ids(team.oleg) == ([] if result is CallResult.ANSWERED else [call_id])
    for direction in (CallDirection.OUTBOUND, CallDirection.INTERNAL):
        change_call(call_id, direction=direction)
        assert ids(team.oleg) == []


def test_a_call_that_goes_on_is_not_missed_yet(team: People) -> None:
    """R12.8"""
    insert_call(team.anna, stage="ringing")
    assert ids(team.oleg) == []


def test_hidden_numbers_are_a_row_each(team: People) -> None:
    """R12.8: they cannot be called, and are closed by hand."""
    older, newer = miss(team.anna, "", ago=90), miss(team.anna, "", ago=60)
    assert ids(team.anna) == [newer, older]
    missed_calls.close(team.anna, newer)
    assert ids(team.anna) == [older]


def test_pages_follow_each_other(team: People) -> None:
    """R12.8"""
    calls = [miss(team.anna, f"7903000000{n}", ago=100 - n) for n in range(5)]
    first, rest = missed_calls.missed(team.anna, limit=3), missed_calls.missed(team.anna, 3, limit=3)
    assert [each.call_id for each in (*first.rows, *rest.rows)] == calls[::-1]
    assert (first.more, rest.more) == (True, False)


# -- who sees what


def test_operators_find_callers_of_their_queues_and_phones(team: People) -> None:
    """R12.8: an administrator and who has the reports right find all."""
    rang = miss(team.anna, "79030000001", ago=90)
    waited = miss(team.oleg, "79030000002", ago=80, queue="sales")
    elsewhere = miss(team.oleg, "79030000003", ago=70, queue="support")
    assert ids(team.anna) == [waited, rang]
    assert ids(team.boris) == [elsewhere]
    assert ids(team.vera) == []
    assert ids(team.oleg) == [elsewhere, waited, rang]
    with db.transaction() as tx:
        tx.session.get(User, team.vera.user_id).right_reports = True
        tx.announce(live.RightsChanged())
    assert ids(team.vera) == [elsewhere, waited, rang]


def test_what_waited_elsewhere_does_not_count(team: People) -> None:
    """R12.8: a caller's calls in another queue are not in the row, nor claimed with it."""
    mine = miss(team.oleg, ago=90, queue="sales")
    miss(team.oleg, ago=60, queue="support")
    (found,) = missed_calls.missed(team.anna).rows
    assert (found.call_id, found.times, found.queue) == (mine, 1, "sales")


def test_without_phones_nobody_learns_which_numbers_are_one(team: People) -> None:
    """R12.8 R12.5 R7.3.6: neither by rows, nor by what a claim or a closing takes along; a partner he knows by name."""
    partners.create(team.oleg, {"name": "ООО «Ёлочка»", "phone": NUMBER})
    older, newer = (miss(team.boris, ago=ago, queue="support") for ago in (90, 60))
    page = missed_calls.missed(team.boris).rows
    assert [(each.call_id, each.times) for each in page] == [(newer, 1), (older, 1)]
    assert {(each.caller.number, each.caller.title) for each in page} == {("", "ООО «Ёлочка»")}
    missed_calls.claim(team.boris, newer)
    assert (row(newer).claimed_by, row(older).claimed_by) == (team.boris.user_id, None)
    missed_calls.close(team.boris, newer)
    assert ids(team.boris) == [older]


@pytest.mark.parametrize("deed", [missed_calls.claim, missed_calls.release, missed_calls.close])
def test_a_strangers_call_is_not_there(team: People, deed: Callable[[Actor, int], None]) -> None:
    """R12.8 R5.2: nor is one that was answered, or dialled."""
    strangers = miss(team.oleg, queue="support")
    answered = insert_call(team.anna)
    dialled = insert_call(team.anna, direction=CallDirection.OUTBOUND)
    for call_id in (strangers, answered, dialled, 999_999):
        with pytest.raises(NotFound):
            deed(team.anna, call_id)
    assert (row(strangers).claimed_by, row(strangers).closed_at) == (None, None)


# -- two people


def test_anna_takes_care_of_a_caller_and_gives_him_back(team: People) -> None:
    """R12.8: all of his calls are hers; the row stays and says so."""
    older, newer = miss(team.anna, ago=90, queue="sales"), miss(team.anna, ago=60)
    missed_calls.claim(team.anna, older)
    (mine,) = missed_calls.missed(team.anna).rows
    assert (mine.claimed_by, mine.is_mine, mine.may_release) == ("Анна Иванова", True, True)
    assert row(older).claimed_by == row(newer).claimed_by == team.anna.user_id
    begun = row(older).claimed_at
    missed_calls.claim(team.anna, newer)
    assert row(older).claimed_at == begun
    missed_calls.release(team.anna, newer)
    assert (row(older).claimed_by, row(newer).claimed_at) == (None, None)


def test_whoever_is_second_is_told_who_was_first(team: People) -> None:
    """R12.8: he neither takes nor closes nor gives back what is another's; an administrator gives it back."""
    call_id = miss(team.oleg, queue="sales")
    give_extension(team.vera, "104", "sales")
    missed_calls.claim(team.anna, call_id)
    (seen,) = missed_calls.missed(team.vera).rows
    assert (seen.claimed_by, seen.is_mine, seen.may_release) == ("Анна Иванова", False, False)
    for deed in (missed_calls.claim, missed_calls.close):
        with pytest.raises(Conflict) as refused:
            deed(team.vera, call_id)
        assert refused.value.values == {"name": "Анна Иванова"}
    with pytest.raises(AccessDenied):
        missed_calls.release(team.vera, call_id)
    assert row(call_id).claimed_by == team.anna.user_id
    missed_calls.release(team.oleg, call_id)
    assert row(call_id).claimed_by is None


def test_two_at_once_and_one_has_him(team: People) -> None:
    """R12.8: two clicks in the same moment, twenty times."""
    give_extension(team.vera, "104", "sales")
    for turn in range(20):
        calls = [miss(team.oleg, f"7903{turn:07d}", ago=ago, queue="sales") for ago in (90, 60)]
        met = at_once(
            lambda: missed_calls.claim(team.anna, calls[0]),  # noqa: B023 - it ends within the turn
            lambda: missed_calls.claim(team.oleg, calls[1]),  # noqa: B023
        )
        assert sorted(type(each).__name__ for each in met) == ["Conflict", "NoneType"]
        assert len({row(call_id).claimed_by for call_id in calls}) == 1


def test_closed_by_hand_it_is_in_the_log_and_in_the_closed_ones(team: People) -> None:
    """R12.8"""
    older, newer = miss(team.anna, ago=90), miss(team.anna, ago=60)
    missed_calls.close(team.anna, newer)
    assert ids(team.anna) == []
    first, second = missed_calls.closed(team.anna).rows
    assert {first.call_id, second.call_id} == {older, newer}
    assert (first.closed_by, first.reached) == ("Анна Иванова", False)
    (entry,) = audit.search(team.oleg, action=AuditAction.MISSED_CALL_CLOSED)
    assert (entry.user_name, entry.subject) == ("Анна Иванова", f"№ {older}, № {newer}")
    for deed in (missed_calls.claim, missed_calls.close):
        with pytest.raises(Conflict):
            deed(team.anna, newer)
    assert missed_calls.closed(team.vera).rows == ()


def test_lists_hear_of_it(team: People) -> None:
    """R12.8"""
    call_id = miss(team.anna)
    heard: list[live.LiveEvent] = []
    live.listen(heard.append)
    for deed in (missed_calls.claim, missed_calls.release, missed_calls.close):
        deed(team.anna, call_id)
        assert heard.pop() == live.CallsChanged((call_id,))


# -- closed by a talk


@pytest.mark.parametrize("direction", [CallDirection.INBOUND, CallDirection.OUTBOUND])
def test_a_talk_closes_what_was_missed_before_it(team: People, direction: CallDirection) -> None:
    """R12.8, metrics: «Missed call closed»: called back and talked, or the caller got through."""
    older, newer = miss(team.anna, ago=900), miss(team.anna, ago=600)
    other = miss(team.anna, OTHER, ago=600)
    reached = talk(team.anna, ago=300, direction=direction)
    later = miss(team.anna, ago=100)
    become_known(later)
    assert ids(team.anna) == [later, other]
    for call_id in (older, newer):
        assert (row(call_id).closed_at, row(call_id).closed_by_call) == (row(reached).answered_at, reached)
    rows = missed_calls.closed(team.anna).rows
    assert [(each.closed_by, each.reached) for each in rows] == [("Анна Иванова", True)] * 2


def test_ringing_back_in_vain_closes_nothing(team: People) -> None:
    """R12.8: nor does a talk of two operators."""
    call_id = miss(team.anna)
    unanswered = insert_call(team.anna, number=NUMBER, direction=CallDirection.OUTBOUND, stage="missed", ago=30)
    change_call(unanswered, result=CallResult.NO_ANSWER)
    become_known(unanswered)
    talk(team.anna, ago=20, direction=CallDirection.INTERNAL)
    talk(team.anna, "", ago=10)
    assert ids(team.anna) == [call_id]


def test_a_talk_whose_begin_nobody_knows_closes_too(team: People) -> None:
    """R12.8 R12.7: called back while KAW was away; the CDR of such a call has no begin of the talk."""
    call_id = miss(team.anna)
    reached = talk(team.anna, ago=20)
    change_call(call_id, closed_at=None, closed_by_call=None)
    change_call(reached, answered_at=None)
    become_known(reached)
    assert row(call_id).closed_at == row(reached).started_at


def test_a_talk_that_was_none_opens_them_again(team: People) -> None:
    """R12.8 R12.7: later facts say otherwise."""
    call_id = miss(team.anna)
    reached = talk(team.anna)
    at = row(reached).answered_at
    change_call(reached, result=CallResult.MISSED, answered_at=None)
    with db.transaction() as tx:
        assert misses.settle(tx.session, {NUMBER[-10:]: at}) == [call_id]
    assert (row(call_id).closed_at, row(call_id).closed_by_call) == (None, None)


def test_what_was_closed_by_hand_stays_as_it_is(team: People) -> None:
    """R12.8"""
    call_id = miss(team.anna)
    missed_calls.close(team.anna, call_id)
    at = row(call_id).closed_at
    talk(team.anna)
    assert (row(call_id).closed_at, row(call_id).closed_by_call) == (at, None)


@pytest.mark.parametrize("seed", range(5))
def test_the_order_in_which_calls_become_known_does_not_matter(team: People, seed: int) -> None:
    """R12.8 R12.7: talks and misses of two numbers, each recorded at any time, some of them twice."""
    chance = random.Random(seed)
    made = {}
    for _ in range(14):
        number, reached, ago = chance.choice((NUMBER, OTHER)), chance.random() < 0.4, chance.uniform(0, 3 * 86_400)
        if reached:
            direction = chance.choice((CallDirection.INBOUND, CallDirection.OUTBOUND))
            call_id = insert_call(team.anna, number=number, ago=ago, direction=direction)
        else:
            call_id = miss(team.anna, number, ago=ago)
        made[call_id] = row(call_id)
    order = [*made, *chance.choices(list(made), k=5)]
    chance.shuffle(order)
    for call_id in made:
        change_call(call_id, direction=CallDirection.INTERNAL)  # not known yet
    for call_id in order:
        change_call(call_id, direction=made[call_id].direction)
        become_known(call_id)
    for call_id, call in made.items():
        expected = _first_talk_after(call, list(made.values())) if call.result is CallResult.MISSED else (None, None)
        assert (row(call_id).closed_at, row(call_id).closed_by_call) == expected


# -- through the recorder

MISSED, REACHED = "b_queue_abandon", "c_queue_rna_then_second"  # one number, a minute apart
CALLED_BACK, CALLED_BACK_NUMBER = "e1_c2c_answered", "79161112233"


@pytest.mark.parametrize("late", [(), (MISSED,), (REACHED,), (MISSED, REACHED)])
@pytest.mark.parametrize("order", [(MISSED, REACHED), (REACHED, MISSED)])
def test_the_recorder_closes_them_however_it_hears(
    database: db.Database, late: tuple[str, ...], order: tuple[str, ...]
) -> None:
    """R12.8 R12.7: from live events, or from queue log and CDR after an outage, in either order."""
    recorder = Recorder(Parties)
    for name in order:
        if name in late:
            catch_up(recorder, Parties(), _past(name), None, None)
        else:
            recorder.absorb(events_of(TRACES / f"{name}.ami"))
    with db.reading() as session:
        lost = session.exec(select(Call).where(Call.result == CallResult.ABANDONED)).one()
        reached = session.exec(select(Call).where(Call.result == CallResult.ANSWERED)).one()
    assert lost.started_at < reached.started_at
    assert (lost.recovered, reached.recovered) == (MISSED in late, REACHED in late)
    assert (lost.closed_at, lost.closed_by_call) == (reached.answered_at, reached.id)


def test_a_later_word_on_a_talk_moves_the_closing(team: People) -> None:
    """R12.8 R12.7: log and CDR know a begin to the second or none, live events exactly; KAW was restarted between."""
    lost = miss(team.anna, CALLED_BACK_NUMBER)
    change_call(lost, started_at=datetime(2026, 11, 23, 11, 0))
    for tell in (
        lambda: catch_up(Recorder(Parties), Parties(), _past(CALLED_BACK), None, None),
        lambda: Recorder(Parties).absorb(events_of(TRACES / f"{CALLED_BACK}.ami")),
    ):
        tell()
        with db.reading() as session:
            reached = session.exec(select(Call).where(Call.result == CallResult.ANSWERED)).one()
        assert (row(lost).closed_at, row(lost).closed_by_call) == (
            reached.answered_at or reached.started_at,
            reached.id,
        )
    assert reached.answered_at.microsecond


def _past(name: str) -> Past:
    lines = queue_log.parse(_lines(TRACES / f"{name}.queue_log"))
    return Past(lines, cdr.parse(_lines(TRACES / f"{name}.cdr.csv"), "UTC"))


def _lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def _first_talk_after(call: Call, known: list[Call]) -> tuple[datetime | None, int | None]:
    talks = [
        (other.answered_at, other.id)
        for other in known
        if other.result is CallResult.ANSWERED and other.number == call.number and other.answered_at > call.started_at
    ]
    return min(talks, default=(None, None))


def at_once(*deeds: Callable[[], None]) -> list[KawError | None]:
    """Do these in the same moment; what each met."""
    start, met = threading.Barrier(len(deeds)), list[KawError | None]()

    def run(deed: Callable[[], None]) -> None:
        start.wait()
        try:
            deed()
        except KawError as error:
            met.append(error)
        else:
            met.append(None)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return met

"""What follows from the end of a call: after-call work, a pause for who does not answer (R12.3, R12.8)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from kaw import db
from kaw.errors import Unavailable
from kaw.models import CallLeg, LegResult, OperatorState
from kaw.services import after_call, call_follow_up, settings
from kaw.services.call_follow_up import FollowUp, missed_in_a_row
from kaw.services.calls.timeline import AFTER_CALL_REASON, intervals
from kaw.telephony import events as e
from kaw.telephony.port import PbxRefused, PbxUnavailable
from tests.calls import finish, give_extension, insert_call, put_state
from tests.conftest import People
from tests.pages.forms import eventually
from tests.pbx import PaperPbx


class ObedientPbx(PaperPbx):
    """Its members are in the state they were asked for, as the recorder would write it."""

    async def pause(self, interface: str, **values: object) -> None:
        await super().pause(interface, **values)
        reason = str(values["reason"])
        state = {"": OperatorState.WAITING, AFTER_CALL_REASON: OperatorState.AFTER_CALL}.get(
            reason, OperatorState.PAUSED
        )
        await db.in_thread(put_state, interface.removeprefix("PJSIP/"), state, reason or None)


@pytest.fixture
async def paper(people: People) -> ObedientPbx:
    give_extension(people.anna, "101", "support")
    put_state("101", OperatorState.WAITING, ago=600)
    return ObedientPbx()


@pytest.fixture
async def follow_up(paper: ObedientPbx) -> AsyncIterator[FollowUp]:
    made = FollowUp(lambda: paper)
    yield made
    made.stop()


def reasons(pbx: PaperPbx) -> list[object]:
    return [values["reason"] for _name, values in pbx.asked]


# R12.8: no call comes from the queues during after-call work, and the timer ends it
async def test_after_a_talk_he_is_held_until_the_timer_ends(
    people: People, paper: ObedientPbx, follow_up: FollowUp
) -> None:
    settings.change(people.oleg, {"after_call_seconds": 1})
    call = insert_call(people.anna, stage="talking")
    finish(call)
    await db.in_thread(follow_up.ended, call, "101")
    await eventually(lambda: reasons(paper) == [AFTER_CALL_REASON, ""])


async def test_a_pause_he_asked_for_meanwhile_stays(people: People, paper: ObedientPbx, follow_up: FollowUp) -> None:
    settings.change(people.oleg, {"after_call_seconds": 1})
    call = insert_call(people.anna, stage="talking")
    finish(call)
    await db.in_thread(follow_up.ended, call, "101")
    await eventually(lambda: reasons(paper) == [AFTER_CALL_REASON])
    put_state("101", OperatorState.PAUSED, "Перерыв")
    await asyncio.wait_for(asyncio.gather(*follow_up._timers.values()), 5)
    assert reasons(paper) == [AFTER_CALL_REASON]


async def test_whoever_is_paused_already_is_left_alone(people: People, paper: ObedientPbx, follow_up: FollowUp) -> None:
    put_state("101", OperatorState.PAUSED, "Перерыв")
    call = insert_call(people.anna, stage="talking")
    finish(call)
    await db.in_thread(follow_up.ended, call, "101")
    await asyncio.sleep(0)
    assert reasons(paper) == []


# a restart in the middle: whom KAW held does not stay held
async def test_who_was_held_when_kaw_stopped_is_taken_back(
    people: People, paper: ObedientPbx, follow_up: FollowUp
) -> None:
    put_state("101", OperatorState.AFTER_CALL, ago=3600)
    await follow_up.take_up()
    await eventually(lambda: reasons(paper) == [""])


async def test_who_is_in_no_queue_is_no_trouble(people: People, paper: ObedientPbx, follow_up: FollowUp) -> None:
    paper.refuse = PbxRefused()
    call = insert_call(people.anna, stage="talking")
    finish(call)
    await db.in_thread(follow_up.ended, call, "101")
    await eventually(lambda: not follow_up._tasks)
    assert not follow_up._timers


# R12.3: several unanswered calls in a row pause him
async def test_calls_missed_in_a_row_pause_him(people: People, paper: ObedientPbx, follow_up: FollowUp) -> None:
    settings.change(people.oleg, {"auto_pause_missed": 2})
    insert_call(people.anna, stage="missed", ago=400)
    insert_call(people.anna, ago=300)
    insert_call(people.anna, stage="missed", ago=200)
    insert_call(people.anna, stage="missed", ago=150, result=LegResult.CANCELLED)  # a colleague was quicker
    await db.in_thread(follow_up.ended, 1, "101")
    await asyncio.sleep(0)
    assert reasons(paper) == []
    last = insert_call(people.anna, stage="missed", ago=100, result=LegResult.REJECTED)
    await db.in_thread(follow_up.ended, last, "101")
    await eventually(lambda: reasons(paper) == ["нет ответа"])


# metrics: after-call work is not in the pauses
@pytest.mark.usefixtures("paper")
async def test_missed_calls_are_counted_anew_after_a_pause(people: People) -> None:
    """R12.3: and one caller who rang three times is one call."""
    settings.change(people.oleg, {"auto_pause_missed": 3})
    put_state("101", OperatorState.WAITING)
    for ago in (400, 300, 200):
        insert_call(people.anna, stage="missed", ago=ago)
    assert missed_in_a_row("101")
    put_state("101", OperatorState.PAUSED, "нет ответа", ago=180)
    put_state("101", OperatorState.WAITING, ago=100)
    patient = insert_call(people.anna, stage="missed", ago=50)
    with db.transaction() as tx:
        for times in range(2):
            tx.session.add(
                CallLeg(
                    call_id=patient,
                    uniqueid=f"again.{times}",
                    channel="PJSIP/101-00000001",
                    operator="101",
                    user_id=people.anna.user_id,
                    result=LegResult.NO_ANSWER,
                    started_at=db.now(),
                )
            )
    assert not missed_in_a_row("101")
    insert_call(people.anna, stage="missed", ago=40)
    insert_call(people.anna, stage="missed", ago=30)
    assert missed_in_a_row("101")


async def test_nobody_is_left_in_after_call_work(
    people: People, paper: ObedientPbx, follow_up: FollowUp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12.8: the database, then the line, are away when it is over."""
    monkeypatch.setattr(call_follow_up, "AGAIN_S", 0.01)
    answers = iter([Unavailable(), True, True])

    def is_on(_operator: str) -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    lost = iter([PbxUnavailable(), None])
    taken_back = asyncio.Event()

    async def pause(interface: str, *, paused: bool, **_more: object) -> None:
        failure = next(lost)
        if failure is not None:
            raise failure
        assert (interface, paused) == ("PJSIP/101", False)
        taken_back.set()

    monkeypatch.setattr(after_call, "until", lambda _operator: None)
    monkeypatch.setattr(after_call, "is_on", is_on)
    monkeypatch.setattr(paper, "pause", pause)
    follow_up._start_timer("101")
    await asyncio.wait_for(taken_back.wait(), 10)


def test_the_pbxs_pause_for_after_call_work_is_after_call_work() -> None:
    def member(at: float, **values: object) -> e.MemberState:
        return e.MemberState(at, e.Source.LIVE, "PJSIP/101", "support", **values)  # type: ignore[arg-type]

    told = [
        member(0),
        member(10, paused=True, reason=AFTER_CALL_REASON),
        member(40),
        member(50, paused=True, reason="Перерыв"),
    ]
    assert [(part.state, part.pause_type) for part in intervals(told, [])] == [
        (OperatorState.WAITING, None),
        (OperatorState.AFTER_CALL, None),
        (OperatorState.WAITING, None),
        (OperatorState.PAUSED, "Перерыв"),
    ]

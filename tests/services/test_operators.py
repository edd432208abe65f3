"""Operators' states, pauses, queues and counters (R12.3)."""

import pytest
from sqlmodel import select

from kaw import db
from kaw.errors import Conflict, InvalidValue
from kaw.models import Access, CallDirection, LegResult, OperatorState, QueueVisit, VisitRing
from kaw.services import call_notes, operator_day, operators, partners, settings
from kaw.services.operator_day import DayCalls
from kaw.telephony.port import PbxRefused
from tests.calls import finish, give_extension, insert_call, put_state, take, wait_in
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pbx import PaperPbx
from tests.sign_ins import Clock, enter, give_passwords

NUMBER = "79031545546"


@pytest.fixture
def card(people: People) -> dict[str, int]:
    made = make_card(people.oleg)
    allow(people.editors, {field_id: Access.EDIT for name, field_id in made.items() if name != "secret"})
    allow(people.viewers, {made["name"]: Access.VIEW})
    give_extension(people.anna, "101", "support", "sales", dynamic=True)
    give_extension(people.boris, "102", "support")
    return made


def missed(people: People, **values: object) -> int:
    return insert_call(people.anna, number=NUMBER, stage="missed", **values)  # type: ignore[arg-type]


# R12.3: everyone sees the type in a list of operators (state, timer, extension)
def test_everybody_sees_everybodys_state(people: People, card: dict[str, int]) -> None:
    put_state("101", OperatorState.WAITING, ago=90)
    put_state("102", OperatorState.PAUSED, "Перерыв", ago=60)
    listed = {each.extension: each for each in operators.states(people.vera)}
    assert (listed["101"].name, listed["101"].state) == ("Анна Иванова", OperatorState.WAITING)
    assert (listed["102"].state, listed["102"].pause_type) == (OperatorState.PAUSED, "Перерыв")
    assert round((db.now() - listed["102"].since).total_seconds()) == 60
    assert listed["101"].queues == ("sales", "support")


# R12.6, R7.3.6: whom others talk with is for administrators and the reports right
def test_whom_others_talk_with_is_for_supervisors(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    insert_call(people.anna, number=NUMBER, stage="talking", partner_id=known)
    seen = {each.extension: each for each in operators.states(people.oleg)}["101"]
    assert seen.caller is not None
    assert (seen.state, seen.caller.title, seen.caller.number) == (
        OperatorState.TALKING,
        "Ромашка",
        "+7 903 154-55-46",
    )
    assert {each.caller for each in operators.states(people.boris)} == {None}


def test_a_phone_outside_of_all_queues_has_a_state_while_it_is_used(people: People, card: dict[str, int]) -> None:
    call = insert_call(people.boris, extension="102", stage="ringing", ago=3)
    assert operators.own(people.boris).state is OperatorState.RINGING
    take(call)
    assert operators.own(people.boris).state is OperatorState.TALKING
    finish(call)
    assert operators.own(people.boris).state is OperatorState.OFFLINE


# R12.3: counters of the operator's own day, and the calls behind them
def test_counters_are_of_his_own_day(people: People, card: dict[str, int], clock: Clock) -> None:
    insert_call(people.anna, ago=100_000)  # the day before yesterday
    accepted = insert_call(people.anna, number=NUMBER, ago=600)
    in_vain = missed(people, ago=500)
    rejected = missed(people, ago=400, result=LegResult.REJECTED)
    direct = missed(people, ago=300, result=LegResult.CANCELLED)
    missed(people, ago=200, result=LegResult.CANCELLED, queue="support")  # a colleague was quicker, or the caller left
    insert_call(people.anna, ago=100, direction=CallDirection.OUTBOUND)
    insert_call(people.boris, extension="102", ago=50)
    own = operators.own(people.anna)
    assert (own.accepted, own.missed) == (1, 3)
    assert [each.caller.call_id for each in operator_day.calls(people.anna, DayCalls.ACCEPTED)] == [accepted]
    assert [each.caller.call_id for each in operator_day.calls(people.anna, DayCalls.MISSED)] == [
        direct,
        rejected,
        in_vain,
    ]


def test_his_day_begins_at_the_organisations_midnight(people: People, card: dict[str, int], clock: Clock) -> None:
    settings.change(people.oleg, {"time_zone": "Asia/Vladivostok"})  # 19:00 there; the day began at 14:00 UTC before
    insert_call(people.anna, ago=18 * 3600)
    insert_call(people.anna, ago=20 * 3600)
    assert operators.own(people.anna).accepted == 1


def test_in_queue_counts_who_waits_in_his_queues(people: People, card: dict[str, int]) -> None:
    wait_in("sales", NUMBER, ago=40)
    wait_in("support", "", ago=10)
    wait_in("other", NUMBER)
    assert operators.own(people.anna).waiting == 2
    assert operators.own(people.boris).waiting == 1
    waiting = operator_day.waiting(people.anna)
    assert [(each.queue, each.caller.number) for each in waiting] == [("sales", "+7 903 154-55-46"), ("support", "")]


# R6.4: queue entries are for the members of that queue, and for who has the reports right
def test_who_serves_no_queue_sees_nobody_wait(people: People, card: dict[str, int]) -> None:
    wait_in("support", NUMBER)
    assert operators.own(people.vera).waiting == 0
    assert operator_day.waiting(people.vera) == []
    assert operators.own(people.oleg).waiting == 1
    assert len(operator_day.waiting(people.oleg)) == 1


# R6.4: the PBX knows members whom nobody entered in KAW
def test_whose_phone_a_queue_rings_serves_it(people: People, card: dict[str, int]) -> None:
    give_extension(people.vera, "104")
    call = insert_call(people.vera, extension="104", queue="sales", stage="missed", ago=3600)
    with db.transaction() as tx:
        visit = tx.session.exec(select(QueueVisit).where(QueueVisit.call_id == call)).one()
        tx.session.add(
            VisitRing(visit_id=visit.id, ordinal=0, operator="104", user_id=people.vera.user_id, started_at=db.now())
        )
    wait_in("sales", NUMBER)
    wait_in("support", NUMBER)
    assert operators.own(people.vera).waiting == 1
    assert [each.queue for each in operator_day.waiting(people.vera)] == ["sales"]


# R7.3.6
def test_who_sees_no_phones_sees_no_numbers_anywhere(people: People, card: dict[str, int]) -> None:
    wait_in("support", NUMBER)
    insert_call(people.boris, extension="102", number=NUMBER, ago=60)
    insert_call(people.boris, extension="102", number=NUMBER, stage="talking", ago=20)
    everything = repr(
        (
            operators.own(people.boris),
            operators.states(people.boris),
            operator_day.waiting(people.boris),
            operator_day.calls(people.boris, DayCalls.ACCEPTED),
            operator_day.recent(people.boris),
        )
    )
    assert "154-55" not in everything
    assert "1545546" not in everything


def test_the_last_numbers_each_once(people: People, card: dict[str, int]) -> None:
    insert_call(people.anna, number=NUMBER, ago=900)
    insert_call(people.anna, number="79096414210", ago=600, direction=CallDirection.OUTBOUND)
    insert_call(people.anna, number=NUMBER, ago=300)
    assert [each.caller.number for each in operator_day.recent(people.anna)] == ["+7 903 154-55-46", "+7 909 641-42-10"]


# R12.3: «Пауза» with its types, «В работу»
async def test_a_pause_is_asked_of_the_pbx_with_its_type(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    await operators.pause(people.anna, "Технический сбой")
    await operators.resume(people.anna)
    assert pbx.asked == [
        ("pause", {"interface": "PJSIP/101", "paused": True, "reason": "Технический сбой"}),
        ("pause", {"interface": "PJSIP/101", "paused": False}),
    ]


async def test_only_pauses_of_the_settings(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    with pytest.raises(InvalidValue):
        await operators.pause(people.anna, "Перекур\r\nAction: Originate")
    with pytest.raises(InvalidValue):
        await operators.pause(people.vera, "Перерыв")  # she has no phone
    assert pbx.asked == []


async def test_dynamic_queues_are_joined_and_left(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    await operators.sign_in(people.anna)
    await operators.sign_out(people.anna, "sales")
    assert [(name, values["queue"]) for name, values in pbx.asked] == [
        ("join", "sales"),
        ("join", "support"),
        ("leave", "sales"),
    ]
    with pytest.raises(Conflict):
        await operators.sign_in(people.boris)  # his queue is the PBX's own


# R7.1.1: dynamic membership is joined by signing in, and not again by a page opened later
async def test_signing_in_joins_his_own_queues(
    people: People, card: dict[str, int], pbx: PaperPbx, clock: Clock
) -> None:
    give_passwords(people)
    signed_in = enter("anna").actor
    await operators.arrive(signed_in)
    assert pbx.names() == ["join", "join"]
    put_state("101", OperatorState.WAITING)
    await operators.arrive(signed_in)
    clock.pass_(minutes=5)
    put_state("101", OperatorState.OFFLINE)
    await operators.arrive(signed_in)
    assert pbx.names() == ["join", "join"]


async def test_what_the_pbx_refuses_for_one_queue_is_said(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    pbx.refuse = PbxRefused()
    await operators.sign_in(people.anna)  # he may be in some of them already
    with pytest.raises(PbxRefused):
        await operators.sign_in(people.anna, "sales")


# R12.3: a closed browser pauses its operator, when he waits for calls
async def test_only_who_waits_is_paused_for_a_lost_browser(people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    put_state("101", OperatorState.PAUSED, "Перерыв")
    assert not await operators.pause_lost(people.anna)
    put_state("101", OperatorState.TALKING)
    assert not await operators.pause_lost(people.anna)
    assert not await operators.pause_lost(people.vera)
    put_state("101", OperatorState.WAITING)
    assert await operators.pause_lost(people.anna)
    assert pbx.asked == [("pause", {"interface": "PJSIP/101", "paused": True, "reason": "нет связи"})]


# R12.8: after-call work from the end of the talk until «Готово» or the timer
class TestAfterCall:
    async def test_it_begins_with_the_end_of_a_talk_and_ends_when_done(
        self, people: People, card: dict[str, int], pbx: PaperPbx
    ) -> None:
        call = insert_call(people.anna, number=NUMBER, stage="talking", ago=60)
        assert operators.own(people.anna).after_call is None
        finish(call)
        put_state("101", OperatorState.AFTER_CALL)
        work = operators.own(people.anna).after_call
        assert work is not None
        assert work.call_id == call
        assert 25 < (work.until - db.now()).total_seconds() <= 30
        call_notes.save(people.anna, call, "Просит счет", "Перезвонить")
        assert operators.own(people.anna).after_call is not None  # written down and not finished
        call_notes.save(people.anna, call, done=True)
        await operators.end_after_call(people.anna)
        assert operators.own(people.anna).after_call is None
        assert pbx.asked == [("pause", {"interface": "PJSIP/101", "paused": False})]

    def test_it_ends_by_itself(self, people: People, card: dict[str, int], clock: Clock) -> None:
        finish(insert_call(people.anna, stage="talking"))
        clock.pass_(seconds=29)
        assert operators.own(people.anna).after_call is not None
        clock.pass_(seconds=2)
        assert operators.own(people.anna).after_call is None

    def test_the_next_call_ends_it(self, people: People, card: dict[str, int]) -> None:
        finish(insert_call(people.anna, stage="talking"))
        insert_call(people.anna, stage="ringing", ago=1)
        assert operators.own(people.anna).after_call is None

    def test_there_is_none_after_a_missed_or_internal_call_or_without_the_setting(
        self, people: People, card: dict[str, int]
    ) -> None:
        missed(people, ago=16)
        assert operators.own(people.anna).after_call is None
        finish(insert_call(people.anna, number="102", stage="talking", ago=5, direction=CallDirection.INTERNAL))
        assert operators.own(people.anna).after_call is None
        finish(insert_call(people.anna, stage="talking", ago=5))
        settings.change(people.oleg, {"after_call_seconds": 0})
        assert operators.own(people.anna).after_call is None

    async def test_a_pause_of_his_own_stays(self, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
        put_state("101", OperatorState.PAUSED, "Перерыв")
        await operators.end_after_call(people.anna)
        assert pbx.asked == []


def test_states_without_a_phone(people: People) -> None:
    own = operators.own(people.vera)
    assert (own.extension, own.call, own.after_call) == ("", None, None)

"""Which page is in front when a user's pages live in several processes, and who is gone (R12.3, R12.5)."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from kaw import live
from kaw.components import presence as presence_
from kaw.components.presence import Presence
from kaw.models import OperatorState
from kaw.services import settings, users
from kaw.services.access import Actor
from kaw.telephony.port import Link, LinkState
from tests.calls import finish, give_extension, insert_call, put_state
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import eventually
from tests.pbx import PaperPbx

Processes = tuple[Presence, Presence, Presence]
A, B, C = (Actor(5, number, f"page {number}") for number in (1, 2, 3))


@pytest.fixture
def processes(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> Iterator[Processes]:
    """Three, each of which hears of the others as over Redis."""
    monkeypatch.setattr(live, "_listeners", list(live._listeners))
    monkeypatch.setattr(live, "_followers", list(live._followers))
    monkeypatch.setattr(presence_, "STEP_FORWARD_S", 0.1)
    yield Presence(), Presence(), Presence()


def in_front(processes: Processes) -> list[Actor]:
    return [page for process, page in zip(processes, (A, B, C), strict=True) if process.is_in_front(page)]


# R12.5
async def test_back_at_the_first_page_cards_open_there(processes: Processes) -> None:
    first, second, _third = processes
    first.look_at(A)
    second.look_at(B)
    assert in_front(processes) == [B]
    first.look_at(A)
    assert in_front(processes) == [A]
    second.look_at(B)
    assert in_front(processes) == [B]


# R12.5
async def test_a_page_of_a_process_that_died_is_left_behind(processes: Processes) -> None:
    first, second, _third = processes
    first.look_at(A)
    second.look_at(B)
    live._listeners.remove(second._hear)  # it died and said nothing
    first.look_at(A)
    assert first.is_in_front(A)


# R12.3, R12.5
async def test_the_page_that_is_left_comes_to_the_front(processes: Processes) -> None:
    first, second, third = processes
    for process, page in zip(processes, (A, B, C), strict=True):
        process.look_at(page)
    third._left(C)
    await eventually(lambda: third.is_here(A.user_id))  # she is not gone
    await asyncio.sleep(0.15)
    assert len(in_front(processes)) == 1
    first._left(A)
    await eventually(lambda: in_front(processes) == [B] and first.is_here(A.user_id))
    second._left(B)
    await asyncio.sleep(0.15)
    assert in_front(processes) == []
    assert not any(process.is_here(A.user_id) for process in processes)


# R12.3
async def test_closing_the_page_behind_pauses_nobody(processes: Processes) -> None:
    first, second, _third = processes
    first.look_at(A)
    second.look_at(B)
    first._left(A)
    await eventually(lambda: first.is_here(A.user_id))
    assert second.is_in_front(B)


# R12.3: nobody is waited for who gets no calls anyhow
@pytest.mark.parametrize("why", ["no extension", "off duty", "paused", "deactivated"])
async def test_who_gets_no_calls_is_not_watched_for_ever(
    processes: Processes, people: People, pbx: PaperPbx, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    settings.change(people.oleg, {"auto_pause_lost_seconds": 1})
    if why != "no extension":
        give_extension(people.anna, "101", "support")
        put_state("101", {"paused": OperatorState.PAUSED}.get(why, OperatorState.OFFLINE))
    if why == "deactivated":
        draft = users.get(people.oleg, people.anna.user_id).draft
        users.update(people.oleg, people.anna.user_id, replace(draft, active=False))
    with caplog.at_level("INFO", presence_.__name__):
        await asyncio.wait_for(processes[0]._pause_when_gone(people.anna.user_id), 5)
    assert pbx.names() == []
    assert len(caplog.records) <= 1


# R12.3
async def test_the_end_of_a_talk_is_waited_for(processes: Processes, people: People, pbx: PaperPbx) -> None:
    settings.change(people.oleg, {"auto_pause_lost_seconds": 1})
    give_extension(people.anna, "101", "support")
    put_state("101", OperatorState.TALKING)
    call = insert_call(people.anna, stage="talking")
    watching = asyncio.ensure_future(processes[0]._pause_when_gone(people.anna.user_id))
    await asyncio.sleep(1.5)
    assert not watching.done()
    finish(call)
    put_state("101", OperatorState.WAITING)
    await asyncio.wait_for(watching, 5)
    assert pbx.names() == ["pause"]


# R12.3: without a line nobody knows who is on duty
async def test_a_lost_line_is_waited_for(processes: Processes, people: People, pbx: PaperPbx) -> None:
    settings.change(people.oleg, {"auto_pause_lost_seconds": 1})
    give_extension(people.anna, "101", "support")
    pbx.link = Link(LinkState.LOST)
    watching = asyncio.ensure_future(processes[0]._pause_when_gone(people.anna.user_id))
    await asyncio.sleep(1.5)
    assert not watching.done()
    pbx.link = Link(LinkState.READY)
    put_state("101", OperatorState.WAITING)
    await asyncio.wait_for(watching, 5)
    assert pbx.names() == ["pause"]


# R12.3: the browser was closed while KAW was down
async def test_who_does_not_come_back_after_a_restart_is_paused(
    visit: Visit, people: People, pbx: PaperPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    for actor, extension in ((people.anna, "101"), (people.boris, "102")):
        give_extension(actor, extension, "support")
        put_state(extension, OperatorState.WAITING)
        await visit(actor)
    settings.change(people.oleg, {"auto_pause_lost_seconds": 1})
    after_start = Presence()
    after_start.look_at(Actor(people.boris.user_id, 0, "his page"))
    await after_start.expect()
    await eventually(lambda: pbx.names() == ["pause"])
    assert pbx.asked[0][1]["interface"] == "PJSIP/101"

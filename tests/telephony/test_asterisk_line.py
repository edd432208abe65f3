"""The line to the PBX: when it is there, when it is not, and what happens to what was under way."""

import asyncio
import logging
from dataclasses import replace

import pytest

from kaw.telephony.ami_line import Line
from kaw.telephony.events import MemberState, QueueJoined
from kaw.telephony.port import LinkState, PbxUnavailable, Snapshot
from kaw.telephony.simulator.answers import Account
from tests.telephony.lines import QUICK, SOON, Ends, line
from tests.telephony.stories import CLIENT, NAME, hand


async def call(ends: Ends, origin: str = "kaw-1") -> None:
    """Anna's click on a number."""
    await ends.asterisk.originate(
        interface="PJSIP/1010", number="79161112233", context="outbound", origin=origin, caller_id=CLIENT
    )


async def another_client_logs_in(ends: Ends) -> None:
    """Long enough for anything that KAW would have sent by then."""
    reader, writer = await asyncio.open_connection("127.0.0.1", ends.server.port)
    for _time in range(3):
        writer.write(b"Action: Login\r\nUsername: kaw\r\nSecret: secret\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
    writer.close()
    await writer.wait_closed()


async def test_nothing_is_sent_before_the_pbx_has_fully_booted() -> None:
    """R4.3: login is accepted earlier than anything works."""
    async with line(ready=False) as ends:
        ends.server.booted = False
        await ends.asterisk.start()
        await ends.until_asked("Login")
        with pytest.raises(PbxUnavailable):
            await call(ends)
        await another_client_logs_in(ends)
        assert {action["Action"] for action in ends.server.actions} == {"Login"}

        ends.server.boot_completed()
        await ends.until_state(LinkState.READY)
        await ends.asterisk.pause("PJSIP/1010", paused=True, reason="Перерыв")
        assert ends.asked("QueuePause")[0]["Reason"] == "Перерыв"


async def test_an_action_while_the_line_is_down_is_refused_and_never_sent_later() -> None:
    """R12.4: nobody is rung minutes after the click."""
    async with line() as ends:
        await ends.server.close()
        await ends.until_state(LinkState.LOST)
        with pytest.raises(PbxUnavailable):
            await call(ends)

        await ends.server.open()
        await ends.until(lambda: len(ends.ready) == 2)
        await ends.asterisk.pause("PJSIP/1010", paused=True)
        assert not ends.asked("Originate")


async def test_an_action_that_was_under_way_when_the_line_broke_is_not_sent_again() -> None:
    """R12.4"""
    async with line() as ends:
        ends.server.stalled = True
        calling = asyncio.create_task(call(ends))
        await asyncio.wait({calling}, timeout=0)
        ends.server.drop()
        with pytest.raises(PbxUnavailable):
            await calling

        ends.server.stalled = False
        await ends.until(lambda: len(ends.ready) == 2)
        await ends.asterisk.pause("PJSIP/1010", paused=True)
        assert not ends.asked("Originate")


async def test_a_half_open_line_is_noticed_and_made_anew() -> None:
    """R12.7: the other side is silent, TCP does not know."""
    async with line(replace(QUICK, ping_s=0.02, answer_s=0.05)) as ends:
        ends.server.stalled = True
        await ends.until_state(LinkState.LOST)

        ends.server.stalled = False
        await ends.until(lambda: len(ends.ready) >= 2)
        await ends.until_state(LinkState.READY)


async def test_an_action_without_an_answer_ends_the_line_so_that_it_is_not_done_later() -> None:
    """R12.4"""
    async with line(replace(QUICK, answer_s=0.05, ping_s=60)) as ends:
        ends.server.stalled = True
        with pytest.raises(PbxUnavailable):
            await call(ends)
        await ends.until_state(LinkState.LOST)


async def test_the_first_connection_may_fail_and_is_tried_again() -> None:
    """R4.3: KAW starts while the PBX is down, and says the exact failure."""
    async with line(ready=False) as ends:
        await ends.server.close()
        await ends.asterisk.start()
        await ends.until_state(LinkState.LOST)
        assert "Connect call failed" in ends.asterisk.link.detail

        await ends.server.open()
        await ends.until_state(LinkState.READY)
        assert [link.state for link in ends.links] == [LinkState.CONNECTING, LinkState.LOST, LinkState.READY]


async def test_stopping_in_an_outage_really_stops() -> None:
    """R4.3: no attempt is left over."""
    before = asyncio.all_tasks()
    async with line() as ends:
        await ends.server.close()
        await ends.until_state(LinkState.LOST)
        await ends.asterisk.stop()

        assert ends.asterisk.link.state is LinkState.OFF
        await ends.settle()
        assert asyncio.all_tasks() == before
        await ends.server.open()
        ends.server.actions.clear()
        await ends.asterisk.start()
        await ends.until(lambda: len(ends.ready) == 2)
        assert len(ends.asked("Login")) == 1


async def test_a_wrong_password_is_told_and_a_right_one_heals_it(caplog: pytest.LogCaptureFixture) -> None:
    """R4.3: the state says what is wrong, the secret stands nowhere."""
    caplog.set_level(logging.DEBUG)
    async with line(replace(QUICK, secret="not-the-secret-of-it"), ready=False) as ends:
        await ends.asterisk.start()
        await ends.until_state(LinkState.WRONG_PASSWORD)
        assert ends.asterisk.link.detail == "Authentication failed"
        with pytest.raises(PbxUnavailable):
            await call(ends)

        ends.server.accounts["kaw"] = Account(secret="not-the-secret-of-it")
        await ends.until_state(LinkState.READY)
    assert "not-the-secret-of-it" not in caplog.text + repr(ends.asterisk._options)


async def test_a_name_cut_by_tcp_keeps_its_letters() -> None:
    """R12.3: «Анна Иванова» in pieces of one byte."""
    async with line(ready=False) as ends:
        ends.server.cut = lambda data: [data[place : place + 1] for place in range(len(data))]
        await ends.asterisk.start()
        await ends.until(lambda: ends.ready)
        assert {member.name for member in ends.ready[0].members} == {"Анна Иванова", "Борис Петров"}

        await ends.asterisk.pause("PJSIP/1010", paused=True, reason="Технический сбой", queue="support")
        await ends.until(lambda: ends.told)
        state = ends.told[0]
        assert isinstance(state, MemberState)
        assert (state.name, state.reason, state.paused) == ("Анна Иванова", "Технический сбой", True)


async def test_what_happens_while_the_present_is_read_comes_after_it() -> None:
    """R12.7: otherwise an old list would end a new call."""
    async with line(ready=False) as ends:
        await ends.asterisk.start()
        await ends.until_asked("Ping")
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.until(lambda: "QueueJoined" in ends.kinds())

        assert isinstance(ends.order[0], Snapshot)
        assert not any(isinstance(step, Snapshot) for step in ends.order[1:])


async def test_events_are_taken_in_their_order_however_slow_the_taker() -> None:
    """R12.7"""
    async with line() as ends:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ends.before_taking = lambda: gate
        hand(ends.sim, "1010", answers=3)
        caller = ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        ends.sim.clock.advance(8)
        ends.sim.people.hang_up(caller)
        gate.set_result(None)
        await ends.until(lambda: ends.kinds().count("ChannelClosed") == 2)

        live = [event.at for event in ends.told if event.source == "live"]
        assert live == sorted(live)


async def test_a_taker_who_fails_gets_the_present_again(caplog: pytest.LogCaptureFixture) -> None:
    """R12.7: the database was away; what was told meanwhile is read from the present and the logs."""
    async with line() as ends:
        failures = [RuntimeError("database away")]

        def fail_once() -> None:
            if failures:
                raise failures.pop()

        ends.before_taking = fail_once
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.until(lambda: len(ends.ready) == 2)
        assert CLIENT in {channel.number for channel in ends.ready[1].channels}
        assert "database away" in caplog.text


async def test_a_storm_of_events_makes_the_pbx_wait_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """R12.7: bounded memory, the same line, every event."""
    waits = asyncio.Event()
    slow = Line.slow

    def noticed(self: Line, is_slow: bool) -> None:
        slow(self, is_slow)
        waits.set()

    monkeypatch.setattr(Line, "slow", noticed)
    async with line(replace(QUICK, backlog=200)) as ends:
        gate: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        ends.before_taking = lambda: gate
        for number in range(300):
            ends.sim.people.call_in(f"7916{number:07d}", to="500")
        ends.sim.clock.advance(0.1)
        async with asyncio.timeout(SOON):
            await waits.wait()
        gate.set_result(None)
        await ends.until(lambda: ends.kinds().count("QueueJoined") == 300)

        joined = [event.number for event in ends.told if isinstance(event, QueueJoined)]
        assert joined == [f"7916{number:07d}" for number in range(300)]
        assert len(ends.ready) == 1
        assert ends.asterisk.link.state is LinkState.READY


async def test_an_account_with_few_rights_is_enough_to_see_the_present() -> None:
    """R4.3: no right "system", no "reporting"."""
    few = frozenset({"call", "agent", "originate"})
    async with line(QUICK, Account(read=few | {"dialplan"}, write=few), ready=False) as ends:
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.asterisk.start()
        await ends.until(lambda: ends.ready)

        present = ends.ready[0]
        assert {channel.exten for channel in present.channels} == {"500"}
        assert [entry.number for entry in present.entries] == [CLIENT]
        assert list(present.registered) == ["1010", "1011"]
        assert present.started_at is not None


async def test_a_restarted_pbx_is_told_from_a_lost_line() -> None:
    """R12.7: the moment of its start is exact, whatever its time zone."""
    async with line() as ends:
        ends.sim.clock.advance(100)
        ends.server.drop()
        await ends.until(lambda: len(ends.ready) == 2)
        ends.sim.kill()
        ends.sim.clock.advance(30)
        ends.sim.boot()
        ends.server.drop()
        await ends.until(lambda: len(ends.ready) == 3)

        starts = [present.started_at for present in ends.ready]
        assert starts == [1_800_000_000.0, 1_800_000_000.0, 1_800_000_130.0]


async def test_shutdown_is_told_and_so_is_what_comes_with_it() -> None:
    """R12.7: Panoramisk would close its ears at the word."""
    async with line() as ends:
        hand(ends.sim, "1010", answers=1)
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        ends.sim.clock.advance(3)
        ends.sim.stop()
        ends.sim.pbx.tell("PeerStatus", {"ChannelType": "PJSIP", "Peer": "PJSIP/1010", "PeerStatus": "Unreachable"})
        await ends.until(lambda: "Registered" in ends.kinds())

        assert ends.kinds().index("PbxStopped") < ends.kinds().index("Registered")
        assert ends.kinds().count("ChannelClosed") == 2

"""What KAW asks the PBX to do: one action each, nothing smuggled into it, and a clear word when it is refused."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaw.errors import InvalidValue
from kaw.telephony import commands
from kaw.telephony.asterisk import Asterisk
from kaw.telephony.events import HangupAsked, OriginateAsked, OriginateFailed, Source
from kaw.telephony.port import PbxRefused, PbxUnavailable
from kaw.telephony.recorded import messages
from kaw.telephony.simulator.answers import Account
from kaw.telephony.simulator.faults import cut_anywhere
from kaw.telephony.simulator.player import play
from kaw.telephony.translate import translate
from tests.telephony.lines import QUICK, line
from tests.telephony.recordings import FOLDER, recorded
from tests.telephony.stories import CLIENT, NAME, hand, laboratory, leg_of

Command = Callable[[Asterisk, str], Awaitable[Any]]
SMUGGLED = ("\r\nAction: Originate\r\nApplication: System", "\n", "\r", "\x00", "\x85")
PLACES: dict[str, Command] = {
    "number": lambda a, bad: a.originate(
        interface="PJSIP/1010", number=f"7916{bad}1112233", context="outbound", origin="k", caller_id=CLIENT
    ),
    "phone": lambda a, bad: a.originate(
        interface=f"PJSIP/1010{bad}", number=CLIENT, context="outbound", origin="k", caller_id=CLIENT
    ),
    "context": lambda a, bad: a.originate(
        interface="PJSIP/1010", number=CLIENT, context=f"outbound{bad}", origin="k", caller_id=CLIENT
    ),
    "origin": lambda a, bad: a.originate(
        interface="PJSIP/1010", number=CLIENT, context="outbound", origin=f"k{bad}", caller_id=CLIENT
    ),
    "caller": lambda a, bad: a.originate(
        interface="PJSIP/1010", number=CLIENT, context="outbound", origin="k", caller_id=f"Кл{bad}иент <{CLIENT}>"
    ),
    "channel": lambda a, bad: a.hang_up(f"PJSIP/1010-00000001{bad}"),
    "given channel": lambda a, bad: a.transfer(f"PJSIP/1010-00000001{bad}", number="1011", context="internal"),
    "given number": lambda a, bad: a.transfer("PJSIP/1010-00000001", number=f"10{bad}11", context="internal"),
    "given context": lambda a, bad: a.transfer("PJSIP/1010-00000001", number="1011", context=f"x{bad}"),
    "reason": lambda a, bad: a.pause("PJSIP/1010", paused=True, reason=f"об{bad}ед"),
    "paused": lambda a, bad: a.pause(f"PJSIP/1010{bad}", paused=True),
    "paused queue": lambda a, bad: a.pause("PJSIP/1010", paused=True, queue=f"sup{bad}port"),
    "joined queue": lambda a, bad: a.join(f"sup{bad}port", "PJSIP/1010", name="Анна"),
    "joined phone": lambda a, bad: a.join("support", f"PJSIP/1010{bad}", name="Анна"),
    "joined name": lambda a, bad: a.join("support", "PJSIP/1012", name=f"Ан{bad}на"),
    "left queue": lambda a, bad: a.leave(f"sup{bad}port", "PJSIP/1010"),
    "left phone": lambda a, bad: a.leave("support", f"PJSIP/1010{bad}"),
    "listener": lambda a, bad: a.listen_in(f"PJSIP/1011{bad}", "1010", mode="listen"),
    "listened to": lambda a, bad: a.listen_in("PJSIP/1011", f"10{bad}10", mode="listen"),
    "mode": lambda a, bad: a.listen_in("PJSIP/1011", "1010", mode=f"listen{bad}"),
}
TEXTS = {"reason", "joined name", "caller"}  # where people write as they like


@pytest.mark.parametrize("place", PLACES)
async def test_no_line_break_gets_out_anywhere(place: str) -> None:
    """R12.3, R12.4: CVE-2010-0685 and its like."""
    async with line() as ends:
        before = len(ends.server.actions)
        for bad in SMUGGLED:
            with pytest.raises(InvalidValue):
                await PLACES[place](ends.asterisk, bad)
        assert len(ends.server.actions) == before
        assert not ends.told


@pytest.mark.parametrize("place", sorted(set(PLACES) - TEXTS))
async def test_what_means_something_to_the_pbx_is_refused_in_names_and_numbers(place: str) -> None:
    """R12.4: & rings several phones, | and , part arguments and the fields of the log."""
    async with line() as ends:
        before = len(ends.server.actions)
        for bad in ("&PJSIP/1011", "|", ",System(id)", ";", "${SHELL(id)}", "?"):
            with pytest.raises(InvalidValue):
                await PLACES[place](ends.asterisk, bad)
        assert len(ends.server.actions) == before


async def test_a_reason_or_a_name_may_not_part_the_queue_log() -> None:
    """R12.3: a bar in a pause type would shift every field after it; in a name, which is only shown, it is left out."""
    async with line() as ends:
        with pytest.raises(InvalidValue):
            await PLACES["reason"](ends.asterisk, "|")
        await ends.asterisk.join("support", "PJSIP/1012", name="Вера|Ли; стажер")
        assert ends.sim.queues.all["support"].member("PJSIP/1012").name == "Вера Ли  стажер"
        await ends.asterisk.pause("PJSIP/1010", paused=True, reason="обед, потом врач & аптека")
        assert ends.sim.records.queue_log[-1].endswith("|PAUSE|обед, потом врач & аптека")


async def test_a_pattern_is_no_channel() -> None:
    """R12.4: Hangup takes /regex/ and would end every call."""
    async with line() as ends:
        for name in ("/.*/", "/^PJSIP/", "", "PJSIP", "PJSIP/"):
            with pytest.raises(InvalidValue):
                await ends.asterisk.hang_up(name)


@given(st.text())
@settings(max_examples=300, deadline=None)
def test_whatever_is_dialled_is_one_line_of_digits(text: str) -> None:
    """R12.4"""
    try:
        found = commands.number(text)
    except InvalidValue:
        return
    assert re.fullmatch(r"\+?[0-9*#]{1,40}", found)


@given(st.dictionaries(st.sampled_from(["Reason", "MemberName", "CallerID"]), st.text()))
@settings(max_examples=300, deadline=None)
def test_whatever_is_sent_has_one_line_for_each_value(action: dict[str, str]) -> None:
    """R12.3"""
    try:
        sent = commands.wire(action)
    except InvalidValue:
        return
    written = "".join(f"{name}: {value}\r\n" for name, value in sent.items())
    assert len(re.split(r"[\r\n\x00\x85\u2028\u2029]", written.replace("\r\n", "\n"))) == len(action) + 1


def test_numbers_are_dialled_as_people_write_them() -> None:
    """R12.4"""
    assert commands.number("+7 (916) 111-22-33") == "+79161112233"
    assert commands.number(" 8 800 555 35 35 ") == "88005553535"
    assert commands.number("*8#") == "*8#"


def test_a_callers_name_cannot_look_like_his_number() -> None:
    """R12.5: ООО "Ромашка" <112> is a name, too."""
    action = commands.originate(
        interface="PJSIP/1010",
        exten="100",
        context="x",
        origin="k",
        caller_id='ООО "Ромашка" <112> <79161234567>',
        ring_s=5,
    )
    assert action["CallerID"] == '"ООО Ромашка 112" <79161234567>'


async def test_a_call_is_placed_to_a_context_with_an_id_known_beforehand() -> None:
    """R12.4: asynchronous, never an application."""
    async with line() as ends:
        hand(ends.sim, "1010", answers=1)
        ends.sim.plan.far = ends.sim.people.answers_after(2)
        placing = asyncio.create_task(
            ends.asterisk.originate(
                interface="PJSIP/1010", number="7 916 111-22-33", context="outbound", origin="kaw-77", caller_id=CLIENT
            )
        )
        await ends.until_asked("Originate")
        ends.sim.clock.advance(5)
        await placing

        sent = ends.asked("Originate")[0]
        assert (sent["Exten"], sent["Context"], sent["Async"]) == ("79161112233", "outbound", "true")
        assert sent["ChannelId"] == "kaw-77"
        assert "Application" not in sent
        await ends.until(lambda: "BridgeEntered" in ends.kinds())
        first = ends.told[0]
        assert isinstance(first, OriginateAsked)
        assert (first.channel, first.interface, first.number) == ("kaw-77", "PJSIP/1010", "79161112233")
        assert {event.call for event in ends.told if hasattr(event, "call")} == {"kaw-77"}
        assert "OriginateFailed" not in ends.kinds()


async def test_a_phone_that_is_not_registered_is_told_about_at_once() -> None:
    """R12.4"""
    async with line() as ends:
        ends.sim.people.register("1010", on=False)
        placing = asyncio.create_task(PLACES["number"](ends.asterisk, ""))
        await ends.until_asked("Originate")
        ends.sim.clock.advance(0)
        with pytest.raises(PbxRefused, match="cannot be reached"):
            await placing
        await ends.until(lambda: "OriginateFailed" in ends.kinds())
        kinds = ends.kinds()
        assert kinds.index("OriginateAsked") < kinds.index("OriginateFailed")


async def test_a_number_the_pbx_cannot_dial_is_refused_and_the_call_is_over() -> None:
    """R12.4"""
    async with line() as ends:
        with pytest.raises(PbxRefused, match="how to dial 12"):
            await ends.asterisk.originate(
                interface="PJSIP/1010", number="12", context="outbound", origin="k1", caller_id="12"
            )
        await ends.until(lambda: len(ends.told) == 2)
        assert isinstance(ends.told[1], OriginateFailed)
        assert ends.told[1].call == "k1"


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (lambda a: a.pause("PJSIP/7777", paused=True), "PJSIP/7777 is in no queue"),
        (lambda a: a.join("nosuch", "PJSIP/1010", name="Анна"), "has no queue nosuch"),
        (lambda a: a.join("support", "PJSIP/1010", name="Анна"), "in the queue support already"),
        (lambda a: a.leave("support", "PJSIP/1012"), "is not in the queue support"),
        (lambda a: a.leave("support", "PJSIP/1010"), "cannot leave it"),
        (lambda a: a.leave("nosuch", "PJSIP/1010"), "has no queue nosuch"),
        (lambda a: a.hang_up("PJSIP/1010-0000ffff"), "ended already"),
        (lambda a: a.transfer("PJSIP/1010-0000ffff", number="1011", context="internal"), "ended already"),
    ],
)
async def test_a_refusal_says_why(command: Callable[[Asterisk], Awaitable[None]], words: str) -> None:
    """R12.3"""
    async with line() as ends:
        with pytest.raises(PbxRefused, match=words):
            await command(ends.asterisk)
        await ends.asterisk.pause("PJSIP/1010", paused=True)  # the line is as good as before


async def test_an_account_without_the_right_is_told_apart() -> None:
    """R4.3"""
    async with line(QUICK, Account(write=frozenset({"call", "reporting"}))) as ends:
        with pytest.raises(PbxRefused, match=r"no right to do this \(QueuePause\)"):
            await ends.asterisk.pause("PJSIP/1010", paused=True)
        with pytest.raises(PbxRefused, match=r"no right to do this \(Originate\)"):
            await PLACES["number"](ends.asterisk, "")


async def test_members_come_and_go() -> None:
    """R12.3: Panoramisk waits for ever for the answer to QueueAdd."""
    async with line() as ends:
        ends.sim.phone("1012", "Вера")
        await ends.asterisk.join("support", "PJSIP/1012", name="Вера Веб", paused=True)
        await ends.asterisk.leave("support", "PJSIP/1012")
        await ends.until(lambda: len(ends.told) == 2)
        assert [event.present for event in ends.told] == [True, False]  # type: ignore[attr-defined]


async def test_a_member_is_paused_by_the_name_his_queue_knows() -> None:
    """R12.3: FreePBX makes members of loops, Local/1012@from-queue/n, and knows no PJSIP/1012 in its queues."""
    async with line() as ends:
        ends.sim.phone("1012", "Вера")
        loop = "Local/1012@from-queue/n"
        await ends.asterisk.join("support", loop, name="Вера Веб")
        await ends.until(lambda: len(ends.told) == 1)
        await ends.asterisk.pause("PJSIP/1012", paused=True, reason="Обед")
        await ends.until(lambda: any(getattr(event, "paused", False) for event in ends.told))
        assert ends.sim.queues.all["support"].member(loop).reason == "Обед"
        with pytest.raises(PbxRefused):
            await ends.asterisk.pause("PJSIP/1012", paused=True, queue="sales")
        await ends.asterisk.leave("support", "PJSIP/1012")
        assert ends.sim.queues.all["support"].member(loop) is None


async def test_a_call_is_given_away_and_ended_by_its_channels() -> None:
    """R12.2b: the buttons of somebody without a softphone."""
    async with line() as ends:
        hand(ends.sim, "1010", answers=1)
        hand(ends.sim, "1011", answers=1)
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        ends.sim.clock.advance(3)
        await ends.asterisk.transfer(leg_of(ends.sim, "1010").name, number="1011", context="internal")
        ends.sim.clock.advance(3)
        leg = leg_of(ends.sim, "1011")
        await ends.asterisk.hang_up(leg.name, call=leg.linkedid, channel=leg.uniqueid)
        ends.sim.clock.advance(1)
        await ends.until(lambda: ends.kinds().count("ChannelClosed") == 3)
        asked = [event for event in ends.told if isinstance(event, HangupAsked) and event.source is Source.KAW]
        assert [(event.channel, event.by_phone) for event in asked] == [(leg.uniqueid, True)]
        assert "Transferred" in ends.kinds()


@pytest.mark.parametrize(("mode", "digit"), [("listen", "1"), ("whisper", "2"), ("join", "3")])
async def test_a_supervisor_listens_through_the_dialplan(mode: str, digit: str) -> None:
    """R12.8: a documented context instead of an application: the account may call, and no more."""
    async with line() as ends:
        hand(ends.sim, "1010", answers=1)
        hand(ends.sim, "1011", answers=1)
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        ends.sim.clock.advance(3)
        listening = asyncio.create_task(ends.asterisk.listen_in("PJSIP/1011", "1010", mode=mode))
        await ends.until_asked("Originate")
        ends.sim.clock.advance(2)
        await listening

        sent = ends.asked("Originate")[0]
        assert (sent["Context"], sent["Exten"]) == ("kaw-listen", f"{digit}1010")
        assert "Application" not in sent
        assert leg_of(ends.sim, "1011").application == "ChanSpy"
        assert "OriginateAsked" not in ends.kinds()


async def test_commands_without_a_connection_are_refused() -> None:
    """R4.3"""
    async with line(ready=False) as ends:
        for command in (lambda a: a.pause("PJSIP/1010", paused=True), lambda a: a.snapshot(), lambda a: a.check()):
            with pytest.raises(PbxUnavailable):
                await command(ends.asterisk)


async def test_the_check_names_everything_that_is_as_it_should_be() -> None:
    """R4.3: «Проверить»."""
    rights = frozenset({"call", "agent", "originate", "reporting"})
    sim = laboratory()
    sim.pbx.settings.channelvars = ("MIXMONITOR_FILENAME",)
    async with line(QUICK, Account(read=rights | {"dialplan"}, write=rights), sim=sim) as ends:
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        ends.sim.clock.advance(1)
        await ends.until(lambda: ends.kinds().count("MemberState"))
        lines = await ends.asterisk.check()

    said = [check.text.format_map(check.values) for check in lines]
    assert "Connected to Asterisk 22.10.1." in said
    assert "Events carry the PBX's time (timestampevents)." in said
    assert "Events carry variables of the channel (channelvars)." in said
    assert "Queues: support, sales, nobody; members: 2." in said
    assert "The dialplan has the context kaw-listen." in said
    assert [text for check, text in zip(lines, said, strict=True) if not check.is_ok] == [
        text for text in said if text.startswith("The clocks of the PBX and of KAW are")
    ]


async def test_the_check_names_everything_that_is_missing() -> None:
    """R4.3: too few rights, too many, no times, no context."""
    sim = laboratory()
    sim.pbx.settings.timestamps = False
    sim.pbx.settings.contexts = ("from-trunk", "internal")
    account = Account(write=frozenset({"call", "reporting", "command"}), read=frozenset({"call"}))
    async with line(QUICK, account, sim=sim) as ends:
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.until(lambda: ends.told)
        lines = await ends.asterisk.check()

    wrong = "\n".join(check.text.format_map(check.values) for check in lines if not check.is_ok)
    assert "may not place calls" in wrong
    assert "may not pause operators" in wrong
    assert "more than KAW needs: Command" in wrong
    assert "set timestampevents = yes" in wrong
    assert "No event of a queue has come yet" in wrong
    assert "no context kaw-listen" in wrong


@pytest.mark.parametrize("path", [p for p in sorted(FOLDER.iterdir()) if ".ami" in p.name], ids=lambda p: p.name[:12])
async def test_a_recorded_stream_arrives_whole_through_the_line(path: Path) -> None:
    """R12.7: every fact of every recording, in order, whatever TCP does to the bytes."""
    wanted = [
        event
        for message in messages(path)
        if not ("ActionID" in message and "Timestamp" not in message)
        for event in translate(message, 0.0)
    ]
    async with line() as ends:
        random = ends.sim.pbx.settings.random
        ends.server.cut = lambda data: cut_anywhere(data, random)
        play(ends.server, path)
        ends.sim.clock.run()
        await ends.until(lambda: len(ends.told) >= len(wanted))
        assert [(type(event), vars_of(event)) for event in ends.told] == [
            (type(event), vars_of(event)) for event in wanted
        ]


def vars_of(event: object) -> list[object]:
    """Values of an event; the moment of arrival is no part of it."""
    return [getattr(event, name) for name in event.__dataclass_fields__ if name != "at"]  # type: ignore[attr-defined]


def test_the_recordings_are_there() -> None:
    """Otherwise the test above would pass by testing nothing."""
    assert recorded("x2_chaos").exists()

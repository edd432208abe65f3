"""The simulated PBX itself: what it answers, what it can do wrong, and that its truth agrees with its records."""

import asyncio
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from kaw.telephony import cdr, queue_log
from kaw.telephony.asterisk import Asterisk
from kaw.telephony.events import ChannelClosed, ChannelOpened, MemberConnected, QueueJoined
from kaw.telephony.port import LinkState
from kaw.telephony.simulator.answers import Account, Answers
from kaw.telephony.simulator.call_centre import OPERATORS, CallCentre, start_demo
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.dialplan import Route
from kaw.telephony.simulator.faults import cut_anywhere, disorder
from kaw.telephony.simulator.queueing import Queue
from kaw.telephony.simulator.simulation import Simulation
from kaw.telephony.simulator.soak import Faults, Lost, Ready, Soak, Told
from kaw.telephony.translate import translate
from tests.telephony.lines import QUICK, Ends, line
from tests.telephony.recordings import Fields, blocks, events, recorded, shape
from tests.telephony.stories import CLIENT, NAME, STORIES, hand, laboratory, leg_of


def told_by(sim: Simulation) -> list[str]:
    """Names of events as they come."""
    names: list[str] = []
    sim.pbx.listeners.append(lambda name, _text: names.append(name))
    return names


def texts_by(sim: Simulation, wanted: str) -> list[str]:
    """Events of one name as they come."""
    texts: list[str] = []
    sim.pbx.listeners.append(lambda name, text: texts.append(text) if name == wanted else None)
    return texts


def test_a_clock_passes_in_the_order_of_moments() -> None:
    """An hour takes no time, and what is cancelled does not happen."""
    clock = Clock(100.0)
    seen: list[tuple[str, float]] = []
    clock.later(5, lambda: seen.append(("second", clock.now)))
    clock.later(1, lambda: clock.later(1, lambda: seen.append(("first", clock.now))))
    clock.later(3, lambda: seen.append(("never", clock.now))).cancel()
    clock.advance(3600)

    assert seen == [("first", 102.0), ("second", 105.0)]
    assert clock.now == 3700.0


async def test_a_living_clock_passes_by_itself() -> None:
    """For the demonstration; here a thousand times as fast."""
    clock = Clock(100.0)
    rung = asyncio.Event()
    clock.later(5, rung.set)
    alive = asyncio.create_task(clock.live(speed=1000))
    await rung.wait()
    alive.cancel()
    await asyncio.wait({alive})
    assert clock.now >= 105.0


@pytest.mark.parametrize("action", ["QueueStatus", "CoreShowChannels", "PJSIPShowContacts", "QueueSummary", "Status"])
def test_lists_have_the_fields_of_the_real_ones(action: str) -> None:
    """R12.7: as recorded in h."""
    sim = laboratory()
    hand(sim, "1010", answers=1)
    sim.people.call_in(CLIENT, to="500", name=NAME)
    sim.clock.advance(3)
    sim.people.call_in("79990000001", to="500", name="Второй")
    items = Answers(sim).answer(Account(), {"Action": action}).items or []

    real: dict[str, set[frozenset[str]]] = {}
    for block in blocks(recorded("h_").read_bytes()):
        names = frozenset(name for name, _value in block) - {"Event", "ActionID", "Privilege"}
        real.setdefault(block[0][1], set()).add(names)
    assert items
    for name, fields in items:
        names = {line.partition(":")[0] for line in fields.split("\r\n") if line} if isinstance(fields, str) else fields
        if name == "Status":  # the real one tells codecs besides
            assert any(set(names) <= known for known in real[name])
        else:
            assert frozenset(names) in real[name], name


def test_errors_are_worded_as_the_real_ones() -> None:
    """R12.3: recorded in e7, g1, h, j4."""
    sim = laboratory()
    answers = Answers(sim)

    def said(account: Account = Account(), **action: str) -> str:
        return str(answers.answer(account, action).fields.get("Message"))

    recorded_words = {
        dict(block).get("Message")
        for name in ("e7_", "g1_", "h_", "j4_min_permissions.kawmin", "a3_", "f1_", "f2_")
        for block in blocks(recorded(name).read_bytes())
        if block[0] in (("Response", "Error"), ("Response", "Success"))
    }
    phone, support = "PJSIP/1012", "support"
    for words in (
        said(Action="QueuePause", Queue=support, Interface="PJSIP/7777", Paused="true"),
        said(Action="QueuePause", Queue=support, Interface="PJSIP/1010", Paused="true"),
        said(Action="QueuePause", Queue=support, Interface="PJSIP/1010", Paused="false"),
        said(Action="QueueAdd", Queue=support, Interface=phone),
        said(Action="QueueAdd", Queue=support, Interface=phone),
        said(Action="QueueAdd", Queue="nosuch", Interface=phone),
        said(Action="QueueRemove", Queue=support, Interface=phone),
        said(Action="QueueRemove", Queue=support, Interface=phone),
        said(Action="Originate", Context="outbound", Exten=CLIENT),
        said(Action="Originate", Channel="PJSIP/1010", Context="nope", Exten="12"),
        said(Action="Originate", Channel="PJSIP/9999", Context="outbound", Exten=CLIENT),
        said(Account(write=frozenset({"call"})), Action="PJSIPShowContacts"),
        said(Action="PJSIPShowRegistrationsInboundContactStatuses"),
    ):
        assert words in recorded_words


def test_ring_all_rings_all_and_the_losers_are_told() -> None:
    """R12.7"""
    sim = laboratory()
    sim.queue(Queue("all", strategy="ringall"), ["1010", "1011"], number="505")
    told: list[str] = []
    sim.pbx.listeners.append(lambda name, text: told.append(text) if name in ("AgentCalled", "Hangup") else None)
    hand(sim, "1011", answers=2)
    caller = sim.people.call_in(CLIENT, to="505")
    sim.clock.advance(3)
    sim.people.hang_up(caller)

    assert [text.split("\r\n")[0] for text in told].count("Event: AgentCalled") == 2
    assert any("Cause: 26" in text and "PJSIP/1010" in text for text in told)
    assert sim.records.truth[caller.uniqueid].operator == "1011"


def test_a_caller_leaves_by_a_key_or_with_the_last_member() -> None:
    """R12.7: recorded in b3; leave-empty."""
    sim = laboratory()
    sim.queue(Queue("leaver", leave_when_empty=True), ["1011"], number="506")
    first = sim.people.call_in(CLIENT, to="500")
    sim.clock.advance(2)
    sim.people.press(first, "1")
    second = sim.people.call_in("79990000001", to="506")
    sim.clock.advance(2)
    sim.people.register("1011", on=False)
    sim.clock.advance(5)

    kinds = [line.split("|")[4] for line in sim.records.queue_log]
    assert kinds == ["ENTERQUEUE", "RINGCANCELED", "EXITWITHKEY", "ENTERQUEUE", "EXITEMPTY"]
    assert [sim.records.truth[channel.uniqueid].outcome for channel in (first, second)] == ["key", "empty"]


def test_a_paused_or_talking_member_is_not_rung_and_wrapup_is_kept() -> None:
    """R12.3"""
    sim = laboratory()
    sim.queue(Queue("one", wrapup=10), ["1011"], number="507")
    hand(sim, "1011", answers=1)
    first = sim.people.call_in("79990000001", to="507")
    sim.clock.advance(2)
    second = sim.people.call_in("79990000002", to="507")
    sim.clock.advance(3)
    assert second.bridge is None
    sim.people.hang_up(first)
    sim.clock.advance(8)
    assert second.bridge is None
    sim.clock.advance(4)
    assert second.bridge is not None


async def test_a_clean_stop_tells_the_end_of_every_call_and_a_crash_tells_nothing() -> None:
    """R12.7: recorded in i1; kill -9 leaves no ends in the log."""
    for how, ends_in_log in (("stop", 1), ("kill", 0)):
        sim = laboratory()
        hand(sim, "1010", answers=1)
        talking = sim.people.call_in(CLIENT, to="500")
        sim.clock.advance(2)
        waiting = sim.people.call_in("79990000001", to="500")
        sim.clock.advance(1)
        names, asked = told_by(sim), texts_by(sim, "SoftHangupRequest")
        living = len(sim.pbx.channels)
        getattr(sim, how)()
        sim.clock.advance(20)
        sim.boot()

        kinds = Counter(line.split("|")[4] for line in sim.records.queue_log)
        assert kinds["COMPLETECALLER"] == ends_in_log
        assert kinds["ABANDON"] == ends_in_log
        assert kinds["QUEUESTART"] == 1
        assert kinds["RINGNOANSWER"] == ends_in_log
        assert ("Shutdown" in names) == (how == "stop")
        assert sum("\r\nCause: 4\r\n" in text for text in asked) == living * ends_in_log
        assert not sim.pbx.channels
        assert {sim.records.truth[one.uniqueid].ended_by for one in (talking, waiting)} == {"pbx"}
        again = sim.people.call_in("79990000003", to="500")
        assert again.name == "PJSIP/trunk-00000000"
        assert again.uniqueid not in (talking.uniqueid, waiting.uniqueid)


def test_an_outgoing_call_that_the_pbx_cuts_off_has_failed() -> None:
    """R12.7: whoever dialled did not give up."""
    for how in ("stop", "kill"):
        sim = laboratory()
        channel = sim.people.dial("1010", "79990000001")
        sim.clock.advance(2)
        getattr(sim, how)()
        true = sim.records.truth[channel.uniqueid]
        assert (true.outcome, true.ended_by, true.talks) == ("failed", "pbx", [])


def test_the_truth_knows_who_talked_last() -> None:
    """R12.7: a caller who is given away twice, the second time to somebody who does not pick up."""
    sim = laboratory()
    sim.phone("1012", "Вера")
    for extension in ("1010", "1011"):
        hand(sim, extension, answers=1)
    caller = sim.people.call_in(CLIENT, to="500")
    for giver, taker in (("1010", "1011"), ("1011", "1012")):
        sim.clock.advance(5)
        assert sim.people.transfer(leg_of(sim, giver), to=taker)
    sim.clock.advance(3)
    sim.people.hang_up(caller)

    true = sim.records.truth[caller.uniqueid]
    assert [(talk.operator, talk.ended_by) for talk in true.talks] == [("1010", "transfer"), ("1011", "transfer")]
    assert (true.operator, true.given_to, true.ended_by) == ("1010", ["1011", "1012"], "caller")
    assert [(visit.outcome, visit.operator) for visit in true.visits] == [("answered", "1010")]


def test_dynamic_members_do_not_survive_a_crash() -> None:
    """R12.7"""
    sim = laboratory()
    answers = Answers(sim)
    sim.phone("1012", "Вера")
    answers.answer(Account(), {"Action": "QueueAdd", "Queue": "support", "Interface": "PJSIP/1012"})
    sim.queues.pause_everywhere("PJSIP/1010", paused=True)
    sim.kill()
    sim.boot()

    members = sim.queues.all["support"].members
    assert [member.interface for member in members] == ["PJSIP/1010", "PJSIP/1011"]
    assert not any(member.paused for member in members)


async def test_a_weak_account_is_told_only_what_it_may_read() -> None:
    """R4.3: recorded in j4."""
    async with line(QUICK, Account(read=frozenset({"agent"}))) as ends:
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.until(lambda: "MemberCalled" in ends.kinds())
        assert not any(isinstance(event, ChannelClosed) for event in ends.told)
        assert "RecordingNamed" not in ends.kinds()


async def test_a_pbx_that_dies_in_a_call_is_found_again_without_it() -> None:
    """R12.7"""
    async with line() as ends:
        await in_a_talk(ends)
        ends.sim.kill()
        await ends.server.close()
        await ends.until_state(LinkState.LOST)
        ends.sim.clock.advance(10)
        ends.sim.boot()
        await ends.server.open()
        await ends.until(lambda: len(ends.ready) == 2)

        assert not ends.ready[1].channels
        assert ends.ready[1].started_at == ends.ready[0].at + 3 + 10


async def in_a_talk(ends: Ends) -> None:
    """Somebody talks with Anna."""
    hand(ends.sim, "1010", answers=1)
    ends.sim.people.call_in(CLIENT, to="500", name=NAME)
    ends.sim.clock.advance(3)
    await ends.until(lambda: ends.kinds().count("BridgeEntered") == 2)


def test_disorder_keeps_what_ids_need() -> None:
    """R12.7: a channel is never spoken of before it is there, nothing is lost."""
    sim = laboratory()
    kept: list[tuple[float, str, str]] = []
    sim.pbx.listeners.append(lambda name, text: kept.append((sim.pbx.told_at, name, text)))
    STORIES["f1_"](sim)
    mixed = disorder(kept, Random(3), rate=0.9)

    assert mixed != kept
    assert set(mixed) == set(kept)
    assert len(mixed) > len(kept)
    seen: set[str] = set()
    for _at, name, text in mixed:
        fields = dict(next(blocks(text.encode())))
        if name == "Newchannel":
            seen.add(fields["Uniqueid"])
        if "Uniqueid" in fields:
            assert fields["Uniqueid"] in seen


def test_pieces_of_a_stream_are_the_stream() -> None:
    """R12.7"""
    data = recorded("a_").read_bytes()
    pieces = cut_anywhere(data, Random(1))
    assert b"".join(pieces) == data
    assert len(pieces) > 50


def test_a_soak_tells_the_same_story_twice() -> None:
    """Whatever goes wrong can be looked at again, by its seed."""
    first, second = (list(Soak(60, seed=7).steps()) for _time in range(2))
    assert first == second
    assert first != list(Soak(60, seed=8).steps())


def test_a_soak_agrees_with_its_own_records() -> None:
    """Truth (written by hands at phones) and the queue log (written by queues) come to the same numbers."""
    soak = Soak(400, seed=3)
    steps = list(soak.steps())
    lines = queue_log.parse(soak.queue_log)
    rows = cdr.parse(soak.cdr, "UTC")

    assert len(soak.truth) >= 400
    assert sum(isinstance(step, Lost) for step in steps) == sum(isinstance(step, Ready) for step in steps) - 1
    incoming = [call for call in soak.truth.values() if call.direction == "in"]
    joined = {found.call for found in lines if found.event == "ENTERQUEUE"}
    assert {call.channel_id for call in incoming if call.visits} == joined
    connected = {found.call for found in lines if found.event == "CONNECT"}
    assert {call.channel_id for call in incoming if call.operator_pick_up} == connected
    abandoned = {found.call for found in lines if found.event == "ABANDON"}
    left = {outcome: {call.channel_id for call in incoming if call.visits and call.visits[-1].outcome == outcome}
            for outcome in ("abandoned", "failed")}  # fmt: skip
    assert abandoned - left["failed"] == left["abandoned"]
    assert {soak.truth[one].ended_by for one in left["abandoned"]} == {"caller"}
    assert all(call.ended_at for call in soak.truth.values())
    assert {row.call for row in rows} <= set(soak.truth)


def test_a_soak_without_faults_is_one_line() -> None:
    """The engine can also just be busy."""
    soak = Soak(100, seed=1, faults=Faults(0, 0, 0, 0, 0))
    steps = list(soak.steps())
    raw = b"".join(b"".join(step.pieces) for step in steps if isinstance(step, Told))

    assert not any(isinstance(step, Lost) for step in steps)
    opened = [dict(event)["Uniqueid"] for event in events(raw) if event[0][1] == "Newchannel"]
    closed = [dict(event)["Uniqueid"] for event in events(raw) if event[0][1] == "Hangup"]
    assert len(opened) == len(set(opened))
    assert sorted(opened) == sorted(closed)


def test_every_event_of_the_living_call_centre_has_a_known_shape() -> None:
    """R12.7: eight operators, a busy afternoon."""
    sim = Simulation(Clock(1_795_420_800.0))
    seen: list[Fields] = []
    sim.pbx.listeners.append(lambda _name, text: seen.extend(events(text.encode())))
    CallCentre(sim, ["79160000001", "79160000002", "79160000003"], OPERATORS, Random(4)).begin()
    sim.clock.advance(3600)

    known = {
        (event[0][1], shape(event))
        for path in recorded("a_").parent.iterdir()
        if ".ami" in path.name
        for event in events(path.read_bytes())
    }
    assert {(event[0][1], shape(event)) for event in seen} <= known
    assert len({event[0][1] for event in seen}) > 25


async def test_the_demonstration_lives_and_can_be_connected_to(tmp_path: Path) -> None:
    """Eight operators, two queues, calls from the partners' numbers; a client calls and pauses in it."""
    demo = await start_demo([("79161234567", "Ромашка")], folder=tmp_path, visitor="1001", speed=400, seed=2)
    talked, joined = asyncio.Event(), []

    async def take(batch: object) -> None:
        for event in batch:  # type: ignore[attr-defined]
            joined.extend([event.number] if isinstance(event, QueueJoined) else [])
            if isinstance(event, MemberConnected):
                talked.set()

    async def ready(_snapshot: object) -> None:
        return None

    options = replace(QUICK, host=demo.host, port=demo.port, user=demo.user, secret=demo.secret)
    asterisk = Asterisk(options, take, ready)
    try:
        await asterisk.start()
        async with asyncio.timeout(20):
            await talked.wait()
        present = await asterisk.snapshot()
        assert len({member.interface for member in present.members}) == 8
        assert set(present.queues) == {"support", "sales"}
        assert set(joined) == {"79161234567"}
        await asterisk.pause("PJSIP/1001", paused=True, reason="Перерыв")
        assert all(check.is_ok for check in await asterisk.check() if "clocks" not in check.text)
    finally:
        await asterisk.stop()
        await demo.stop()


async def test_a_demonstration_writes_logs_and_recordings(tmp_path: Path) -> None:
    """The files KAW would read on a real PBX."""
    sim = Simulation(Clock(1_795_420_800.0))
    sim.pbx.settings.recordings = str(tmp_path / "monitor")
    CallCentre(sim, ["79160000001", "79160000002"], OPERATORS, Random(4), tmp_path).begin()
    sim.clock.advance(1800)

    assert queue_log.parse((tmp_path / "queue_log").read_text().splitlines())
    assert cdr.parse((tmp_path / "cdr.csv").read_text().splitlines(), "UTC")
    sounds = list((tmp_path / "monitor").glob("*.wav"))
    assert sounds
    assert all(sound.read_bytes().startswith(b"RIFF") for sound in sounds)


def test_a_number_of_the_company_may_be_a_phone() -> None:
    """R12.7: 503 rings 1010 and no queue."""
    sim = laboratory()
    sim.plan.routes["503"] = Route(phone="1010")
    hand(sim, "1010", answers=2)
    caller = sim.people.call_in(CLIENT, to="503")
    sim.clock.advance(5)
    assert leg_of(sim, "1010").bridge is caller.bridge is not None
    sim.people.hang_up(caller)
    assert not sim.records.queue_log
    assert sim.records.truth[caller.uniqueid].outcome == "answered"


def test_who_is_opened_is_closed_in_every_story() -> None:
    """Nothing hangs in the air."""
    for name, story in STORIES.items():
        sim = laboratory()
        names = told_by(sim)
        story(sim)
        sim.clock.advance(2)
        assert names.count("Newchannel") == names.count("Hangup"), name
        assert not sim.pbx.runs, name


def test_neutral_events_tell_a_story_whole() -> None:
    """The translator understands the simulator as it understands Asterisk."""
    soak = Soak(30, seed=2, faults=Faults(0, 0, 0, 0, 0))
    facts = [
        fact
        for step in soak.steps()
        if isinstance(step, Told)
        for event in events(b"".join(step.pieces))
        for fact in translate(dict(event), 0.0)
    ]
    opened = {fact.channel for fact in facts if isinstance(fact, ChannelOpened)}
    closed = {fact.channel for fact in facts if isinstance(fact, ChannelClosed)}
    assert opened == closed

"""Numbers, names and ids in what a PBX lists: the same as in its events, its queue log and its CDR (R12.7)."""

import pytest
from panoramisk.message import Message

from kaw.telephony import cdr, present, queue_log
from kaw.telephony import events as e
from kaw.telephony.listed import PresentReader
from kaw.telephony.names import endpoint
from kaw.telephony.port import LiveChannel, QueueEntry, QueueMember
from kaw.telephony.translate import translate

UNIQUEID = f"{'system' * 20}-1795433305.12"
QUEUE, REASON = "очередь" * 20, "обед" * 30
CHANNEL = {"Uniqueid": UNIQUEID, "Linkedid": UNIQUEID, "Channel": "PJSIP/trunk-00000001"}


def listed(**headers: str | list[str]) -> tuple[list[LiveChannel], list[QueueMember], list[QueueEntry]]:
    """By the living line, and by a recorded stream."""
    channel = Message({"Event": "CoreShowChannel", **CHANNEL, **headers})
    member = Message({"Event": "QueueMember", "Queue": QUEUE, "Location": "PJSIP/1010", **headers})
    entry = Message({"Event": "QueueEntry", "Queue": QUEUE, "Uniqueid": UNIQUEID, **headers})
    reader = PresentReader()
    for message in (channel, member, entry):
        assert reader.hear(message)
    heard = reader.snapshot(0)
    return (
        [present._channel(channel), *heard.channels],
        [present._member(member), *heard.members],
        [present._entry(entry), *heard.entries],
    )


@pytest.mark.parametrize(
    ("written", "number"),
    [("<unknown>", ""), ("anonymous", ""), ("+7 (903) 111-22-33", "79031112233"), (["1010", "x"], "1010")],
)
def test_numbers_are_digits_and_who_hides_has_none(written: str | list[str], number: str) -> None:
    """R12.7: whoever is found at the connect is known as one who was heard calling."""
    channels, _members, entries = listed(CallerIDNum=written, ConnectedLineNum=written)
    assert {(channel.number, channel.connected_number) for channel in channels} == {(number, number)}
    assert {entry.number for entry in entries} == {number}


@pytest.mark.parametrize("duration", ["00:02:10", "130"])
def test_lengths_in_both_spellings(duration: str) -> None:
    """R12.7"""
    channels, _members, entries = listed(Duration=duration, Wait=duration)
    assert {channel.seconds for channel in channels} == {entry.waited for entry in entries} == {130}
    assert listed(Duration="²:x", Wait="")[0][0].seconds == 0


def test_what_is_too_long_is_called_the_same_by_all_who_tell_of_it() -> None:
    """R12.7: events, present, queue log and CDR; ids that differ at their end stay different."""
    channels, members, entries = listed(PausedReason=REASON)
    message = {"Event": "QueueCallerJoin", "Queue": QUEUE, **CHANNEL}
    (joined,) = translate(message, 0.0)
    (paused,) = translate({"Event": "QueueMemberPause", "Queue": QUEUE, "Paused": "1", "PausedReason": REASON}, 0.0)
    lines = queue_log.parse(
        [
            f"1795433305|{UNIQUEID}|{QUEUE}|NONE|ENTERQUEUE||79161234567|1",
            f"1795433306|{UNIQUEID}|{QUEUE}|PJSIP/1010|CONNECT|1|{UNIQUEID}|1",
            f"1795433307|NONE|{QUEUE}|PJSIP/1010|PAUSE|{REASON}",
        ]
    )
    logged, connected, away = queue_log.as_events(lines, {})
    cells = [""] * 9 + ["2026-11-23 11:28:25"] * 3 + ["0", "0", "ANSWERED", "", UNIQUEID, "", "", UNIQUEID, "1"]
    (row,) = cdr.parse([",".join(cells)], "UTC")
    assert isinstance(joined, e.QueueJoined) and isinstance(logged, e.QueueJoined)
    assert isinstance(connected, e.MemberConnected)
    assert isinstance(paused, e.MemberState) and isinstance(away, e.MemberState)
    ids = {joined.call, joined.channel, logged.call, logged.channel, connected.dest, row.call, row.channel}
    ids |= {channel.call for channel in channels} | {entry.channel for entry in entries}
    assert ids == {UNIQUEID[-64:]}
    queues = {joined.queue, logged.queue, paused.queue, away.queue}
    assert queues | {each.queue for each in (*members, *entries)} == {QUEUE[:80]}
    assert {paused.reason, away.reason, *(member.reason for member in members)} == {REASON[:80]}


def test_an_operator_has_a_short_name_wherever_he_stands() -> None:
    """R12.7"""
    name = "a" * 45
    found = {endpoint(f"Local/{name}@from-queue/n"), endpoint(f"PJSIP/{name}-0000001c"), endpoint(f"PJSIP/{name}")}
    assert found == {name[:40]}


def test_impossible_lengths_of_events_are_none() -> None:
    """R12.7: a talk of years fits no column."""
    ids = {"Uniqueid": "1.1", "Linkedid": "1.1", "Timestamp": "1795433305.1"}
    for length in ("inf", "nan", "-5", "9999999999"):
        completed, connected = translate({"Event": "AgentComplete", "TalkTime": length, "HoldTime": length, **ids}, 0.0)
        assert isinstance(completed, e.MemberCompleted) and completed.talked == 0
        assert connected.at == 1795433305.1

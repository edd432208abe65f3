"""Catching up: what happened while KAW did not listen, from queue log, CDR and the PBX's present.

What live events told completely is not touched. Reading the same log twice changes nothing. Calls that do not
exist any more and whose end is nowhere are closed and marked.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlmodel import col

from kaw import db, live
from kaw.models import Call, CallResult, PbxReconciliation
from kaw.services.calls import store
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.rules import derive
from kaw.telephony import events as e
from kaw.telephony.port import Snapshot
from kaw.telephony.queue_log import LogLine, as_events

LIVE, KAW = e.Source.LIVE, e.Source.KAW
RUNG_BY_PBX = "AppDial2"  # the phone of a click-to-call, until it is picked up
CALLED = {"AppDial", "AppQueue", RUNG_BY_PBX}  # what runs on a channel that was called; on others what they called


@dataclass(frozen=True)
class Past:
    """What was read besides the events."""

    lines: Sequence[LogLine] = ()
    rows: Sequence[e.CdrRow] = ()
    problem: str = ""  # why one of them could not be read


def catch_up(
    recorder: Recorder,
    parties: Parties,
    past: Past,
    snapshot: Snapshot | None,
    since: float | None,
    names: Mapping[str, str] | None = None,
) -> PbxReconciliation:
    """Bring the records up to the present. ``snapshot`` None: nothing is known of it, so nothing is closed.

    ``names``: interfaces of members by the names the queue log uses, where they are known from elsewhere.
    """
    with recorder.turn:
        result = _caught_up(recorder, parties, past, snapshot, since, dict(names or {}))
    with db.transaction() as tx:
        tx.session.add(result)
        tx.session.flush()
        tx.announce(live.TelephonyChanged())
    return result


def _caught_up(
    recorder: Recorder,
    parties: Parties,
    past: Past,
    snapshot: Snapshot | None,
    since: float | None,
    names: dict[str, str],
) -> PbxReconciliation:
    heard = recorder.newest
    if snapshot is not None:
        past = until(past, snapshot.at)
    members = _members(recorder, past, snapshot) | names
    told = _by_call(recorder, past, as_events(past.lines, members))
    complete = _complete(list(told))
    result = PbxReconciliation(at=db.now(), since=store.moment(since), problem=past.problem[:255])
    result.seen_live = len(complete)
    result.differing = sum(_differs(linkedid, told[linkedid], parties, known) for linkedid, known in complete.items())
    fresh = {linkedid: events for linkedid, events in told.items() if linkedid not in complete}
    result.recovered = len(fresh)
    general = [event for event in as_events(past.lines, members) if not isinstance(event, e.CallEvent)]
    recorder.absorb([*general, *(event for events in fresh.values() for event in events)])
    if snapshot is not None:
        recorder.hear_clock(snapshot.at)  # after what the log tells of a restart: until then nothing was heard
        recorder.absorb(_present(recorder, snapshot))
        recorder.absorb(gone(recorder, snapshot, heard))
    result.closed = _closed(list(fresh))
    return result


def until(past: Past, at: float) -> Past:
    """What had been written by then (Unix seconds): what is written after the present is read, events tell, too."""
    lines = [line for line in past.lines if line.at <= at]
    return Past(lines, [row for row in past.rows if row.ended_at <= at], past.problem)


def gone(recorder: Recorder, snapshot: Snapshot, heard: float) -> list[e.PbxEvent]:
    """Channels that lived as far as was known, and do not; the PBX was ``heard`` of until then (Unix seconds)."""
    alive = {channel.channel for channel in snapshot.channels}
    lived = recorder.open_channels()
    for linkedid, channel in recorder.only_asked().items():
        lived.setdefault(linkedid, set()).add(channel)  # the line was lost before the PBX answered
    restarted_at = snapshot.started_at if snapshot.started_at is not None else float("-inf")
    return [
        e.ChannelGone(snapshot.at, KAW, linkedid, channel, recorder.last_heard(linkedid) < restarted_at, heard)
        for linkedid, channels in lived.items()
        for channel in channels - alive
    ]


def _members(recorder: Recorder, past: Past, snapshot: Snapshot | None) -> dict[str, str]:
    """Interfaces by names: from events, from the present, and from calls that log and CDR tell of both."""
    names = _learned(past) | recorder.members()
    for member in snapshot.members if snapshot is not None else ():
        names[member.name] = member.interface
    return names


def _learned(past: Past) -> dict[str, str]:
    """The k-th connect of a call is its k-th answered row of Queue."""
    connects: dict[str, list[str]] = {}
    for line in past.lines:
        if line.event == "CONNECT" and "/" not in line.member:
            connects.setdefault(line.call, []).append(line.member)
    answered: dict[str, list[str]] = {}
    for row in sorted(past.rows, key=lambda row: row.at):
        if row.application == "Queue" and row.disposition == "ANSWERED" and row.other:
            answered.setdefault(row.channel, []).append(row.other)
    found: dict[str, str] = {}
    for call, names in connects.items():
        for name, channel in zip(names, answered.get(call, []), strict=False):
            found.setdefault(name, channel.rpartition("-")[0])
    return found


def _by_call(recorder: Recorder, past: Past, events: Iterable[e.PbxEvent]) -> dict[str, list[e.CallEvent]]:
    """Facts by Linkedid; the log knows only the channel that waited."""
    calls: dict[str, str] = {row.channel: row.call for row in past.rows}
    found: dict[str, list[e.CallEvent]] = {}
    for event in events:
        if isinstance(event, e.CallEvent):
            linkedid = calls.get(event.call)
            if linkedid is None:
                linkedid = calls[event.call] = recorder.call_of(event.call) or event.call
            found.setdefault(linkedid, []).append(replace(event, call=linkedid))
    for row in past.rows:
        found.setdefault(row.call, []).append(row)
    return found


def _complete(linkedids: Sequence[str]) -> dict[str, tuple[CallResult | None, str | None]]:
    """Calls that live events told from begin to end, with result and operator."""
    found: dict[str, tuple[CallResult | None, str | None]] = {}
    with db.reading() as session:
        for start in range(0, len(linkedids), 400):
            query = sa.select(col(Call.linkedid), col(Call.result), col(Call.operator)).where(
                col(Call.linkedid).in_(linkedids[start : start + 400]),
                col(Call.ended_at).is_not(None),
                col(Call.closed_by_kaw).is_(False),
                col(Call.recovered).is_(False),
            )
            for linkedid, result, operator in session.connection().execute(query):
                found[linkedid] = (result, operator)
    return found


def _differs(
    linkedid: str, events: list[e.CallEvent], parties: Parties, known: tuple[CallResult | None, str | None]
) -> bool:
    """Whether log and CDR alone would say something else than KAW saw."""
    record = derive(linkedid, events, parties)
    return record is not None and record.result is not None and (record.result, record.operator) != known


def _closed(linkedids: Sequence[str]) -> int:
    """How many calls have no end in any source."""
    count = 0
    with db.reading() as session:
        for start in range(0, len(linkedids), 400):
            query = sa.select(sa.func.count()).where(
                col(Call.linkedid).in_(linkedids[start : start + 400]), col(Call.closed_by_kaw).is_(True)
            )
            count += session.connection().execute(query).scalar_one()
    return count


def _present(recorder: Recorder, snapshot: Snapshot) -> list[e.PbxEvent]:
    """The present as facts: who serves which queue, and calls that began unseen and go on."""
    at = snapshot.at
    found: list[e.PbxEvent] = [
        e.MemberState(
            at,
            LIVE,
            member.interface,
            member.queue,
            paused=member.paused,
            reason=member.reason,
            reachable=member.reachable,
            name=member.name,
        )
        for member in snapshot.members
    ]
    if snapshot.members:
        found += _left_queues(recorder, snapshot)
    known = recorder.named_channels()
    calls = {channel.channel: channel.call for channel in snapshot.channels}
    for channel in snapshot.channels:
        about = (channel.call, channel.channel)
        if channel.channel not in known:
            called = channel.application in CALLED
            exten = "" if called else channel.exten  # a called channel shows what its caller dialled
            opened = float(int(at) - channel.seconds)
            found.append(e.ChannelOpened(opened, KAW, *about, channel.name, channel.number, exten, channel.up))
            if called:
                own = channel.application == RUNG_BY_PBX or channel.call == channel.channel
                caller = "" if own else channel.call
                found.append(e.DialBegan(opened, KAW, channel.call, caller, channel.channel, channel.number))
        if channel.bridge:
            found.append(e.BridgeEntered(at, KAW, *about, channel.bridge))
    for entry in snapshot.entries:
        call = calls.get(entry.channel, entry.channel)
        if not recorder.waits(call, entry.channel, entry.queue):
            joined = float(int(at) - entry.waited)
            found.append(e.QueueJoined(joined, KAW, call, entry.channel, entry.queue, entry.number))
    return found


def _left_queues(recorder: Recorder, snapshot: Snapshot) -> list[e.PbxEvent]:
    """Memberships that KAW knew and that are no more."""
    present = {(member.interface, member.queue) for member in snapshot.members}
    return [
        e.MemberState(snapshot.at, LIVE, interface, queue, present=False)
        for interface, queue in recorder.memberships()
        if (interface, queue) not in present
    ]

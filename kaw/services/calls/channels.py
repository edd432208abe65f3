"""The facts of one call, by channel."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from kaw.telephony import events as e
from kaw.telephony.events import Source


@dataclass
class Channel:
    """What is known of one channel; times are Unix seconds, None: nobody told."""

    uniqueid: str
    name: str = ""
    number: str = ""  # of its caller
    exten: str = ""  # what it dialled
    opened: float | None = None
    seen_open: bool = False  # its begin was seen, not concluded from something later
    told_open: bool = False  # by a live event
    up: float | None = None
    closed: float | None = None  # as live events tell
    closed_by_cdr: float | None = None
    closed_by_log: float | None = None
    cause: int | None = None
    gone: bool = False  # it does not exist any more and nobody saw it end
    restarted: bool = False  # since the PBX stopped under it
    alive: float | None = None  # until when it lived at least, if it is gone
    moved: float | None = None  # into another call
    asked: list[e.HangupAsked] = field(default_factory=list)
    bridges: list[e.BridgeEntered | e.BridgeLeft] = field(default_factory=list)
    holds: list[e.Held] = field(default_factory=list)
    dialled_by: list[e.DialBegan] = field(default_factory=list)
    dials: list[e.DialBegan] = field(default_factory=list)
    ends: list[e.DialEnded] = field(default_factory=list)  # of being dialled
    called: list[e.MemberCalled] = field(default_factory=list)  # by a queue
    connected: list[e.MemberConnected] = field(default_factory=list)  # to a queue's caller
    silent: list[e.MemberSilent] = field(default_factory=list)
    transfers: list[e.Transferred] = field(default_factory=list)  # it gave the other side away
    cdr: list[e.CdrRow] = field(default_factory=list)  # rows that name it as the second channel

    @property
    def ended(self) -> float | None:
        """When it ended, by the best source."""
        known = [moment for moment in (self.closed, self.moved) if moment is not None]
        if known:
            return min(known)
        told = [moment for moment in (self.closed_by_cdr, self.closed_by_log) if moment is not None]
        return max(told, default=None)  # a row of the CDR ends with the last try, and the caller may go on waiting

    @property
    def is_over(self) -> bool:
        """Whether it exists no longer, known when or not."""
        return self.gone or self.ended is not None

    @property
    def tried(self) -> bool:
        """Whether another channel dialled it and the end of that is known; the PBX's own dialling is none."""
        return any(end.channel for end in self.ends)

    @property
    def dial_end(self) -> e.DialEnded | None:
        """How dialling it ended, if it was dialled."""
        return self.ends[-1] if self.ends else None


@dataclass
class Facts:
    """All of one call."""

    call: str
    channels: dict[str, Channel] = field(default_factory=dict)
    joins: list[e.QueueJoined] = field(default_factory=list)
    queue_events: list[e.CallEvent] = field(default_factory=list)  # by time
    recordings: list[e.RecordingNamed] = field(default_factory=list)
    rows: list[e.CdrRow] = field(default_factory=list)
    asked: e.OriginateAsked | None = None  # KAW placed the call
    failed: e.OriginateFailed | None = None
    earliest: float = float("inf")  # when anything of it was heard first

    @property
    def first(self) -> Channel | None:
        """The channel the call began with."""
        if self.call in self.channels:
            return self.channels[self.call]
        known = [channel for channel in self.channels.values() if channel.opened is not None]
        return min(known, key=lambda channel: (channel.opened or 0.0, channel.uniqueid), default=None)

    def channel(self, uniqueid: str) -> Channel:
        """The one with this id, made if it is new."""
        if uniqueid not in self.channels:
            self.channels[uniqueid] = Channel(uniqueid)
        return self.channels[uniqueid]


QUEUE_EVENTS = (
    e.MemberCalled,
    e.MemberSilent,
    e.MemberConnected,
    e.MemberCompleted,
    e.QueueLeft,
    e.QueueAbandoned,
    e.QueueStatusSet,
)
RANK = {Source.LIVE: 0, Source.KAW: 1, Source.LOG: 2, Source.CDR: 3}


def gather(call: str, events: Iterable[e.CallEvent]) -> Facts:
    """Sort the facts of a call by channel. The order in which they come makes no difference."""
    facts = Facts(call)
    for event in sorted(set(events), key=_order):
        facts.earliest = min(facts.earliest, event.at)
        rule = _RULES.get(type(event))
        if rule is not None:
            rule(facts, event)
        if isinstance(event, QUEUE_EVENTS):
            facts.queue_events.append(event)
    _name_from_cdr(facts)
    return facts


def _order(event: e.CallEvent) -> tuple[Any, ...]:
    sequence = event.sequence if isinstance(event, e.CdrRow) else 0
    place = event.at, RANK[event.source], sequence, type(event).__name__, event.channel, getattr(event, "dest", "")
    return (*place, *_best_known(event)) if event.source is Source.LOG else place


def _best_known(event: e.CallEvent) -> tuple[Any, ...]:
    """A line of the log read twice, with less of the log around it or fewer names: the better reading is the first."""
    outcome, reason = getattr(event, "outcome", ""), getattr(event, "reason", "")
    interface = getattr(event, "interface", "")
    return outcome == "abandoned", reason != "pbx", not interface, outcome, reason, interface


def _opened(facts: Facts, event: e.ChannelOpened) -> None:
    channel = facts.channel(event.channel)
    channel.name = channel.name or event.name
    channel.number = channel.number or event.number
    seen_first = event.source is Source.LIVE and not channel.told_open
    if event.exten and (seen_first or not channel.exten):
        channel.exten = event.exten  # after a transfer the present and the CDR tell where it went instead
    channel.opened = event.at if channel.opened is None else channel.opened
    if event.source is Source.LIVE:
        channel.told_open = True
        channel.gone = channel.restarted = False  # the log foretold it, and the present did not have it yet
    channel.seen_open = channel.seen_open or (bool(event.exten or event.number) and not event.answered)
    if event.answered and channel.up is None:
        channel.up = event.at


def _up(facts: Facts, event: e.ChannelUp) -> None:
    channel = facts.channel(event.channel)
    channel.up = event.at if channel.up is None else channel.up


def _closed(facts: Facts, event: e.ChannelClosed) -> None:
    channel = facts.channel(event.channel)
    if channel.closed is None:
        channel.closed, channel.cause = event.at, event.cause


def _gone(facts: Facts, event: e.ChannelGone) -> None:
    channel = facts.channel(event.channel)
    channel.gone, channel.restarted = True, channel.restarted or event.restarted
    channel.alive = min(event.alive, channel.alive if channel.alive is not None else event.alive)


def _moved(facts: Facts, event: e.ChannelMoved) -> None:
    channel = facts.channel(event.channel)
    channel.moved = event.at if channel.moved is None else channel.moved


def _dial_began(facts: Facts, event: e.DialBegan) -> None:
    facts.channel(event.dest).dialled_by.append(event)
    if event.channel:
        facts.channel(event.channel).dials.append(event)


def _connected(facts: Facts, event: e.MemberConnected) -> None:
    if event.dest:
        facts.channel(event.dest).connected.append(event)


def _called(facts: Facts, event: e.MemberCalled) -> None:
    if event.dest:
        facts.channel(event.dest).called.append(event)


def _silent(facts: Facts, event: e.MemberSilent) -> None:
    if event.dest:
        facts.channel(event.dest).silent.append(event)


def _asked(facts: Facts, event: e.OriginateAsked) -> None:
    facts.asked = event


def _failed(facts: Facts, event: e.OriginateFailed) -> None:
    facts.failed = event


def _keep(place: str) -> Callable[[Facts, Any], None]:
    """Put an event into the list of this name of its own channel."""
    return lambda facts, event: getattr(facts.channel(event.channel), place).append(event)


def _dial_ended(facts: Facts, event: e.DialEnded) -> None:
    facts.channel(event.dest).ends.append(event)


def _joined(facts: Facts, event: e.QueueJoined) -> None:
    facts.joins.append(event)
    facts.channel(event.channel)


def _completed(facts: Facts, event: e.MemberCompleted) -> None:
    """As the log tells it: unless it is a transfer, the caller's channel ends, too."""
    if event.source is not Source.LOG:
        return
    ended = [facts.channel(event.channel)] if event.reason != "transfer" else []
    ended += [
        c for c in facts.channels.values() if any(x.channel == event.channel and x.at <= event.at for x in c.connected)
    ]
    for channel in ended:
        channel.closed_by_log = event.at if channel.uniqueid == event.channel else channel.closed_by_log or event.at


def _left(facts: Facts, event: e.QueueLeft) -> None:
    if event.source is Source.LOG and event.outcome in ("abandoned", "failed"):
        facts.channel(event.channel).closed_by_log = event.at


def _recorded(facts: Facts, event: e.RecordingNamed) -> None:
    facts.recordings.append(event)


def _row(facts: Facts, event: e.CdrRow) -> None:
    facts.rows.append(event)
    channel = facts.channel(event.channel)
    channel.name = channel.name or event.name
    channel.number = channel.number or event.number
    channel.exten = channel.exten or event.dialled
    channel.closed_by_cdr = max(channel.closed_by_cdr or 0.0, event.ended_at)
    if channel.opened is None:
        channel.opened = event.at


_RULES: dict[type[e.PbxEvent], Callable[[Facts, Any], None]] = {
    e.ChannelOpened: _opened,
    e.ChannelUp: _up,
    e.ChannelClosed: _closed,
    e.ChannelGone: _gone,
    e.ChannelMoved: _moved,
    e.HangupAsked: _keep("asked"),
    e.DialBegan: _dial_began,
    e.DialEnded: _dial_ended,
    e.BridgeEntered: _keep("bridges"),
    e.BridgeLeft: _keep("bridges"),
    e.Held: _keep("holds"),
    e.Transferred: _keep("transfers"),
    e.RecordingNamed: _recorded,
    e.QueueJoined: _joined,
    e.MemberCalled: _called,
    e.MemberConnected: _connected,
    e.MemberSilent: _silent,
    e.MemberCompleted: _completed,
    e.QueueLeft: _left,
    e.OriginateAsked: _asked,
    e.OriginateFailed: _failed,
    e.CdrRow: _row,
}


def _name_from_cdr(facts: Facts) -> None:
    """The second channel of a row has a name there and no id: find the channel it is, or make one.

    A channel that only the queue log tells of has an id and no name: the row's, or else that of the member.
    """
    by_name = {channel.name: channel for channel in facts.channels.values() if channel.name}
    nameless = [channel for channel in facts.channels.values() if not channel.name and channel.connected]
    for row in facts.rows:
        if not row.other:
            continue
        channel = by_name.get(row.other)
        if channel is None and row.disposition == "ANSWERED" and nameless:
            channel = nameless.pop(0)  # answered in the queue, as its log says, which knows only the id
            channel.opened = channel.connected[0].at - channel.connected[0].rang
        if channel is None:
            channel = facts.channel(f"{row.channel}/{row.other}")
            channel.opened = row.at
        channel.name = row.other
        by_name[row.other] = channel
        channel.cdr.append(row)
        channel.closed_by_cdr = max(channel.closed_by_cdr or 0.0, row.ended_at)
    for channel in nameless:
        channel.name = channel.connected[0].interface
        channel.opened = channel.connected[0].at - channel.connected[0].rang

"""A call's entries into queues: how long each waited, whom it rang and how it ended."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kaw.models import LegResult, VisitOutcome
from kaw.services.calls.channels import Facts
from kaw.services.calls.parties import Parties
from kaw.services.calls.records import LegRecord, RingRecord, VisitRecord, milliseconds
from kaw.telephony import events as e
from kaw.telephony.events import Source

LEAVES = (e.QueueLeft, e.MemberConnected)
SAME_ENTRY = 1.5  # seconds by which whole seconds, of the log or the present, may differ from a live join
BY_STATUS = {
    "TIMEOUT": VisitOutcome.TIMEOUT,
    "LEAVEEMPTY": VisitOutcome.EMPTY,
    "LEAVEUNAVAIL": VisitOutcome.EMPTY,
    "CONTINUE": VisitOutcome.KEY,
    "WITHDRAW": VisitOutcome.KEY,
}
PBX_STOPS = 4  # the cause of a hang-up while Asterisk shuts down


@dataclass
class Entry:
    """The facts of one entry."""

    channel: str
    queue: str
    live: e.QueueJoined | None = None
    log: e.QueueJoined | None = None
    events: list[e.CallEvent] = field(default_factory=list)

    @property
    def joined(self) -> float:
        """When, by the best source."""
        join = self.live or self.log
        return join.at if join is not None else 0.0

    def begins(self, source: Source) -> float:
        """From when on a source's events belong to it."""
        if source is Source.LOG:
            return self.log.at if self.log is not None else float(int(self.joined))
        return self.live.at if self.live is not None else self.joined


def visits_of(facts: Facts, legs: Sequence[LegRecord], *, over: bool) -> list[VisitRecord]:
    """Every entry, by channel and queue in the order of their times. ``over``: the call is."""
    entries = _entries(facts)
    found: list[VisitRecord] = []
    ordinals: dict[tuple[str, str], int] = {}
    for entry in entries:
        ordinal = ordinals.get((entry.channel, entry.queue), 0)
        ordinals[entry.channel, entry.queue] = ordinal + 1
        found.append(_visit(facts, entry, ordinal, legs, over=over))
    return found


def _entries(facts: Facts) -> list[Entry]:
    joins: dict[tuple[str, str], list[Entry]] = {}
    for join in sorted(facts.joins, key=lambda join: (join.source is Source.LOG, join.at)):
        known = joins.setdefault((join.channel, join.queue), [])
        same = _same(known, join)
        if same is None:
            same = Entry(join.channel, join.queue)
            known.append(same)
        if join.source is Source.LOG:
            same.log = same.log or join
        elif same.live is None or (join.source is Source.LIVE and same.live.source is not Source.LIVE):
            same.live = join
    entries = sorted((entry for known in joins.values() for entry in known), key=lambda entry: entry.joined)
    for event in facts.queue_events:
        owner = _owner(entries, event)
        if owner is not None:
            owner.events.append(event)
    return entries


def _same(known: list[Entry], join: e.QueueJoined) -> Entry | None:
    """The entry a repeated or a logged join means."""
    for entry in known:
        if join.source is Source.LOG:
            if entry.log is None and abs(int(entry.joined) - join.at) <= SAME_ENTRY:
                return entry
            if entry.log == join:
                return entry
        elif entry.live is not None and abs(entry.live.at - join.at) <= _tolerance(entry.live, join):
            return entry
    return None


def _tolerance(*joins: e.QueueJoined) -> float:
    """Seconds by which two joins may differ and be one: the present tells in whole seconds how long a caller waits."""
    return SAME_ENTRY if any(join.source is Source.KAW for join in joins) else 0.0


def _owner(entries: list[Entry], event: e.CallEvent) -> Entry | None:
    """The last entry of this channel (and queue) that began before the event."""
    queue = getattr(event, "queue", None)
    before = owner = None
    for entry in entries:
        mine = entry.channel == event.channel and (queue is None or entry.queue == queue)
        if mine and entry.begins(event.source) <= event.at:
            before, owner = owner, entry
    if owner is None or before is None or event.source is not Source.LIVE or owner.live is not None:
        return owner
    # the later entry is known from the log only, in whole seconds: the event may still be of the one before
    left = any(isinstance(other, LEAVES) and other.source is Source.LIVE for other in before.events)
    return owner if left or event.at - owner.joined > SAME_ENTRY else before


def _visit(facts: Facts, entry: Entry, ordinal: int, legs: Sequence[LegRecord], *, over: bool) -> VisitRecord:
    visit = VisitRecord(entry.channel, entry.queue, ordinal, entry.joined)
    channel = facts.channels.get(entry.channel)
    visit.recovered = entry.live is None or not any(event.source is Source.LIVE for event in entry.events)
    connect = _first(entry, e.MemberConnected)
    left = _first(entry, e.QueueLeft) or _first(entry, e.QueueAbandoned)
    if connect is not None:
        visit.outcome, visit.left = VisitOutcome.ANSWERED, connect.at
        _answered(visit, connect, entry, legs)
    elif left is not None:
        visit.left = left.at
        visit.outcome = _why_left(facts, entry, over=over)
    elif over or (channel is not None and channel.is_over):
        _ended_unseen(visit, facts, entry)
    visit.wait_ms = milliseconds(visit.joined, visit.left)
    visit.rings = _rings(facts, entry, legs, visit)
    return visit


def _first(entry: Entry, kind: type[e.CallEvent]) -> e.CallEvent | None:
    """The first of a kind, live before logged."""
    found = [event for event in entry.events if isinstance(event, kind)]
    return min(found, key=lambda event: (event.source is not Source.LIVE, event.at), default=None)


def _answered(visit: VisitRecord, connect: e.CallEvent, entry: Entry, legs: Sequence[LegRecord]) -> None:
    assert isinstance(connect, e.MemberConnected)  # noqa: S101 - for the type checker
    leg = next((leg for leg in legs if leg.uniqueid == connect.dest), None)
    if leg is None and connect.source is Source.LIVE:  # behind Asterisk's own loop
        leg = next((each for each in legs if each.rings and _answers(each, connect.at)), None)
    if leg is not None and leg.operator is not None:
        visit.operator = leg.operator  # also of a colleague who picked the call up for the member
    elif connect.interface:
        visit.operator = Parties.member_of(connect.interface)
    completed = _first(entry, e.MemberCompleted)
    if leg is None:
        leg = next((leg for leg in legs if leg.operator == visit.operator and leg.talked), None)
    if leg is not None and leg.ended is not None:
        visit.talk_ms = milliseconds(connect.at, leg.ended)
    elif isinstance(completed, e.MemberCompleted):
        visit.talk_ms = round(completed.talked * 1000)


def _answers(leg: LegRecord, moment: float) -> bool:
    """Whether a phone picked up at about this moment."""
    return leg.operator is not None and leg.answered is not None and abs(leg.answered - moment) < SAME_ENTRY


def _why_left(facts: Facts, entry: Entry, *, over: bool) -> VisitOutcome | None:
    """The queue says "abandoned" at timeout, at an empty queue and when the PBX stops, too: see the traces' README."""
    if _stopped(facts, entry):
        return VisitOutcome.FAILED
    for event in entry.events:
        if isinstance(event, e.QueueStatusSet) and event.status in BY_STATUS:
            return BY_STATUS[event.status]
    told = [event.outcome for event in entry.events if isinstance(event, e.QueueLeft) and event.outcome]
    if told:
        return VisitOutcome(told[0])
    if any(isinstance(event, e.QueueAbandoned) for event in entry.events):
        return VisitOutcome.ABANDONED
    channel = facts.channels.get(entry.channel)
    went_on = any(join.channel == entry.channel and join.at > entry.joined + SAME_ENTRY for join in facts.joins)
    gone = over or (channel is not None and channel.is_over)
    return VisitOutcome.KEY if gone or went_on else None  # a Leave alone: until the call goes on, anything may follow


def _stopped(facts: Facts, entry: Entry) -> bool:
    channel = facts.channels.get(entry.channel)
    if channel is None or any(ask.by_phone for ask in channel.asked):
        return False
    return any(not ask.by_phone and ask.cause == PBX_STOPS for ask in channel.asked)


def _ended_unseen(visit: VisitRecord, facts: Facts, entry: Entry) -> None:
    """The call is over and no source says how its waiting ended."""
    channel = facts.channels.get(entry.channel)
    visit.left = channel.ended if channel is not None else None
    if _stopped(facts, entry) or (channel is not None and channel.gone):
        visit.outcome = VisitOutcome.FAILED
    elif visit.left is not None:
        asked = channel is not None and any(ask.by_phone for ask in channel.asked)
        visit.outcome = VisitOutcome.ABANDONED if asked else VisitOutcome.FAILED
    visit.closed_by_kaw = visit.left is None


def _rings(facts: Facts, entry: Entry, legs: Sequence[LegRecord], visit: VisitRecord) -> list[RingRecord]:
    """Live tries first; then those that only the log or the CDR know, as many as they tell beyond."""
    by_dest = {leg.uniqueid: leg for leg in legs}
    calls = [event for event in entry.events if isinstance(event, e.MemberCalled) and event.source is Source.LIVE]
    rings = [_live_ring(call, by_dest.get(call.dest), facts) for call in calls]
    for operator, told in _by_operator(_told_rings(facts, entry)).items():
        have = sum(ring.operator == operator for ring in rings)
        rings += told[have:]
    if visit.operator and not rings:
        rings.append(RingRecord(visit.operator, visit.left or visit.joined, visit.left, LegResult.ANSWERED))
    return sorted(rings, key=lambda ring: ring.started)


def _by_operator(rings: list[RingRecord]) -> dict[str, list[RingRecord]]:
    found: dict[str, list[RingRecord]] = {}
    for ring in rings:
        found.setdefault(ring.operator, []).append(ring)
    return found


def _told_rings(facts: Facts, entry: Entry) -> list[RingRecord]:
    """As the log tells. Of members who rang along when another answered it is silent; the CDR has a row of each,
    which names no queue: it helps where the call was in one only."""
    logged, rows = _by_operator(_logged_rings(entry)), _cdr_rings(facts, entry)
    if len(facts.joins) > 2 or {join.queue for join in facts.joins} != {entry.queue}:
        rows = []
    merged = [logged[ring.operator].pop(0) if logged.get(ring.operator) else ring for ring in rows]
    for place, ring in enumerate(merged):  # the order of the rows is the order of calling
        if place and ring.started < merged[place - 1].started:
            merged[place] = replace(ring, started=merged[place - 1].started)
    return merged + [ring for rest in logged.values() for ring in rest]


def _live_ring(call: e.MemberCalled, leg: LegRecord | None, facts: Facts) -> RingRecord:
    channel = facts.channels.get(call.dest)
    ended = result = None
    if leg is not None:
        result = leg.result
        ended = leg.answered if leg.answered is not None else leg.ended
    if channel is not None and ended is None and channel.dial_end is not None:
        ended = channel.dial_end.at
    return RingRecord(Parties.member_of(call.interface), call.at, ended, result)


def _logged_rings(entry: Entry) -> list[RingRecord]:
    rings: list[RingRecord] = []
    for event in entry.events:
        if event.source is not Source.LOG:
            continue
        if isinstance(event, e.MemberSilent) and event.interface:
            rings.append(_ring(event.interface, event.at - event.rang, event.at, LegResult.NO_ANSWER))
        elif isinstance(event, e.MemberConnected) and event.interface:
            rings.append(_ring(event.interface, event.at - event.rang, event.at, LegResult.ANSWERED))
        elif isinstance(event, e.MemberCalled) and event.interface:
            rings.append(_ring(event.interface, event.at, None, LegResult.CANCELLED))
    return rings


def _ring(interface: str, started: float, ended: float | None, result: LegResult) -> RingRecord:
    return RingRecord(Parties.member_of(interface), started, ended, result)


def _cdr_rings(facts: Facts, entry: Entry) -> list[RingRecord]:
    """A row of Queue per try until the answer; those after it are of a transfer."""
    rows = [row for row in facts.rows if row.application == "Queue" and row.other and row.channel == entry.channel]
    until = min((row.at for row in rows if row.disposition == "ANSWERED"), default=float("inf"))
    return [
        _ring(
            row.other,
            row.at,
            row.ended_at,
            LegResult.ANSWERED if row.disposition == "ANSWERED" else LegResult.NO_ANSWER,
        )
        for row in rows
        if row.at <= until
    ]

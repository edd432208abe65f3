"""What the facts of a call mean together; the names are those of models/call.py."""

from collections.abc import Iterable

from kaw.models import CallDirection, CallResult, HungUpBy, OperatorState, VisitOutcome
from kaw.services.calls.channels import Facts, gather
from kaw.services.calls.endings import given_away, hung_up_by
from kaw.services.calls.legs import legs_of
from kaw.services.calls.parties import Parties
from kaw.services.calls.queue_entries import visits_of
from kaw.services.calls.reading import TOGETHER, Reading
from kaw.services.calls.records import CallRecord, LegRecord, Span, VisitRecord, milliseconds, overlaid
from kaw.services.calls.results import result_of
from kaw.services.calls.sides import caller_number, direction_of, wanted
from kaw.telephony import events as e


def derive(call: str, events: Iterable[e.CallEvent], parties: Parties) -> CallRecord | None:
    """The records of one call; None while nothing says what it is (a stray event without a channel's begin)."""
    facts = gather(call, events)
    first = facts.first
    if first is None:
        return _failed_at_once(facts)
    if len(facts.channels) == 1 and first.moved is not None:
        return None  # a phone that only took another call over
    over = all(channel.is_over for channel in facts.channels.values())
    legs = legs_of(facts, parties)
    visits = visits_of(facts, legs, over=over)
    direction = direction_of(facts, first, parties, legs)
    return _record(Reading(facts, first, parties, legs, visits, direction), over=over)


def waiting(visits: Iterable[VisitRecord]) -> set[str]:
    """Queues in which the caller waits now."""
    return {visit.queue for visit in visits if visit.waits}


# -- inner works


def _failed_at_once(facts: Facts) -> CallRecord | None:
    """KAW asked for a call and the operator's phone could not be rung."""
    if facts.asked is None:
        return None
    asked = facts.asked
    record = CallRecord(facts.call, CallDirection.OUTBOUND, asked.number, asked.number, asked.at, origin=asked.call)
    if facts.failed is not None:
        record.over, record.ended, record.result = True, facts.failed.at, CallResult.FAILED
        record.hung_up_by = HungUpBy.PBX
    return record


def _record(reading: Reading, *, over: bool) -> CallRecord:
    facts, first = reading.facts, reading.first
    number = dialled = wanted(facts, first, reading.parties)
    if reading.direction is CallDirection.INBOUND:
        number, dialled = caller_number(facts, first), first.exten
    record = CallRecord(facts.call, reading.direction, number, dialled, _started(reading), over=over)
    record.legs, record.visits = reading.legs, reading.visits
    record.origin = facts.asked.call if facts.asked is not None else ""
    final = _final(reading)
    _note_times(record, reading, final)
    record.result = result_of(reading, over=over, closed_by_kaw=record.closed_by_kaw)
    record.hung_up_by = hung_up_by(reading, final) if over else None
    if final is not None:
        record.operator, final.hung_up_by = final.operator, record.hung_up_by
    elif record.result is CallResult.ANSWERED:
        record.operator = next((visit.operator for visit in reversed(reading.visits) if visit.operator), None)
    record.recording = facts.recordings[0].path if facts.recordings else None
    record.recovered = reading.recovered
    record.spans = _spans(reading.legs)
    return record


def _started(reading: Reading) -> float:
    facts, first = reading.facts, reading.first
    if first.seen_open and first.opened is not None:
        return first.opened
    known = [leg.started for leg in reading.legs] + [join.at for join in facts.joins]
    known += [row.at for row in facts.rows]
    if first.opened is not None:
        known.append(first.opened)
    return min(known, default=facts.earliest)


def _note_times(record: CallRecord, reading: Reading, final: LegRecord | None) -> None:
    if record.over:
        record.ended = _ended(reading, final)
        record.closed_by_kaw = record.ended is None
    talks = reading.talks
    answered = [leg.answered for leg in talks if leg.answered is not None]
    answered += [visit.left for visit in reading.visits if visit.outcome is VisitOutcome.ANSWERED and visit.left]
    record.answered = min(answered, default=None)
    if talks and record.over:
        spans = [leg.talk for leg in talks if leg.talk is not None]
        record.talk_ms = overlaid(spans) if len(spans) == len(talks) else None
        record.hold_ms = sum(leg.hold_ms or 0 for leg in talks)
    record.wait_ms = _waited(record, reading)


def _ended(reading: Reading, final: LegRecord | None) -> float | None:
    """With its last channel, if the end of its first one is told, or that of the last talk."""
    first, channels = reading.first, reading.facts.channels.values()
    talked = final is not None and final.ended is not None and not given_away(reading.facts, final)
    if first.ended is None and not talked:
        return None
    if first.closed is not None:
        return max(channel.closed for channel in channels if channel.closed is not None)
    return max((channel.ended for channel in channels if channel.ended is not None), default=None)


def _waited(record: CallRecord, reading: Reading) -> int | None:
    if reading.direction is not CallDirection.INBOUND:
        return None
    visits = reading.visits
    if visits:
        until = next((n for n, visit in enumerate(visits) if visit.outcome is VisitOutcome.ANSWERED), None)
        waits = [visit.wait_ms for visit in visits[: None if until is None else until + 1]]
        return None if any(wait is None for wait in waits) else sum(wait or 0 for wait in waits)
    rang = [leg.started for leg in reading.legs if leg.operator is not None]
    if not rang:
        return None
    return milliseconds(min(rang), record.answered if record.answered is not None else record.ended)


def _final(reading: Reading) -> LegRecord | None:
    """Who talked last; of two who stopped together the caller, in a call between operators."""
    talks = reading.talks
    if not talks:
        return None
    last = max(leg.ended if leg.ended is not None else float("inf") for leg in talks)
    together = [leg for leg in talks if leg.ended is None or leg.ended >= last - TOGETHER]
    if reading.direction is not CallDirection.INBOUND:
        for leg in together:
            if leg.uniqueid == reading.first.uniqueid:
                return leg
    return max(together, key=lambda leg: (leg.answered if leg.answered is not None else leg.started, leg.uniqueid))


def _spans(legs: Iterable[LegRecord]) -> list[Span]:
    found: list[Span] = []
    for leg in legs:
        if leg.operator is None:
            continue
        began = OperatorState.RINGING if leg.rings else OperatorState.DIALLING
        ended = leg.ended if leg.ended is not None else leg.alive  # more is not known: no time is made up
        talk = leg.answered if leg.answered is not None else leg.found_talking
        until = talk if talk is not None else ended
        if until is None and leg.over:
            continue
        if until is None or until > leg.started:
            found.append(Span(leg.operator, began, leg.started, until))
        if talk is not None and (ended > talk if ended is not None else not leg.over):
            found.append(Span(leg.operator, OperatorState.TALKING, talk, ended))
    return found

"""What came of a call; the names are those of models/call.py."""

from kaw.models import CallDirection, CallResult, VisitOutcome
from kaw.services.calls.channels import Channel, Facts
from kaw.services.calls.reading import TOGETHER, Reading

NO_SUCH_NUMBER = {1, 2, 3, 22, 27, 28}  # Q.850: unallocated, no route, changed, out of order, invalid format
BUSY, REJECTED = 17, 21
DISPOSITION = {
    "BUSY": CallResult.BUSY,
    "NO ANSWER": CallResult.NO_ANSWER,
    "FAILED": CallResult.FAILED,
    "CONGESTION": CallResult.FAILED,
}
DIAL_STATUS = {
    "BUSY": CallResult.BUSY,
    "NOANSWER": CallResult.NO_ANSWER,
    "CANCEL": CallResult.CANCELLED,
    "CONGESTION": CallResult.FAILED,
    "CHANUNAVAIL": CallResult.FAILED,
}


def result_of(reading: Reading, *, over: bool, closed_by_kaw: bool) -> CallResult | None:
    """None while it is open, and where nobody told."""
    if reading.direction is CallDirection.INBOUND:
        return _inbound(reading, over=over, closed_by_kaw=closed_by_kaw)
    if _reached(reading):
        return CallResult.ANSWERED
    return _unreached(reading) if over else None


def _inbound(reading: Reading, *, over: bool, closed_by_kaw: bool) -> CallResult | None:
    outcomes = [visit.outcome for visit in reading.visits]
    if reading.talks or VisitOutcome.ANSWERED in outcomes:
        return CallResult.ANSWERED
    if not over:
        return None
    if reading.pbx_stopped or (outcomes and outcomes[-1] is VisitOutcome.FAILED):
        return CallResult.FAILED
    if outcomes and outcomes[-1] is VisitOutcome.ABANDONED:
        return CallResult.ABANDONED
    if closed_by_kaw:
        return None
    left = _left_while_ringing(reading) or _gave_up_by_cdr(reading.facts, reading.first)
    return CallResult.ABANDONED if not outcomes and left else CallResult.MISSED


def _gave_up_by_cdr(facts: Facts, first: Channel) -> bool:
    """The last thing was a Dial nobody answered, and the dialplan did not go on after it."""
    if first.closed is not None or not facts.rows:
        return False
    return facts.rows[-1].application == "Dial" and facts.rows[-1].disposition == "NO ANSWER"


def _left_while_ringing(reading: Reading) -> bool:
    asked = [ask.at for ask in reading.first.asked if ask.by_phone]
    if not asked:
        return False
    return any(
        leg.operator is not None and leg.started <= asked[0] and (leg.ended is None or leg.ended >= asked[0] - TOGETHER)
        for leg in reading.legs
    )


def _reached(reading: Reading) -> bool:
    if not reading.talks:
        return False
    if reading.direction is CallDirection.INTERNAL:
        return True
    return any(leg.talked or leg.answered is not None for leg in reading.lines) or any(
        row.disposition == "ANSWERED" and row.other for row in reading.facts.rows
    )


def _unreached(reading: Reading) -> CallResult | None:
    """Busy, not answered, given up or failed: by the leg that was called, then by the CDR."""
    facts = reading.facts
    if reading.pbx_stopped:
        return CallResult.FAILED
    for channel in _called_channels(facts, reading.first):
        end = channel.dial_end
        if channel.moved is not None:
            return CallResult.CANCELLED  # given away while it rang
        if channel.cause in NO_SUCH_NUMBER:
            return CallResult.FAILED
        if end is not None and end.status in DIAL_STATUS and end.channel:
            unseen = channel.cause is None and _no_such_number_by_cdr(facts)
            return CallResult.FAILED if unseen else DIAL_STATUS[end.status]
        if end is not None and end.status in DIAL_STATUS and not facts.rows:
            return DIAL_STATUS[end.status]
    return _unreached_by_cdr(facts, reading.first)


def _called_channels(facts: Facts, first: Channel) -> list[Channel]:
    """Whom the call was for, the last try first; the operator's own phone where it came no further."""
    called = [channel for channel in facts.channels.values() if channel.dialled_by and channel is not first]
    called.sort(key=lambda channel: channel.dialled_by[0].at, reverse=True)
    return called or [first]


def _unreached_by_cdr(facts: Facts, first: Channel) -> CallResult | None:
    if _no_such_number_by_cdr(facts):
        return CallResult.FAILED
    if _gave_up_by_cdr(facts, first):
        return CallResult.CANCELLED
    rows = [row for row in facts.rows if row.other] or facts.rows
    for row in reversed(rows):
        if row.disposition in DISPOSITION:
            return DISPOSITION[row.disposition]
    if first.cause in (BUSY, REJECTED):
        return CallResult.BUSY
    if any(not dial.channel for dial in first.dialled_by) and first.up is None:
        return CallResult.NO_ANSWER if first.closed is not None else None
    if any(ask.by_phone for ask in first.asked):
        return CallResult.CANCELLED
    return CallResult.FAILED if first.ended is not None else None


def _no_such_number_by_cdr(facts: Facts) -> bool:
    hangups = [row.data for row in facts.rows if row.application == "Hangup"]
    return any(data in map(str, NO_SUCH_NUMBER) for data in hangups)

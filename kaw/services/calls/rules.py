"""What the facts of a call mean together; the names are those of models/call.py."""

from collections.abc import Iterable
from dataclasses import dataclass

from kaw.models import CallDirection, CallResult, HungUpBy, OperatorState, VisitOutcome
from kaw.services.calls.channels import Channel, Facts, gather
from kaw.services.calls.legs import completes, legs_of
from kaw.services.calls.parties import Parties
from kaw.services.calls.queue_entries import PBX_STOPS, visits_of
from kaw.services.calls.records import CallRecord, LegRecord, Span, VisitRecord, milliseconds, overlaid
from kaw.telephony import events as e
from kaw.telephony.names import is_local

NO_SUCH_NUMBER = {1, 2, 3, 22, 27, 28}  # Q.850: unallocated, no route, changed, out of order, invalid format
BUSY, REJECTED = 17, 21
TOGETHER = 1.0  # seconds within which two ends are one
ENDED_BY = {
    "caller": HungUpBy.PARTNER,
    "agent": HungUpBy.OPERATOR,
    "transfer": HungUpBy.TRANSFER,
    "pbx": HungUpBy.PBX,
}
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


def derive(call: str, events: Iterable[e.CallEvent], parties: Parties) -> CallRecord | None:
    """The records of one call; None while nothing says what it is (a stray event without a channel's begin)."""
    facts = gather(call, events)
    first = facts.first
    if first is None:
        return _failed_at_once(facts)
    record = _Reading(facts, first, parties).record()
    passed = len(facts.channels) == 1 and first.moved is not None
    return None if passed else record  # a phone that only took another call over


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


@dataclass
class _Reading:
    """One call being read."""

    facts: Facts
    first: Channel
    parties: Parties

    def record(self) -> CallRecord:
        facts = self.facts
        over = all(channel.is_over for channel in facts.channels.values())
        self.legs = legs_of(facts, self.parties)
        self.visits = visits_of(facts, self.legs, over=over)
        self.direction = self._direction()
        record = CallRecord(facts.call, self.direction, self._number(), self._dialled(), self._started(), over=over)
        record.legs, record.visits = self.legs, self.visits
        record.origin = facts.asked.call if facts.asked is not None else ""
        talks = [leg for leg in self.legs if leg.operator is not None and leg.talked]
        final = self._final(talks)
        self._times(record, talks, final)
        record.result = self._result(record, talks)
        record.hung_up_by = self._hung_up_by(record, final) if over else None
        self._mark(record, final)
        record.recording = facts.recordings[0].path if facts.recordings else None
        elsewhere = bool(facts.rows) or not self.first.told_open or any(visit.recovered for visit in self.visits)
        record.recovered = (elsewhere or self._found_talking() or self._lost_one()) and not self._seen_whole()
        record.spans = self._spans()
        return record

    def _started(self) -> float:
        if self.first.seen_open and self.first.opened is not None:
            return self.first.opened
        known = [leg.started for leg in self.legs] + [join.at for join in self.facts.joins]
        known += [row.at for row in self.facts.rows]
        if self.first.opened is not None:
            known.append(self.first.opened)
        return min(known, default=self.facts.earliest)

    def _times(self, record: CallRecord, talks: list[LegRecord], final: LegRecord | None) -> None:
        if record.over:
            live = [channel.closed for channel in self.facts.channels.values() if channel.closed is not None]
            known = [channel.ended for channel in self.facts.channels.values() if channel.ended is not None]
            told = self.first.ended is not None
            told = told or (final is not None and final.ended is not None and not self._given_away(final))
            record.ended = max(live if self.first.closed is not None else known, default=None) if told else None
            record.closed_by_kaw = record.ended is None
        answered = [leg.answered for leg in talks if leg.answered is not None]
        answered += [visit.left for visit in self.visits if visit.outcome is VisitOutcome.ANSWERED and visit.left]
        record.answered = min(answered, default=None)
        if talks and record.over:
            spans = [leg.talk for leg in talks if leg.talk is not None]
            record.talk_ms = overlaid([(start, end) for start, end in spans]) if len(spans) == len(talks) else None
            record.hold_ms = sum(leg.hold_ms or 0 for leg in talks)
        record.wait_ms = self._waited(record)

    def _waited(self, record: CallRecord) -> int | None:
        if self.direction is not CallDirection.INBOUND:
            return None
        if self.visits:
            until = next((n for n, visit in enumerate(self.visits) if visit.outcome is VisitOutcome.ANSWERED), None)
            waits = [visit.wait_ms for visit in self.visits[: None if until is None else until + 1]]
            return None if any(wait is None for wait in waits) else sum(wait or 0 for wait in waits)
        rang = [leg.started for leg in self.legs if leg.operator is not None]
        if not rang:
            return None
        return milliseconds(min(rang), record.answered if record.answered is not None else record.ended)

    def _direction(self) -> CallDirection:
        lines = [leg for leg in self.legs if leg.operator is None]
        begins = self.first.name
        if not begins and self.facts.joins:
            return CallDirection.INBOUND  # the log knows no channel; operators do not queue as a rule
        if is_local(begins) or not begins:
            begins = self.legs[0].channel if self.legs else ""
        if self.parties.is_trunk(begins):
            return CallDirection.INBOUND
        if lines or (self._goes_out() and not self._with_pbx()):
            return CallDirection.OUTBOUND
        return CallDirection.INTERNAL

    def _with_pbx(self) -> bool:
        """An operator alone with an application of the PBX."""
        return len(self.legs) == 1 and self.legs[0].talked and self.facts.asked is None and not self.facts.rows

    def _goes_out(self) -> bool:
        """The number wanted is no operator's, although no line was reached."""
        wanted = self._wanted()
        return bool(wanted) and not self.parties.is_internal(wanted)

    def _wanted(self) -> str:
        """What the operator dialled or had dialled for him."""
        own = self.parties.operator_of(self.first.name)
        if self.facts.asked is not None:
            return self.facts.asked.number
        to_lines = [
            dial.number
            for channel in self.facts.channels.values()
            for dial in channel.dialled_by
            if dial.number and self.parties.is_trunk(channel.name)
        ]
        by_pbx = [dial.number for dial in self.first.dialled_by if not dial.channel and dial.number != own]
        rows = [row.dialled for row in self.facts.rows if row.channel == self.first.uniqueid and row.dialled]
        sources = [row.number for row in self.facts.rows if row.channel == self.first.uniqueid and row.number != own]
        to_phones = [dial.number for dial in self.first.dials if dial.number]
        typed = [self.first.exten] if self.first.exten.isdigit() else []
        for found in (to_lines, by_pbx, typed, rows, sources, to_phones):
            if found and found[0]:
                return found[0]
        return ""

    def _number(self) -> str:
        if self.direction is CallDirection.INBOUND:
            known = [
                self.first.number,
                *(join.number for join in self.facts.joins),
                *(row.number for row in self.facts.rows),
            ]
            return next((number for number in known if number), "")
        return self._wanted()

    def _dialled(self) -> str:
        return self.first.exten if self.direction is CallDirection.INBOUND else self._wanted()

    def _final(self, talks: list[LegRecord]) -> LegRecord | None:
        """Who talked last; of two who stopped together the caller, in a call between operators."""
        if not talks:
            return None
        last = max(leg.ended if leg.ended is not None else float("inf") for leg in talks)
        together = [leg for leg in talks if leg.ended is None or leg.ended >= last - TOGETHER]
        if self.direction is not CallDirection.INBOUND:
            for leg in together:
                if leg.uniqueid == self.first.uniqueid:
                    return leg
        return max(together, key=lambda leg: (leg.answered if leg.answered is not None else leg.started, leg.uniqueid))

    def _mark(self, record: CallRecord, final: LegRecord | None) -> None:
        if final is not None:
            record.operator = final.operator
            final.hung_up_by = record.hung_up_by
        elif record.result is CallResult.ANSWERED:
            record.operator = next((visit.operator for visit in reversed(self.visits) if visit.operator), None)

    # -- result

    def _result(self, record: CallRecord, talks: list[LegRecord]) -> CallResult | None:
        if self.direction is CallDirection.INBOUND:
            return self._inbound_result(record, bool(talks))
        if self._reached(talks):
            return CallResult.ANSWERED
        return self._unreached() if record.over else None

    def _inbound_result(self, record: CallRecord, talked: bool) -> CallResult | None:
        outcomes = [visit.outcome for visit in self.visits]
        if talked or VisitOutcome.ANSWERED in outcomes:
            return CallResult.ANSWERED
        if not record.over:
            return None
        if self._pbx_stopped() or (outcomes and outcomes[-1] is VisitOutcome.FAILED):
            return CallResult.FAILED
        if outcomes and outcomes[-1] is VisitOutcome.ABANDONED:
            return CallResult.ABANDONED
        if record.closed_by_kaw:
            return None
        left = self._left_while_ringing() or self._gave_up_by_cdr()
        return CallResult.ABANDONED if not outcomes and left else CallResult.MISSED

    def _gave_up_by_cdr(self) -> bool:
        """The last thing was a Dial nobody answered, and the dialplan did not go on after it."""
        rows = self.facts.rows
        return (
            self.first.closed is None
            and bool(rows)
            and rows[-1].application == "Dial"
            and rows[-1].disposition == "NO ANSWER"
        )

    def _left_while_ringing(self) -> bool:
        asked = [ask.at for ask in self.first.asked if ask.by_phone]
        if not asked:
            return False
        return any(
            leg.operator is not None
            and leg.started <= asked[0]
            and (leg.ended is None or leg.ended >= asked[0] - TOGETHER)
            for leg in self.legs
        )

    def _reached(self, talks: list[LegRecord]) -> bool:
        if not talks:
            return False
        lines = [leg for leg in self.legs if leg.operator is None]
        if self.direction is CallDirection.INTERNAL:
            return True
        return any(leg.talked or leg.answered is not None for leg in lines) or any(
            row.disposition == "ANSWERED" and row.other for row in self.facts.rows
        )

    def _unreached(self) -> CallResult | None:
        """Busy, not answered, given up or failed: by the leg that was called, then by the CDR."""
        if self._pbx_stopped():
            return CallResult.FAILED
        for channel in self._called_channels():
            end = channel.dial_end
            if channel.moved is not None:
                return CallResult.CANCELLED  # given away while it rang
            if channel.cause in NO_SUCH_NUMBER:
                return CallResult.FAILED
            if end is not None and end.status in DIAL_STATUS and end.channel:
                unseen = channel.cause is None and self._no_such_number_by_cdr()
                return CallResult.FAILED if unseen else DIAL_STATUS[end.status]
            if end is not None and end.status in DIAL_STATUS and not self.facts.rows:
                return DIAL_STATUS[end.status]
        return self._unreached_by_cdr()

    def _called_channels(self) -> list[Channel]:
        """Whom the call was for, the last try first; the operator's own phone where it came no further."""
        called = [
            channel for channel in self.facts.channels.values() if channel.dialled_by and channel is not self.first
        ]
        called.sort(key=lambda channel: channel.dialled_by[0].at, reverse=True)
        return called or [self.first]

    def _unreached_by_cdr(self) -> CallResult | None:
        if self._no_such_number_by_cdr():
            return CallResult.FAILED
        if self._gave_up_by_cdr():
            return CallResult.CANCELLED
        rows = [row for row in self.facts.rows if row.other] or self.facts.rows
        for row in reversed(rows):
            if row.disposition in DISPOSITION:
                return DISPOSITION[row.disposition]
        if self.first.cause in (BUSY, REJECTED):
            return CallResult.BUSY
        if any(not dial.channel for dial in self.first.dialled_by) and self.first.up is None:
            return CallResult.NO_ANSWER if self.first.closed is not None else None
        if any(ask.by_phone for ask in self.first.asked):
            return CallResult.CANCELLED
        return CallResult.FAILED if self.first.ended is not None else None

    def _no_such_number_by_cdr(self) -> bool:
        hangups = [row.data for row in self.facts.rows if row.application == "Hangup"]
        return any(data in map(str, NO_SUCH_NUMBER) for data in hangups)

    def _pbx_stopped(self) -> bool:
        if self.first.gone and self.first.restarted and self.first.ended is None:
            return True
        asked = self.first.asked
        return any(ask.cause == PBX_STOPS and not ask.by_phone for ask in asked) and not any(
            ask.by_phone for ask in asked
        )

    # -- who hung up

    def _hung_up_by(self, record: CallRecord, final: LegRecord | None) -> HungUpBy | None:
        if final is not None and self._given_away(final):
            return HungUpBy.TRANSFER
        if self._pbx_stopped():
            return HungUpBy.PBX
        if final is not None:
            return self._who_ended(final)
        inbound = self.direction is CallDirection.INBOUND
        asked = self._first_phone(
            [self.first] if inbound else self.facts.channels.values()
        )  # a refusing phone ends a try
        if asked is not None:
            return self._side(asked)
        seen = [visit.outcome for visit in self.visits if visit.outcome is VisitOutcome.ABANDONED]
        if seen:
            return HungUpBy.PARTNER
        return HungUpBy.PBX if self.first.closed is not None else None

    def _given_away(self, final: LegRecord) -> bool:
        channel = self.facts.channels[final.uniqueid]
        told = [event for event in self.facts.queue_events if completes(event, channel)]
        if told and told[0].reason == "transfer":
            return True
        return any(final.ended is None or move.at <= final.ended + TOGETHER for move in channel.transfers)

    def _who_ended(self, final: LegRecord) -> HungUpBy | None:
        channel = self.facts.channels[final.uniqueid]
        stops = [ask for ask in channel.asked if ask.cause == PBX_STOPS and not ask.by_phone]
        others = [
            self.facts.channels[leg.uniqueid]
            for leg in self.legs
            if leg.uniqueid in self.facts.channels and not self._only_rang(leg)
        ]
        talking = [
            other
            for other in others
            if other.closed is None or final.ended is None or other.closed >= final.ended - TOGETHER
        ]
        asked = self._first_phone(talking)
        if asked is not None:
            return self._side(asked)
        if stops:
            return HungUpBy.PBX
        return self._by_bridge(channel, final) or self._by_log(channel)

    def _only_rang(self, leg: LegRecord) -> bool:
        """An operator's phone that was not answered; who refuses a call ends his own phone alone."""
        return leg.operator is not None and not leg.talked and leg.uniqueid != self.first.uniqueid

    def _first_phone(self, channels: Iterable[Channel]) -> e.HangupAsked | None:
        asked = [ask for channel in channels for ask in channel.asked if ask.by_phone]
        return min(asked, key=lambda ask: ask.at, default=None)

    def _side(self, asked: e.HangupAsked) -> HungUpBy:
        channel = self.facts.channels[asked.channel]
        if self.direction is CallDirection.INTERNAL:
            return HungUpBy.OPERATOR if channel is self.first else HungUpBy.PARTNER
        return HungUpBy.OPERATOR if self.parties.operator_of(channel.name) is not None else HungUpBy.PARTNER

    def _by_bridge(self, channel: Channel, final: LegRecord) -> HungUpBy | None:
        """No phone asked for it: a button in KAW ends the operator's channel first, the PBX the other one."""
        leaves = [
            event
            for other in self.facts.channels.values()
            for event in other.bridges
            if isinstance(event, e.BridgeLeft) and final.ended is not None and event.at >= final.ended - TOGETHER / 2
        ]
        if not leaves:
            return None
        leaver = min(leaves, key=lambda event: event.at).channel
        if leaver == channel.uniqueid:
            return HungUpBy.OPERATOR
        return HungUpBy.PARTNER if self.direction is CallDirection.INTERNAL else HungUpBy.PBX

    def _by_log(self, channel: Channel) -> HungUpBy | None:
        """As the queue tells it of its own member; after he gave the caller away it knows nothing."""
        told = [event for event in self.facts.queue_events if isinstance(event, e.MemberCompleted)]
        own = [event for event in told if completes(event, channel)]
        if not own and not channel.connected and all(event.reason != "transfer" for event in told):
            own = told[-1:]  # it knows its member by a channel that only leads to his phone
        return ENDED_BY.get(own[0].reason) if own else None

    # -- operators' time

    def _seen_whole(self) -> bool:
        """Whether live events alone told begin and end."""
        told = self.first.told_open and self.first.closed is not None
        unheard = self._found_talking() or self._lost_one() or any(visit.recovered for visit in self.visits)
        return told and not unheard

    def _found_talking(self) -> bool:
        """Whether a talk began while nobody listened; log or CDR may tell when."""
        return any(leg.talked and leg.answered is None for leg in self.legs)

    def _lost_one(self) -> bool:
        """Whether somebody left while nobody listened and the call went on; log or CDR may tell what he did."""
        return any(
            channel.gone and not channel.restarted and channel.closed is None
            for channel in self.facts.channels.values()
        )

    def _spans(self) -> list[Span]:
        found: list[Span] = []
        for leg in self.legs:
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


def waiting(visits: Iterable[VisitRecord]) -> set[str]:
    """Queues in which the caller waits now."""
    return {visit.queue for visit in visits if visit.waits}

"""Whether the records of a simulated call are right: compared with the truth, and strict as far as any source told it.

What no source told (events, queue log, CDR) may be unknown, and nothing may be claimed in its place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.models import Call, CallDirection, CallLeg, CallResult, HungUpBy, LegResult, QueueVisit, VisitOutcome
from kaw.telephony.simulator.records import TrueTalk, TrueVisit
from tests.soak_ledger import Entry, Ledger

SAME_S = 1.1  # log and CDR have whole seconds
DIRECTION = {"in": CallDirection.INBOUND, "out": CallDirection.OUTBOUND, "internal": CallDirection.INTERNAL}
INBOUND = {"abandoned": CallResult.ABANDONED, "failed": CallResult.FAILED}  # else nobody was there
OUTBOUND = {
    "abandoned": CallResult.CANCELLED,
    "busy": CallResult.BUSY,
    "refused": CallResult.BUSY,  # at the operator's own phone
    "no_answer": CallResult.NO_ANSWER,
    "operator_no_answer": CallResult.NO_ANSWER,
    "failed": CallResult.FAILED,
}
HUNG_UP_BY = {
    "caller": HungUpBy.PARTNER,
    "operator": HungUpBy.OPERATOR,
    "transfer": HungUpBy.TRANSFER,
    "pbx": HungUpBy.PBX,
    None: HungUpBy.PBX,  # time was up, or nobody there
}
END_IN_LOG = {"ABANDON", "COMPLETECALLER", "COMPLETEAGENT"}


@dataclass
class Found:
    """What stands in the tables of one call."""

    call: Any
    legs: list[Any] = field(default_factory=list)
    visits: list[Any] = field(default_factory=list)


def found_in(session: Session, linkedids: Sequence[str]) -> dict[str, Found]:
    """The records of these calls."""
    connection = session.connection()
    calls = connection.execute(sa.select(*_columns(Call)).where(col(Call.linkedid).in_(linkedids))).all()
    found = {call.id: Found(call) for call in calls}
    for leg in connection.execute(sa.select(*_columns(CallLeg)).where(col(CallLeg.call_id).in_(list(found)))):
        found[leg.call_id].legs.append(leg)
    visits = sa.select(*_columns(QueueVisit)).where(col(QueueVisit.call_id).in_(list(found)))
    for visit in connection.execute(visits.order_by(col(QueueVisit.joined_at), col(QueueVisit.id))):
        found[visit.call_id].visits.append(visit)
    return {each.call.linkedid: each for each in found.values()}


def _columns(table: type[Any]) -> list[Any]:
    return list(table.__table__.columns)


def complaints(entry: Entry, found: Found, ledger: Ledger) -> list[str]:
    """What is wrong with a call, in a few words each."""
    return list(_Case(entry, found, ledger).complaints())


def was_told(entry: Entry, ledger: Ledger) -> bool:
    """Whether any source told of it: a call that came and was killed with the PBX while nobody listened is nowhere."""
    return bool(entry.log or entry.rows) or ledger.heard(entry.true.started_at, entry.true.ended_at)


class _Case:
    def __init__(self, entry: Entry, found: Found, ledger: Ledger) -> None:
        self.true, self.log, self.rows = entry.true, entry.log, entry.rows
        self.found, self.call, self.ledger = found, found.call, ledger
        self.end_heard = ledger.heard(self.true.ended_at) and not self._killed
        self.end_told = self.end_heard or bool(self.rows) or self._end_in_log
        self.stop_unseen = not self.end_heard and self.true.channel_id in ledger.alone
        self.whole = ledger.heard_whole(self.true.started_at, self.true.ended_at or 0.0) and not self._killed

    def complaints(self) -> Iterator[str]:
        """All of them."""
        call, true = self.call, self.true
        yield from self._same("direction", call.direction, [DIRECTION[true.direction]])
        yield from self._same("dialled", call.dialled, self._dialled())
        yield from self._same("number", call.number, [true.number] if true.direction == "in" else self._dialled())
        yield from self._same("result", call.result, self._results())
        yield from self._same("operator", call.operator, self._operators())
        yield from self._same("hung up by", call.hung_up_by, self._hung_up_by())
        yield from self._near("started", call.started_at, true.started_at, told=True)
        yield from self._near("answered", call.answered_at, self._answered(), told=self._answer_told())
        yield from self._near("ended", call.ended_at, true.ended_at, told=self.end_told)
        yield from self._lengths()
        yield from self._legs()
        yield from self._visits()
        if call.ended_at is None and not call.closed_by_kaw:
            yield "it goes on for ever"
        if call.closed_by_kaw and self.end_told:
            yield "closed by KAW, but its end was told"
        if self.whole and call.recovered:
            yield "recovered, but all of it was heard"

    @staticmethod
    def _same(what: str, value: object, allowed: Sequence[object]) -> Iterator[str]:
        if value not in allowed:
            yield f"{what} {value}, truly {' or '.join(map(str, allowed))}"

    @staticmethod
    def _near(what: str, value: datetime | None, true: float | None, *, told: bool) -> Iterator[str]:
        at = None if value is None else _seconds(value)
        if at is None and true is not None and told:
            yield f"{what} unknown, but it was told"
        elif at is not None and (true is None or abs(at - true) > SAME_S):
            yield f"{what} {at:.1f}, truly {true}"

    # -- what is right

    @property
    def _killed(self) -> bool:
        """Nobody tells the end of a call that dies with the PBX, unless it stops in peace and writes of it."""
        return self.true.ended_by == "pbx" and not self.rows and not self._end_in_log

    @property
    def _end_in_log(self) -> bool:
        """The last thing in the log ends the call, and not only a stay in a queue."""
        return bool(self.log) and self.log[-1] in END_IN_LOG

    def _dialled(self) -> list[str]:
        """Transfers rewrite the CDR, and a channel of the present shows where they led; the log knows none of it."""
        if self.ledger.heard(self.true.started_at):
            return [self.true.dialled]
        nowhere = not self.rows and not self.ledger.heard(self.true.started_at, self.true.ended_at)
        return [self.true.dialled, *self.true.given_to, *([""] if nowhere else [])]

    def _told_talk(self, talk: TrueTalk) -> bool:
        connected = self.log.count("CONNECT") > self.true.talks.index(talk)
        return connected or bool(self.rows) or self.ledger.heard(talk.began, talk.ended)

    def _results(self) -> list[CallResult | None]:
        if any(map(self._told_talk, self.true.talks)):
            return [CallResult.ANSWERED]
        if self.true.talks:  # and nobody told: killed with it
            just_heard = any(self.ledger.listening(talk.began) for talk in self.true.talks)
            return [CallResult.FAILED, None, *([CallResult.ANSWERED] if just_heard else [])]
        outcome = self.true.visits[-1].outcome if self.true.visits else self.true.outcome
        if self.true.direction == "in":
            unseen = [CallResult.ABANDONED] if outcome == "failed" and self.stop_unseen else []
            return [INBOUND.get(outcome or "", CallResult.MISSED), *unseen]
        right = OUTBOUND[outcome or "failed"]
        if self.true.direction == "internal" and not self.end_heard and right is not CallResult.BUSY:
            return [right, CallResult.CANCELLED, CallResult.NO_ANSWER]  # one row of the CDR, the same for all
        return [right]

    def _last_talks(self) -> tuple[list[TrueTalk], bool]:
        """The last one, and those before it as far as nobody told of it; whether somebody told of any."""
        found: list[TrueTalk] = []
        for talk in reversed(self.true.talks):
            found.append(talk)
            if self._told_talk(talk):
                return found, True
        return found, False

    def _operators(self) -> list[str | None]:
        talks, told = self._last_talks()
        return [*(talk.operator for talk in talks), *([] if told else [None])]

    def _hung_up_by(self) -> list[HungUpBy | None]:
        ended_by = self.true.talks[-1].ended_by if self.true.talks else self.true.ended_by
        allowed: list[HungUpBy | None] = [HUNG_UP_BY[ended_by]]
        allowed += [HUNG_UP_BY[talk.ended_by] for talk in self._last_talks()[0][1:]]
        if self.true.direction == "internal" and ended_by == "transfer":
            allowed += [HungUpBy.PARTNER, HUNG_UP_BY[self.true.ended_by]]  # a colleague gave him away, and it ended
        if (self.true.by_command and not self.end_heard) or (ended_by == "pbx" and self.stop_unseen):
            allowed.append(HungUpBy.PARTNER)  # the queue log says so
        told = self.end_heard or (self._end_in_log and "CONNECT" in self.log)
        return allowed if told else [*allowed, None]

    def _answered(self) -> float | None:
        return self.true.talks[0].began if self.true.talks else None

    def _answer_told(self) -> bool:
        """By the CDR only where its first channel was not answered before, as for a click it is."""
        if self.ledger.heard(self._answered()) or "CONNECT" in self.log:
            return True
        return bool(self.rows) and self.true.direction != "in" and self.true.operator_pick_up is None

    # -- lengths, legs and visits

    def _lengths(self) -> Iterator[str]:
        talked = sum(end - start for start, end in self._talks())
        slack = 2 * SAME_S * len(self.true.talks)
        if self.call.talk_ms is not None and abs(self.call.talk_ms / 1000 - talked) > slack:
            yield f"talk {self.call.talk_ms} ms, truly {talked:.1f} s"
        if self.call.talk_ms is None and self.true.talks and self.whole:
            yield "talk unknown, but all of it was heard"
        if self.true.direction == "in" and self.true.visits and self.call.wait_ms is not None:
            waited = sum((visit.left or 0.0) - visit.joined for visit in self._visits_before_talk())
            if abs(self.call.wait_ms / 1000 - waited) > 2 * SAME_S:
                yield f"waited {self.call.wait_ms} ms, truly {waited:.1f} s"

    def _talks(self) -> list[tuple[float, float]]:
        """From when to when; who called a colleague has one talk, even if that one gave him away meanwhile."""
        spans = [(talk.began, talk.ended or 0.0) for talk in self.true.talks]
        one = self.true.direction == "internal" and len({talk.operator for talk in self.true.talks}) == 1
        return [(spans[0][0], spans[-1][1])] if one else spans

    def _visits_before_talk(self) -> list[TrueVisit]:
        places = [place for place, visit in enumerate(self.true.visits) if visit.outcome == "answered"]
        return self.true.visits[: places[0] + 1 if places else None]

    def _legs(self) -> Iterator[str]:
        talked = {extension for talk in self.true.talks for extension in (talk.operator, talk.picked_up)}
        answered = [leg for leg in self.found.legs if leg.operator and leg.result == LegResult.ANSWERED]
        claimed = {leg.operator for leg in answered if leg.answered_at or leg.uniqueid != self.true.channel_id}
        if claimed - talked:
            yield f"a talk of {claimed - talked}, who did not talk"

    def _visits(self) -> Iterator[str]:
        if len(self.found.visits) != len(self.true.visits):
            yield f"{len(self.found.visits)} visits, truly {len(self.true.visits)}"
            return
        for visit, true in zip(self.found.visits, self.true.visits, strict=True):
            told = true.outcome != "failed" or self.end_told
            yield from self._same("queue", visit.queue, [true.queue])
            unseen = [VisitOutcome.ABANDONED] if true.outcome == "failed" and self.stop_unseen else []
            yield from self._same("outcome", visit.outcome, [VisitOutcome(true.outcome or "failed"), *unseen])
            yield from self._same("operator of a visit", visit.operator, [true.operator])
            yield from self._near("joined", visit.joined_at, true.joined, told=True)
            yield from self._near("left", visit.left_at, true.left, told=told)


def holes(session: Session) -> Iterator[str]:
    """Where an operator's time has a hole or is counted twice."""
    rows = session.connection().execute(
        sa.text("SELECT operator, started_at, ended_at FROM operator_interval ORDER BY operator, started_at")
    )
    for before, after in pairwise(rows):
        if before.operator == after.operator and before.ended_at != after.started_at:
            yield f"operator {before.operator}: from {before.ended_at} to {after.started_at}"


def _seconds(at: datetime) -> float:
    return at.replace(tzinfo=UTC).timestamp()

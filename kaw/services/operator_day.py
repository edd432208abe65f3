"""An operator's day in numbers, and the calls behind each; who waits in his queues now (R12.3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.i18n import N_
from kaw.models import (
    Call,
    CallDirection,
    CallLeg,
    CallResult,
    LegResult,
    QueueMembership,
    QueueVisit,
    Right,
    VisitRing,
)
from kaw.services import access, settings
from kaw.services.access import Actor, Rights
from kaw.services.cache import Cache
from kaw.services.call_partners import Caller, callers_of
from kaw.services.call_scope import sees_numbers

MOST = 200  # calls and entries that are listed
LATELY = timedelta(days=7)  # within which a queue's call at somebody's phone tells that he serves it
LOOKED_AT, RECENT = 60, 8  # of the last calls, so many numbers
NOT_TAKEN = (LegResult.NO_ANSWER, LegResult.REJECTED)


class DayCalls(StrEnum):
    """The counters of the call panel that have calls behind them."""

    ACCEPTED = "accepted"
    MISSED = "missed"

    @property
    def label(self) -> str:
        """Message id."""
        return {DayCalls.ACCEPTED: N_("accepted"), DayCalls.MISSED: N_("missed")}[self]


@dataclass(frozen=True)
class DayCall:
    """A call behind a counter; UTC."""

    at: datetime
    caller: Caller


@dataclass(frozen=True)
class Waiting:
    """Somebody who waits in a queue; ``joined_at`` UTC."""

    queue: str
    joined_at: datetime
    caller: Caller


def counts(session: Session, user_id: int) -> dict[DayCalls, int]:
    """Inbound calls of a user's day: those he took, and those that rang at him alone in vain."""
    return {kind: len(ids) for kind, ids in _calls_of(session, user_id).items()}


def calls(actor: Actor, kind: DayCalls) -> list[DayCall]:
    """The user's own calls behind a counter, the newest first."""
    rights = access.rights(actor)
    with db.reading() as session:
        ids = sorted(_calls_of(session, actor.user_id)[kind])[-MOST:]
        rows = session.exec(select(Call).where(col(Call.id).in_(ids)).order_by(col(Call.started_at).desc())).all()
        known = callers_of(session, rights, rows)
    return [DayCall(call.started_at, known[call.id or 0]) for call in rows]


def recent(actor: Actor) -> list[DayCall]:
    """The numbers of the user's last calls, each once, the newest first; none for who may see no phones."""
    rights = access.rights(actor)
    if not sees_numbers(rights):
        return []
    query = (
        select(Call)
        .join(CallLeg, col(CallLeg.call_id) == col(Call.id))
        .where(CallLeg.user_id == actor.user_id, Call.number != "")
        .order_by(col(CallLeg.started_at).desc())
        .limit(LOOKED_AT)
    )
    with db.reading() as session:
        first: dict[str, Call] = {}
        for call in session.exec(query):
            first.setdefault(call.digits10 or call.number, call)
        rows = list(first.values())[:RECENT]
        known = callers_of(session, rights, rows)
    return [DayCall(call.started_at, known[call.id or 0]) for call in rows]


def queues_of(session: Session, user_id: int) -> tuple[str, ...]:
    """The queues a user serves: those an administrator entered, else those whose calls rang at him lately."""
    query = select(QueueMembership.queue).where(QueueMembership.user_id == user_id).order_by(col(QueueMembership.queue))
    return tuple(session.exec(query)) or _rang_for(session, user_id)


def watched(session: Session, rights: Rights) -> tuple[str, ...] | None:
    """Queues whose waiting callers a user is shown; None: all, for who has the reports right and serves none."""
    found = queues_of(session, rights.user_id)
    return None if not found and rights.has(Right.REPORTS) else found


def _rang_for(session: Session, user_id: int) -> tuple[str, ...]:
    """The PBX knows more members than anybody entered here: whose phone a queue rings, serves it."""
    query = (
        select(QueueVisit.queue)
        .join(CallLeg, col(CallLeg.call_id) == col(QueueVisit.call_id))
        .join(VisitRing, col(VisitRing.visit_id) == col(QueueVisit.id))
        .where(
            col(CallLeg.user_id) == user_id,
            col(CallLeg.started_at) >= db.now() - LATELY,
            col(VisitRing.user_id) == user_id,
        )
    )
    return tuple(sorted(set(session.exec(query.distinct()))))


def waiting_by_queue() -> Mapping[str, int]:
    """How many wait in each queue now."""
    return _waiting.get(None)


def sum_waiting(counts: Mapping[str, int], queues: Sequence[str] | None) -> int:
    """How many of them in these queues; None: in all."""
    return sum(counts.values()) if queues is None else sum(counts.get(queue, 0) for queue in queues)


def count_waiting(queues: Sequence[str] | None) -> int:
    """How many wait in these queues now; None: in all."""
    return sum_waiting(waiting_by_queue(), queues)


def waiting(actor: Actor) -> list[Waiting]:
    """Who waits in the queues he is shown, the longest waiting first."""
    rights = access.rights(actor)
    with db.reading() as session:
        query = select(QueueVisit, Call).join(Call, col(Call.id) == col(QueueVisit.call_id)).where(*_WAITS)
        queues = watched(session, rights)
        if queues is not None:
            query = query.where(col(QueueVisit.queue).in_(queues))
        rows = session.exec(query.order_by(col(QueueVisit.joined_at)).limit(MOST)).all()
        known = callers_of(session, rights, [call for _visit, call in rows])
    return [Waiting(visit.queue, visit.joined_at, known[call.id or 0]) for visit, call in rows]


def midnight() -> datetime:
    """When the organisation's day began, UTC."""
    zone = ZoneInfo(str(settings.value("time_zone")))
    today = db.now().replace(tzinfo=UTC).astimezone(zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today.astimezone(UTC).replace(tzinfo=None)


_WAITS = (
    col(QueueVisit.left_at).is_(None),
    col(QueueVisit.outcome).is_(None),
    col(QueueVisit.closed_by_kaw).is_(False),
    col(Call.ended_at).is_(None),
    col(Call.closed_by_kaw).is_(False),
)


def _calls_of(session: Session, user_id: int) -> dict[DayCalls, set[int]]:
    in_queue = sa.exists().where(col(QueueVisit.call_id) == col(Call.id))
    query = (
        sa.select(
            col(CallLeg.call_id), col(CallLeg.answered_at), col(CallLeg.result), col(Call.result), in_queue.label("q")
        )
        .join(Call, col(Call.id) == col(CallLeg.call_id))
        .where(
            col(CallLeg.user_id) == user_id,
            col(CallLeg.started_at) >= midnight(),
            col(CallLeg.called),
            col(Call.direction) == CallDirection.INBOUND,
        )
    )
    accepted, missed = set[int](), set[int]()
    for call_id, answered_at, result, end, queued in session.connection().execute(query):
        if answered_at is not None or result is LegResult.ANSWERED:
            accepted.add(call_id)
        elif result in NOT_TAKEN or (result is LegResult.CANCELLED and not queued and end is not CallResult.ANSWERED):
            missed.add(call_id)
    return {DayCalls.ACCEPTED: accepted, DayCalls.MISSED: missed - accepted}


def _load_waiting(_key: None) -> dict[str, int]:
    with db.reading() as session:
        query = (
            sa.select(col(QueueVisit.queue), sa.func.count())
            .join(Call, col(Call.id) == col(QueueVisit.call_id))
            .where(*_WAITS)
            .group_by(col(QueueVisit.queue))
        )
        return {str(queue): int(number) for queue, number in session.connection().execute(query)}


_waiting: Cache[None, dict[str, int]] = Cache(_load_waiting, drop_on=(live.QueuesChanged,))

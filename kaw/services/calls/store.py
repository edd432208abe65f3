"""Writes records into their tables, and reads operators' past back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.models import Call, CallLeg, OperatorInterval, OperatorState, QueueVisit, VisitRing
from kaw.services.calls.held import Held
from kaw.services.calls.records import CallRecord, LegRecord, RingRecord, Span, VisitRecord
from kaw.services.calls.timeline import IntervalRecord
from kaw.telephony.names import unique_id

Users = Mapping[str, int]  # user by extension
LONGEST_CALL = timedelta(days=1)


def moment(at: float | None) -> datetime | None:
    """Unix seconds as stored: whole milliseconds, UTC without a mark."""
    return None if at is None else datetime.fromtimestamp(round(at, 3), UTC).replace(tzinfo=None)


def seconds(at: datetime) -> float:
    """The inverse."""
    return round(at.replace(tzinfo=UTC).timestamp(), 3)


def write_calls(session: Session, held: Sequence[Held], users: Users) -> None:
    """Make or change the rows of these calls, in a few statements for all; ``call_id`` of each is known afterwards."""
    connection = session.connection()
    _find_ids(connection, held)
    fresh = [each for each in held if each.call_id is None and each.record is not None]
    known = [each for each in held if each.call_id is not None]
    changed = [each for each in known if each.record is not None]
    _remove(connection, [each for each in known if each.record is None])
    _insert_calls(connection, fresh, users)
    if changed:
        rows = [{"b_id": each.call_id, **_call(each.record, users)} for each in changed if each.record]
        connection.execute(sa.update(Call).where(col(Call.id) == sa.bindparam("b_id")), rows)
    _write_legs(connection, [*fresh, *changed], users)
    _write_visits(connection, [*fresh, *changed], users)


def _insert_calls(connection: sa.Connection, fresh: Sequence[Held], users: Users) -> None:
    if not fresh:
        return
    rows = [_new(each.record, users) for each in fresh if each.record]
    made = connection.execute(sa.insert(Call).returning(col(Call.id), col(Call.linkedid)), rows)
    ids = {linkedid: call_id for call_id, linkedid in made}
    for each in fresh:
        each.call_id = ids[each.linkedid]


def _find_ids(connection: sa.Connection, held: Sequence[Held]) -> None:
    """Calls that were brought back from the journal have rows already."""
    unknown = {each.linkedid: each for each in held if each.call_id is None}
    names = list(unknown)
    for start in range(0, len(names), 400):
        query = sa.select(col(Call.id), col(Call.linkedid)).where(col(Call.linkedid).in_(names[start : start + 400]))
        for call_id, linkedid in connection.execute(query):
            unknown[linkedid].call_id = call_id


def _call(record: CallRecord, users: Users) -> dict[str, Any]:
    """What the PBX tells of a call; what people wrote stays as it is."""
    return {
        "direction": record.direction,
        "number": record.number[:80],
        "digits10": record.digits10,
        "dialled": record.dialled[:80],
        "result": record.result,
        "operator": record.operator,
        "user_id": users.get(record.operator or ""),
        "hung_up_by": record.hung_up_by,
        "started_at": moment(record.started),
        "answered_at": moment(record.answered),
        "ended_at": moment(record.ended),
        "talk_ms": record.talk_ms,
        "wait_ms": record.wait_ms,
        "hold_ms": record.hold_ms,
        "recording": record.recording and record.recording[-255:],
        "closed_by_kaw": record.closed_by_kaw,
        "recovered": record.recovered,
        "origin": record.origin,
    }


def _new(record: CallRecord, users: Users) -> dict[str, Any]:
    return {"linkedid": record.linkedid, "disposition": "", "note": "", **_call(record, users)}


def _remove(connection: sa.Connection, held: Sequence[Held]) -> None:
    """They were no calls of their own after all."""
    ids = [each.call_id for each in held]
    if not ids:
        return
    _remove_visits(connection, ids)
    connection.execute(sa.delete(CallLeg).where(col(CallLeg.call_id).in_(ids)))
    connection.execute(sa.delete(Call).where(col(Call.id).in_(ids)))
    for each in held:
        each.call_id = None


def _leg(leg: LegRecord, users: Users) -> dict[str, Any]:
    return {
        "uniqueid": unique_id(leg.uniqueid),
        "channel": leg.channel[:120],
        "operator": leg.operator,
        "user_id": users.get(leg.operator or ""),
        "number": leg.number[:80],
        "called": leg.rings,
        "result": leg.result,
        "started_at": moment(leg.started),
        "answered_at": moment(leg.answered),
        "ended_at": moment(leg.ended),
        "hold_ms": leg.hold_ms,
        "hung_up_by": leg.hung_up_by,
    }


def _write_legs(connection: sa.Connection, held: Sequence[Held], users: Users) -> None:
    """``held.stored`` None: what stands in the table is not known, so all of it is written anew."""
    anew = [each.call_id for each in held if each.stored is None]
    new, changed, gone = list[dict[str, Any]](), list[dict[str, Any]](), list[dict[str, Any]]()
    for each in held:
        before = {unique_id(leg.uniqueid): leg for leg in each.stored.legs} if each.stored else {}
        now = {unique_id(leg.uniqueid): leg for leg in each.record.legs} if each.record else {}
        for uniqueid, leg in now.items():
            if uniqueid not in before:
                new.append({"call_id": each.call_id, **_leg(leg, users)})
            elif before[uniqueid] != leg:
                changed.append({"b_call": each.call_id, "b_channel": uniqueid, **_leg(leg, users)})
        gone += [{"b_call": each.call_id, "b_channel": uniqueid} for uniqueid in before if uniqueid not in now]
    this = sa.and_(col(CallLeg.call_id) == sa.bindparam("b_call"), col(CallLeg.uniqueid) == sa.bindparam("b_channel"))
    if anew:
        connection.execute(sa.delete(CallLeg).where(col(CallLeg.call_id).in_(anew)))
    if gone:
        connection.execute(sa.delete(CallLeg).where(this), gone)
    if changed:
        connection.execute(sa.update(CallLeg).where(this), changed)
    if new:
        connection.execute(sa.insert(CallLeg), new)


def _visit(visit: VisitRecord, users: Users) -> dict[str, Any]:
    return {
        "uniqueid": unique_id(visit.uniqueid),
        "queue": visit.queue[:80],
        "ordinal": visit.ordinal,
        "joined_at": moment(visit.joined),
        "left_at": moment(visit.left),
        "outcome": visit.outcome,
        "operator": visit.operator,
        "user_id": users.get(visit.operator or ""),
        "wait_ms": visit.wait_ms,
        "talk_ms": visit.talk_ms,
        "closed_by_kaw": visit.closed_by_kaw,
        "recovered": visit.recovered,
    }


def _write_visits(connection: sa.Connection, held: Sequence[Held], users: Users) -> None:
    """All entries of a call anew where one changed: there are few."""
    other = [each for each in held if each.record and (not each.stored or each.stored.visits != each.record.visits)]
    _remove_visits(connection, [each.call_id for each in other if each.stored is None or each.stored.visits])
    visits = [(each.call_id, visit) for each in other if each.record for visit in each.record.visits]
    if not visits:
        return
    key = (col(QueueVisit.uniqueid), col(QueueVisit.queue), col(QueueVisit.ordinal))
    made = connection.execute(
        sa.insert(QueueVisit).returning(col(QueueVisit.id), *key),
        [{"call_id": call_id, **_visit(visit, users)} for call_id, visit in visits],
    )
    ids = {tuple(names): visit_id for visit_id, *names in made}
    rings = [
        {
            "visit_id": ids[unique_id(visit.uniqueid), visit.queue[:80], visit.ordinal],
            "ordinal": ordinal,
            **_ring(ring, users),
        }
        for _call_id, visit in visits
        for ordinal, ring in enumerate(visit.rings)
    ]
    if rings:
        connection.execute(sa.insert(VisitRing), rings)


def _ring(ring: RingRecord, users: Users) -> dict[str, Any]:
    return {
        "operator": ring.operator[:40],
        "user_id": users.get(ring.operator),
        "started_at": moment(ring.started),
        "ended_at": moment(ring.ended),
        "result": ring.result,
    }


def _remove_visits(connection: sa.Connection, calls: Sequence[int | None]) -> None:
    if not calls:
        return
    ids = connection.execute(sa.select(col(QueueVisit.id)).where(col(QueueVisit.call_id).in_(calls))).scalars().all()
    if ids:
        connection.execute(sa.delete(VisitRing).where(col(VisitRing.visit_id).in_(ids)))
        connection.execute(sa.delete(QueueVisit).where(col(QueueVisit.id).in_(ids)))


def write_intervals(
    session: Session,
    operator: str,
    before: Sequence[IntervalRecord],
    now: Sequence[IntervalRecord],
    user_id: int | None,
    *,
    anew: bool = False,
) -> None:
    """Bring the table from one list of an operator's intervals to another. ``anew``: what stands there is not known."""
    same = 0
    while not anew and same < min(len(before), len(now)) and before[same] == now[same]:
        same += 1
    connection = session.connection()
    mine = col(OperatorInterval.operator) == operator
    old = [*before[same:], *(now if anew else ())]
    if old:
        since = moment(min(part.started for part in old))
        connection.execute(sa.delete(OperatorInterval).where(mine, col(OperatorInterval.started_at) >= since))
    rows = [{"operator": operator, "user_id": user_id, **_row(part)} for part in now[same:]]
    if rows:
        connection.execute(sa.insert(OperatorInterval), rows)


def _row(part: IntervalRecord) -> dict[str, Any]:
    return {
        "state": part.state,
        "pause_type": part.pause_type,
        "started_at": moment(part.started),
        "ended_at": moment(part.ended),
    }


def read_intervals(session: Session, operator: str, since: datetime) -> list[IntervalRecord]:
    """An operator's intervals from the one that holds at ``since`` on."""
    mine = col(OperatorInterval.operator) == operator
    first = (
        session.connection()
        .execute(
            sa.select(sa.func.max(col(OperatorInterval.started_at))).where(
                mine, col(OperatorInterval.started_at) <= since
            )
        )
        .scalar()
    )
    query = sa.select(
        col(OperatorInterval.state),
        col(OperatorInterval.pause_type),
        col(OperatorInterval.started_at),
        col(OperatorInterval.ended_at),
    ).where(mine, col(OperatorInterval.started_at) >= (first or since))
    return [
        IntervalRecord(OperatorState(state), pause, seconds(start), None if end is None else seconds(end))
        for state, pause, start, end in session.connection().execute(query.order_by(col(OperatorInterval.started_at)))
    ]


def read_spans(session: Session, operator: str, since: datetime) -> dict[str, list[Span]]:
    """How calls occupied an operator since a moment, by Linkedid, from the rows of his legs.

    One that has been going on for longer than a day is not among them.
    """
    query = (
        sa.select(
            col(Call.linkedid),
            col(CallLeg.called),
            col(CallLeg.started_at),
            col(CallLeg.answered_at),
            col(CallLeg.ended_at),
            col(CallLeg.result),
        )
        .join(Call, col(Call.id) == col(CallLeg.call_id))
        .where(
            col(CallLeg.operator) == operator,
            col(CallLeg.started_at) > since - LONGEST_CALL,  # his index knows when legs began
            sa.or_(col(CallLeg.ended_at).is_(None), col(CallLeg.ended_at) > since),
        )
    )
    found: dict[str, list[Span]] = {}
    for linkedid, called, start, answer, end, result in session.connection().execute(query):
        if end is None and result is not None:
            continue
        state = OperatorState.RINGING if called else OperatorState.DIALLING
        until = answer or end
        spans = found.setdefault(linkedid, [])
        if until is None or until > start:
            spans.append(Span(operator, state, seconds(start), None if until is None else seconds(until)))
        if answer is not None:
            spans.append(Span(operator, OperatorState.TALKING, seconds(answer), None if end is None else seconds(end)))
    return found

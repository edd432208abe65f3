"""Writes records into their tables, and reads operators' past back."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.models import Call, CallLeg, OperatorInterval, OperatorState, QueueVisit, VisitRing
from kaw.services.calls.held import Held
from kaw.services.calls.records import CallRecord, LegRecord, Span, VisitRecord
from kaw.services.calls.timeline import IntervalRecord

Users = Mapping[str, int]  # user by extension


def moment(at: float | None) -> datetime | None:
    """Unix seconds as stored: whole milliseconds, UTC without a mark."""
    return None if at is None else datetime.fromtimestamp(round(at, 3), UTC).replace(tzinfo=None)


def seconds(at: datetime) -> float:
    """The inverse."""
    return round(at.replace(tzinfo=UTC).timestamp(), 3)


def write_calls(session: Session, held: Sequence[Held], users: Users) -> None:
    """Make or change the rows of these calls; ``call_id`` of each is known afterwards."""
    connection = session.connection()
    _find_ids(connection, held)
    fresh = [each for each in held if each.call_id is None and each.record is not None]
    if fresh:
        made = connection.execute(
            sa.insert(Call).returning(col(Call.id), col(Call.linkedid)),
            [_new(each.record, users) for each in fresh if each.record],
        )
        ids = {linkedid: call_id for call_id, linkedid in made}
        for each in fresh:
            each.call_id = ids[each.linkedid]
    for each in held:
        if each.call_id is None:
            continue
        if each.record is None:
            _remove(connection, each)
            continue
        if each not in fresh:
            connection.execute(sa.update(Call).where(col(Call.id) == each.call_id).values(_call(each.record, users)))
        _write_legs(connection, each, users)
        _write_visits(connection, each, users)


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
        "digits10": record.number[-10:],
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


def _remove(connection: sa.Connection, held: Held) -> None:
    """It was no call of its own after all."""
    visits = sa.select(col(QueueVisit.id)).where(col(QueueVisit.call_id) == held.call_id)
    connection.execute(sa.delete(VisitRing).where(col(VisitRing.visit_id).in_(visits)))
    for table in (QueueVisit, CallLeg):
        connection.execute(sa.delete(table).where(col(table.call_id) == held.call_id))
    connection.execute(sa.delete(Call).where(col(Call.id) == held.call_id))
    held.call_id = None


def _leg(leg: LegRecord, users: Users) -> dict[str, Any]:
    return {
        "uniqueid": leg.uniqueid[:64],
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


def _write_legs(connection: sa.Connection, held: Held, users: Users) -> None:
    assert held.record is not None  # noqa: S101 - for the type checker
    before = {leg.uniqueid: leg for leg in held.written.legs} if held.written else {}
    now = {leg.uniqueid: leg for leg in held.record.legs}
    if now == before:
        return
    stored = col(CallLeg.call_id) == held.call_id
    changed = [uniqueid for uniqueid, leg in now.items() if before.get(uniqueid) != leg]
    gone = [uniqueid for uniqueid in before if uniqueid not in now] + changed
    if held.written is None or any(uniqueid in before for uniqueid in gone):
        condition = stored if held.written is None else stored & col(CallLeg.uniqueid).in_([name[:64] for name in gone])
        connection.execute(sa.delete(CallLeg).where(condition))
    if changed:
        connection.execute(
            sa.insert(CallLeg), [{"call_id": held.call_id, **_leg(now[name], users)} for name in changed]
        )


def _visit(visit: VisitRecord, users: Users) -> dict[str, Any]:
    return {
        "uniqueid": visit.uniqueid[:64],
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


def _write_visits(connection: sa.Connection, held: Held, users: Users) -> None:
    """All entries of a call anew where one changed: there are few."""
    assert held.record is not None  # noqa: S101 - for the type checker
    if held.written is not None and held.record.visits == held.written.visits:
        return
    if held.written is None or held.written.visits:
        visits = sa.select(col(QueueVisit.id)).where(col(QueueVisit.call_id) == held.call_id)
        ids = connection.execute(visits).scalars().all()
        if ids:
            connection.execute(sa.delete(VisitRing).where(col(VisitRing.visit_id).in_(ids)))
            connection.execute(sa.delete(QueueVisit).where(col(QueueVisit.id).in_(ids)))
    for visit in held.record.visits:
        row = {"call_id": held.call_id, **_visit(visit, users)}
        visit_id = connection.execute(sa.insert(QueueVisit).returning(col(QueueVisit.id)), row).scalar_one()
        rings = [
            {
                "visit_id": visit_id,
                "ordinal": ordinal,
                "operator": ring.operator[:40],
                "user_id": users.get(ring.operator),
                "started_at": moment(ring.started),
                "ended_at": moment(ring.ended),
                "result": ring.result,
            }
            for ordinal, ring in enumerate(visit.rings)
        ]
        if rings:
            connection.execute(sa.insert(VisitRing), rings)


def write_intervals(
    session: Session,
    operator: str,
    before: Sequence[IntervalRecord],
    now: Sequence[IntervalRecord],
    user_id: int | None,
) -> None:
    """Bring the table from one list of an operator's intervals to another."""
    same = 0
    while same < min(len(before), len(now)) and _row(before[same]) == _row(now[same]):
        same += 1
    connection = session.connection()
    mine = col(OperatorInterval.operator) == operator
    if len(before) > same:
        since = moment(min(part.started for part in before[same:]))
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
    """How calls occupied an operator since a moment, by Linkedid, from the rows of his legs."""
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
            col(CallLeg.operator) == operator, sa.or_(col(CallLeg.ended_at).is_(None), col(CallLeg.ended_at) > since)
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

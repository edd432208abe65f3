"""Which missed callers have been reached since (R12.8).

A function of the calls' rows alone, made anew for a number whenever one of its calls looks different: so it holds for
calls that become known late and in any order, too. What a person closed by hand stays closed.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.models import Call, CallDirection, CallResult
from kaw.services.calls.held import Held
from kaw.services.calls.records import CallRecord
from kaw.services.calls.store import moment

NOT_REACHED = (CallResult.ABANDONED, CallResult.MISSED, CallResult.BUSY, CallResult.NO_ANSWER, CallResult.FAILED)
IS_MISSED = (
    col(Call.direction) == CallDirection.INBOUND,
    col(Call.result).in_(NOT_REACHED),
)  # a result is told at its end
LONGEST_RING = timedelta(days=1)  # no call rings longer before it is answered
AT_ONCE = 400

Changed = dict[str, datetime]  # from when on something may be different, by key of the number


def changed_by(held: Sequence[Held]) -> Changed:
    """Whose misses, open or closed by a talk, may look different as these calls do."""
    found: Changed = {}
    for each in held:
        for key, since in _changes(each):
            found[key] = min(since, found.get(key, since))
    return found


def settle(session: Session, changed: Mapping[str, datetime]) -> list[int]:
    """Close the misses of these numbers by the first talk after each, and open those whose talk is none any more.

    The calls that are different now.
    """
    keys, found = sorted(key for key in changed if key), list[int]()
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        found += _settle(session.connection(), some, min(changed[key] for key in some))
    return found


def _changes(held: Held) -> Iterator[tuple[str, datetime]]:
    now, before = _told(held.record), _told(held.written)
    if held.written is None and held.record is not None and (now or held.record.over):
        # it may have been brought back from the journal, and what was told of it then is not at hand
        begun = moment(held.record.started)
        assert begun is not None  # noqa: S101 - for the type checker
        yield held.record.digits10, begun - LONGEST_RING
    elif now != before:
        yield from (told[:2] for told in (before, now) if told)


def _told(record: CallRecord | None) -> tuple[str, datetime, bool] | None:
    """The number and when it was missed or reached; None: neither."""
    if record is None or record.direction is CallDirection.INTERNAL:
        return None
    reached = record.result is CallResult.ANSWERED
    missed = record.direction is CallDirection.INBOUND and record.result in NOT_REACHED
    at = moment(record.answered or record.started if reached else record.started)
    return (record.digits10, at, reached) if at is not None and (reached or missed) else None


def _settle(connection: sa.Connection, keys: Sequence[str], since: datetime) -> list[int]:
    misses = _misses(connection, keys, since)
    if not misses:
        return []
    talks = _talks(connection, {miss.digits10 for miss in misses}, min(miss.started_at for miss in misses))
    rows = []
    for miss in sorted(misses):
        later = ((at, call_id) for at, call_id in talks.get(miss.digits10, ()) if at > miss.started_at)
        reached = next(later, (None, None))
        if reached != (miss.closed_at, miss.closed_by_call):
            rows.append({"b_id": miss.id, "closed_at": reached[0], "closed_by_call": reached[1]})
    if rows:
        connection.execute(sa.update(Call).where(col(Call.id) == sa.bindparam("b_id")), rows)
    return [row["b_id"] for row in rows]


def _misses(connection: sa.Connection, keys: Sequence[str], since: datetime) -> Sequence[Any]:
    """Open ones, and those a talk closed since. Two queries in one, each of which has its index."""
    columns = (Call.id, Call.digits10, Call.started_at, Call.closed_at, Call.closed_by_call)
    of_them = sa.select(*map(col, columns)).where(*IS_MISSED, col(Call.digits10).in_(keys))
    closed = of_them.where(col(Call.closed_at) >= since, col(Call.closed_by_call).is_not(None))
    return connection.execute(sa.union_all(of_them.where(col(Call.closed_at).is_(None)), closed)).all()


def _talks(connection: sa.Connection, keys: Collection[str], since: datetime) -> dict[str, list[tuple[datetime, int]]]:
    """When somebody talked with these numbers and in which call, the earliest first; a talk found going on has begun
    with its call at the earliest."""
    query = sa.select(col(Call.digits10), col(Call.answered_at), col(Call.started_at), col(Call.id)).where(
        col(Call.digits10).in_(keys),
        col(Call.started_at) > since - LONGEST_RING,
        col(Call.result) == CallResult.ANSWERED,
        col(Call.direction) != CallDirection.INTERNAL,
    )
    found: dict[str, list[tuple[datetime, int]]] = {}
    for key, answered, started, call_id in connection.execute(query):
        found.setdefault(key, []).append((answered or started, int(call_id or 0)))
    return {key: sorted(talks) for key, talks in found.items()}

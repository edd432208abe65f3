"""The ids of one stretch of the partner table, in order: ids first from an index, rows afterwards by id.

Few matching cards are collected and sorted; of many, the sorted index is walked and each card tested on the way. A
stretch behind the middle of a table whose length is known is reached from its end.
"""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.services import table_counts, table_marks, table_order, table_search
from kaw.services.table_order import Segment
from kaw.services.table_scope import Scope

FEW = 5_000
FAR = 2_000  # from here on it pays to know the length of the table

Card = tuple[Any, ...]  # values of what the table is ordered by; the last is the id


def ids(session: Session, scope: Scope, offset: int, limit: int) -> list[int]:
    """The ids at these places of the table."""
    if scope.terms:
        return table_search.ids(session, scope, offset, limit)
    if scope.conditions:
        few = _few(session, scope)
        if few is not None:
            return few[offset : offset + limit]
    return _stretch(session, scope, offset, limit)


def _few(session: Session, scope: Scope) -> list[int] | None:
    """All ids in order, when there are few."""
    table = scope.schema.table
    where = (table_order.state_unindexed(scope), *scope.hiding, *scope.conditions)
    some = sa.select(table.c.id).where(*where).limit(FEW + 1)
    connection = session.connection()
    if connection.execute(sa.select(sa.func.count()).select_from(some.subquery())).scalar_one() > FEW:
        return None
    found = list(connection.execute(some).scalars())
    if scope.sort is None:
        return sorted(found, reverse=scope.descending)
    query = sa.select(table.c.id).where(table.c.id.in_(found)).order_by(*table_order.sorted_by(scope))
    return list(connection.execute(query).scalars()) if found else []


def _stretch(session: Session, scope: Scope, offset: int, limit: int) -> list[int]:
    found: list[int] = []
    for segment in table_order.segments(scope):
        if offset >= FAR and scope.is_plain:
            length = table_counts.of_segment(session, scope, segment)
            part = _far(session, scope, segment, offset, limit - len(found), length)
            passed = length
        else:
            part = _near(session, scope, segment, offset, limit - len(found))
            passed = offset if part or not offset else table_counts.of_segment(session, scope, segment)
        found += part
        if len(found) >= limit:
            break
        offset = max(offset - passed, 0)
    return found


def _near(session: Session, scope: Scope, segment: Segment, offset: int, limit: int) -> list[int]:
    query = table_order.walked(scope, segment, [scope.schema.table.c.id]).offset(offset).limit(limit)
    return list(session.connection().execute(query).scalars())


def _far(session: Session, scope: Scope, segment: Segment, offset: int, limit: int, length: int) -> list[int]:
    """From the nearest known place: the beginning, the end, or where somebody has just been."""
    limit = min(limit, length - offset)
    if limit <= 0:
        return []
    read_at = table_marks.changes()
    below, above = table_marks.around(session, scope, segment, offset, offset + limit)
    start, end = below or (0, ()), above or (length, ())
    if offset - start[0] <= end[0] - offset - limit:
        cards = _from(session, scope, segment, start[1], offset - start[0], limit, with_it=True)
    else:
        back = replace(segment, descending=not segment.descending)
        cards = _from(session, scope, back, end[1], end[0] - offset - limit, limit, with_it=False)[::-1]
    for number in {0, len(cards) - 1} if cards else ():
        table_marks.remember(session, scope, segment, offset + number, cards[number], read_at)
    return [int(card[-1]) for card in cards]


def _from(
    session: Session, scope: Scope, segment: Segment, values: Card, skip: int, limit: int, *, with_it: bool
) -> list[Card]:
    """Cards as the values of their order, from one of them on (no values: from the beginning)."""
    if values:
        segment = segment.behind(values, row_values=table_order.reads_row_values(session), with_it=with_it)
    query = table_order.walked(scope, segment, segment.by)
    return [tuple(card) for card in session.connection().execute(query.offset(skip).limit(limit))]

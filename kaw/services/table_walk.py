"""The ids of one stretch of the partner table, in order.

Cards with an empty sort value come last in both directions: a user who sorts looks for values. So the table has two
segments, the filled ones by (value, id) and the empty ones by id, both read from the sort index.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.models import CardState
from kaw.services import partner_names, search_terms
from kaw.services.table_scope import Condition, Scope

TESTED_AT_ONCE = 500


def ids(session: Session, scope: Scope, offset: int, limit: int) -> list[int]:
    """The ids at these places of the table."""
    if scope.terms:
        return _tested(session, scope, offset, limit)
    found: list[int] = []
    for segment, order in _segments(scope):
        query = _select(scope, segment, order)
        rows = session.connection().execute(query.offset(offset).limit(limit - len(found))).scalars().all()
        if rows:
            offset = 0
        elif offset:
            offset -= _count(session, scope, segment)
        found += rows
        if len(found) >= limit:
            break
    return found


def _segments(scope: Scope) -> Iterator[tuple[tuple[Condition, ...], tuple[Any, ...]]]:
    """(conditions, order) of the filled cards, then of the empty ones."""
    by_id = scope.schema.table.c.id
    down = scope.descending
    if scope.sort is None:
        yield (), (by_id.desc() if down else by_id,)
        return
    key = scope.sort_column
    yield (key.is_not(None),), ((key.desc(), by_id.desc()) if down else (key, by_id))
    yield (key.is_(None),), (by_id.desc() if down else by_id,)


def _select(scope: Scope, segment: tuple[Condition, ...], order: tuple[Any, ...]) -> sa.Select[Any]:
    table = scope.schema.table
    return sa.select(table.c.id).where(*_state(scope), *scope.hiding, *scope.conditions, *segment).order_by(*order)


def _state(scope: Scope) -> tuple[Condition, ...]:
    """The state, so written that no database prefers its index to the one that is sorted."""
    return (scope.state,) if scope.sort is None else (state_unindexed(scope),)


def state_unindexed(scope: Scope) -> Condition:
    """The state of the scope as a condition that no index of states answers."""
    state = sa.literal_column("partner_card.state + 0", sa.Integer)
    return state == int(CardState.SHOWN) if scope.everyday else state < int(CardState.IN_BIN)


def _count(session: Session, scope: Scope, segment: tuple[Condition, ...]) -> int:
    query = sa.select(sa.func.count()).select_from(scope.schema.table).where(*scope.where, *segment)
    return int(session.connection().execute(query).scalar_one())


def _tested(session: Session, scope: Scope, offset: int, limit: int) -> list[int]:
    found: list[int] = []
    for partner_id in matching(session, scope):
        if offset > 0:
            offset -= 1
            continue
        found.append(partner_id)
        if len(found) >= limit:
            break
    return found


def matching(session: Session, scope: Scope) -> Iterator[int]:
    """Ids of the cards that have all the terms, in the table's order."""
    table = scope.schema.table
    fields = list({item.id: item for term in scope.terms for item in term.fields}.values())
    contexts = partner_names.contexts_to_show(session, scope.schema, scope.rights, fields, ())
    test = search_terms.tester(scope.terms, contexts)
    columns = [table.c.id, *(table.c[item.column] for item in fields)]
    for segment, order in _segments(scope):
        walked = session.connection().execute(_select(scope, segment, order)).scalars()
        for part in walked.partitions(TESTED_AT_ONCE):
            rows = session.connection().execute(sa.select(*columns).where(table.c.id.in_(part))).mappings()
            having: Mapping[int, bool] = {row["id"]: test(dict(row)) for row in rows}
            yield from (partner_id for partner_id in part if having.get(partner_id))

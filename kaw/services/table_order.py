"""The order of the partner table, and walking along it.

Cards with an empty sort value come last in both directions: who sorts looks for values. So the table has two
segments, the filled ones by (value, id) and the empty ones by id; both are read from the index of the sort column,
which holds the state, too. A walk continues behind the last card: by a row value on SQLite, which MariaDB does not
optimise, and by an OR on MariaDB, which SQLite does not read in order.
"""

import operator
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session

from kaw.models import CardState
from kaw.services.table_scope import Condition, Scope

Card = Mapping[str, Any]  # "id", "_key" and the columns asked for


@dataclass(frozen=True)
class Segment:
    """A part of the table in which one order holds."""

    conditions: tuple[Condition, ...]
    by: tuple[sa.Column[Any], ...]  # the columns it is ordered by; the last is the id
    descending: bool

    @property
    def order(self) -> list[sa.ColumnElement[Any]]:
        """For ORDER BY."""
        return [column.desc() if self.descending else column.asc() for column in self.by]

    def behind(self, values: Sequence[Any], *, row_values: bool, with_it: bool = False) -> "Segment":
        """What of it is behind the card with these values of ``by``, or from it on.

        That the value is there follows; said besides, SQLite would begin to read where values begin.
        """
        behind = self._after(values, row_values=row_values, with_it=with_it)
        return replace(self, conditions=(behind,) if len(self.by) > 1 else (*self.conditions, behind))

    def _after(self, values: Sequence[Any], *, row_values: bool, with_it: bool) -> Condition:
        """Said as each database reads it from the index."""
        key: sa.ColumnElement[Any] = self.by[0]
        by_id: sa.ColumnElement[Any] = self.by[-1]
        beyond = operator.lt if self.descending else operator.gt
        compared = (operator.le if self.descending else operator.ge) if with_it else beyond
        given = [sa.bindparam(None, value, column.type) for column, value in zip(self.by, values, strict=True)]
        if len(self.by) == 1:
            return _condition(compared(by_id, given[-1]))
        if row_values:
            return _condition(compared(sa.tuple_(key, by_id), sa.tuple_(*given)))
        return sa.or_(beyond(key, given[0]), sa.and_(key == given[0], compared(by_id, given[-1])))


def _condition(made: Any) -> Condition:
    return cast(Condition, made)


def segments(scope: Scope) -> list[Segment]:
    """The parts of the table, in order."""
    by_id, down = scope.schema.table.c.id, scope.descending
    if scope.sort is None:
        return [Segment((), (by_id,), down)]
    key = scope.sort_column
    return [Segment((key.is_not(None),), (key, by_id), down), Segment((key.is_(None),), (by_id,), down)]


def sorted_by(scope: Scope) -> list[sa.ColumnElement[Any]]:
    """The whole order at once, for a few cards that are sorted after they were found."""
    found = segments(scope)
    empties = [scope.sort_column.is_(None)] if scope.sort is not None else []
    return [*empties, *found[0].order]


def by_number(scope: Scope) -> Scope:
    """The same cards in the cheapest order."""
    return replace(scope, sort=None, descending=False)


def state_unindexed(scope: Scope) -> Condition:
    """The state of the scope as a condition that no index of states answers, so that the sorted one is taken."""
    state: sa.ColumnElement[int] = sa.literal_column("partner_card.state + 0", sa.Integer)
    return state == scope.only_state if scope.only_state is not None else state < int(CardState.IN_BIN)


def walked(scope: Scope, segment: Segment, columns: Sequence[sa.ColumnElement[Any]]) -> sa.Select[Any]:
    """A segment of the table read along its index, every other condition tested on the way."""
    state = scope.state if scope.sort is None else state_unindexed(scope)
    query = sa.select(*columns).where(state, *scope.hiding, *scope.tests, *segment.conditions)
    return query.order_by(*segment.order)


def walk(session: Session, scope: Scope, columns: Sequence[sa.Column[Any]], chunk: int) -> Iterator[Card]:
    """The cards of a scope in its order, without regard to its texts, some at a time."""
    by_id = scope.schema.table.c.id
    for segment in segments(scope):
        selected = [by_id, segment.by[0].label("_key"), *columns]
        rest = segment
        while True:
            query = walked(scope, rest, selected).limit(chunk)
            part = session.connection().execute(query).mappings().all()
            yield from (dict(card) for card in part)
            if len(part) < chunk:
                break
            last = (part[-1]["_key"], part[-1]["id"])[-len(segment.by) :]
            rest = segment.behind(last, row_values=reads_row_values(session))


def reads_row_values(session: Session) -> bool:
    """Whether the database finds ``(key, id) > (?, ?)`` in an index."""
    return session.connection().dialect.name == "sqlite"

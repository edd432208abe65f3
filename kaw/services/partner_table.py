"""The partner table (R8.3): any stretch of it, how many cards it has, and the rows that changed."""

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from kaw import db
from kaw.services import (
    access,
    card_schema,
    partner_rows,
    table_counts,
    table_order,
    table_scope,
    table_search,
    table_walk,
)
from kaw.services.access import Actor
from kaw.services.partner_rows import TableRow
from kaw.services.table_query import ColumnFilter, TableQuery
from kaw.services.table_scope import Scope
from kaw.services.value_counts import ValueCount, value_counts

__all__ = [
    "ColumnFilter",
    "Count",
    "TablePage",
    "TableQuery",
    "ValueCount",
    "check",
    "count",
    "hidden_by_default",
    "page",
    "rows",
    "value_counts",
]

COUNTED = 10_001  # a filtered table is counted up to here unless asked for the exact number
MOST_ROWS = 1000


@dataclass(frozen=True)
class TablePage:
    """Rows from ``offset`` on, as ``partner_rows.read`` makes them; fewer than asked for only at the end."""

    rows: list[TableRow]
    offset: int


@dataclass(frozen=True)
class Count:
    """How many cards; not ``exact``: at least so many."""

    number: int
    exact: bool


def check(actor: Actor, query: TableQuery) -> None:
    """InvalidValue when the query makes no sense to this user; nothing is read."""
    _scope(actor, query)


def page(actor: Actor, query: TableQuery, offset: int = 0, limit: int = 100) -> TablePage:
    """A stretch of the table as the user may see it."""
    scope = _scope(actor, query)
    offset, limit = max(offset, 0), min(max(limit, 1), MOST_ROWS)
    if not scope.schema.visible(scope.rights):
        return TablePage([], offset)
    with db.reading() as session:
        ids = table_walk.ids(session, scope, offset, limit)
        found = partner_rows.read(session, scope.schema, scope.rights, scope.columns, ids)
    return TablePage(found, offset)


def count(actor: Actor, query: TableQuery, exact: bool = False) -> Count:
    """How many cards the query finds: exactly when nothing narrows it, else up to 10,001 unless asked for exactly."""
    scope = _scope(actor, query)
    if not scope.schema.visible(scope.rights):
        return Count(0, True)
    with db.reading() as session:
        number = _count(session, scope, None if exact or scope.is_plain else COUNTED)
    return Count(number, exact or scope.is_plain or number < COUNTED)


def rows(actor: Actor, ids: Iterable[int]) -> list[TableRow]:
    """These rows as they are now, for a table that shows them already; those in the bin are left out."""
    rights, schema = access.rights(actor), card_schema.schema()
    wanted = list(dict.fromkeys(ids))[:MOST_ROWS]
    if not schema.visible(rights) or not wanted:
        return []
    table = schema.table
    with db.reading() as session:
        here = sa.select(table.c.id).where(table.c.id.in_(wanted), table.c.state < 2)
        found = set(session.connection().execute(here).scalars())
        return partner_rows.read(
            session, schema, rights, schema.columns(rights), [item for item in wanted if item in found]
        )


def hidden_by_default(actor: Actor, query: TableQuery) -> int:
    """How many cards the query leaves out because of choices hidden by default, up to 10,001 (R7.6)."""
    scope = _scope(actor, query)
    shown_too = table_scope.with_hidden(scope)
    if not scope.schema.visible(scope.rights) or shown_too is scope:
        return 0
    with db.reading() as session:
        return _count(session, shown_too, COUNTED)


def _scope(actor: Actor, query: TableQuery) -> Scope:
    return table_scope.resolve(card_schema.schema(), access.rights(actor), query)


def _count(session: Session, scope: Scope, limit: int | None) -> int:
    if scope.is_plain:
        return table_counts.all_cards(session, scope)
    if scope.terms:
        return table_search.count(session, scope, limit)
    where = (table_order.state_unindexed(scope), *scope.hiding, *scope.conditions)
    query = sa.select(scope.schema.table.c.id).where(*(where if scope.conditions else scope.where))
    if limit is not None:
        query = query.limit(limit)
    counted = sa.select(sa.func.count()).select_from(query.subquery())
    return int(session.connection().execute(counted).scalar_one())

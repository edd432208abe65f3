"""What the funnel of a column offers: its values with their counts under the other filters (R8.3.3).

Work is bounded. Without other filters the sort index counts all cards; with them at most 50,000 cards are looked at,
and when there are more, values are offered without a number.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.fields.base import FilterKind
from kaw.fields.folding import fold
from kaw.models import FieldKind, PartnerChoice
from kaw.services import access, card_schema, partner_names, table_order, table_scope, table_search
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.table_query import LONGEST_SEARCH, ColumnFilter, TableQuery
from kaw.services.table_scope import Scope

LOOKED_AT = 50_000
FOUND_BY_TEXT = 5_000
MOST_VALUES = 1000

Group = tuple[Any, int, int]  # sort key or choice, one of its cards, number of cards


@dataclass(frozen=True)
class ValueCount:
    """One value a column can be filtered by, as ``ColumnFilter.values`` takes it; ``count`` None: not counted."""

    value: str | int | None
    text: str
    count: int | None


def value_counts(
    actor: Actor, unique_name: str, query: TableQuery, contains: str = "", limit: int = 200
) -> list[ValueCount]:
    """Values of a column: choices in the order of their list, others by value, at most ``limit``; empty comes first."""
    rights, schema = access.rights(actor), card_schema.schema()
    others = {name: column for name, column in query.filters.items() if name != unique_name}
    field = table_scope.column(schema, rights, unique_name)
    named = field.type.filter_kind is FilterKind.CHOICES
    filters = {**others, unique_name: ColumnFilter(contains="" if named else contains[:LONGEST_SEARCH])}
    scope = table_scope.resolve(schema, rights, replace(query, filters=filters, sort="id"), switched=(field.id,))
    limit = min(max(limit, 1), MOST_VALUES)
    with db.reading() as session:
        groups, complete = _groups(session, scope, field, MOST_VALUES if named else limit)
        found = _values(session, scope, field, groups)
        empty = 0 if contains.strip() else _empty(session, scope, field)
    if named:
        wanted = fold(contains.strip())
        found = [item for item in found if wanted in fold(item.text)]
    if not complete:
        found = [replace(item, count=None) for item in found]
    first = [ValueCount(None, "", empty if complete else None)] if empty else []
    return first + found[:limit]


def _groups(session: Session, scope: Scope, field: CardField, limit: int) -> tuple[list[Group], bool]:
    """Groups of cards with the same value, and whether all cards were looked at."""
    if scope.terms:
        ids = list(islice(table_search.matching(session, scope), FOUND_BY_TEXT + 1))
        return _grouped(session, scope, field, ids[:FOUND_BY_TEXT], limit), len(ids) <= FOUND_BY_TEXT
    if scope.conditions or scope.hiding or field.kind.is_multiple:
        query = sa.select(scope.schema.table.c.id).where(*scope.where).limit(LOOKED_AT + 1)
        ids = list(session.connection().execute(query).scalars())
        return _grouped(session, scope, field, ids[:LOOKED_AT], limit), len(ids) <= LOOKED_AT
    key, by_id = scope.schema.table.c[field.sort_column], scope.schema.table.c.id
    query = (
        sa.select(key, sa.func.min(by_id), sa.func.count())
        .where(key.is_not(None), table_order.state_unindexed(scope))
        .group_by(key)
        .order_by(key)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in session.connection().execute(query)], True


def _grouped(session: Session, scope: Scope, field: CardField, ids: Sequence[int], limit: int) -> list[Group]:
    counts: Counter[Any] = Counter()
    holder: dict[Any, int] = {}
    key: Any
    by_id: Any
    if field.kind.is_multiple:
        key, by_id = col(PartnerChoice.choice_id), col(PartnerChoice.partner_id)
        query = sa.select(key, by_id).where(col(PartnerChoice.field_id) == field.id)
    else:
        key, by_id = scope.schema.table.c[field.sort_column], scope.schema.table.c.id
        query = sa.select(key, by_id).where(key.is_not(None))
    for start in range(0, len(ids), 5_000):
        for value, partner_id in session.connection().execute(query.where(by_id.in_(ids[start : start + 5_000]))):
            counts[value] += 1
            holder.setdefault(value, partner_id)
    return [(value, holder[value], counts[value]) for value in sorted(counts)[:limit]]


def _values(session: Session, scope: Scope, field: CardField, groups: Sequence[Group]) -> list[ValueCount]:
    """Groups as what is shown: a group's value is read from one of its cards."""
    if field.kind.is_multiple:
        chosen = {group[0]: group[2] for group in groups}
        return [ValueCount(item.id, item.name, chosen[item.id]) for item in field.choices if item.id in chosen]
    table = scope.schema.table
    query = sa.select(table.c.id, table.c[field.column]).where(table.c.id.in_([group[1] for group in groups]))
    rows = [dict(row) for row in session.connection().execute(query).mappings()] if groups else []
    held = {row["id"]: row[field.column] for row in rows}
    context = partner_names.contexts_to_show(session, scope.schema, scope.rights, [field], rows)[field.id]
    found: dict[str | int, ValueCount] = {}
    for _key, partner_id, number in groups:
        value = held.get(partner_id)
        if value is not None:
            given = _as_given(field, value)
            before = found[given].count or 0 if given in found else 0
            found[given] = ValueCount(given, field.type.format(value, context), before + number)
    return list(found.values())


def _as_given(field: CardField, value: Any) -> str | int:
    if field.kind is FieldKind.YES_NO:
        return int(value)
    if field.type.filter_kind is FilterKind.CHOICES:
        return int(value)
    return str(field.type.editable(value, partner_names.with_settings(field)))


def _empty(session: Session, scope: Scope, field: CardField) -> int:
    """How many cards have nothing in the column; bounded when other filters must be tested."""
    empty = scope.schema.table.c[field.sort_column].is_(None)
    if scope.terms:
        ids = list(islice(table_search.matching(session, scope), FOUND_BY_TEXT))
        conditions: tuple[Any, ...] = (scope.schema.table.c.id.in_(ids), empty)
    elif scope.conditions or scope.hiding:
        conditions = (*scope.where, empty)
    else:
        conditions = (empty, table_order.state_unindexed(scope))
    query = sa.select(scope.schema.table.c.id).where(*conditions).limit(LOOKED_AT)
    number = session.connection().execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one()
    return int(number)

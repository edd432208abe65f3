"""Which cards a query of the partner table means, for one user: conditions of SQL, and texts to be found.

A field that is hidden from the user, one that is not in his table and one that does not exist get the same refusal, so
nothing can be learnt by filtering or sorting (R7.3.6).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw.errors import InvalidValue
from kaw.fields.base import FilterKind
from kaw.fields.folding import SORT_LENGTH
from kaw.i18n import N_
from kaw.models import CardState, FieldKind, PartnerChoice
from kaw.services import partner_names, search_terms
from kaw.services.access import Rights
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.search_terms import Term
from kaw.services.table_query import LONGEST_SEARCH, MOST_VALUES, ColumnFilter, Scalar, TableQuery

Condition = sa.ColumnElement[bool]
BIGGEST_ID = 2**31


@dataclass(frozen=True)
class Scope:
    """A query made ready. ``state`` and ``conditions`` must hold, and every one of ``terms``."""

    schema: CardSchema
    rights: Rights
    columns: tuple[CardField, ...]
    state: Condition
    everyday: bool  # the plain condition "state is shown", which sort indexes answer by themselves
    hiding: tuple[Condition, ...]
    conditions: tuple[Condition, ...]
    terms: tuple[Term, ...]
    sort: CardField | None  # None: by id
    descending: bool

    @property
    def sort_column(self) -> sa.Column[Any]:
        """The column the table is ordered by."""
        return self.schema.table.c[self.sort.sort_column] if self.sort else self.schema.table.c.id

    @property
    def is_plain(self) -> bool:
        """Whether all shown cards are meant."""
        return self.everyday and not self.hiding and not self.conditions and not self.terms

    @property
    def where(self) -> tuple[Condition, ...]:
        """Everything SQL can check."""
        return (self.state, *self.hiding, *self.conditions)


def column(schema: CardSchema, rights: Rights, unique_name: str) -> CardField:
    """A column of the user's table by its name."""
    found = next((item for item in schema.columns(rights) if item.unique_name == unique_name), None)
    if found is None:
        raise _unknown(unique_name)
    return found


def resolve(schema: CardSchema, rights: Rights, query: TableQuery, switched: Iterable[int] = ()) -> Scope:
    """The scope of a query; InvalidValue names what cannot be asked.

    ``switched``: fields whose choices hide nothing this time, beside those that are filtered by.
    """
    columns = schema.columns(rights)
    by_name = {item.unique_name: item for item in columns}
    if len(query.search) > LONGEST_SEARCH:
        raise InvalidValue("q")
    conditions: list[Condition] = []
    terms = search_terms.words_of(query.search, columns)
    shown_too = set(switched)
    for name, asked in query.filters.items():
        field = by_name.get(name)
        if field is None:
            raise _unknown(name)
        if asked.is_set:
            shown_too.add(field.id)
            conditions += _conditions(schema, field, asked)
            term = search_terms.phrase_of(asked.contains[:LONGEST_SEARCH], field)
            terms += [term] if term else []
    if query.sort != "id" and query.sort not in by_name:
        raise _unknown("sort")
    everyday, hiding = _by_default(schema, rights, shown_too)
    state = schema.table.c.state
    return Scope(
        schema=schema,
        rights=rights,
        columns=columns,
        state=state == int(CardState.SHOWN) if everyday else state < int(CardState.IN_BIN),
        everyday=everyday,
        hiding=hiding,
        conditions=tuple(conditions),
        terms=tuple(terms),
        sort=by_name.get(query.sort),
        descending=query.descending,
    )


def _unknown(name: str) -> InvalidValue:
    return InvalidValue(name, N_("There is no such column."))


def _by_default(schema: CardSchema, rights: Rights, switched: set[int]) -> tuple[bool, tuple[Condition, ...]]:
    """Whether the state of a card tells all, and otherwise what to leave out besides (R7.6).

    A choice that the user does not see hides nothing from him: its absence would tell him that it is chosen.
    """
    hiding = [item for item in schema.fields if schema.hiding_choices(item)]
    seen = {item.id for item in schema.visible(rights)}
    if all(item.id in seen and item.id not in switched for item in hiding):
        return True, ()
    counted = (item for item in hiding if item.id in seen and item.id not in switched)
    return False, tuple(_not_hidden(schema, item) for item in counted)


def _not_hidden(schema: CardSchema, field: CardField) -> Condition:
    return sa.not_(sa.func.coalesce(_chosen(schema, field, schema.hiding_choices(field)), sa.false()))


def _conditions(schema: CardSchema, field: CardField, asked: ColumnFilter) -> list[Condition]:
    key = schema.table.c[field.sort_column]
    conditions: list[Condition] = []
    if asked.values is not None:
        if len(asked.values) > MOST_VALUES:
            raise InvalidValue(field.unique_name, N_("Choose at most {limit} values."), limit=MOST_VALUES)
        conditions.append(_any_of(schema, field, asked.values))
    if asked.empty is not None:
        conditions.append(key.is_(None) if asked.empty else key.is_not(None))
    lower, upper = _bound(field, asked.lower), _bound(field, asked.upper, upper=True)
    if lower is not None:
        conditions.append(key >= lower)
    if upper is not None:
        conditions.append(key < upper if field.kind is FieldKind.DATETIME else key <= upper)
    return conditions


def _any_of(schema: CardSchema, field: CardField, values: Iterable[Scalar]) -> Condition:
    given = set(values)
    filled = {value for value in given if value is not None}
    found = _chosen(schema, field, _ids(filled)) if field.kind.has_choices else _equal(schema, field, filled)
    if None in given:
        return sa.or_(schema.table.c[field.sort_column].is_(None), found)
    return found


def _chosen(schema: CardSchema, field: CardField, choice_ids: Iterable[int]) -> Condition:
    """Cards that hold one of these choices. One choice is found by its rank, which is indexed."""
    ids = sorted(choice_ids)
    if field.kind.is_multiple:
        held = sa.select(col(PartnerChoice.partner_id)).where(
            col(PartnerChoice.field_id) == field.id, col(PartnerChoice.choice_id).in_(ids)
        )
        return schema.table.c.id.in_(held)
    ranks = [rank for rank, item in enumerate(field.choices) if item.id in ids]
    return schema.table.c[field.sort_column].in_(ranks)


def _equal(schema: CardSchema, field: CardField, values: Iterable[Scalar]) -> Condition:
    value = schema.table.c[field.column]
    if field.kind in (FieldKind.USER, FieldKind.PARTNER):
        return value.in_(sorted(_ids(values)))
    if field.kind is FieldKind.YES_NO:
        return value.in_([bool(item) for item in _ids(values)])
    context = partner_names.with_settings(field)
    if field.type.filter_kind is not FilterKind.TEXT:
        return value.in_([parsed for item in values if (parsed := field.type.parse(item, context)) is not None])
    texts = [clean for item in values if (clean := _clean(item))]
    keys = {key for text in texts if (key := field.type.sort_key(text, context)) is not None}
    same = schema.table.c[field.sort_column].in_(sorted(map(str, keys)))
    if any(len(str(key)) >= SORT_LENGTH for key in keys):  # the key holds the beginning only
        return sa.and_(same, value.in_(texts))
    return same


def _ids(values: Iterable[Scalar]) -> set[int]:
    return {item for item in values if isinstance(item, int) and -BIGGEST_ID < item < BIGGEST_ID}


def _clean(item: Scalar) -> str:
    return "".join(c for c in str(item) if c != "\0" and not "\ud800" <= c <= "\udfff")


def _bound(field: CardField, raw: Any, *, upper: bool = False) -> Any:
    """An end of a range as a value; the last day of a range of times counts whole."""
    if raw is None or str(raw).strip() == "":
        return None
    if field.type.filter_kind not in (FilterKind.NUMBERS, FilterKind.DATES):
        raise InvalidValue(field.unique_name, N_("This column has no range."))
    value = field.type.parse(raw, partner_names.with_settings(field))
    if upper and isinstance(value, datetime):
        whole_day = (isinstance(raw, date) and not isinstance(raw, datetime)) or ":" not in str(raw)
        return value + (timedelta(days=1) if whole_day else timedelta(minutes=1))
    return value


def with_hidden(scope: Scope) -> Scope:
    """The cards that the same query leaves out by default; the scope itself when it leaves out none."""
    if scope.everyday:
        state = scope.schema.table.c.state == int(CardState.HIDDEN_BY_CHOICE)
        hiding = any(scope.schema.hiding_choices(item) for item in scope.schema.fields)
        return replace(scope, state=state, everyday=False) if hiding else scope
    if not scope.hiding:
        return scope
    return replace(scope, hiding=(sa.not_(sa.and_(*scope.hiding)),))

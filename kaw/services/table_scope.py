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
from kaw.fields.folding import SORT_LENGTH, sort_text
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
    """A query made ready. ``state``, ``hiding`` and ``conditions`` must hold, and every one of ``terms``."""

    schema: CardSchema
    rights: Rights
    columns: tuple[CardField, ...]
    only_state: int | None  # None: shown ones and those hidden by a choice
    hiding: tuple[Condition, ...]
    conditions: tuple[Condition, ...]
    tests: tuple[Condition, ...]  # the same, so written that no index answers them: for a walk of another index
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
        return self.only_state == CardState.SHOWN and not self.hiding and not self.conditions and not self.terms

    @property
    def state(self) -> Condition:
        """The condition on the state of cards."""
        state = self.schema.table.c.state
        return state == self.only_state if self.only_state is not None else state < int(CardState.IN_BIN)

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
    tests: list[Condition] = []
    terms = search_terms.words_of(query.search, columns)
    title = schema.title_field(rights)
    if terms and title in columns and not any(term.is_indexed for term in terms):
        conditions += _begins(schema.table.c[title.sort_column], query.search)
        tests, terms = list(conditions), []
    shown_too = set(switched)
    for name, asked in query.filters.items():
        field = by_name.get(name)
        if field is None:
            raise _unknown(name)
        if asked.is_set:
            shown_too.add(field.id)
            conditions += _conditions(_Indexed(schema.table), field, asked)
            tests += _conditions(_Tested(schema.table), field, asked)
            term = search_terms.phrase_of(asked.contains[:LONGEST_SEARCH], field)
            terms += [term] if term else []
    if query.sort != "id" and query.sort not in by_name:
        raise _unknown("sort")
    everyday, hiding = _by_default(schema, rights, shown_too)
    return Scope(
        schema=schema,
        rights=rights,
        columns=columns,
        only_state=int(CardState.SHOWN) if everyday else None,
        hiding=hiding,
        conditions=tuple(conditions),
        tests=tuple(tests),
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
    return sa.not_(sa.func.coalesce(_Tested(schema.table).chosen(field, schema.hiding_choices(field)), sa.false()))


def _begins(key: sa.ColumnElement[str], text: str) -> list[Condition]:
    """A search of one or two letters: names that begin with it, which their index answers."""
    start = sort_text(search_terms.clean(text))
    return [key >= start, key < start + "\U0010ffff"] if start else [sa.false()]


class _Indexed:
    """Columns as an index answers them."""

    def __init__(self, table: sa.Table) -> None:
        self._table = table

    def key(self, field: CardField) -> sa.ColumnElement[Any]:
        return self._table.c[field.sort_column]

    def value(self, field: CardField) -> sa.ColumnElement[Any]:
        return self._table.c[field.column]

    def chosen(self, field: CardField, choice_ids: Iterable[int]) -> Condition:
        """Cards that hold one of these choices. One choice is found by its rank, which is indexed."""
        ids = sorted(choice_ids)
        if field.kind.is_multiple:
            return self._holds(field, ids)
        return self.key(field).in_([rank for rank, item in enumerate(field.choices) if item.id in ids])

    def _holds(self, field: CardField, ids: list[int]) -> Condition:
        held = sa.select(col(PartnerChoice.partner_id)).where(
            col(PartnerChoice.field_id) == field.id, col(PartnerChoice.choice_id).in_(ids)
        )
        return self._table.c.id.in_(held)


class _Tested(_Indexed):
    """The same columns as no index answers them: a walk of another index tests each of its cards."""

    def key(self, field: CardField) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(super().key(field), sa.null(), type_=super().key(field).type)

    def value(self, field: CardField) -> sa.ColumnElement[Any]:
        return sa.func.coalesce(super().value(field), sa.null(), type_=super().value(field).type)

    def _holds(self, field: CardField, ids: list[int]) -> Condition:
        return sa.exists().where(
            col(PartnerChoice.partner_id) == self._table.c.id,
            col(PartnerChoice.field_id) == field.id,
            col(PartnerChoice.choice_id).in_(ids),
        )


def chosen(schema: CardSchema, field: CardField, ids: Iterable[int]) -> Condition:
    """Cards that hold one of these choices or name one of these users."""
    columns = _Indexed(schema.table)
    return columns.chosen(field, ids) if field.kind.has_choices else _refers(columns, field, set(ids))


def _conditions(columns: _Indexed, field: CardField, asked: ColumnFilter) -> list[Condition]:
    key = columns.key(field)
    conditions: list[Condition] = []
    if asked.values is not None:
        if len(asked.values) > MOST_VALUES:
            raise InvalidValue(field.unique_name, N_("Choose at most {limit} values."), limit=MOST_VALUES)
        conditions.append(_any_of(columns, field, asked.values))
    if asked.empty is not None:
        conditions.append(key.is_(None) if asked.empty else key.is_not(None))
    lower, upper = _bound(field, asked.lower), _bound(field, asked.upper, upper=True)
    if lower is not None:
        conditions.append(key >= lower)
    if upper is not None:
        conditions.append(key < upper if field.kind is FieldKind.DATETIME else key <= upper)
    return conditions


def _any_of(columns: _Indexed, field: CardField, values: Iterable[Scalar]) -> Condition:
    given = set(values)
    filled = {value for value in given if value is not None}
    found = columns.chosen(field, _ids(filled)) if field.kind.has_choices else _equal(columns, field, filled)
    return sa.or_(columns.key(field).is_(None), found) if None in given else found


def _equal(columns: _Indexed, field: CardField, values: Iterable[Scalar]) -> Condition:
    value = columns.value(field)
    if field.kind in (FieldKind.USER, FieldKind.PARTNER):
        return _refers(columns, field, _ids(values))
    if field.kind is FieldKind.YES_NO:
        return value.in_([bool(item) for item in _ids(values)])
    context = partner_names.with_settings(field)
    if field.type.filter_kind is not FilterKind.TEXT:
        return value.in_([parsed for item in values if (parsed := field.type.parse(item, context)) is not None])
    texts = [text for item in values if (text := search_terms.storable(str(item)))]
    keys = {key for text in texts if (key := field.type.sort_key(text, context)) is not None}
    same = columns.key(field).in_(sorted(map(str, keys)))
    if any(len(str(key)) >= SORT_LENGTH for key in keys):  # the key holds the beginning only
        return sa.and_(same, value.in_(texts))
    return same


def _refers(columns: _Indexed, field: CardField, ids: set[int]) -> Condition:
    """Cards that name one of these users or partners: found by their sort key, which is indexed."""
    names = partner_names.all_users() if field.kind is FieldKind.USER else {}
    context = field.context(names)
    keys = {str(field.type.sort_key(item, context)) for item in ids if item > 0}
    return sa.and_(columns.key(field).in_(sorted(keys)), columns.value(field).in_(sorted(ids)))


def _ids(values: Iterable[Scalar]) -> set[int]:
    return {item for item in values if isinstance(item, int) and -BIGGEST_ID < item < BIGGEST_ID}


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
    if scope.only_state is not None:
        hiding = any(scope.schema.hiding_choices(item) for item in scope.schema.fields)
        return replace(scope, only_state=int(CardState.HIDDEN_BY_CHOICE)) if hiding else scope
    if not scope.hiding:
        return scope
    return replace(scope, hiding=(sa.not_(sa.and_(*scope.hiding)),))

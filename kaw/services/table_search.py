"""Cards of the partner table that have the searched texts, in the table's order.

Three ways, chosen by how many cards may match:
- SQLite sorted by number streams what its index finds: exact, and in that order already.
- Few candidates (of an index, of choices by name, of a filter) are collected, sorted and tested.
- A word that a third of all cards have: the sorted table is walked and each card tested, until the page is full.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.fields.folding import fold
from kaw.models import FieldKind
from kaw.services import partner_names, search_index, search_terms, table_order, table_scope
from kaw.services.search_terms import Term
from kaw.services.table_scope import Condition, Scope

FEW = 5_000
PROBE = 400  # cards tested to see how common the texts are
COMMON = 6  # of a probe: walking on is cheaper than asking the index
CHUNK = 1_000
LONGEST_WALK = 40_000  # cards; then the texts are too rare here to go on like this


def ids(session: Session, scope: Scope, offset: int, limit: int) -> list[int]:
    """The ids at these places of the table."""
    return list(islice(matching(session, scope), offset, offset + limit))


def count(session: Session, scope: Scope, limit: int | None) -> int:
    """How many there are, counted up to ``limit``."""
    exact = _exact(session, scope)
    if exact is not None:
        query = _joined(scope, exact).limit(limit) if limit is not None else _joined(scope, exact)
        return int(session.connection().execute(sa.select(sa.func.count()).select_from(query.subquery())).scalar_one())
    return sum(1 for _id in islice(matching(session, table_order.by_number(scope)), limit))


def matching(session: Session, scope: Scope) -> Iterator[int]:
    """Ids of the cards that have all the texts, in the table's order."""
    exact = _exact(session, scope)
    if exact is not None and scope.sort is None:
        rowid = exact.selected_columns[0]
        order = rowid.desc() if scope.descending else rowid.asc()
        yield from session.connection().execute(_joined(scope, exact).order_by(order)).scalars()
        return
    if not search_index.is_exact(session.connection()):
        probe, whole = _probe(session, scope)
        if whole or len(probe) >= COMMON:
            yield from probe if whole else _walked(session, scope, None)
            return
    few = _few(session, scope)
    if few is not None:
        yield from _tested(session, scope, [scope.schema.table.c.id.in_(few)], everything=exact is not None)
        return
    yield from _walked(session, scope, LONGEST_WALK)


def _exact(session: Session, scope: Scope) -> sa.Select[Any] | None:
    """The query of an index that needs no test, when all the texts are in it."""
    connection = session.connection()
    if not search_index.is_exact(connection):
        return None
    if not all(term.is_indexed and not _named(session, scope, term) for term in scope.terms):
        return None
    return search_index.query(connection, scope.terms)


def _joined(scope: Scope, exact: sa.Select[Any]) -> sa.Select[Any]:
    """Cards of the index's answer that the rest of the query means, too; the index is asked first."""
    table = scope.schema.table
    narrowed = table_order.state_unindexed(scope), *scope.hiding, *scope.tests
    return exact.where(table.c.id == exact.selected_columns[0], *narrowed)


def _few(session: Session, scope: Scope) -> list[int] | None:
    """Ids among which all matches are; None when there are more than a few."""
    connection = session.connection()
    plain, named = [], []
    for term in scope.terms:
        conditions = _named(session, scope, term)
        if conditions:
            named.append((term, conditions))
        elif term.is_indexed:
            plain.append(term)
    sources: list[list[sa.Select[Any] | None]] = []
    if plain:
        sources.append([search_index.query(connection, plain)])
    for term, conditions in named:
        if term.is_indexed:
            by_name = [sa.select(scope.schema.table.c.id).where(item) for item in conditions]
            sources.append([search_index.query(connection, [term]), *by_name])
    if scope.conditions:
        where = (table_order.state_unindexed(scope), *scope.hiding, *scope.conditions)
        sources.append([sa.select(scope.schema.table.c.id).where(*where)])
    for queries in sources:
        found = _listed(connection, queries)
        if found is not None:
            return found
    return None


def _listed(connection: sa.Connection, queries: Sequence[sa.Select[Any] | None]) -> list[int] | None:
    found: set[int] = set()
    for query in queries:
        if query is None:
            return None
        found.update(connection.execute(query.limit(FEW + 1 - len(found))).scalars())
        if len(found) > FEW:
            return None
    return sorted(found)


def _named(session: Session, scope: Scope, term: Term) -> list[Condition]:
    """Conditions of the fields whose items' or people's names have the text."""
    conditions = []
    for field in term.fields:
        if field.kind.has_choices:
            chosen = [item.id for item in field.choices if any(text in fold(item.name) for text in term.texts)]
            if chosen:
                conditions.append(table_scope.chosen(scope.schema, field, chosen))
        elif field.kind is FieldKind.USER:
            names = partner_names.all_users()
            people = [user_id for user_id, name in names.items() if any(text in fold(name) for text in term.texts)]
            if people:
                conditions.append(table_scope.chosen(scope.schema, field, people))
    return conditions


def _probe(session: Session, scope: Scope) -> tuple[list[int], bool]:
    """Matches among the first cards, and whether these were all cards."""
    cards = list(islice(table_order.walk(session, scope, _columns(scope), PROBE), PROBE))
    test = _tester(session, scope)
    return [card["id"] for card in cards if test(card)], len(cards) < PROBE


def _walked(session: Session, scope: Scope, longest: int | None) -> Iterator[int]:
    """Matches along the sorted table; when they turn out to be rare, the rest from the index."""
    test = _tester(session, scope)
    seen: set[int] = set()
    for number, card in enumerate(table_order.walk(session, scope, _columns(scope), CHUNK)):
        if longest is not None and number >= longest and (narrowed := _narrowed(session, scope)):
            found = _tested(session, scope, narrowed, everything=False)
            yield from (partner_id for partner_id in found if partner_id not in seen)
            return
        if test(card):
            seen.add(card["id"])
            yield card["id"]


def _narrowed(session: Session, scope: Scope) -> list[Condition]:
    """What the index knows of the texts, however much it is."""
    indexed = [term for term in scope.terms if term.is_indexed and not _named(session, scope, term)]
    found = search_index.query(session.connection(), indexed) if indexed else None
    return [] if found is None else [scope.schema.table.c.id.in_(found)]


def _tested(session: Session, scope: Scope, narrowed: list[Condition], *, everything: bool) -> Iterator[int]:
    """Ids of the cards of these conditions in the table's order; ``everything``: no test is needed."""
    table = scope.schema.table
    where = (table_order.state_unindexed(scope), *scope.hiding, *scope.tests, *narrowed)
    order = table_order.sorted_by(scope)
    if everything:
        yield from session.connection().execute(sa.select(table.c.id).where(*where).order_by(*order)).scalars()
        return
    test = _tester(session, scope)
    rows = session.connection().execute(sa.select(table.c.id, *_columns(scope)).where(*where).order_by(*order))
    yield from (row["id"] for row in map(dict, rows.mappings()) if test(row))


def _columns(scope: Scope) -> list[sa.Column[Any]]:
    fields = {item.id: item for term in scope.terms for item in term.fields}
    return [scope.schema.table.c[item.column] for item in fields.values()]


def _tester(session: Session, scope: Scope) -> Any:
    fields = list({item.id: item for term in scope.terms for item in term.fields}.values())
    return search_terms.tester(
        scope.terms, partner_names.contexts_to_show(session, scope.schema, scope.rights, fields, ())
    )

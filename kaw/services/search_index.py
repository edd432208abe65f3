"""The index behind search as you type: which cards may have what is looked for.

Two databases, two techniques, one interface. What an index finds is a superset of what is meant; where it is not
exact, ``search_terms.tester`` decides.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.models import FieldKind
from kaw.services import card_schema, search_mariadb, search_sqlite
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.search_terms import Term

INDEXED_KINDS = {
    FieldKind.TEXT,
    FieldKind.LONG_TEXT,
    FieldKind.PHONE,
    FieldKind.EMAIL,
    FieldKind.INN,
    FieldKind.LINK,
    FieldKind.NUMBER,
    FieldKind.MONEY,
    FieldKind.DATE,
}


def indexed(schema: CardSchema) -> list[CardField]:
    """The fields whose own text is searched: columns of the table. Choices and users are found by their names."""
    return [item for item in schema.fields if item.on_main_page and item.kind in INDEXED_KINDS]


def after_fields_changed(connection: sa.Connection) -> None:
    """Follow fields that were created, deleted, restored, changed, or put on the main page."""
    fields = indexed(_schema(connection))
    if _is_sqlite(connection):
        search_sqlite.follow(connection, fields)
    else:
        search_mariadb.follow(connection, fields)


def rebuild(connection: sa.Connection) -> None:
    """Make the index anew from all cards."""
    fields = indexed(_schema(connection))
    if _is_sqlite(connection):
        search_sqlite.rebuild(connection, fields)
    else:
        search_mariadb.rebuild(connection, fields)


def update(connection: sa.Connection, schema: CardSchema, ids: Sequence[int]) -> None:
    """Index these cards anew after their values were written. On SQLite triggers did."""
    if not _is_sqlite(connection):
        search_mariadb.update(connection, indexed(schema), ids)


def add_range(connection: sa.Connection, schema: CardSchema, first: int, last: int) -> None:
    """Index newly inserted cards with ids from ``first`` to ``last``. On SQLite triggers did."""
    if not _is_sqlite(connection):
        search_mariadb.add_range(connection, indexed(schema), first, last)


def remove(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Forget cards that are being purged. On SQLite triggers do."""
    if not _is_sqlite(connection):
        search_mariadb.remove(connection, ids)


def query(connection: sa.Connection, terms: Sequence[Term]) -> sa.Select[Any] | None:
    """Ids of cards that may have all these terms (each ``is_indexed``) in a text; None: the index does not know."""
    return search_sqlite.query(connection, terms) if _is_sqlite(connection) else search_mariadb.query(terms)


def is_exact(connection: sa.Connection) -> bool:
    """Whether what ``query`` finds needs no test."""
    return _is_sqlite(connection)


def _schema(connection: sa.Connection) -> CardSchema:
    with Session(connection) as session:
        return card_schema.read_schema(session)


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"

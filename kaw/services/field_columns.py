"""Columns and sort indexes of the card's fields: the only place that alters ``partner_card``.

Every step can be repeated: what is there already is left alone, so an interrupted change is finished by doing it again.
MariaDB commits by itself at each ALTER TABLE; on SQLite these statements belong to the running transaction.
"""

import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kaw import db
from kaw.errors import Conflict, InvalidValue, KawError
from kaw.i18n import N_
from kaw.services.card_schema import CardField

TABLE = "partner_card"
VARCHAR_LIMIT = 40  # MariaDB takes 64 VARCHAR(255) in a row of 65,535 bytes; sort keys and fixed columns need the rest
MOST_FIELDS = 400
EMPTIED = "gone_"  # SQLite: how a column is called once it has been emptied
WAIT = 10.0  # seconds for another administrator's change of the columns to end
_COLUMN = re.compile(r"[fs](\d+)_(\d+)")
_INDEX = re.compile(r"ix_card_([fs]\d+_\d+)")
_FULL = {1117, 1118, 1166, 139, 1071}  # MariaDB: too many columns, row too large
_TOO_MANY_KEYS = {1069}
_LOCKED = {1205, 1213}
_changing = threading.Lock()


@dataclass(frozen=True)
class Columns:
    """What ``partner_card`` has for fields now; ``varchars`` is how many columns are VARCHAR(255)."""

    names: frozenset[str]
    indexed: frozenset[str]
    varchars: int


@contextmanager
def exclusive(wait: float = WAIT) -> Iterator[None]:
    """Only one change of the columns at a time, over all processes; Conflict when another one takes longer."""
    if not _changing.acquire(timeout=wait):
        raise _busy()
    try:
        with _between_processes(wait):
            yield
    finally:
        _changing.release()


def existing(connection: sa.Connection) -> Columns:
    """The columns and indexes of fields as the database has them."""
    inspector = sa.inspect(connection)
    columns = [column for column in inspector.get_columns(TABLE) if _COLUMN.fullmatch(column["name"])]
    indexes = (_INDEX.fullmatch(index["name"] or "") for index in inspector.get_indexes(TABLE))
    return Columns(
        names=frozenset(column["name"] for column in columns),
        indexed=frozenset(found[1] for found in indexes if found),
        varchars=sum(getattr(column["type"], "length", None) == 255 for column in columns),
    )


def require_room(fields: Iterable[object]) -> None:
    """InvalidValue when the card has as many fields as it can take."""
    if sum(1 for _field in fields) >= MOST_FIELDS:
        raise InvalidValue("name", N_("A card takes at most {limit} fields."), limit=MOST_FIELDS)


def add(connection: sa.Connection, field: CardField) -> None:
    """Give a field its columns; InvalidValue when the database takes no more."""
    there = existing(connection)
    missing = [
        f"ADD COLUMN {name} {_sql_type(connection, type_, there)}"
        for name, type_ in columns_of(field).items()
        if name not in there.names
    ]
    with _explained():
        if _is_sqlite(connection):
            for clause in missing:
                connection.exec_driver_sql(f"ALTER TABLE {TABLE} {clause}")
        elif missing:
            _alter(connection, ", ".join(missing))


def set_index(connection: sa.Connection, field: CardField, *, wanted: bool) -> None:
    """See to it that a field is indexed for sorting on the main page, or is not."""
    indexed = field.sort_column in existing(connection).indexed
    if wanted and not indexed:
        with _explained():
            _prepare(connection)
            connection.exec_driver_sql(
                f"CREATE INDEX ix_card_{field.sort_column} ON {TABLE} ({field.sort_column}, id, state)"
            )
    elif indexed and not wanted:
        _drop_index(connection, field.sort_column)


def columns_of(field: CardField) -> dict[str, sa.types.TypeEngine[object]]:
    """Names and types of a field's columns: its value and, where the value does not sort, its sort key."""
    columns = {field.column: field.type.column()}
    sort_type = field.type.sort_column()
    return columns if sort_type is None else columns | {field.sort_column: sort_type}


def generations(names: frozenset[str], field_id: int) -> set[int]:
    """Generations of a field that have a column."""
    found = (_COLUMN.fullmatch(name) for name in names)
    return {int(match[2]) for match in found if match and int(match[1]) == field_id}


def field_of(column: str) -> tuple[int, int]:
    """Id and generation of the field that a column was made for."""
    found = _COLUMN.fullmatch(column)
    if found is None:
        raise ValueError(column)
    return int(found[1]), int(found[2])


def next_generation(connection: sa.Connection, field: CardField) -> int:
    """A generation that no column has been made for, not even one that was emptied since."""
    used = {field.generation} | generations(existing(connection).names, field.id)
    gone = re.compile(rf"{EMPTIED}[fs]{field.id}_(\d+)")
    names = (gone.fullmatch(column["name"]) for column in sa.inspect(connection).get_columns(TABLE))
    return max(used | {int(found[1]) for found in names if found}) + 1


def drop(connection: sa.Connection, field: CardField) -> None:
    """Let the emptied columns of a field go."""
    for name in columns_of(field):
        drop_column(connection, name)


def drop_column(connection: sa.Connection, name: str) -> None:
    """Let one emptied column go. SQLite would rewrite the whole table to drop it, so there it gets another name."""
    there = existing(connection)
    if name in there.indexed:
        _drop_index(connection, name)
    if name not in there.names:
        return
    if _is_sqlite(connection):
        connection.exec_driver_sql(f"ALTER TABLE {TABLE} RENAME COLUMN {name} TO {EMPTIED}{name}")
    else:
        _alter(connection, f"DROP COLUMN {name}")


def _drop_index(connection: sa.Connection, column: str) -> None:
    _prepare(connection)
    of_table = "" if _is_sqlite(connection) else f" ON {TABLE}"
    connection.exec_driver_sql(f"DROP INDEX ix_card_{column}{of_table}")


def _sql_type(connection: sa.Connection, type_: sa.types.TypeEngine[object], there: Columns) -> str:
    if not _is_sqlite(connection) and getattr(type_, "length", None) == 255 and there.varchars >= VARCHAR_LIMIT:
        return "TEXT"
    return str(type_.compile(dialect=connection.dialect))


def _alter(connection: sa.Connection, clauses: str) -> None:
    _prepare(connection)
    connection.exec_driver_sql(f"ALTER TABLE {TABLE} {clauses}")


def _prepare(connection: sa.Connection) -> None:
    """A long query must not make the change, and everybody behind it, wait for a day (MariaDB's default)."""
    if not _is_sqlite(connection):
        connection.exec_driver_sql("SET SESSION lock_wait_timeout = 20")


@contextmanager
def _between_processes(wait: float) -> Iterator[None]:
    database = db.database()
    if database.is_sqlite:
        yield
        return
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        taken = connection.execute(sa.text("SELECT GET_LOCK(CONCAT('kaw.', MD5(DATABASE())), :wait)"), {"wait": wait})
        if taken.scalar() != 1:
            raise _busy()
        try:
            yield
        finally:
            connection.execute(sa.text("SELECT RELEASE_LOCK(CONCAT('kaw.', MD5(DATABASE())))"))


@contextmanager
def _explained() -> Iterator[None]:
    """The database's own limits as messages an administrator can act on."""
    try:
        yield
    except DBAPIError as fault:
        explained = _explanation(fault)
        if explained is None:
            raise
        raise explained from fault


def _explanation(fault: DBAPIError) -> KawError | None:
    code = fault.orig.args[0] if fault.orig and fault.orig.args else None
    if code in _FULL or "too many columns" in str(code):
        return InvalidValue(
            "kind", N_("The database takes no more fields of this type. Delete fields that are not needed any more.")
        )
    if code in _TOO_MANY_KEYS:
        return InvalidValue(
            "on_main_page",
            N_("The main page is full: the database cannot sort by more columns. Take another field off it first."),
        )
    return (
        Conflict(N_("The partner table is busy right now. Please try again in a minute.")) if code in _LOCKED else None
    )


def _busy() -> Conflict:
    return Conflict(N_("Another administrator is changing fields right now. Please try again in a minute."))


def _is_sqlite(connection: sa.Connection) -> bool:
    return connection.dialect.name == "sqlite"

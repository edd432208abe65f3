"""Writing a row whether it is there or not, also when two browsers do so at the same moment."""

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, sqlite
from sqlmodel import Session, SQLModel


def put(session: Session, row: SQLModel, *, by: Collection[str] = (), keep: Collection[str] = ()) -> None:
    """Insert the row, or overwrite the one with the same key; ``keep`` names columns that stay as they are there.

    ``by`` names the columns of the unique key that decides; without it the primary key does. The row stays locked until
    the transaction ends. "Read, then insert" would fail for the slower of two on MariaDB.
    """
    table: sa.Table = type(row).__table__  # type: ignore[attr-defined]
    primary = [column.name for column in table.primary_key]
    values: dict[str, Any] = {
        name: value for name, value in row.model_dump().items() if not (name in primary and value is None)
    }
    key = list(by) or primary
    new = {name: value for name, value in values.items() if name not in key and name not in keep}
    new = new or {key[0]: values[key[0]]}  # nothing to overwrite, and yet the row has to be locked
    if session.connection().dialect.name == "sqlite":
        statement = sqlite.insert(table).values(values).on_conflict_do_update(index_elements=key, set_=new)
        session.connection().execute(statement)
    else:
        session.connection().execute(mysql.insert(table).values(values).on_duplicate_key_update(new))

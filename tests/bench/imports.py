"""Loading a base of partners against reading the file and inserting the same rows by hand-written SQL.

``python -m tests.bench imports --rows 100000 [--database URL]``
"""

import csv
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import openpyxl
import sqlalchemy as sa
from sqlmodel import SQLModel

from kaw import db
from kaw.services import card_schema, imports, search_index
from kaw.services.access import SYSTEM
from kaw.services.demo import card, partners
from kaw.services.import_files import open_table

Figure = dict[str, Any]
PHONES = SQLModel.metadata.tables["partner_phone"]
CHANGES = SQLModel.metadata.tables["card_change"]


def measure(rows: int) -> list[Figure]:
    """Seconds of a load from csv and from xlsx on the connected, empty database, and what the raw work takes."""
    card.create(SYSTEM)
    folder = Path(tempfile.mkdtemp(prefix="kaw-bench-"))
    try:
        return [figure for name in ("csv", "xlsx") for figure in _load(folder / f"base.{name}", rows)]
    finally:
        shutil.rmtree(folder)


def _load(path: Path, rows: int) -> Iterator[Figure]:
    (_write_csv if path.suffix == ".csv" else _write_xlsx)(path, rows)
    with _timed() as reading:
        assert sum(1 for _row in open_table(path).rows) == rows
    with _timed() as loading:
        import_id = imports.start(SYSTEM, path, path.name, force=True)
    status = imports.status(SYSTEM, import_id)
    assert (status.added, status.wrong) == (rows, 0), status
    inserting = _raw_insert(import_id)
    raw = reading[0] + inserting
    yield {
        "name": f"import {path.suffix}: load",
        "value": loading[0],
        "raw": raw,
        "ratio": loading[0] / raw,
        "unit": "s",
    }
    yield {"name": f"import {path.suffix}: reading alone", "value": reading[0], "raw": None, "ratio": None, "unit": "s"}


def _raw_insert(import_id: int) -> float:
    """Seconds to insert the same rows of all tables once more by one statement each, and to index them for search."""
    table = card_schema.schema().table
    mine = sa.select(table.c.id).where(table.c.import_id == import_id)
    with db.reading() as session:
        cards = _copies(session.execute(sa.select(table).where(table.c.import_id == import_id)))
        phones = _copies(session.execute(sa.select(*PHONES.columns).where(PHONES.c.partner_id.in_(mine))))
        changes = _copies(session.execute(sa.select(*CHANGES.columns).where(CHANGES.c.partner_id.in_(mine))))
        first = session.execute(sa.select(sa.func.max(table.c.id))).scalar_one() + 1
    for number, row in enumerate(cards, first):
        row["id"] = number
    with _rolled_back() as connection, _timed() as inserting:
        connection.execute(sa.insert(table), cards)
        connection.execute(sa.insert(PHONES), phones)
        connection.execute(sa.insert(CHANGES), changes)
        search_index.add_range(connection, card_schema.schema(), first, first + len(cards) - 1)
    return inserting[0]


def _copies(found: sa.Result[Any]) -> list[dict[str, Any]]:
    return [{key: value for key, value in row.items() if key != "id"} for row in found.mappings()]


@contextmanager
def _rolled_back() -> Iterator[sa.Connection]:
    with db.database().engine.connect().execution_options(kaw_writes=True) as connection:
        yield connection
        connection.rollback()


@contextmanager
def _timed() -> Iterator[list[float]]:
    seconds: list[float] = []
    begun = time.perf_counter()
    yield seconds
    seconds.append(time.perf_counter() - begun)


def _table(rows: int) -> Iterator[list[Any]]:
    yield [item.name for item in card.FIELDS]
    for values in partners.partners(rows, db.now().date()):
        yield [values[item.unique_name] for item in card.FIELDS]


def _write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        for values in _table(rows):
            writer.writerow([value.strftime("%d.%m.%Y") if hasattr(value, "strftime") else value for value in values])


def _write_xlsx(path: Path, rows: int) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for values in _table(rows):
        sheet.append(values)
    book.save(path)

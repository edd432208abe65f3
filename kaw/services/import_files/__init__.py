"""Tables that people bring (R7.7.1): xls, xlsx and csv, read row by row.

``open_table`` looks at what a file holds rather than at its ending, since programs write csv, HTML and xlsx into
files called ``.xls``. Whatever is no table, or one made to exhaust the server, is an ``InvalidValue`` that says so.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from kaw.i18n import N_
from kaw.services.import_files import csv_file, xls_file, xlsx_file
from kaw.services.import_files.limits import MAX_COLUMNS, MAX_ROWS
from kaw.services.import_files.refusals import refuse, too_many_columns, too_many_rows
from kaw.services.import_files.sniffing import Content, content_of

Row = tuple[int, list[Any]]  # its number as Excel shows it, its values: str, float, int, bool, date, datetime, None

READERS: dict[Content, Callable[[Path], Iterator[Row]]] = {
    Content.XLSX: xlsx_file.rows,
    Content.XLS: xls_file.rows,
    Content.TEXT: csv_file.rows,
}


@dataclass(frozen=True)
class Table:
    """A file as a table: ``titles`` from its first row that is not empty; ``rows`` can be read once."""

    titles: list[str]
    rows: Iterator[Row]


def open_table(path: Path) -> Table:
    """The table in a file; InvalidValue tells why there is none. ``Table.rows`` may raise it, too."""
    rows = _filled(READERS[content_of(path)](path))
    header = next(rows, None)
    if header is None:
        raise refuse(N_("The file is empty."))
    titles = ["" if value is None else str(value).strip() for value in header[1]]
    if len(titles) > MAX_COLUMNS:
        raise too_many_columns(len(titles), MAX_COLUMNS)
    first = next(rows, None)
    if first is None:
        raise refuse(N_("The file has column titles only and not a single row below them."))
    return Table(titles, chain([first], rows))


def _filled(rows: Iterator[Row]) -> Iterator[Row]:
    """The rows that hold anything, without their empty cells at the end."""
    for number, values in rows:
        if number > MAX_ROWS:
            raise too_many_rows(MAX_ROWS)
        while values and (values[-1] is None or (isinstance(values[-1], str) and not values[-1].strip())):
            values.pop()
        if values:
            yield number, values

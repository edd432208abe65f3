"""Rows of a loaded file turned into values of the card, before the database is touched.

Right rows go to a temporary file, so that a large base needs no memory and the transaction that writes them, which
keeps other writers of SQLite waiting, has nothing left to check.
"""

import pickle
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kaw.errors import InvalidValue
from kaw.fields.base import FieldContext, FieldType
from kaw.i18n import N_
from kaw.services.card_schema import CardField
from kaw.services.import_columns import Columns
from kaw.services.import_files import Table
from kaw.services.import_names import Names
from kaw.services.import_progress import Progress

BATCH = 1000
KEPT_ERRORS = 5000  # of more only the number of rows is known
SHOWN_VALUE = 80  # characters of a wrong value that its message repeats

Values = dict[int, Any]  # by field id


@dataclass(frozen=True)
class RowError:
    """Why a row is left out: its number as Excel shows it, the field's name ("": the row as a whole), the reason."""

    number: int
    field: str
    text: str
    values: dict[str, Any]


@dataclass(frozen=True)
class _Reader:
    """What parses one column."""

    index: int
    field_id: int
    name: str
    type: FieldType
    context: FieldContext
    required: bool
    names: Names | None


class CheckedRows:
    """The outcome of a check: right rows, to be iterated once, and the errors of the wrong ones. Close it."""

    def __init__(self) -> None:
        self.right = 0
        self.wrong = 0
        self.errors: list[RowError] = []
        self._spool = tempfile.TemporaryFile(prefix="kaw-import-")  # noqa: SIM115 - open as long as this object
        self._batch: list[Values] = []

    def keep(self, values: Values) -> None:
        """Add a right row."""
        self._batch.append(values)
        self.right += 1
        if len(self._batch) >= BATCH:
            self._write()

    def leave_out(self, errors: list[RowError]) -> None:
        """Add a wrong row."""
        self.wrong += 1
        self.errors.extend(errors[: KEPT_ERRORS - len(self.errors)])

    def batches(self) -> Iterator[list[Values]]:
        """The right rows in their order, some at a time."""
        self._write()
        self._spool.seek(0)
        left = self.right
        while left > 0:
            batch: list[Values] = pickle.load(self._spool)  # noqa: S301 - written by this process a moment ago
            left -= len(batch)
            yield batch

    def close(self) -> None:
        """Drop the temporary file."""
        self._spool.close()

    def _write(self) -> None:
        if self._batch:
            pickle.dump(self._batch, self._spool, protocol=pickle.HIGHEST_PROTOCOL)
            self._batch = []


def check(table: Table, columns: Columns, names: Mapping[int, Names], progress: Progress) -> CheckedRows:
    """Parse all rows. ``names`` are those that people and partners are found by, per field id."""
    checked = CheckedRows()
    readers = [
        _reader(index, item, names.get(item.id)) for index, item in enumerate(columns.fields) if item is not None
    ]
    try:
        for count, (number, cells) in enumerate(table.rows, 1):
            values, errors = _parse(number, cells, readers, len(columns.titles))
            if errors:
                checked.leave_out(errors)
            else:
                checked.keep(values)
            if count % BATCH == 0:
                progress.step(BATCH)
    except BaseException:
        checked.close()
        raise
    return checked


def _reader(index: int, item: CardField, names: Names | None) -> _Reader:
    context = item.context(names.by_id if names else None)
    return _Reader(index, item.id, item.name, item.type, context, item.required and item.shown, names)


def _parse(number: int, cells: list[Any], readers: list[_Reader], width: int) -> tuple[Values, list[RowError]]:
    if len(cells) > width:
        text = N_("The row has {cells} cells, and the file only {columns} columns with a title.")
        return {}, [RowError(number, "", text, {"cells": len(cells), "columns": width})]
    values: Values = {}
    errors: list[RowError] = []
    for reader in readers:
        raw = cells[reader.index] if reader.index < len(cells) else None
        try:
            if isinstance(raw, str) and "\ufffd" in raw:
                raise InvalidValue(reader.name, N_("Some characters cannot be read."))
            if reader.names is not None:
                raw = reader.names.find(raw)
            value = None if raw is None else reader.type.parse(raw, reader.context)
            if value is None and reader.required:
                raise InvalidValue(reader.name, N_("This field is required."))
            values[reader.field_id] = value
        except InvalidValue as error:
            errors.append(RowError(number, reader.name, error.text, _short(error.values)))
    if not errors and all(value is None for value in values.values()):
        errors.append(RowError(number, "", N_("Nothing in this row belongs to a field of the card."), {}))
    return values, errors


def _short(values: dict[str, object]) -> dict[str, Any]:
    return {key: value if isinstance(value, int | float) else str(value)[:SHOWN_VALUE] for key, value in values.items()}

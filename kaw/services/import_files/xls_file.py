"""xls, the format of Excel before 2007. Its sheets end at 65,536 rows of 256 columns, which bounds the memory."""

from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

from kaw.services.import_files.refusals import damaged, locked, wrong_type


def rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet that is not hidden."""
    try:
        book = CalamineWorkbook.from_path(path)
        visible = [sheet.name for sheet in book.sheets_metadata if sheet.visible is SheetVisibleEnum.Visible]
        if not visible:
            raise wrong_type()
        table = book.get_sheet_by_name(visible[0]).to_python(skip_empty_area=False)
    except PasswordError as fault:
        raise locked() from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise damaged() from fault
    for number, values in enumerate(table, 1):
        yield number, [_plain(value) for value in values]


def _plain(value: Any) -> Any:
    if isinstance(value, time | timedelta):
        return str(value)
    return None if value == "" else value

"""xlsx read as a stream: memory does not grow with the rows, and a file made to exhaust the server is refused.

openpyxl reads the same in three times the time, and calamine keeps a dense sheet in memory, which one cell in the
last corner makes hundreds of gigabytes large. ECMA-376 part 1, 18.3 (sheets), 18.4 (strings), 18.8 (styles).
"""

import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from kaw.services.import_files.refusals import damaged, locked, too_large, wrong_type
from kaw.services.import_files.xlsx_book import read_book
from kaw.services.import_files.xlsx_sheet import SheetParser, StringsParser

CHUNK = 256 * 1024
MAX_SHEET = 4 * 1024**3  # bytes unpacked; streamed
MAX_PART = 256 * 1024**2  # bytes unpacked of a part that is kept in memory
MAX_RATIO = 250  # Excel's own sheets pack 10 to 40 times, a zip bomb 1,000 times
RATIO_COUNTS_FROM = 8 * 1024**2


def rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """The rows of the first sheet that is not hidden."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield from _rows(archive)
    except (expat.ExpatError, zipfile.BadZipFile, zlib.error, KeyError, ValueError, OSError, EOFError) as fault:
        raise damaged() from fault
    except RuntimeError as fault:  # zipfile's word for an encrypted entry
        raise locked() from fault


def _rows(archive: zipfile.ZipFile) -> Iterator[tuple[int, list[Any]]]:
    names = {name.lower(): name for name in archive.namelist()}

    def part(name: str) -> bytes:
        found = names.get(name.lower())
        return b"" if found is None else b"".join(_chunks(archive, found, MAX_PART))

    book = read_book(part)
    if book.sheet.lower() not in names:
        raise wrong_type()
    strings = StringsParser()
    if book.strings.lower() in names:
        for chunk in _chunks(archive, names[book.strings.lower()], MAX_PART):
            strings.feed(chunk)
    sheet = SheetParser(strings.found, book.date_styles, book.epoch)
    for chunk in _chunks(archive, names[book.sheet.lower()], MAX_SHEET):
        sheet.feed(chunk)
        yield from sheet.take_rows()
    sheet.finish()
    yield from sheet.take_rows()


def _chunks(archive: zipfile.ZipFile, name: str, limit: int) -> Iterator[bytes]:
    info = archive.getinfo(name)
    packed = max(info.compress_size, 1)
    # zipfile never hands out more than the entry's header announces, so the header cannot lie downwards.
    if info.file_size > limit or (info.file_size > RATIO_COUNTS_FROM and info.file_size / packed > MAX_RATIO):
        raise too_large()
    with archive.open(info) as file:
        yield from iter(lambda: _read(file), b"")


def _read(file: IO[bytes]) -> bytes:
    return file.read(CHUNK)

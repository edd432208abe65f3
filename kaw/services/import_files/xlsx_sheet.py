"""The two large parts of an xlsx, parsed as they stream by."""

import re
from datetime import date, datetime, timedelta
from typing import Any

from kaw.services.import_files.limits import MAX_COLUMNS, MAX_ROWS
from kaw.services.import_files.refusals import damaged, too_many_columns, too_many_rows
from kaw.services.import_files.xml_parts import local, safe_parser

# How Excel writes characters that XML cannot hold; halves of surrogate pairs are no characters.
ESCAPED = re.compile("_x((?![dD][89a-fA-F])[0-9A-Fa-f]{4})_")
LAST_DAY = 2_958_465  # 31.12.9999


class StringsParser:
    """The strings that cells refer to by number, in ``found``."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._wanted = False
        self._parser = safe_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        """Parse some more of the part."""
        self._parser.Parse(chunk, False)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        kind = local(name)
        if kind == "si":
            self._pieces = []
        self._wanted = kind == "t"

    def _text(self, text: str) -> None:
        if self._wanted:
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        self._wanted = False
        if local(name) == "si":
            self.found.append(unescape("".join(self._pieces)))


class SheetParser:
    """The rows of a sheet; what has been parsed so far is fetched with ``take_rows``."""

    def __init__(self, strings: list[str], date_styles: frozenset[int], epoch: datetime) -> None:
        self._strings = strings
        self._date_styles = {str(style) for style in date_styles}
        self._epoch = epoch
        self._columns: dict[str, int] = {}
        self._ready: list[tuple[int, list[Any]]] = []
        self._number = 0
        self._row: list[Any] = []
        self._column = 0
        self._kind = self._style = ""
        self._pieces: list[str] = []
        self._wanted = False
        self._parser = safe_parser()
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text

    def feed(self, chunk: bytes) -> None:
        """Parse some more of the part."""
        self._parser.Parse(chunk, False)

    def finish(self) -> None:
        """The part is over; ExpatError when it was cut short."""
        self._parser.Parse(b"", True)

    def take_rows(self) -> list[tuple[int, list[Any]]]:
        """The rows completed since the last call."""
        ready, self._ready = self._ready, []
        return ready

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        kind = local(name)
        if kind == "c":
            place = attributes.get("r")
            self._column = self._column_of(place) if place else self._column + 1
            self._kind, self._style = attributes.get("t", "n"), attributes.get("s", "")
            self._pieces = []
        elif kind == "row":
            self._number = int(attributes.get("r") or self._number + 1)
            if not 0 < self._number <= MAX_ROWS:
                raise too_many_rows(MAX_ROWS)
            self._row, self._column = [], 0
        self._wanted = kind in ("v", "t")

    def _text(self, text: str) -> None:
        if self._wanted:
            self._pieces.append(text)

    def _end(self, name: str) -> None:
        self._wanted = False
        kind = local(name)
        if kind == "c":
            if self._pieces:
                self._place(self._value("".join(self._pieces)))
        elif kind == "row" and self._row:
            self._ready.append((self._number, self._row))

    def _place(self, value: Any) -> None:
        if self._column > MAX_COLUMNS:
            raise too_many_columns(self._column, MAX_COLUMNS)
        row = self._row
        if len(row) < self._column:
            row.extend([None] * (self._column - len(row)))
        row[self._column - 1] = value

    def _value(self, text: str) -> Any:
        if self._kind == "s":
            index = int(text)
            if not 0 <= index < len(self._strings):
                raise damaged()
            return self._strings[index]
        if self._kind == "n":
            number = float(text)
            if self._style in self._date_styles:
                return _moment(number, self._epoch)
            return int(number) if number.is_integer() and abs(number) < 1e15 else number
        if self._kind == "b":
            return text.strip() == "1"
        if self._kind == "d":
            return datetime.fromisoformat(text)
        return unescape(text)

    def _column_of(self, place: str) -> int:
        letters = place.rstrip("0123456789")
        found = self._columns.get(letters)
        if found is None:
            found = 0
            for letter in letters.upper():
                if not "A" <= letter <= "Z":
                    raise damaged()
                found = found * 26 + ord(letter) - 64
            self._columns[letters] = found
        return found


def unescape(text: str) -> str:
    """The text with Excel's ``_x000D_`` turned into what they stand for."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _moment(number: float, epoch: datetime) -> date | datetime | str | float:
    """Excel's day number: a date, with hours a datetime, below one day a time of the day as text."""
    if not 0 <= number <= LAST_DAY:
        return number
    found = epoch + timedelta(seconds=round(number * 86400))
    if number < 1:
        return found.strftime("%H:%M")
    return found.date() if number.is_integer() else found

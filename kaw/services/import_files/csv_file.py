"""csv in the encodings and with the separators that Russian offices meet, found by themselves."""

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kaw.i18n import N_
from kaw.services.import_files.refusals import refuse
from kaw.services.import_files.sniffing import UTF16_MARKS, looks_like_utf16, utf16_of

SAMPLE = 256 * 1024
SEPARATORS = ";,\t|"
BLANK = SEPARATORS + " "
SAMPLE_ROWS = 30
ONE_BYTE = ("cp1251", "cp866", "koi8_r")
COMMON_LETTERS = frozenset("оеаинтсрвлкмд")
BROKEN_SHARE = 0.05  # of a text's letters: more, and it is not UTF-8 at all


def rows(path: Path) -> Iterator[tuple[int, list[Any]]]:
    """The rows of a csv file, all values as text."""
    encoding = encoding_of(path)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        sample = file.read(SAMPLE)
        file.seek(0)
        if sample.lstrip("\ufeff").lower().startswith("sep=") and len(sample.splitlines()[0]) <= len("\ufeffsep=;"):
            separator = sample.splitlines()[0][-1:]  # Excel's own way to name it
            file.readline()
            start = 2
        else:
            separator, start = separator_of(sample), 1
        reader = csv.reader(file, delimiter=separator)
        number = start - 1
        try:
            for number, values in enumerate(reader, start):
                yield number, list(values)
        except csv.Error as fault:
            raise refuse(
                N_("Row {number} cannot be read: a quotation mark is not closed, or a cell is too long."),
                number=number + 1,
            ) from fault


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else UTF-8 if it is (nearly) that, else the likeliest of one byte."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if head.startswith(UTF16_MARKS) or looks_like_utf16(head):
        return utf16_of(head)
    if _is_utf8(path):
        return "utf-8"
    return max(ONE_BYTE, key=lambda encoding: _russian_letters(head.decode(encoding, "replace")))


def separator_of(sample: str) -> str:
    """The separator that cuts the first rows into the most columns, and all of them into the same number."""
    lines = sample.splitlines()[: SAMPLE_ROWS * 3]

    def quality(separator: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _some_rows(lines, separator) if any(cell.strip(BLANK) for cell in row))
        if not widths:
            return 0.0, 0
        width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
        return (times / widths.total() if width > 1 else 0.0), width

    return max(SEPARATORS, key=quality)


def _some_rows(lines: list[str], separator: str) -> list[list[str]]:
    found: list[list[str]] = []
    try:
        for row in csv.reader((f"{line}\n" for line in lines), delimiter=separator):
            found.append(row)
            if len(found) >= SAMPLE_ROWS:
                break
    except csv.Error:
        return found
    return found


def _is_utf8(path: Path) -> bool:
    """Whether the whole file is UTF-8; a few broken letters, as a cut export has, do not count against it."""
    good = broken = 0
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    with path.open("rb") as file:
        while chunk := file.read(1024 * 1024):
            text = decoder.decode(chunk)
            broken += text.count("\ufffd")
            good += sum(map(text.count, COMMON_LETTERS))
    return broken == 0 or broken < BROKEN_SHARE * good


def _russian_letters(text: str) -> int:
    counts = Counter(text)
    return sum(counts[letter] for letter in COMMON_LETTERS)

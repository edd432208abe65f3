"""What must be known of an xlsx before its sheet: which part it is, which styles are dates, where days begin."""

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kaw.services.import_files.refusals import wrong_type
from kaw.services.import_files.xml_parts import elements

EPOCH_1900 = datetime(1899, 12, 30)  # Excel counts a 29 February 1900 that never was
EPOCH_1904 = datetime(1904, 1, 1)
BUILT_IN_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
NOT_CODE = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')  # texts, colours and locales within a number format
DATE_CODE = re.compile("[dmyhsDMYHSгГдДмМчЧ]")


@dataclass(frozen=True)
class Book:
    """Names of parts within the archive; ``date_styles`` are indexes of cell styles."""

    sheet: str
    strings: str
    date_styles: frozenset[int]
    epoch: datetime


def read_book(part: Callable[[str], bytes]) -> Book:
    """The book behind ``part``, which gives a part's bytes by its name (b"" when it is not there)."""
    sheets: dict[str, str] = {}
    strings = "xl/sharedStrings.xml"
    for name, attributes in elements(part("xl/_rels/workbook.xml.rels")):
        if name == "Relationship":
            target = _within("xl", attributes.get("Target", ""))
            kind = attributes.get("Type", "").rpartition("/")[2]
            if kind == "worksheet":
                sheets[attributes.get("Id", "")] = target
            elif kind == "sharedStrings":
                strings = target
    sheet, epoch = "", EPOCH_1900
    for name, attributes in elements(part("xl/workbook.xml")):
        if name == "workbookPr" and attributes.get("date1904", "0") in ("1", "true"):
            epoch = EPOCH_1904
        if name == "sheet" and not sheet and attributes.get("state", "visible") == "visible":
            link = next((value for key, value in attributes.items() if key.endswith(":id")), "")
            sheet = sheets.get(link, "")
    if not sheet:
        raise wrong_type()
    return Book(sheet, strings, _date_styles(part("xl/styles.xml")), epoch)


def _within(folder: str, target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))


def _date_styles(data: bytes) -> frozenset[int]:
    formats: dict[str, bool] = {str(number): True for number in BUILT_IN_DATES}
    styles: list[bool] = []
    in_cells = False
    for name, attributes in elements(data):
        if name == "numFmt":
            code = NOT_CODE.sub("", attributes.get("formatCode", ""))
            formats[attributes.get("numFmtId", "")] = bool(DATE_CODE.search(code))
        elif name.endswith("cellXfs"):
            in_cells = name == "cellXfs"
        elif in_cells and name == "xf":
            styles.append(formats.get(attributes.get("numFmtId", "0"), False))
    return frozenset(index for index, is_date in enumerate(styles) if is_date)

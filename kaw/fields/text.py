"""One line of text, and text of several lines."""

import unicodedata
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, ClassVar

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType
from kaw.fields.folding import sort_text
from kaw.i18n import N_, _
from kaw.models import FieldKind
from kaw.models.columns import LongText, SortText

LONGEST_INTEGER = 1_000  # bits
UNPRINTABLE = ("Cc", "Cs", "Zl", "Zp")
TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # they would garble a whole row


class TextType(FieldType):
    kind = FieldKind.TEXT
    label = N_("Text")
    max_length: ClassVar[int] = 255

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.String(self.max_length)

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        return SortText

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        return short_enough(clean_line(raw), self.max_length, context) or None

    def format(self, value: Any, context: FieldContext) -> str:
        return value or ""

    def load_text(self, text: str | None) -> str | None:
        return text

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return sort_text(value) if value else None


class LongTextType(TextType):
    kind = FieldKind.LONG_TEXT
    label = N_("Long text")
    max_length: ClassVar[int] = 20_000

    def column(self) -> sa.types.TypeEngine[Any]:
        return LongText

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        lines = as_text(raw).replace("\r\n", "\n").replace("\r", "\n").split("\n")
        text = "\n".join(printable(line).rstrip() for line in lines).strip()
        return short_enough(text, self.max_length, context) or None


def as_text(raw: Any) -> str:
    """What a form or a file's cell gave, as a person would type it: a whole float loses its ".0"."""
    if isinstance(raw, str):
        return raw
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return _("Yes") if raw else _("No")
    if isinstance(raw, date):
        at_midnight = not isinstance(raw, datetime) or raw.time() == time()
        return f"{raw:%d.%m}.{raw.year:04}" + ("" if at_midnight else f" {raw:%H:%M}")
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    if isinstance(raw, int) and raw.bit_length() > LONGEST_INTEGER:  # Python refuses to write very long ones out
        raw = f"{Decimal(raw):.5e}"
    return str(raw)


def printable(text: str) -> str:
    """The text without control characters, halves of characters and turns of direction; joined emoji stay whole."""
    if text.isprintable():  # nearly all are, and an import asks a million times
        return text
    return "".join(" " if unicodedata.category(c) in UNPRINTABLE or c in TURNS else c for c in text)


def clean_line(raw: Any) -> str:
    """One line without control characters, outer blanks and doubled blanks."""
    return " ".join(filter(None, printable(as_text(raw)).split(" "))).strip()


def short_enough(text: str, limit: int, context: FieldContext) -> str:
    """The text, or a refusal that tells the limit."""
    if len(text) > limit:
        raise context.refuse(
            N_("At most {limit} characters fit here, and this has {length}."), limit=limit, length=len(text)
        )
    return text

"""One line of text, and text of several lines."""

import unicodedata
from typing import Any, ClassVar

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType
from kaw.fields.folding import sort_text
from kaw.i18n import N_
from kaw.models import FieldKind
from kaw.models.columns import LongText, SortText


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
    """What a form or a file's cell gave, as text: a whole float loses its ".0"."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer() and abs(raw) < 1e15:
        raw = int(raw)
    return raw if isinstance(raw, str) else str(raw)


def printable(text: str) -> str:
    """The text without control characters and halves of characters; joined emoji stay whole."""
    if text.isprintable():  # nearly all are, and an import asks a million times
        return text
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp") else c for c in text)


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

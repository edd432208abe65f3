"""One line of text."""

from typing import Any, ClassVar

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType
from kaw.fields.folding import sort_text
from kaw.i18n import N_
from kaw.models import FieldKind
from kaw.models.columns import SortText


class TextType(FieldType):
    kind = FieldKind.TEXT
    label = N_("Text")
    max_length: ClassVar[int] = 255

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.String(self.max_length)

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        return SortText

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        text = clean(raw)
        if len(text) > self.max_length:
            raise context.refuse(
                N_("At most {limit} characters fit here; this is {length}."), limit=self.max_length, length=len(text)
            )
        return text or None

    def format(self, value: Any, context: FieldContext) -> str:
        return value or ""

    def load_text(self, text: str | None) -> str | None:
        return text

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return sort_text(value) if value else None


def clean(raw: Any) -> str:
    """What was given, as one line without control characters and outer blanks. A whole float loses its ".0"."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    text = "".join(c if c.isprintable() or c == "\u00a0" else " " for c in str(raw))
    return " ".join(text.split())

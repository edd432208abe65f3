"""Yes or no."""

from typing import Any

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType, FilterKind
from kaw.fields.folding import fold
from kaw.fields.text import clean_line
from kaw.i18n import N_, _
from kaw.models import FieldKind

YES = {"да", "yes", "true", "1", "+", "y", "истина", "on"}
NO = {"нет", "no", "false", "0", "-", "n", "ложь", "off"}


class YesNoType(FieldType):
    kind = FieldKind.YES_NO
    label = N_("Yes/no")
    filter_kind = FilterKind.CHOICES

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.Boolean()

    def parse(self, raw: Any, context: FieldContext) -> bool | None:
        word = fold(clean_line(raw))
        if not word:
            return None
        if word not in YES | NO:
            raise context.refuse(N_("Enter yes or no."))
        return word in YES

    def format(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else _("Yes") if value else _("No")

    def editable(self, value: Any, context: FieldContext) -> bool | None:
        return value if isinstance(value, bool) else None

    def store_text(self, value: Any) -> str | None:
        return None if value is None else "1" if value else "0"

    def load_text(self, text: str | None) -> bool | None:
        return None if text is None else text == "1"

    def search_text(self, value: Any, context: FieldContext) -> str:
        return ""  # nobody looks for "yes"

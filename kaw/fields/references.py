"""Fields that point to a user or to another partner."""

from typing import Any

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType, FilterKind
from kaw.fields.folding import fold, sort_text
from kaw.fields.text import clean_line
from kaw.i18n import N_
from kaw.models import FieldKind
from kaw.models.columns import SortText


class ReferenceType(FieldType):
    """An id; ``FieldContext.names`` holds the names of the ids that may be meant."""

    filter_kind = FilterKind.CHOICES

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.Integer()

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        return SortText

    def parse(self, raw: Any, context: FieldContext) -> int | None:
        if isinstance(raw, int) and not isinstance(raw, bool) and raw in context.names:
            return raw
        text = clean_line(raw)
        if not text:
            return None
        found = [item for item, name in context.names.items() if fold(name) == fold(text)]
        if len(found) != 1:
            raise context.refuse(self.not_found)
        return found[0]

    not_found = N_("There is no such record, or you have no access to it.")

    def format(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else context.names.get(value, f"№ {value}")

    def editable(self, value: Any, context: FieldContext) -> int | None:
        return value if isinstance(value, int) else None

    def load_text(self, text: str | None) -> int | None:
        return None if text is None else int(text)

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return None if value is None else sort_text(self.format(value, context))

    def search_text(self, value: Any, context: FieldContext) -> str:
        return context.names.get(value, "") if value is not None else ""


class UserType(ReferenceType):
    kind = FieldKind.USER
    label = N_("User")
    not_found = N_("There is no such user.")


class PartnerType(ReferenceType):
    """Names of partners are open to those who see their title, so a card is searched by nothing of another card."""

    kind = FieldKind.PARTNER
    label = N_("Partner")
    not_found = N_("There is no such partner.")

    def format(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else context.names.get(value) or f"№ {value}"

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return None if value is None else f"{value:010}"

    def search_text(self, value: Any, context: FieldContext) -> str:
        return ""

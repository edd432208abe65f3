"""Fields whose values come from a choice list: one value or several, in four looks."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType, FilterKind
from kaw.fields.folding import fold
from kaw.fields.text import clean_line
from kaw.i18n import N_
from kaw.models import FieldKind

AFTER_ALL = 1_000_000  # rank of an item that is no longer in the list


class IdList(sa.TypeDecorator[tuple[int, ...]]):
    """Ids in one column as ``,3,7,``, so that a row is read without a join."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Iterable[int] | None, dialect: sa.Dialect) -> str | None:
        return f",{','.join(str(item) for item in value)}," if value else None

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> tuple[int, ...] | None:
        return tuple(int(item) for item in value.strip(",").split(",")) if value else None


class OneChoiceType(FieldType):
    filter_kind = FilterKind.CHOICES

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.Integer()

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        return sa.Integer()

    def parse(self, raw: Any, context: FieldContext) -> int | None:
        return None if _is_blank(raw) else choice_of(raw, context)

    def format(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else name_of(value, context)

    def editable(self, value: Any, context: FieldContext) -> int | None:
        return value if isinstance(value, int) else None

    def load_text(self, text: str | None) -> int | None:
        return None if text is None else int(text)

    def sort_key(self, value: Any, context: FieldContext) -> int | None:
        return None if value is None else rank_of(value, context)


class DropdownType(OneChoiceType):
    kind = FieldKind.DROPDOWN
    label = N_("Drop-down list")


class RadioType(OneChoiceType):
    kind = FieldKind.RADIO
    label = N_("Selection")


class SeveralChoicesType(FieldType):
    """Ids in the order of the list, each once."""

    filter_kind = FilterKind.CHOICES

    def column(self) -> sa.types.TypeEngine[Any]:
        return IdList()

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        return sa.Integer()

    def parse(self, raw: Any, context: FieldContext) -> tuple[int, ...] | None:
        if _is_blank(raw):
            return None
        if isinstance(raw, str) and _by_name(raw, context) is None:
            raw = [part for part in raw.replace(";", ",").split(",") if part.strip()]
        parts = raw if isinstance(raw, list | tuple | set | frozenset) else [raw]
        chosen = {choice_of(part, context) for part in parts if not _is_blank(part)}
        return tuple(item.id for item in context.choices if item.id in chosen) or None

    def format(self, value: Any, context: FieldContext) -> str:
        return ", ".join(name_of(item, context) for item in value or ())

    def editable(self, value: Any, context: FieldContext) -> list[int]:
        return list(value or ())

    def store_text(self, value: Any) -> str | None:
        return ",".join(str(item) for item in value) if value else None

    def load_text(self, text: str | None) -> tuple[int, ...] | None:
        return tuple(int(item) for item in text.split(",")) if text else None

    def sort_key(self, value: Any, context: FieldContext) -> int | None:
        return min((rank_of(item, context) for item in value), default=None) if value else None


class ListType(SeveralChoicesType):
    kind = FieldKind.LIST
    label = N_("List")


class CheckboxesType(SeveralChoicesType):
    kind = FieldKind.CHECKBOXES
    label = N_("Check boxes")


def choice_of(raw: Any, context: FieldContext) -> int:
    """The item meant by an id or a name."""
    if isinstance(raw, int) and not isinstance(raw, bool) and any(item.id == raw for item in context.choices):
        return raw
    found = _by_name(raw, context)
    if found is not None:
        return found
    shown = clean_line(raw)
    raise context.refuse(N_("The list has no “{value}”."), value=shown if len(shown) <= 60 else shown[:60] + "…")


def name_of(choice_id: int, context: FieldContext) -> str:
    """The name of an item; an item that is gone has none."""
    return next((item.name for item in context.choices if item.id == choice_id), "")


def rank_of(choice_id: int, context: FieldContext) -> int:
    """The place of an item in its list."""
    return next((rank for rank, item in enumerate(context.choices) if item.id == choice_id), AFTER_ALL)


def _by_name(raw: Any, context: FieldContext) -> int | None:
    wanted = fold(clean_line(raw))
    return next((item.id for item in context.choices if fold(item.name) == wanted), None)


def _is_blank(raw: Any) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())

"""What every field type must be able to do. Types are pure: what they need to know comes in a ``FieldContext``."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kaw.errors import InvalidValue
from kaw.models import FieldKind

DEFAULT_ZONE = ZoneInfo("Europe/Moscow")


class FilterKind(StrEnum):
    """How the funnel of a column lets a user narrow the table (R8.3.3)."""

    TEXT = "text"  # contains, and the values with their counts
    CHOICES = "choices"  # values with their counts
    NUMBERS = "numbers"  # from, to
    DATES = "dates"  # from, to


@dataclass(frozen=True)
class ChoiceItem:
    """One item of a choice list."""

    id: int
    name: str
    hidden_by_default: bool = False


@dataclass(frozen=True)
class FieldContext:
    """What a type may need beside the value.

    ``choices`` are the items of the field's own list in their order; ``names`` maps the ids a user or partner field
    holds to what is shown; ``name`` is the field's unique name, put on errors.
    """

    name: str = ""
    choices: tuple[ChoiceItem, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    time_zone: ZoneInfo = DEFAULT_ZONE
    region: str = "RU"  # of phone numbers written without a country code

    def refuse(self, text: str, **values: object) -> InvalidValue:
        """The error to raise: it knows its field."""
        return InvalidValue(self.name, text, **values)


class FieldType(ABC):
    """Behaviour of one type of field.

    A *value* is what the card's column holds (str, int, float, date, datetime, tuple of ids, bool); None is empty.
    """

    kind: ClassVar[FieldKind]
    label: ClassVar[str]  # message id: «Текстовое», ...
    filter_kind: ClassVar[FilterKind] = FilterKind.TEXT
    max_length: ClassVar[int | None] = None

    @abstractmethod
    def column(self) -> sa.types.TypeEngine[Any]:
        """SQL type of the column that holds the value."""

    def sort_column(self) -> sa.types.TypeEngine[Any] | None:
        """SQL type of the sort key kept beside the value; None where the value itself sorts rightly."""
        return None

    @abstractmethod
    def parse(self, raw: Any, context: FieldContext) -> Any:
        """The value of what a person typed, a form sent or a file's cell held; raises InvalidValue."""

    @abstractmethod
    def format(self, value: Any, context: FieldContext) -> str:
        """The value as people read it in tables, history and files; "" for None."""

    def editable(self, value: Any, context: FieldContext) -> Any:
        """The value as its editor takes it: by default its text."""
        return self.format(value, context)

    def store_text(self, value: Any) -> str | None:
        """The value as text that ``load_text`` turns back into the same value; for history and type changes."""
        return None if value is None else str(value)

    @abstractmethod
    def load_text(self, text: str | None) -> Any:
        """The inverse of ``store_text``."""

    def sort_key(self, value: Any, context: FieldContext) -> str | int | None:
        """What the sort column holds for this value."""
        return None

    def search_text(self, value: Any, context: FieldContext) -> str:
        """What a search finds the card by."""
        return self.format(value, context)

    def same(self, one: Any, other: Any) -> bool:
        """Whether nothing has changed between two values."""
        return bool(one == other)

"""Numbers and money."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType, FilterKind
from kaw.fields.text import as_text
from kaw.i18n import N_
from kaw.models import FieldKind

THIN_SPACE = "\u202f"
MAX_NUMBER = Decimal("1e15")
MAX_KOPECKS = 10**15
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d{1,3})?", re.IGNORECASE)


class NumberType(FieldType):
    """A float; what people type has a comma or a point and may have blanks between thousands."""

    kind = FieldKind.NUMBER
    label = N_("Number")
    filter_kind = FilterKind.NUMBERS

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.Double()

    def parse(self, raw: Any, context: FieldContext) -> float | None:
        number = parse_decimal(raw, context)
        return None if number is None else float(number) + 0.0  # -0.0 becomes 0.0

    def format(self, value: Any, context: FieldContext) -> str:
        if value is None:
            return ""
        if value.is_integer():  # nearly all are, and a table shows hundreds
            return _thousands(abs(int(value)), negative=value < 0)
        return grouped(Decimal(repr(value)))

    def editable(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else plain(Decimal(repr(value)))

    def store_text(self, value: Any) -> str | None:
        return None if value is None else repr(value)

    def load_text(self, text: str | None) -> float | None:
        return None if text is None else float(text)


class MoneyType(FieldType):
    """Roubles, kept as whole kopecks."""

    kind = FieldKind.MONEY
    label = N_("Money")
    filter_kind = FilterKind.NUMBERS

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.BigInteger()

    def parse(self, raw: Any, context: FieldContext) -> int | None:
        text = re.sub(r"(₽|руб\.?|р\.)\s*$", "", as_text(raw).strip(), flags=re.IGNORECASE) if raw is not None else ""
        number = parse_decimal(text, context)
        if number is None:
            return None
        kopecks = number * 100
        if kopecks != kopecks.to_integral_value():
            kopecks = kopecks.quantize(Decimal(1))
        if abs(kopecks) > MAX_KOPECKS:
            raise context.refuse(N_("This number is too large."))
        return int(kopecks)

    def format(self, value: Any, context: FieldContext) -> str:
        if value is None:
            return ""
        roubles, kopecks = divmod(abs(value), 100)
        return f"{_thousands(roubles, negative=value < 0)},{kopecks:02}{THIN_SPACE}₽"

    def editable(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else plain(Decimal(value) / 100)

    def load_text(self, text: str | None) -> int | None:
        return None if text is None else int(text)


def parse_decimal(raw: Any, context: FieldContext) -> Decimal | None:
    """The number written in ``raw``; None when it is empty."""
    text = "".join(as_text(raw).split()).replace("\u2212", "-").replace("'", "")
    if not text:
        return None
    if isinstance(raw, bool) or not _NUMBER.fullmatch(text) or not text.isascii():
        raise context.refuse(N_("Enter a number, such as 1250 or 12,5."))
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        raise context.refuse(N_("Enter a number, such as 1250 or 12,5.")) from None
    if not math.isfinite(number) or abs(number) > MAX_NUMBER:
        raise context.refuse(N_("This number is too large."))
    return number


def plain(number: Decimal | int) -> str:
    """As it is typed: a comma, no groups, no superfluous zeros."""
    text = f"{number:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")


def grouped(number: Decimal | int) -> str:
    """As it is read: thin spaces between thousands, a comma."""
    whole, comma, rest = plain(-number if number < 0 else number).partition(",")
    return _thousands(int(whole), negative=number < 0) + comma + rest


def _thousands(whole: int, *, negative: bool) -> str:
    text = f"{whole:,}".replace(",", THIN_SPACE)
    return f"−{text}" if negative else text

"""Dates, and dates with a time."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from kaw.fields.base import FieldContext, FieldType, FilterKind
from kaw.fields.text import as_text
from kaw.i18n import N_
from kaw.models import FieldKind
from kaw.models.columns import UtcDateTime

FIRST_YEAR, LAST_YEAR = 1800, 2200
FIRST_YEAR_OF_ZONES = 1931  # before that, zones were off by odd seconds
EXCEL_EPOCH = date(1899, 12, 30)
SPREADSHEET_DAYS = range(18_264, 73_051)  # 1950 to 2099; "2024" is not a day of 1905
_RUSSIAN = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?")


class DateType(FieldType):
    kind = FieldKind.DATE
    label = N_("Date")
    filter_kind = FilterKind.DATES

    def column(self) -> sa.types.TypeEngine[Any]:
        return sa.Date()

    def parse(self, raw: Any, context: FieldContext) -> date | None:
        if isinstance(raw, datetime):
            return _in_range(raw.date(), context)
        if isinstance(raw, date):
            return _in_range(raw, context)
        text = as_text(raw).strip()
        if not text:
            return None
        day, rest = _split(text, context)
        if rest and not _TIME.fullmatch(rest):
            raise context.refuse(N_("Enter a date as dd.mm.yyyy."))
        return day

    def format(self, value: Any, context: FieldContext) -> str:
        return "" if value is None else f"{value.day:02}.{value.month:02}.{value.year:04}"

    def store_text(self, value: Any) -> str | None:
        return None if value is None else value.isoformat()

    def load_text(self, text: str | None) -> date | None:
        return None if text is None else date.fromisoformat(text[:10])


class DateTimeType(FieldType):
    """Kept in UTC, typed and shown in the organisation's zone, to the minute."""

    kind = FieldKind.DATETIME
    label = N_("Date and time")
    filter_kind = FilterKind.DATES

    def column(self) -> sa.types.TypeEngine[Any]:
        return UtcDateTime

    def parse(self, raw: Any, context: FieldContext) -> datetime | None:
        local = self._local(raw, context)
        if local is None:
            return None
        if local.year < FIRST_YEAR_OF_ZONES:
            raise context.refuse(N_("There is no such date."))
        return local.replace(tzinfo=context.time_zone).astimezone(UTC).replace(tzinfo=None, second=0, microsecond=0)

    def _local(self, raw: Any, context: FieldContext) -> datetime | None:
        if isinstance(raw, datetime):
            _in_range(raw.date(), context)
            return raw.astimezone(context.time_zone).replace(tzinfo=None) if raw.tzinfo else raw
        if isinstance(raw, date):
            return datetime.combine(_in_range(raw, context), datetime.min.time())
        text = as_text(raw).strip()
        if not text:
            return None
        day, rest = _split(text, context)
        found = _TIME.fullmatch(rest or "00:00")
        if not found or int(found[1]) > 23 or int(found[2]) > 59:
            raise context.refuse(N_("Enter a date and time as dd.mm.yyyy HH:MM."))
        return datetime(day.year, day.month, day.day, int(found[1]), int(found[2]))

    def format(self, value: Any, context: FieldContext) -> str:
        if value is None:
            return ""
        local = value.replace(tzinfo=UTC).astimezone(context.time_zone)
        return f"{local.day:02}.{local.month:02}.{local.year:04} {local.hour:02}:{local.minute:02}"

    def store_text(self, value: Any) -> str | None:
        return None if value is None else value.isoformat()

    def load_text(self, text: str | None) -> datetime | None:
        return None if text is None else datetime.fromisoformat(text)


def _split(text: str, context: FieldContext) -> tuple[date, str]:
    """The date at the beginning and what follows it; a bare number is a spreadsheet's day, if it is a likely one."""
    if text.isascii() and text.isdigit() and len(text) == 5 and int(text) in SPREADSHEET_DAYS:
        return EXCEL_EPOCH + timedelta(days=int(text)), ""
    russian, iso = _RUSSIAN.match(text), _ISO.match(text)
    found = iso or russian
    if not found:
        raise context.refuse(N_("Enter a date as dd.mm.yyyy."))
    parts = [int(part) for part in found.groups()]
    year, month, day = parts if iso else reversed(parts)
    if not iso and len(found[3]) == 2:
        year += 2000 if year < 70 else 1900
    try:
        return _in_range(date(year, month, day), context), text[found.end() :].lstrip(" T,")
    except ValueError:
        raise context.refuse(N_("There is no such date.")) from None


def _in_range(day: date, context: FieldContext) -> date:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise context.refuse(N_("There is no such date."))
    return day

"""Pick a time zone by the name of its city in the reader's language, or by its official name."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from babel.dates import get_timezone_location

from kaw.components.pickers import Picker
from kaw.i18n import _, language

FOUND = 40


class ZonePicker(Picker):
    """Its value is an official name: «Europe/Moscow»."""

    def __init__(self) -> None:
        self._reader = language()
        super().__init__(lambda text: find(text, self._reader), hint=_("Start typing a city"))  # type: ignore[arg-type, return-value]
        self.props(remove="clearable")

    def set_value(self, value: str | None) -> None:
        """Show a zone; its name becomes an option."""
        if value and value not in self.options:
            self.set_options({**self.options, value: zone_text(value, self._reader)})
        super().set_value(value)


def find(text: str, reader: str) -> Sequence[tuple[str, str]]:
    """Zones whose city or name holds the text, as (official name, «Москва, UTC+03:00»)."""
    wanted = text.strip().casefold()
    found = [(name, zone_text(name, reader)) for name, words in _words(reader) if wanted in words]
    return found[:FOUND]


def zone_text(name: str, reader: str) -> str:
    """«Москва, UTC+03:00»."""
    offset = datetime.now(UTC).astimezone(ZoneInfo(name)).strftime("%z")
    return f"{_city(name, reader)}, UTC{offset[:3]}:{offset[3:]}"


def _city(name: str, reader: str) -> str:
    return get_timezone_location(ZoneInfo(name), locale=reader, return_city=True) or name


@cache
def _words(reader: str) -> tuple[tuple[str, str], ...]:
    names = sorted(name for name in available_timezones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return tuple((name, f"{name} {_city(name, reader)}".casefold()) for name in names)

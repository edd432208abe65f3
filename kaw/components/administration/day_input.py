"""A day as people write it, dd.mm.yyyy, typed or picked from a calendar."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from nicegui import ui

from kaw.components import icons, inputs
from kaw.components.buttons import icon_button
from kaw.i18n import _

FORMAT = "%d.%m.%Y"


class DayInput(ui.input):
    """``day`` is what is typed, None while it is not a whole date; ``on_change`` is called when that changes."""

    def __init__(self, label: str, on_change: Callable[[], Any]) -> None:
        super().__init__(placeholder=label)
        self.props(inputs.FIELD_PROPS).props("mask=##.##.####").classes("kaw-day")
        inputs.named(self, label)
        self.day: date | None = None
        self._on_change = on_change
        with self.add_slot("append"), icon_button(icons.CALENDAR, _("Calendar"), small=True), ui.menu() as menu:
            ui.date(mask="DD.MM.YYYY", on_change=menu.close).bind_value(self).props("minimal")
        self.on_value_change(self._typed)

    def _typed(self) -> Any:
        day = _day(self.value)
        if day == self.day:
            return None
        self.day = day
        return self._on_change()


def _day(text: str | None) -> date | None:
    try:
        return datetime.strptime(text or "", FORMAT).date()
    except ValueError:
        return None

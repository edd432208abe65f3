"""Days and moments: typed as people write them, or picked from a calendar that is built when it is first wanted."""

from typing import Any

from nicegui import ui

from kaw.components import icons, inputs
from kaw.components.buttons import icon_button
from kaw.i18n import _
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

DAY = "DD.MM.YYYY"
DAY_TIME = "DD.MM.YYYY HH:mm"


def day(field: CardField, _actor: Actor | None = None, value: Any = None) -> "CalendarInput":
    """dd.mm.yyyy"""
    return CalendarInput(field.hint or _("dd.mm.yyyy"), DAY, value)


def day_time(field: CardField, _actor: Actor | None = None, value: Any = None) -> "CalendarInput":
    """dd.mm.yyyy HH:MM"""
    return CalendarInput(field.hint or _("dd.mm.yyyy HH:MM"), DAY_TIME, value)


class CalendarInput(ui.input):
    """``value`` is the text: the field's type says whether it is a date."""

    def __init__(self, hint: str, mask: str, value: str | None = None) -> None:
        super().__init__(value=value or "", placeholder=hint)
        self.props(inputs.FIELD_PROPS).props["autocomplete"] = "off"
        self.props["maxlength"] = 40
        self._mask = mask
        self._calendar: ui.menu | None = None
        with self.add_slot("append"):
            self._button = icon_button(icons.CALENDAR, _("Calendar"), self._open, small=True)

    def _open(self) -> None:
        if self._calendar is not None:
            return  # it opens itself from now on, as every menu of a button
        with self._button:
            self._calendar = ui.menu().props("no-focus")
        with self._calendar, ui.element("div").classes("kaw-calendar"):
            days = ui.date(mask=self._mask).bind_value(self).props("minimal no-unset first-day-of-week=1")
            if self._mask == DAY_TIME:
                ui.time(mask=self._mask).bind_value(self).props("format24h")
            else:
                days.on_value_change(self._calendar.close)
        self._calendar.open()

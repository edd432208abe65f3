"""«Рабочее время»: from and to for each day of the week; an empty day is a day off."""

from collections.abc import Callable, Mapping, Sequence

from nicegui import ui

from kaw.components import buttons, inputs
from kaw.i18n import _

Hours = dict[str, list[str]]  # {"1": ["09:00", "18:00"]}, 1 is Monday


class WorkingHours(ui.element):
    """Seven lines; ``value`` holds the days on which a beginning or an end is set, ``on_change`` gets it."""

    def __init__(self, on_change: Callable[[Hours], None]) -> None:
        super().__init__("div")
        self.classes("kaw-hours")
        self.value: Hours = {}
        self._on_change = on_change
        self._showing = False
        self._fields: dict[str, tuple[ui.input, ui.input]] = {}
        with self:
            for number, name in enumerate(_weekdays(), start=1):
                self._line(str(number), name)
            buttons.quiet(_("Like Monday on all weekdays"), self._repeat_monday).classes("small")

    def show(self, value: Mapping[str, Sequence[str]]) -> None:
        """Put these hours on the screen."""
        self.value = {day: list(times) for day, times in value.items()}
        self._showing = True
        for day, fields in self._fields.items():
            for field, text in zip(fields, self.value.get(day, ["", ""]), strict=True):
                field.set_value(text)
        self._showing = False

    def _line(self, day: str, name: str) -> None:
        ui.label(name).classes("kaw-muted")
        begin = inputs.text(label=_("{day}: from").format(day=name), hint="09:00").props("mask=##:##")
        ui.label("–").classes("kaw-muted")
        end = inputs.text(label=_("{day}: to").format(day=name), hint="18:00").props("mask=##:##")
        self._fields[day] = begin, end
        for field in (begin, end):
            field.on_value_change(lambda: self._changed(day))

    def _repeat_monday(self) -> None:
        weekend = {day: times for day, times in self.value.items() if day in "67"}
        monday = self.value.get("1")
        self.show({**(dict.fromkeys("12345", monday) if monday else {}), **weekend})
        self._on_change(self.value)

    def _changed(self, day: str) -> None:
        if self._showing:
            return
        times = [str(field.value or "") for field in self._fields[day]]
        self.value = {**self.value, day: times} if any(times) else {k: v for k, v in self.value.items() if k != day}
        self._on_change(self.value)


def _weekdays() -> tuple[str, ...]:
    return (
        _("Monday"),
        _("Tuesday"),
        _("Wednesday"),
        _("Thursday"),
        _("Friday"),
        _("Saturday"),
        _("Sunday"),
    )

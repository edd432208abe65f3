"""«Очереди»: the queues a user serves, each static or dynamic (R7.1.1)."""

from collections.abc import Callable, Sequence

from nicegui import ui

from kaw.components import buttons, icons, inputs
from kaw.i18n import _

Queues = list[list[str | bool]]  # [name, dynamic], plain for a draft


class QueueRows(ui.element):
    """One line per queue and «Добавить очередь» below; ``on_change`` gets all lines as they are."""

    def __init__(self, on_change: Callable[[Queues], None]) -> None:
        super().__init__("div")
        self.classes("kaw-stack")
        self.value: Queues = []
        self._on_change = on_change
        with self:
            self._lines = ui.element("div").classes("kaw-stack")
            buttons.plain(_("Add a queue"), self._add, icon=icons.ADD).classes("small self-start")

    def show(self, queues: Sequence[Sequence[str | bool]]) -> None:
        """Put these queues on the screen."""
        self.value = [list(queue) for queue in queues]
        self._lines.clear()
        with self._lines:
            for index in range(len(self.value)):
                self._line(index)

    def _line(self, index: int) -> None:
        name, dynamic = self.value[index]
        with ui.element("div").classes("kaw-line"):
            field = inputs.text(str(name), label=_("Name of the queue"), hint=_("Name of the queue"), limit=64)
            field.classes("kaw-grow").on_value_change(lambda event: self._set(index, 0, event.value or ""))
            inputs.segments(
                {False: _("static"), True: _("dynamic")},
                bool(dynamic),
                lambda value: self._set(index, 1, value),
                label=_("Membership"),
            )
            buttons.icon_button(icons.CLOSE, _("Remove the queue"), lambda: self._remove(index), small=True)

    def _set(self, index: int, part: int, value: str | bool) -> None:
        self.value[index][part] = value
        self._tell()

    def _add(self) -> None:
        self.show([*self.value, ["", True]])
        self._tell()

    def _remove(self, index: int) -> None:
        self.show([*self.value[:index], *self.value[index + 1 :]])
        self._tell()

    def _tell(self) -> None:
        self._on_change([list(queue) for queue in self.value])

"""«Пауза» with its types, «В работу», and joining and leaving the queues (R12.3)."""

from collections.abc import Awaitable, Callable

from nicegui import ui

from kaw.components import buttons
from kaw.components.operator_words import pause_words
from kaw.components.phone_desk import PhoneDesk
from kaw.components.popover import Popover
from kaw.i18n import _
from kaw.models import OperatorState
from kaw.services import operators, settings


class PauseButtons(ui.element):
    """One of two buttons: «Пауза», or «В работу» while he is paused."""

    def __init__(self, desk: PhoneDesk) -> None:
        super().__init__("div")
        self._desk = desk
        self.classes("kaw-line")
        with self:
            self._pause = buttons.plain(_("Pause")).classes("small")
            self._resume = buttons.primary(_("Back to work"), self._back).classes("small")
        self._types = Popover(self._pause, _("Choose the type of pause"), self._fill)
        desk.watch(self.show)
        self.show()

    def show(self) -> None:
        """The button that fits his state."""
        own, lost = self._desk.own, self._desk.is_lost
        paused = own.state is OperatorState.PAUSED
        self.set_visibility(bool(own.extension) and self._desk.is_on)
        self._pause.set_visibility(not paused)
        self._resume.set_visibility(paused)
        for button in (self._pause, self._resume):
            button.set_enabled(not lost)

    def _fill(self) -> None:
        with ui.element("div").classes("kaw-stack"):
            for kind in settings.value("pause_types"):
                self._entry(pause_words(kind), self._begin(kind))
            if self._desk.own.joins and self._desk.own.state is OperatorState.OFFLINE:
                self._entry(_("Join the queues"), lambda: operators.sign_in(self._desk.actor))
            elif self._desk.own.joins:
                self._entry(_("Leave the queues"), lambda: operators.sign_out(self._desk.actor))

    def _entry(self, words: str, act: Callable[[], Awaitable[None]]) -> None:
        async def chosen() -> None:
            self._types.close()
            await act()

        with ui.element("button").classes("kaw-menu-item") as entry:
            ui.label(words)
        entry.props["type"] = "button"
        entry.on("click", buttons.busy_while(entry, chosen), [])

    def _begin(self, kind: str) -> Callable[[], Awaitable[None]]:
        return lambda: operators.pause(self._desk.actor, kind)

    async def _back(self) -> None:
        await operators.resume(self._desk.actor)

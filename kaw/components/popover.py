"""A small window over a button of the bar: filled when it opens, emptied when it closes."""

import inspect
from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from kaw.components.errors import shown
from kaw.components.inputs import TextElement

Fill = Callable[[], Any]


class Popover:
    """``fill`` (may be async) builds its content; ``refill`` while it is open. The button opens it."""

    def __init__(self, button: ui.element, label: str, fill: Fill) -> None:
        self._fill, self._label = fill, label
        with button:
            self.menu = ui.menu().props('no-parent-event anchor="top left" self="bottom left" :offset="[0, 6]"')
        self.menu.classes("kaw-popover").on("hide", self._closed)
        self.menu.props["aria-label"] = label
        self.is_open = False
        button.props["aria-haspopup"] = "dialog"
        button.on("click", self.toggle, [])

    async def toggle(self) -> None:
        """Show or hide."""
        if self.is_open:
            self.close()
            return
        self.is_open = True
        self.menu.open()
        await self.refill()

    def close(self) -> None:
        """Put it away."""
        self.menu.close()
        self._closed()

    async def refill(self) -> None:
        """Build the content anew, when it is open."""
        if not self.is_open or self.menu.is_deleted:
            return
        self.menu.clear()
        with self.menu, shown():
            TextElement("h2", self._label).classes("kaw-popover-title")
            result = self._fill()
            if inspect.isawaitable(result):
                await result

    def refill_soon(self) -> None:
        """The same from where nobody waits."""
        if self.is_open:
            background_tasks.create_lazy(self.refill(), name=f"popover {self.menu.client.id} {self.menu.id}")

    def _closed(self) -> None:
        self.is_open = False
        if not self.menu.is_deleted:
            self.menu.clear()

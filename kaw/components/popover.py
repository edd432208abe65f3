"""Small windows: over a button of the bar, filled as it opens and emptied as it closes; or at a point of the page."""

import inspect
from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from kaw.components.errors import shown
from kaw.components.inputs import TextElement

Fill = Callable[[], Any]
MARGIN, WIDTH, HEIGHT = 8, 300, 440


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
        self.menu.run_method("updatePosition")  # it was placed while it was empty

    def refill_soon(self) -> None:
        """The same from where nobody waits."""
        if self.is_open:
            background_tasks.create_lazy(self.refill(), name=f"popover {self.menu.client.id} {self.menu.id}")

    def _closed(self) -> None:
        self.is_open = False
        if not self.menu.is_deleted:
            self.menu.clear()


class PopoverAt:
    """A window at these pixels of the page, filled within ``with``; Escape and a click outside put it away."""

    def __init__(self, label: str, x: int, y: int) -> None:
        self._back = ui.element("div").classes("kaw-popover-back").on("click.self", self.close)
        place = f"left: min({max(x, MARGIN)}px, calc(100vw - {WIDTH + MARGIN}px));"
        place += f" top: min({max(y, MARGIN)}px, max({MARGIN}px, calc(100dvh - {HEIGHT}px)))"
        with self._back:
            self.box = ui.element("div").classes("kaw-popover").style(place)
        self.box.props["role"] = "dialog"
        self.box.props["aria-label"] = label
        self.box.on("keydown.escape", self.close)

    def __enter__(self) -> "PopoverAt":
        self.box.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.box.__exit__()

    def take_focus(self) -> None:
        """For the keyboard: Tab goes on from here, Escape closes."""
        first = f'document.getElementById("{self.box.html_id}")?.querySelector("input, button")?.focus()'
        ui.run_javascript(first)

    def close(self) -> None:
        """Put it away."""
        if not self._back.is_deleted:
            self._back.delete()

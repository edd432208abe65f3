"""Clocks on the screen: they run in the browser and cost the server nothing."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from nicegui import ui
from nicegui.element import Element


def milliseconds(moment: datetime | None) -> int | None:
    """A stored moment as browsers count."""
    return None if moment is None else round(moment.replace(tzinfo=UTC).timestamp() * 1000)


class Stopwatch(Element, component="stopwatch.js"):
    """How long something lasts; ``hours``: 00:34:45 also under an hour. Without a moment it is empty."""

    def __init__(self, label: str, *, hours: bool = True) -> None:
        super().__init__()
        self._props["label"] = label
        self._props["hours"] = hours

    def run_since(self, moment: datetime | None) -> None:
        """Count up from it."""
        self._set("since", milliseconds(moment))

    def run_until(self, moment: datetime | None, on_over: Callable[[], Any] | None = None) -> None:
        """Count down to it; ``on_over`` is called when it is reached in the browser."""
        self._set("until", milliseconds(moment))
        if on_over is not None:
            self.on("over", on_over, [])

    def _set(self, name: str, value: int | None) -> None:
        if self._props.get(name) != value:
            self._props[name] = value


def use_server_time() -> None:
    """Once per page: browsers' clocks are wrong by minutes, and nobody should see it."""
    ui.add_body_html(f"<script>kawClock.set({round(time.time() * 1000)})</script>")

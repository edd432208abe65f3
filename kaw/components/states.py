"""What a place shows when it has nothing to show: empty, loading, failed, working; and messages across the top."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui import ui

from kaw.components import buttons, icons
from kaw.i18n import _


def empty_state(
    what: str,
    next_step: str = "",
    *,
    icon: str = icons.EMPTY,
    action: tuple[str, Callable[[], Any]] | None = None,
    main: bool = True,
) -> ui.element:
    """What this place is, why it is empty, and the one next step (``action``: words of its button and handler).

    Not ``main``: the screen has its primary button elsewhere.
    """
    with ui.element("div").classes("kaw-empty") as place:
        ui.icon(icon)
        ui.label(what).classes("kaw-empty-what")
        if next_step:
            ui.label(next_step).classes("kaw-empty-next")
        if action is not None:
            (buttons.primary if main else buttons.plain)(*action)
    return place


def failed(text: str, retry: Callable[[], Any] | None = None) -> ui.element:
    """A part that could not be loaded, with another try."""
    with ui.element("div").classes("kaw-empty") as place:
        place.props["role"] = "alert"
        ui.icon(icons.ERROR)
        ui.label(_("This could not be loaded")).classes("kaw-empty-what")
        ui.label(text).classes("kaw-empty-next")
        if retry is not None:
            buttons.plain(_("Try again"), retry, icon=icons.REFRESH)
    return place


def skeleton(rows: int = 8) -> ui.element:
    """Grey rows in place of a list that is being read."""
    shape = ui.html("<div></div>" * rows, sanitize=False).classes("kaw-skeleton")
    shape.props["role"] = "status"
    shape.props["aria-label"] = _("Loading")
    return shape


def banner(
    text: str,
    kind: Literal["info", "warning", "error"] = "info",
    *,
    actions: list[tuple[str, Callable[[], Any]]] | None = None,
) -> ui.element:
    """A message across the top of its container, with small buttons at its right."""
    with ui.element("div").classes(f"kaw-banner {kind}") as place:
        place.props["role"] = "alert" if kind == "error" else "status"
        ui.icon({"info": icons.INFO, "warning": icons.WARNING, "error": icons.ERROR}[kind])
        ui.label(text).classes("kaw-grow")
        for words, handler in actions or []:
            buttons.plain(words, handler).classes("small")
    return place


class Progress(ui.element):
    """How far a long action is, with «Отмена» when ``on_cancel`` is given."""

    def __init__(self, text: str, on_cancel: Callable[[], Any] | None = None) -> None:
        super().__init__("div")
        self.classes("kaw-progress")
        with self:
            with ui.element("div").classes("kaw-line"):
                self._words = ui.label(text).classes("kaw-grow")
                if on_cancel is not None:
                    buttons.plain(_("Cancel"), on_cancel).classes("small")
            self._track = ui.element("div").classes("kaw-progress-track")
            self._track.props["role"] = "progressbar"
            self._track.props["aria-label"] = text
            with self._track:
                self._fill = ui.element("div").classes("kaw-progress-fill")

    def set(self, part: float, text: str | None = None) -> None:
        """Show ``part`` (0 to 1) as done."""
        percent = round(100 * min(max(part, 0.0), 1.0))
        self._fill.style(f"width: {percent}%")
        self._track.props["aria-valuenow"] = percent
        if text is not None:
            self._words.set_text(text)

"""The bar of open tabs: one is shown, ● marks what is not saved, × or the middle button closes."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import icons
from kaw.i18n import _

_ON_MIDDLE_CLICK = "(event) => { if (event.button === 1) { event.preventDefault(); emit(); } }"
_NO_AUTOSCROLL = "(event) => { if (event.button === 1) event.preventDefault(); }"
_KEYS = """(event) => {
  const step = {ArrowRight: 1, ArrowLeft: -1}[event.key];
  const all = [...event.currentTarget.parentElement.children];
  if (step) all[(all.indexOf(event.currentTarget) + step + all.length) % all.length].focus();
  else if (event.key === "Enter" || event.key === " ") event.currentTarget.click();
  else if (event.key === "Delete") emit();
  else return;
  event.preventDefault();
}"""
_WHEEL = "(event) => { if (!event.deltaX) event.currentTarget.scrollLeft += event.deltaY; }"


class Tab(ui.element):
    """One tab in the bar."""

    def __init__(
        self, title: str, panel_id: str, on_select: Callable[[], Any], on_close: Callable[[], Any] | None
    ) -> None:
        super().__init__("div")
        self.classes("kaw-tab" if on_close else "kaw-tab home")
        self.props["role"] = "tab"
        self.props["aria-controls"] = panel_id
        with self:
            self._title = ui.label().classes("kaw-clip")
            self._dot = ui.element("span").classes("kaw-tab-dot kaw-hidden")
            self._dot.props["role"] = "img"
            self._dot.props["aria-label"] = _("Not saved")
            if on_close is not None:
                self._close_button(on_close)
        self.on("click", on_select, [])
        self.on("keydown", on_close or (lambda: None), [], js_handler=_KEYS)
        self.set_title(title)
        self.set_selected(False)

    def set_title(self, title: str) -> None:
        """Other words; too long ones end in …, whole in the tooltip."""
        self._title.set_text(title)
        self.props["title"] = title

    def set_dirty(self, dirty: bool) -> None:
        """● for what is not saved."""
        self._dot.classes("" if dirty else "kaw-hidden", remove="kaw-hidden" if dirty else "")

    def set_selected(self, selected: bool) -> None:
        """Whether its panel is shown; only the selected tab is a stop of the Tab key."""
        self.props["aria-selected"] = "true" if selected else "false"
        self.props["tabindex"] = 0 if selected else -1

    def _close_button(self, on_close: Callable[[], Any]) -> None:
        self.on("auxclick", on_close, [], js_handler=_ON_MIDDLE_CLICK)
        self.on("mousedown", js_handler=_NO_AUTOSCROLL)
        with ui.element("button").classes("kaw-tab-close").on("click.stop", on_close, []) as close:
            ui.icon(icons.CLOSE)
        close.props["type"] = "button"
        close.props["tabindex"] = -1  # the Delete key closes the focused tab
        close.props["aria-label"] = _("Close the tab")
        close.props["title"] = _("Close the tab")


class TabBar(ui.element):
    """The tabs side by side; more than fit are scrolled."""

    def __init__(self) -> None:
        super().__init__("div")
        self.classes("kaw-tabs")
        self.props["role"] = "tablist"
        self.props["aria-label"] = _("Open tabs")
        self.on("wheel", js_handler=_WHEEL)

    def add(self, title: str, panel_id: str, on_select: Callable[[], Any], on_close: Callable[[], Any] | None) -> Tab:
        """One more tab at the end; without ``on_close`` it stays."""
        with self:
            return Tab(title, panel_id, on_select, on_close)

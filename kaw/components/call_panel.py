"""The call panel, the bar at the bottom: who is signed in, the state of telephony, the way out (R6.4)."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons
from kaw.components.inputs import TextElement
from kaw.i18n import _

YEAR = 2026


class CallPanel(ui.element):
    """The bottom bar."""

    def __init__(self, full_name: str, on_sign_out: Callable[[], Any]) -> None:
        super().__init__("footer")
        self.classes("kaw-bottombar")
        with self:
            ui.label(f"© KAW {YEAR}").classes("kaw-wide-only")
            with ui.element("div").classes("kaw-clip"):
                TextElement("span", _("You are signed in as")).classes("kaw-wide-only")
                self._name = TextElement("b", full_name)
            with ui.element("div").classes("kaw-line") as telephony:
                ui.icon(icons.PHONE_OFF)
                ui.label(_("telephony is not connected")).classes("kaw-wide-only")
            telephony.props["title"] = telephony.props["aria-label"] = _("telephony is not connected")
            telephony.props["role"] = "status"
            ui.element("div").classes("kaw-grow")
            buttons.quiet(_("Sign out"), on_sign_out, icon=icons.SIGN_OUT).classes("small")

    def set_name(self, full_name: str) -> None:
        """The user was renamed."""
        self._name.set_text(full_name)

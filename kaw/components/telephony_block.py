"""The telephony block: a panel over the left of the work area, shown and hidden by its button (R12.1)."""

from nicegui import ui

from kaw.components import icons, layout
from kaw.components.buttons import icon_button
from kaw.components.chips import state
from kaw.i18n import _


class TelephonyBlock:
    """The button for the tab bar and the panel for the work area. Without a PBX it says so."""

    def __init__(self, tab_bar: ui.element, work: ui.element, *, for_administrator: bool) -> None:
        with tab_bar:
            self.button = icon_button(icons.PHONE, _("Telephony"), self.toggle)
        self.button.props["aria-expanded"] = "false"
        with work, ui.element("section").classes("kaw-phone kaw-hidden") as self.panel:
            self.panel.props["aria-label"] = _("Telephony")
            state(_("Telephony is not connected"))
            layout.note(_("Calls and recordings are off. Partners, search and everything else work as usual."))
            if for_administrator:
                layout.note(_("KAW works with an Asterisk PBX. Its connection will be a part of «Settings»."))

    def toggle(self) -> None:
        """Show or hide."""
        hidden = "kaw-hidden" in self.panel.classes
        self.panel.classes("" if hidden else "kaw-hidden", remove="kaw-hidden" if hidden else "")
        self.button.props["aria-expanded"] = "true" if hidden else "false"
        self.button.classes("pressed" if hidden else "", remove="" if hidden else "pressed")

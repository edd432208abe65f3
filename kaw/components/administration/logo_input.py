"""The logo of the company: picked, made small in the browser, shown, removed."""

from nicegui.elements.mixins.value_element import ValueElement

from kaw.components.toasts import toast
from kaw.i18n import _


class LogoInput(ValueElement, component="logo_input.js"):
    """Its value is a data address of a PNG, or "" for none. The service checks it again."""

    VALUE_PROP = "picture"

    def __init__(self) -> None:
        super().__init__(value="")
        self._props["labels"] = {"logo": _("Logo"), "pick": _("Choose a picture"), "remove": _("Remove")}
        self.on("unreadable", lambda: toast(_("This file is not a picture that the browser can read."), "error"))

"""Choosing a file, or dropping it: it goes straight to a route of ``kaw/api``, past the page's socket."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.components.toasts import toast
from kaw.i18n import _


class FileDrop(Element, component="file_drop.js"):
    """Sends chosen files to ``address``, one POST with a form field "file" each.

    ``on_stored`` (may be async) gets the route's JSON answer; a refusal's ``{"error": text}`` is shown as a toast.
    ``accept`` is a list of endings for the browser's dialog (".csv,.xlsx"); the route has to check what comes.
    """

    def __init__(
        self,
        address: str,
        on_stored: Callable[[dict[str, Any]], Any],
        *,
        accept: str = "",
        multiple: bool = False,
        name: str = "",
    ) -> None:
        super().__init__()
        self._props["address"] = address
        self._props["accept"] = accept
        self._props["multiple"] = multiple
        self._props["name"] = name
        self._props["labels"] = {
            "choose": _("Add files") if multiple else _("Choose a file"),
            "none": "" if multiple else _("No file chosen"),
            "hint": _("or drop files here") if multiple else _("or drop a file here"),
            "cancel": _("Cancel"),
            "failed": _("The file could not be sent. Please check the connection and try again."),
        }

        async def stored(event: GenericEventArguments) -> None:
            result = on_stored(event.args)
            if hasattr(result, "__await__"):
                await result

        self.on("stored", stored)
        self.on("refused", _refused)

    def set_name(self, name: str) -> None:
        """Show this as the file that has been chosen; "": none."""
        self._props["name"] = name


def _refused(event: GenericEventArguments) -> None:
    toast(str(event.args.get("error", ""))[:500], "error")

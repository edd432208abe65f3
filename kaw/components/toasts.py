"""Short messages at the lower right that go away by themselves, with a way back where there is one."""

from collections.abc import Callable
from typing import Any, Literal

from nicegui import Client, ui

from kaw.components import icons
from kaw.i18n import _

Kind = Literal["done", "info", "error"]

SECONDS = {"done": 4.0, "info": 6.0, "error": 12.0}
SECONDS_WITH_UNDO = 10.0
_ICONS = {"done": icons.DONE, "info": icons.INFO, "error": icons.ERROR}
_HOST_KEY = "kaw_toasts"


def toast(
    text: str, kind: Kind = "done", *, undo: Callable[[], Any] | None = None, client: Client | None = None
) -> ui.element:
    """Tell the user something, in the page of the running handler or in ``client``.

    ``undo`` (may be async) adds «Отменить», which runs it and closes the toast. Errors stay longer and are read out
    at once by screen readers.
    """
    client = client or ui.context.client
    with _host(client), ui.element("div").classes(f"kaw-toast {kind}") as shown:
        shown.props["role"] = "alert" if kind == "error" else "status"
        ui.icon(_ICONS[kind])
        ui.label(text).classes("kaw-toast-text")
        if undo is not None:
            _undo_button(shown, undo)
        close = ui.button(icon=icons.CLOSE, color=None, on_click=lambda: _remove(shown))
        close.props("flat").classes("kaw-btn icon small").props["aria-label"] = _("Close")
        ui.timer(SECONDS_WITH_UNDO if undo else SECONDS[kind], lambda: _remove(shown), once=True)
    return shown


def _undo_button(shown: ui.element, undo: Callable[[], Any]) -> None:
    from kaw.components import buttons  # buttons show their errors as toasts

    async def take_back() -> None:
        result = undo()
        if hasattr(result, "__await__"):
            await result
        _remove(shown)

    buttons.quiet(_("Undo"), take_back, icon=icons.UNDO).classes("small")


def _host(client: Client) -> ui.element:
    host: ui.element | None = client.storage.get(_HOST_KEY)
    if host is None or host.is_deleted:
        with client.layout:
            host = ui.element("div").classes("kaw-toasts")
        host.props["aria-live"] = "polite"
        client.storage[_HOST_KEY] = host
    return host


def _remove(shown: ui.element) -> None:
    if not shown.is_deleted:
        shown.delete()

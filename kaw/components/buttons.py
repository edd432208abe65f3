"""Buttons. One primary per screen; a destructive one is plain until its confirmation.

A handler may be async. While it runs, further clicks are ignored and after a moment the button shows that it works.
What it refuses (``KawError``) is shown as a toast; use ``errors.shown(form)`` inside it to have inputs marked.
"""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from nicegui import ui
from nicegui.events import GenericEventArguments

from kaw.components.errors import shown

Handler = Callable[[], Any]

SPINNER_AFTER = 0.15  # seconds; what is quicker does not flicker

_spinner: ContextVar[Callable[[bool], None] | None] = ContextVar("kaw_spinner", default=None)


def primary(text: str, on_click: Handler | None = None, *, icon: str = "") -> ui.button:
    """The one main action of a screen."""
    return _button(text, on_click, icon, "primary")


def plain(text: str, on_click: Handler | None = None, *, icon: str = "") -> ui.button:
    """Any other action."""
    return _button(text, on_click, icon, "")


def quiet(text: str, on_click: Handler | None = None, *, icon: str = "") -> ui.button:
    """A minor action, without a frame."""
    return _button(text, on_click, icon, "quiet")


def warn(text: str, on_click: Handler | None = None, *, icon: str = "") -> ui.button:
    """A destructive action that still asks: plain, its word in red."""
    return _button(text, on_click, icon, "warn")


def danger(text: str, on_click: Handler | None = None, *, icon: str = "") -> ui.button:
    """The confirmation of a destructive action, in a dialog."""
    return _button(text, on_click, icon, "danger")


def icon_button(icon: str, label: str, on_click: Handler | None = None, *, small: bool = False) -> ui.button:
    """An icon with its label as accessible name and tooltip."""
    button = _button("", on_click, icon, "icon small" if small else "icon")
    button.props["aria-label"] = label
    button.props["title"] = label  # a tooltip element would cost memory in every row
    return button


def link(text: str, address: str, *, icon: str = "") -> ui.button:
    """A button that is a link: a download, another page."""
    button = _button(text, None, icon, "")
    button.props["href"] = address
    return button


def busy_while(button: ui.element, handler: Handler) -> Callable[[], Any]:
    """``handler`` with the behaviour of a button: not twice at once, busy when slow, refusals shown."""
    running = False

    def set_busy(busy: bool) -> None:
        if not button.is_deleted:
            button.props("loading" if busy else "", remove="" if busy else "loading")

    async def run() -> None:
        nonlocal running
        if running:
            return
        running = True
        timer = asyncio.get_running_loop().call_later(SPINNER_AFTER, set_busy, True)
        token = _spinner.set(_stopping(timer, set_busy))
        try:
            with shown():
                result = handler()
                if inspect.isawaitable(result):
                    await result
        finally:
            running = False
            _spinner.reset(token)
            timer.cancel()
            set_busy(False)

    return run


def _stopping(timer: asyncio.TimerHandle, set_busy: Callable[[bool], None]) -> Callable[[bool], None]:
    def show(busy: bool) -> None:
        timer.cancel()
        set_busy(busy)

    return show


def busy_with(element: ui.element, handler: Callable[[Any], Any]) -> Callable[[GenericEventArguments], Any]:
    """The same for an event of a component: ``handler`` is given what the browser sent with it."""
    sent: Any = None

    async def work() -> None:
        result = handler(sent)
        if inspect.isawaitable(result):
            await result

    run = busy_while(element, work)

    async def heard(event: GenericEventArguments) -> None:
        nonlocal sent
        sent = event.args
        await run()

    return heard


@contextmanager
def waiting_for_user() -> Iterator[None]:
    """Within the block it is the user who is waited for: the button that began it does not look busy."""
    show = _spinner.get()
    if show is not None:
        show(False)
    yield
    if show is not None:
        show(True)


def _button(text: str, on_click: Handler | None, icon: str, look: str) -> ui.button:
    button = ui.button(text, icon=icon or None, color=None).props("flat no-caps").classes(f"kaw-btn {look}")
    if on_click is not None:
        button.on_click(busy_while(button, on_click))
    return button

"""Dialogs: a frame for any, a question, and the question that wants a word typed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons, inputs, layout
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.i18n import _


class Dialog:
    """A dialog being built: ``with dialog.body: …``, ``with dialog.actions: …``, then ``open()`` or ``result()``.

    A ``persistent`` one wants an answer: neither × nor Escape nor a click beside it puts it away.
    """

    def __init__(self, title: str, *, wide: bool = False, persistent: bool = False) -> None:
        self.element = ui.dialog().props("transition-show=fade transition-hide=fade transition-duration=100")
        if persistent:
            self.element.props("persistent")
        self.element.props["aria-label"] = title
        with self.element, ui.element("div").classes("kaw-dialog").classes("wide" if wide else ""):
            with ui.element("div").classes("kaw-dialog-head"):
                inputs.TextElement("h2", title)
                if not persistent:
                    buttons.icon_button(icons.CLOSE, _("Close"), self.close, small=True)
            self.body = ui.element("div").classes("kaw-dialog-body")
            self.actions = ui.element("div").classes("kaw-dialog-actions")

    def open(self) -> None:
        """Show it; it is deleted when it closes."""
        self.element.on("hide", self._delete)
        self.element.open()

    def close(self) -> None:
        """Put it away."""
        self.element.close()

    async def result(self) -> Any:
        """Show it and wait for ``submit(value)``; None when it was closed."""
        try:
            with buttons.waiting_for_user():
                return await self.element
        finally:
            self._delete()

    def submit(self, value: Any) -> None:
        """End ``result()`` with this value."""
        self.element.submit(value)

    def _delete(self) -> None:
        if not self.element.is_deleted:
            self.element.delete()


@contextmanager
def dialog(title: str, *, wide: bool = False) -> Iterator[Dialog]:
    """``with dialog(_("…")) as shown:`` builds in its body and opens it at the end; ``shown.close()`` ends it."""
    built = Dialog(title, wide=wide)
    with built.body:
        yield built
    built.open()


async def confirm(title: str, text: str = "", *, action: str, dangerous: bool = False) -> bool:
    """Ask before doing; ``action`` are the words of the button that does it."""
    asked = Dialog(title)
    with asked.body:
        if text:
            layout.text(text)
    with asked.actions:
        buttons.plain(_("Cancel"), asked.close)
        look = buttons.danger if dangerous else buttons.primary
        look(action, lambda: asked.submit(True)).props("autofocus")
    return bool(await asked.result())


async def confirm_typed(title: str, text: str, *, act: Callable[[str], Any], word: str = "", action: str = "") -> bool:
    """Ask by typing a word («удалить»); the button calls ``act(what was typed)``, True when that went through.

    The service checks the word itself; what it refuses is shown at the input.
    """
    word = word or _("delete")
    asked = Dialog(title)
    with asked.body:
        layout.text(text)
        form = Form(stacked=True)
        with form:
            typed = form.text("confirmation", _("Type «{word}» to confirm").format(word=word))

    async def go() -> None:
        with shown(form) as outcome:
            result = act(typed.value.strip())
            if hasattr(result, "__await__"):
                await result
        if outcome.ok:
            asked.submit(True)

    with asked.actions:
        buttons.plain(_("Cancel"), asked.close)
        button = buttons.danger(action or _("Delete"), go)
    button.set_enabled(False)
    typed.on_value_change(lambda: button.set_enabled(typed.value.strip().casefold() == word.casefold()))
    typed.props("autofocus").on("keydown.enter", lambda: go() if button.enabled else None)
    return bool(await asked.result())

"""Where a number is typed or pasted, in whatever notation."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import inputs
from kaw.errors import InvalidValue, KawError
from kaw.i18n import _, explain


class NumberInput:
    """A line of text with its error below; Enter does what the button beside it does. Shows errors of its number."""

    def __init__(self, on_enter: Callable[[], Any], *, label: str = "", hint: str = "") -> None:
        label, hint = label or _("Phone number"), hint or _("Number or paste it")
        self.field = inputs.text(label=label, hint=hint, limit=250).classes("kaw-number")
        self.field.props["inputmode"] = "tel"
        self.field.props["autocomplete"] = "off"
        self.field.on("keydown.enter", on_enter, [])
        self._error = ui.label().classes("kaw-number-error kaw-hidden")
        self._error.props["role"] = "alert"
        self.field.on_value_change(self.forget_error)

    @property
    def value(self) -> str:
        """What stands there."""
        return str(self.field.value or "")

    def set(self, text: str) -> None:
        """Put a number there."""
        self.field.set_value(text)

    def press(self, key: str) -> None:
        """A key of the dial pad."""
        self.field.set_value(self.value + key)

    def rub_out(self) -> None:
        """Take the last character away."""
        self.field.set_value(self.value[:-1])

    def show(self, error: KawError) -> bool:
        """Whether the error is about the number; it is said below it."""
        if not isinstance(error, InvalidValue) or error.field != "number":
            return False
        self._error.set_text(explain(error))
        self._error.classes(remove="kaw-hidden")
        self.field.props["aria-invalid"] = "true"
        return True

    def forget_error(self) -> None:
        """It is being corrected."""
        self._error.classes("kaw-hidden")
        self.field.props("", remove="aria-invalid")

"""Yes, no, or not said."""

from collections.abc import Callable
from typing import Any

from kaw.components.inputs import Segments
from kaw.i18n import _
from kaw.services.access import Actor
from kaw.services.card_schema import CardField


class YesNo(Segments):
    """``value`` is True, False, or None."""

    def __init__(self, field: CardField, _actor: Actor | None = None, value: bool | None = None) -> None:
        self._handlers: list[Callable[[], Any]] = []
        options: dict[Any, str] = {True: _("Yes"), False: _("No")}
        if not field.required:
            options[None] = "—"
        super().__init__(options, value, lambda _value: None, field.name)

    def set_value(self, value: Any) -> None:
        """Show this, and tell who listens."""
        changed = value != self.value
        super().set_value(value)
        if changed:
            for handler in self._handlers:
                handler()

    def on_value_change(self, handler: Callable[[], Any]) -> None:
        """Call ``handler()`` after every change."""
        self._handlers.append(handler)

"""A value that is only looked at: text, and what can be done with it."""

from collections.abc import Callable
from typing import Any

from nicegui.element import Element

from kaw.components.buttons import busy_with
from kaw.components.call_button import may_call
from kaw.components.editors.contacts import address_of
from kaw.fields.phone import phones_in
from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services import settings
from kaw.services.card_schema import CardField

COLOURS = 7  # of the dots, as in the partner table


class ReadOnly(Element, component="read_only.js"):
    """Parts of a value beside or below each other, in one element."""

    def __init__(
        self,
        field: CardField,
        on_open: Callable[[int], Any] = lambda _id: None,
        on_call: Callable[[str], Any] = lambda _number: None,
        *,
        most: int | None = None,
    ) -> None:
        """``on_open(id)`` opens another card, ``on_call(number)`` calls; ``most``: only so many parts are shown."""
        super().__init__()
        self.field, self._most = field, most
        self._props["labels"] = {
            "call": _("Call"),
            "noPhone": _("Telephony is not connected"),
            "empty": "—",
        }
        self._on_call = on_call
        self.set_calls(may_call())
        self.on("open", lambda event: on_open(int(event.args)))
        self.on("call", busy_with(self, self._call))

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        if self.field.holds_phones:
            self._props["calls"] = on

    def show(self, value: Any, text: str) -> None:
        """``value`` as the card holds it, ``text`` as people read it."""
        self._props["parts"] = parts(self.field, value, text)[: self._most]

    async def _call(self, place: int) -> None:
        """The number is what was shown, whatever the browser says."""
        shown = self._props["parts"]
        if 0 <= place < len(shown) and "call" in shown[place]:
            await self._on_call(shown[place]["call"])


def parts(field: CardField, value: Any, text: str) -> list[dict[str, Any]]:
    """What the browser draws: texts with a link, a dot, a call button or another card behind them."""
    if not text:
        return []
    if field.holds_phones:
        found = phones_in(text, str(settings.value("phone_region")))
        return [{"text": entry.shown, "call": entry.dialled} for entry in found] or [{"text": text}]
    if field.holds_email:
        return [_linked(part.strip(), "mailto:", FieldKind.EMAIL) for part in text.split(",")]
    if field.kind is FieldKind.LINK:
        return [{**_linked(text, "", FieldKind.LINK), "outside": True}]
    if field.kind.has_choices:
        return [{"text": name, "dot": dot(field, name)} for name in _chosen(field, value)]
    if field.kind is FieldKind.PARTNER:
        return [{"text": text, "partner": value}]
    return [{"text": text}]


def dot(field: CardField, name: str) -> int:
    """The colour of an item of the field's list."""
    return next((place for place, item in enumerate(field.choices) if item.name == name), 0) % COLOURS


def _chosen(field: CardField, value: Any) -> list[str]:
    ids = value if isinstance(value, list | tuple) else [value]
    return [item.name for item in field.choices if item.id in ids]


def _linked(text: str, scheme: str, kind: FieldKind) -> dict[str, Any]:
    address = address_of(text, kind)
    return {"text": text, "href": scheme + address} if address else {"text": text}

"""Editors with something to do beside the text: call, write, open."""

from collections.abc import Callable
from functools import partial
from typing import Any

from nicegui import ui

from kaw.components import icons, inputs
from kaw.components.buttons import busy_while, icon_button
from kaw.errors import InvalidValue
from kaw.fields import FIELD_TYPES
from kaw.fields.base import FieldContext
from kaw.fields.phone import PhoneEntry, PhoneType, phones_in
from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services import settings
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.partner_names import with_settings


class PhoneInput(ui.textarea):
    """Numbers in any notation, put in groups when the field is left; the line grows so that all are in sight.

    ``on_call(number)`` calls one of them.
    """

    def __init__(self, field: CardField, value: str) -> None:
        super().__init__(value=value, placeholder=field.hint or None)
        self.props(inputs.FIELD_PROPS).props("autogrow").classes("kaw-one-line")
        self.props["maxlength"] = field.type.max_length
        self.props["rows"] = 1
        self.props["inputmode"] = "tel"
        self.on_call: Callable[[str], Any] = lambda _number: None
        self._menu: ui.menu | None = None
        with self.add_slot("prepend"):
            self._button = icon_button(icons.PHONE, _("Call"), self._clicked, small=True).classes("kaw-call")
        self.set_calls(False)
        self.on("blur", lambda: self.set_value(in_groups(field, self.value)), [])

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        self._button.set_enabled(on)
        self._button.props["title"] = _("Call") if on else _("Telephony is not connected")

    async def _clicked(self) -> None:
        """The one number, or one to choose; what is none is refused by who dials."""
        found = phones_in(self.value or "", str(settings.value("phone_region")))
        if len(found) > 1:
            self._choose(found)
        else:
            await self.on_call(found[0].dialled if found else self.value or "")

    def _choose(self, found: list[PhoneEntry]) -> None:
        if self._menu is None:
            with self._button:
                self._menu = ui.menu().props("no-parent-event")
        self._menu.clear()
        with self._menu:
            for entry in found:
                ui.menu_item(entry.shown, busy_while(self._button, partial(self.on_call, entry.dialled)))
        self._menu.open()


def phone(field: CardField, _actor: Actor | None = None, value: Any = None) -> PhoneInput:
    """Numbers to call."""
    return PhoneInput(field, value or "")


def in_groups(field: CardField, text: str | None) -> str | None:
    """Phones as people read them: +7 903 154-55-46; what holds none stays as it is."""
    if not text:
        return text
    try:
        return PhoneType().parse(text, with_settings(field)) or text
    except InvalidValue:
        return text


def email(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """Addresses; the button opens the mail program with the first of them."""
    element = inputs.text(value or "", hint=field.hint, limit=field.type.max_length)
    element.props["inputmode"] = "email"
    with element.add_slot("prepend"):
        write = icon_button(icons.MAIL, _("Write an e-mail"), small=True)
    _follow(element, write, FieldKind.EMAIL)
    return element


def link(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """An address on the web; the button opens it beside KAW."""
    element = inputs.text(value or "", hint=field.hint, limit=field.type.max_length)
    element.props["inputmode"] = "url"
    with element.add_slot("append"):
        look = icon_button(icons.OPEN, _("Open in a new tab"), small=True)
        look.props["target"] = "_blank"
        look.props["rel"] = "noopener noreferrer"
    _follow(element, look, FieldKind.LINK)
    return element


def address_of(text: str, kind: FieldKind) -> str:
    """What a link or mail button may point to; "" while the text is none: a script is no address."""
    try:
        return str(FIELD_TYPES[kind].parse(text, FieldContext()) or "")
    except InvalidValue:
        return ""


def _follow(element: ui.input, button: ui.button, kind: FieldKind) -> None:
    """The button leads where the text says, and nowhere while that is no address."""

    def changed() -> None:
        address = address_of(element.value or "", kind)
        button.set_enabled(bool(address))
        if address:
            button.props["href"] = f"mailto:{address.split(',')[0]}" if kind is FieldKind.EMAIL else address
        else:
            button.props("", remove="href")

    element.on_value_change(changed)
    changed()

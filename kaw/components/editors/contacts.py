"""Editors with something to do beside the text: call, write, open."""

from typing import Any

from nicegui import ui

from kaw.components import icons, inputs
from kaw.components.buttons import icon_button
from kaw.errors import InvalidValue
from kaw.fields import FIELD_TYPES
from kaw.fields.base import FieldContext
from kaw.fields.phone import PhoneType
from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.partner_names import with_settings


def phone(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.textarea:
    """Numbers in any notation, put in groups when the field is left; the line grows so that all are in sight."""
    element = inputs.text_area(value or "", hint=field.hint, limit=field.type.max_length).classes("kaw-one-line")
    element.props["rows"] = 1
    element.props["inputmode"] = "tel"
    with element.add_slot("prepend"):
        call_button()
    element.on("blur", lambda: element.set_value(in_groups(field, element.value)), [])
    return element


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


def call_button() -> ui.button:
    """It says why it does nothing yet."""
    button = icon_button(icons.PHONE, _("Call"), small=True).classes("kaw-call")
    button.set_enabled(False)
    button.props["title"] = _("Telephony is not connected")
    return button


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

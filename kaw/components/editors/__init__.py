"""One editor per type of field, found through ``EDITORS[field.kind](field, actor, value)``, which builds it in place.

An editor has ``.value`` (what the field's type parses), ``set_value`` and ``on_value_change``; it is named by the row
of a form that holds it. ``put(editor, value, text)`` shows a saved value in it. Without an actor it finds nobody.
"""

from collections.abc import Callable
from typing import Any

from kaw.components.editors import choices, contacts, dates, references, texts
from kaw.components.editors.references import ReferencePicker
from kaw.components.editors.yes_no import YesNo
from kaw.models import FieldKind
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

__all__ = ["EDITORS", "Editor", "editor", "put", "shown_input", "words"]

Editor = Any
EDITORS: dict[FieldKind, Callable[..., Editor]] = {
    FieldKind.TEXT: texts.text,
    FieldKind.LONG_TEXT: texts.long_text,
    FieldKind.NUMBER: texts.number,
    FieldKind.MONEY: texts.money,
    FieldKind.INN: texts.inn,
    FieldKind.DATE: dates.day,
    FieldKind.DATETIME: dates.day_time,
    FieldKind.LIST: choices.list_box,
    FieldKind.DROPDOWN: choices.drop_down,
    FieldKind.RADIO: choices.radio,
    FieldKind.CHECKBOXES: choices.check_boxes,
    FieldKind.PHONE: contacts.phone,
    FieldKind.EMAIL: contacts.email,
    FieldKind.LINK: contacts.link,
    FieldKind.YES_NO: YesNo,
    FieldKind.USER: references.user,
    FieldKind.PARTNER: references.partner,
}


def editor(field: CardField, actor: Actor | None = None, value: Any = None) -> Editor:
    """The editor of a field: a text field called «Телефон» or «Email» gets that of phones and addresses (R7.5.2).

    It begins with ``value``, but for users and partners, whose names ``put`` brings. A value put in later is sent to
    the browser once more, over what may have been typed there meanwhile.
    """
    if field.holds_phones:
        return contacts.phone(field, actor, value)
    if field.holds_email:
        return contacts.email(field, actor, value)
    return EDITORS[field.kind](field, actor, value)


def put(element: Editor, value: Any, text: str = "") -> None:
    """Show a value in an editor; ``text`` is what people read for it, needed where the value is an id."""
    if isinstance(element, ReferencePicker):
        element.put(value, text)
    else:
        element.set_value(value)


def shown_input(field: CardField, value: Any) -> Any:
    """A saved value as its editor begins with it, so that showing it is no edit.

    Choices in the order of their list; phones in groups, however they were loaded into a text field.
    """
    if field.kind.is_multiple:
        return [item.id for item in field.choices if item.id in (value or ())]
    if field.kind.has_choices:
        return value if any(item.id == value for item in field.choices) else None
    return contacts.in_groups(field, value) if field.holds_phones else value


def words(field: CardField, element: Editor, value: Any) -> str:
    """What people read for a value that is or was in this editor."""
    if isinstance(element, ReferencePicker):
        return element.name_of(value)
    if field.kind.has_choices:
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(item.name for item in field.choices if item.id in chosen)
    if isinstance(value, bool):
        return field.type.format(value, field.context())
    return str(value or "")

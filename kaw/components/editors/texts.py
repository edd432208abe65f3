"""Editors that take typed text: words, numbers, money, INN."""

from typing import Any

from nicegui import ui

from kaw.components import inputs
from kaw.services.access import Actor
from kaw.services.card_schema import CardField


def text(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """One line."""
    return inputs.text(value or "", hint=field.hint, limit=field.type.max_length)


def long_text(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.textarea:
    """Several lines; grows with them."""
    return inputs.text_area(value or "", hint=field.hint, limit=field.type.max_length)


def number(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """A number as people write it, with a comma."""
    return _digits(inputs.text(value or "", hint=field.hint, limit=40), "decimal")


def money(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """Roubles and kopecks."""
    element = _digits(inputs.text(value or "", hint=field.hint, limit=40), "decimal")
    element.props["suffix"] = "₽"
    return element


def inn(field: CardField, _actor: Actor | None = None, value: Any = None) -> ui.input:
    """Ten or twelve digits."""
    return _digits(inputs.text(value or "", hint=field.hint, limit=field.type.max_length), "numeric")


def _digits(element: ui.input, keyboard: str) -> ui.input:
    """A phone's keyboard shows digits."""
    element.props["inputmode"] = keyboard
    element.props["autocomplete"] = "off"
    return element

"""Editors of fields whose values come from a choice list."""

from collections.abc import Iterable
from typing import Any, Self

from nicegui import ui
from nicegui.elements.mixins.value_element import ValueElement

from kaw.components import icons, inputs
from kaw.i18n import _
from kaw.services.access import Actor
from kaw.services.card_schema import CardField


def drop_down(field: CardField, _actor: Actor | None = None, value: Any = None) -> "DropDown":
    """One of the list; typing narrows it."""
    return DropDown(field).set_value(value)


def list_box(field: CardField, _actor: Actor | None = None, value: Any = None) -> "DropDown":
    """Several of the list."""
    return DropDown(field, several=True).set_value(value)


def radio(field: CardField, _actor: Actor | None = None, value: Any = None) -> "Options":
    """One of the list, all in sight."""
    options: list[tuple[Any, str]] = [(item.id, item.name) for item in field.choices]
    if not field.required:
        options.append((None, _("not specified")))
    return Options(options, several=False).set_value(value)


def check_boxes(field: CardField, _actor: Actor | None = None, value: Any = None) -> "Options":
    """Several of the list, all in sight."""
    return Options([(item.id, item.name) for item in field.choices], several=True).set_value(value)


class DropDown(ui.select):
    """A select that opens on typing and shows the hint while empty; its value keeps the order of the list."""

    def __init__(self, field: CardField, *, several: bool = False) -> None:
        options = {item.id: item.name for item in field.choices}
        super().__init__(options, with_input=True, clearable=not field.required, multiple=several)
        self.props(inputs.FIELD_PROPS).props("options-dense behavior=menu")
        self.props["dropdown-icon"] = icons.EXPAND
        self.props["clear-icon"] = icons.CLOSE
        self.props["placeholder"] = field.hint or None
        if several:
            self.props("use-chips")

    def set_value(self, value: Any) -> Self:
        """Show what of this is in the list; the rest has been removed from it."""
        if isinstance(value, list):
            value = [key for key in self.options if key in value]
        elif value not in self.options:
            value = [] if self.multiple else None
        return super().set_value(value)


class Options(ValueElement[Any]):
    """Radio buttons or check boxes in one element; ``value`` is an id, or the ids in the order of the list."""

    is_group = True

    def __init__(self, options: Iterable[tuple[Any, str]], *, several: bool) -> None:
        self._options, self._several = list(options), several
        super().__init__(tag="q-option-group", value=[] if several else None)
        self.classes("kaw-options").props("dense")
        self.props["options"] = [{"value": key, "label": text} for key, text in self._options]
        self.props["type"] = "checkbox" if several else "radio"
        self.props["role"] = "group" if several else "radiogroup"

    def set_value(self, value: Any) -> Self:
        """Show what of this is in the list."""
        if self._several:
            value = [key for key, _text in self._options if key in (value or [])]
        elif value not in [key for key, _text in self._options]:
            value = None
        return super().set_value(value)

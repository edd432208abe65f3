"""The head of a card: who it is, in what state, and what can be done."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons, inputs, layout
from kaw.components.partner_card.read_only import ReadOnly, dot
from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services.card_schema import CardField
from kaw.services.partner_cards import Card


class Head:
    """``show(card)`` follows the card; the buttons stay."""

    def __init__(
        self,
        card: Card,
        *,
        on_view: Callable[[str], Any],
        on_save: Callable[[], Any],
        on_delete: Callable[[], Any] | None,
        on_call: Callable[[str], Any],
    ) -> None:
        with layout.bar().classes("kaw-card-head"):
            with ui.element("div").classes("kaw-card-name"):
                self._title = layout.title("").classes("kaw-clip")
                with ui.element("span").classes("kaw-dots") as self._state:
                    self._dot = ui.element("span")
                    self._word = inputs.TextElement("span", "").classes("kaw-clip")
                inputs.TextElement("span", f"№ {card.id}").classes("kaw-muted")
                phones = next((field for field in card.fields if field.holds_phones), None)
                self._phone = ReadOnly(phones, on_call=on_call, most=1).classes("kaw-card-phone") if phones else None
            views = {"info": _("Information"), "history": _("History"), "calls": _("Call log")}
            inputs.segments(views, "info", on_view, label=_("View of the card"))
            if on_delete is not None:
                buttons.icon_button(icons.DELETE, _("Delete the partner"), on_delete)
            if card.editable:
                buttons.primary(_("Save"), on_save).classes("kaw-save").props["title"] = "Ctrl+S"
        self.show(card)

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        if self._phone is not None:
            self._phone.set_calls(on)

    def show(self, card: Card) -> None:
        """Show this card's title and state."""
        self._title.set_text(card.title)
        self._title.props["title"] = card.title
        field = state_field(card.fields)
        text = card.texts[field.unique_name] if field else ""
        self._state.set_visibility(bool(text))
        if field and text:
            self._word.set_text(text)
            self._dot.classes(replace=f"kaw-dot c{dot(field, text)}")
        if self._phone is not None:
            name = self._phone.field.unique_name
            self._phone.show(card.values[name], card.texts[name])
            self._phone.set_visibility(bool(card.texts[name]))


def state_field(fields: tuple[CardField, ...]) -> CardField | None:
    """The choice that says how things stand with a partner: one that can hide him from the table, else the first."""
    single = [field for field in fields if field.kind in (FieldKind.DROPDOWN, FieldKind.RADIO)]
    hiding = (field for field in single if any(item.hidden_by_default for item in field.choices))
    return next(hiding, next(iter(single), None))

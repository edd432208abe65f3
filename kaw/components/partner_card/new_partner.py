"""«Новый партнер»: the empty card (R8.1)."""

from collections.abc import Mapping
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout, states
from kaw.components.call_button import follow_telephony, place_call
from kaw.components.errors import shown
from kaw.components.form_state import FormState
from kaw.components.partner_card import drafts
from kaw.components.partner_card.form import CardForm, blank
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.services import partners
from kaw.services.partner_cards import NewCard


async def build(tab: TabContext) -> None:
    """Called when the tab is first shown."""
    await NewPartner(tab, here()).build()


class NewPartner:
    """The form and what was typed into it."""

    def __init__(self, tab: TabContext, place: ui.element) -> None:
        self._tab, self._place = tab, place

    async def build(self) -> None:
        """Draw it, with what was typed before a reload."""
        card = await db.in_thread(partners.blank, self._tab.actor)
        names = await db.in_thread(drafts.names_of, self._tab.actor, card.fields, self._tab.draft)
        self._state = FormState(self._tab, _blanks(card))
        self._draw(card, names)
        self._tab.on(live.FieldsChanged, self._built_anew)
        self._tab.on(live.RightsChanged, self._built_anew)
        follow_telephony(self._tab, self._set_calls)

    def _draw(self, card: NewCard, names: Mapping[str, Mapping[int, str]]) -> None:
        self._card = card
        self._place.clear()
        with self._place, layout.page().classes("kaw-card"):
            with layout.bar().classes("kaw-card-head"):
                layout.title(_("New partner")).classes("kaw-grow")
                if card.editable:
                    buttons.primary(_("Save"), self._save).classes("kaw-save")
            if not card.editable:
                states.empty_state(
                    _("No field of the card is open to you for filling in"),
                    _("Ask your administrator to add you to a group."),
                    icon=icons.NO_ACCESS,
                )
                return
            with ui.element("div").classes("kaw-card-main kaw-scroll"):
                fields = [field for field in card.fields if field.unique_name in card.editable]
                self._form = CardForm(
                    self._tab.actor,
                    fields,
                    card.editable,
                    self._state.values,
                    on_edit=self._state.edit,
                    on_open=self._open,
                    on_call=lambda number, _typed: place_call(self._tab.actor, number),
                )
        drafts.show_edits(self._form, self._state, names)

    async def _save(self) -> None:
        values = {name: self._state.values[name] for name in self._state.changed}
        with shown(self._form.form) as outcome:
            partner_id = await db.in_thread(partners.create, self._tab.actor, values)
        if outcome.ok:
            self._state.cancel()
            toast(_("The partner has been saved."))
            self._tab.open("partner", str(partner_id))
            self._tab.close()

    async def _built_anew(self) -> None:
        card = await db.in_thread(partners.blank, self._tab.actor)
        if card == self._card:
            return
        names = self._form.picked() if self._card.editable else {}
        self._state.merge(_blanks(card))
        self._draw(card, names)

    def _set_calls(self, on: bool) -> None:
        if self._card.editable:
            self._form.set_calls(on)

    def _open(self, partner_id: int) -> None:
        self._tab.open("partner", str(partner_id))


def _blanks(card: NewCard) -> dict[str, Any]:
    return {field.unique_name: blank(field) for field in card.fields if field.unique_name in card.editable}

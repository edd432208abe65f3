"""One partner's card (R8.2): its head, fields, files and history; what others change meanwhile, and unsaved edits."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nicegui import background_tasks, ui

from kaw import db, live
from kaw.components import dialogs, editors, icons, layout, states
from kaw.components.call_button import call_partner, follow_telephony, place_call
from kaw.components.call_history.call_list import follow_calls
from kaw.components.errors import shown
from kaw.components.form_state import FormState
from kaw.components.partner_card import drafts
from kaw.components.partner_card.calls import Calls
from kaw.components.partner_card.conflicts import Notices
from kaw.components.partner_card.files import Files
from kaw.components.partner_card.form import CardForm
from kaw.components.partner_card.head import Head
from kaw.components.partner_card.history import Feed
from kaw.components.partner_card.opened import Opened, open_card
from kaw.components.partner_card.turn import Turn
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import NotFound
from kaw.i18n import _
from kaw.models import Side
from kaw.services import history, partners
from kaw.services.access import Actor
from kaw.services.history import Line
from kaw.services.partner_cards import Card, EditConflict


async def build(tab: TabContext) -> None:
    """Called when the tab is first shown; NotFound for who may not see the card."""
    if not tab.key.isdecimal() or len(tab.key) > 18:
        raise NotFound
    await CardTab(tab, here(), int(tab.key)).build()


def titles(actor: Actor, keys: Sequence[str]) -> Mapping[str, str]:
    """What the cards of unopened tabs are called."""
    found = partners.titles(actor, [int(key) for key in keys if key.isdecimal() and len(key) <= 18])
    return {str(partner_id): title for partner_id, title in found.items()}


class CardTab:
    """What the user sees of one card."""

    def __init__(self, tab: TabContext, place: ui.element, partner_id: int) -> None:
        self._tab, self._place, self._id = tab, place, partner_id
        self._turn = Turn(self._refresh)

    async def build(self) -> None:
        """Draw it and follow what happens to it."""
        actor, tab = self._tab.actor, self._tab
        self._opened = await db.in_thread(open_card, actor, self._id)
        names = await db.in_thread(drafts.names_of, actor, self._card.fields, tab.draft) if tab.draft else {}
        self._state = FormState(tab, self._inputs())
        self._draw(names)
        self._note_conflicts()
        self._tell_restored()
        tab.on(live.PartnersChanged, self._partners_changed)
        tab.on(live.AttachmentsChanged, self._files_changed)
        tab.on(live.FieldsChanged, self._refresh)
        tab.on(live.RightsChanged, self._refresh)
        follow_calls(tab, self._calls_changed)
        follow_telephony(tab, self._set_calls)

    @property
    def _card(self) -> Card:
        return self._opened.card

    def _inputs(self) -> dict[str, Any]:
        card = self._card
        return {
            field.unique_name: editors.shown_input(field, card.inputs[field.unique_name])
            for field in card.fields
            if field.unique_name in card.editable
        }

    def _draw(self, names: drafts.Names) -> None:
        self._tab.set_title(self._card.title)
        self._place.clear()
        with self._place:
            if self._card.in_bin:
                self._draw_deleted()
                return
            with layout.page().classes("kaw-card") as self._root:
                self._head = Head(
                    self._card,
                    on_view=self._view,
                    on_save=self._save,
                    on_delete=self._delete if self._opened.may_delete else None,
                    on_call=lambda number: self._call(number, False),
                )
                self._notices = Notices(self._state, self._take_theirs, self._keep_mine)
                with ui.element("div").classes("kaw-card-body"):
                    self._draw_form()
                    self._feed = Feed(self._tab.actor, self._id, self._restore_value)
                    self._calls = Calls(self._tab, self._id)
        self._show_values(self._card.inputs.keys() - self._state.changed)
        drafts.show_edits(self._form, self._state, names)
        background_tasks.create(self._read_rest(), context=self._place)

    def _draw_form(self) -> None:
        with ui.element("div").classes("kaw-card-main"):
            self._form = CardForm(
                self._tab.actor,
                self._card.fields,
                self._card.editable,
                self._state.values,
                on_edit=self._edited,
                on_open=lambda partner_id: self._tab.open("partner", str(partner_id)),
                on_call=self._call,
            )
            with self._form.sides[Side.LEFT]:
                self._files = Files(self._tab.actor, self._id, may_change=self._opened.may_change_files)

    def _draw_deleted(self) -> None:
        text = _("The card with its files and history can be restored for 30 days.")
        what = _("“{title}” is in the bin").format(title=self._card.title)
        states.empty_state(what, text, icon=icons.BIN, action=(_("Restore"), self._restore))

    async def _read_rest(self) -> None:
        """Files and history come after the fields are on the screen."""
        with shown():
            await self._files.read()
            await self._feed.read()

    def _show_values(self, names: Iterable[str]) -> None:
        card, saved = self._card, self._state.saved
        for name in names:
            self._form.put(name, saved.get(name), card.texts[name], card.values[name])

    def _edited(self, name: str, value: Any) -> None:
        if self._state.values.get(name) != value:
            self._state.edit(name, value)
            if not self._state.changed:
                self._notices.clear()

    async def _view(self, view: str) -> None:
        self._root.classes("" if view == "info" else view, remove="history calls")
        await self._calls.set_shown(view == "calls")

    async def _call(self, number: str, typed: bool) -> None:
        if typed:
            await place_call(self._tab.actor, number, self._id)
        else:
            await call_partner(self._tab.actor, self._id, number)

    async def _calls_changed(self, ids: set[int]) -> None:
        if not self._card.in_bin:
            await self._calls.changed(ids)

    def _set_calls(self, on: bool) -> None:
        if not self._card.in_bin:
            self._form.set_calls(on)
            self._head.set_calls(on)

    async def _save(self) -> None:
        if self._state.conflicts:
            self._show_conflicts(self._card.updated_by)
            return
        async with self._turn:
            sent = {name: self._state.values[name] for name in self._state.changed}
            with shown(self._form.form) as outcome:
                try:
                    card = await db.in_thread(partners.save, self._tab.actor, self._id, sent, self._card.version)
                except EditConflict as conflict:
                    self._follow(replace(self._opened, card=conflict.card))
                    self._show_conflicts(conflict.author)
                    return
            if outcome.ok:
                self._saved(card, sent)
                await self._feed.read()

    def _saved(self, card: Card, sent: Mapping[str, Any]) -> None:
        self._notices.clear()
        self._form.form.clear_errors()
        before, self._opened = self._card, replace(self._opened, card=card)
        refreshed = self._state.sent_saved(sent, self._inputs())
        self._show_values(
            refreshed
            | {name for name in card.texts if card.texts[name] != before.texts.get(name)} - set(self._state.changed)
        )
        self._head.show(card)
        self._tab.set_title(card.title)
        toast(_("Saved"))

    async def _partners_changed(self, event: live.PartnersChanged) -> None:
        if not event.ids or self._id in event.ids:
            await self._refresh()

    async def _refresh(self) -> None:
        """Read the card again: values nobody touched here follow it, the form is built anew when its fields changed."""
        if not self._turn.free() or self._place.is_deleted:
            return
        async with self._turn:
            try:
                opened = await db.in_thread(open_card, self._tab.actor, self._id)
            except NotFound:
                self._gone()
                return
            if opened.card.version < self._card.version:
                return  # read before a save that has overtaken it
            if opened.shape != self._opened.shape:
                self._rebuild(opened)
            elif opened != self._opened:
                self._follow(opened)
                with suppress(NotFound):
                    await self._feed.read()

    def _rebuild(self, opened: Opened) -> None:
        names = {} if self._card.in_bin else self._form.picked()
        self._opened = opened
        self._state.merge(self._inputs())
        self._draw(names)
        self._note_conflicts()

    def _follow(self, opened: Opened) -> None:
        before, self._opened = self._card, opened
        card = self._card
        refreshed = self._state.merge(self._inputs())
        refreshed |= {
            name for name in card.texts if name not in card.editable and card.texts[name] != before.texts[name]
        }
        self._show_values(refreshed)
        self._form.flash(refreshed)
        self._head.show(card)
        self._tab.set_title(card.title)
        self._note_conflicts()

    def _note_conflicts(self) -> None:
        if self._card.in_bin:
            return
        author = self._card.updated_by
        notes = {
            name: _("{author} has put here: {value}").format(author=author, value=self._card.texts[name] or "—")
            for name in self._state.conflicts
        }
        self._form.note(notes)
        if self._notices.deciding:
            self._show_conflicts(author)

    def _show_conflicts(self, author: str) -> None:
        fields = [field for field in self._card.fields if field.unique_name in self._state.conflicts]
        self._notices.show_conflicts(
            author,
            [
                (
                    field.unique_name,
                    field.name,
                    self._form.words(field.unique_name, self._state.values[field.unique_name]),
                    self._card.texts[field.unique_name],
                )
                for field in fields
            ],
        )

    def _take_theirs(self, names: Sequence[str]) -> None:
        self._show_values(self._state.take_theirs(names))
        self._decided()

    def _keep_mine(self, names: Sequence[str]) -> None:
        self._state.keep_mine(names)
        self._decided()

    def _decided(self) -> None:
        if not self._state.conflicts:
            self._notices.clear()
        self._note_conflicts()

    def _tell_restored(self) -> None:
        if not self._card.in_bin and self._state.changed:
            self._notices.show_restored(self._cancel_edits)

    def _cancel_edits(self) -> None:
        self._show_values(self._state.cancel())
        self._form.form.clear_errors()
        self._notices.clear()
        self._note_conflicts()

    async def _restore_value(self, line: Line) -> None:
        if self._state.changed:
            question = _("Bring back “{value}” in the field “{field}”?")
            question = question.format(value=line.old or "—", field=line.field_name)
            text = _("Your unsaved changes in other fields stay as they are.")
            if not await dialogs.confirm(question, text, action=_("Bring back")):
                return
        async with self._turn:
            card = await db.in_thread(history.restore_value, self._tab.actor, line.change_id)
            if line.unique_name in self._state.changed:
                self._state.edit(line.unique_name, self._state.saved[line.unique_name])
                self._show_values({line.unique_name})
            self._follow(replace(self._opened, card=card))
        await self._feed.read()
        with self._place:
            toast(_("The value has been brought back."))

    async def _files_changed(self, event: live.AttachmentsChanged) -> None:
        if event.partner_id == self._id and not self._card.in_bin:
            with suppress(NotFound):  # deleted meanwhile: that is told, too
                await self._files.read()

    async def _delete(self) -> None:
        question = _("Delete “{title}”?").format(title=self._card.title)
        text = _("The card goes to the bin and can be restored for 30 days.")
        if await dialogs.confirm(question, text, action=_("Delete"), dangerous=True):
            await db.in_thread(partners.delete, self._tab.actor, [self._id])

    async def _restore(self) -> None:
        await db.in_thread(partners.restore, self._tab.actor, self._id)

    def _gone(self) -> None:
        """Deleted, or not open to this user any more: both look alike to him."""
        self._tab.stop_listening()
        self._state.cancel()
        self._place.clear()
        with self._place:
            states.empty_state(
                _("This card is not there any more"),
                _("Somebody has deleted it, or it is no longer open to you."),
                icon=icons.NOT_FOUND,
                action=(_("Close the tab"), self._tab.close),
            )

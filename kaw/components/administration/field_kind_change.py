"""Another type for a field that has values (R7.5.3): what would become of them, then the change with its progress."""

import asyncio
from collections.abc import Mapping

from nicegui import ui

from kaw import db
from kaw.components import buttons, inputs, layout, states
from kaw.components.administration.field_words import cards_filled, kind_label
from kaw.components.dialogs import Dialog
from kaw.components.errors import shown
from kaw.components.toasts import toast
from kaw.fields.numbers import grouped
from kaw.i18n import _, ngettext
from kaw.models import FieldKind
from kaw.services import field_kinds
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.field_kinds import KindPreview


async def ask(actor: Actor, field: CardField, kind: FieldKind, list_id: int | None, lists: Mapping[int, str]) -> bool:
    """Show the consequences and change the type when the user wants it; True: it has been changed."""
    step = KindChange(actor, field, kind, list_id, lists)
    await step.show_preview()
    return bool(await step.dialog.result())


class KindChange:
    """The dialog: preview, then progress, then a word about the result."""

    def __init__(
        self, actor: Actor, field: CardField, kind: FieldKind, list_id: int | None, lists: Mapping[int, str]
    ) -> None:
        self._actor = actor
        self._field = field
        self._kind = kind
        self._list_id = list_id if list_id in lists else None
        self._preview: KindPreview | None = None
        self.dialog = Dialog(_("Change the type of «{name}»?").format(name=field.name), wide=True)
        with self.dialog.body:
            layout.text(f"{kind_label(field.kind)} → {kind_label(kind)}").classes("kaw-strong")
            if kind.has_choices:
                self._list_row(lists)
            self._place = ui.element("div").classes("kaw-stack")
        with self.dialog.actions:
            self._cancel = buttons.plain(_("Cancel"), self.dialog.close)
            self._go = buttons.danger(_("Change the type"), self._change)

    def _list_row(self, lists: Mapping[int, str]) -> None:
        with layout.line():
            layout.note(_("List"))
            select = inputs.select(lists, self._list_id, label=_("List"), on_change=self._list_chosen)
            select.classes("kaw-grow")

    async def _list_chosen(self, list_id: int | None) -> None:
        self._list_id = list_id
        await self.show_preview()

    async def show_preview(self) -> None:
        """Count what converts and what would be lost."""
        self._go.set_enabled(False)
        self._place.clear()
        if self._kind.has_choices and self._list_id is None:
            with self._place:
                layout.note(_("Choose the list whose items the field will hold."))
            return
        with self._place:
            states.skeleton(3)
        with shown() as outcome:
            self._preview = await db.in_thread(
                field_kinds.preview_kind, self._actor, self._field.id, self._kind, self._list_id
            )
        self._place.clear()
        if outcome.ok and self._preview is not None:
            self._go.set_enabled(True)
            with self._place:
                _consequences(self._preview)

    async def _change(self) -> None:
        self._cancel.set_enabled(False)
        self._go.set_enabled(False)
        self.dialog.element.props("persistent")
        self._place.clear()
        with self._place:
            progress = states.Progress(_("The values are being converted"))
        loop = asyncio.get_running_loop()

        def tell(done: int, total: int) -> None:
            loop.call_soon_threadsafe(_show_progress, progress, done, total)

        with shown() as outcome:
            await db.in_thread(
                field_kinds.change_kind, self._actor, self._field.id, self._kind, self._list_id, progress=tell
            )
        if outcome.ok:
            toast(self._result())
        self.dialog.submit(outcome.ok)

    def _result(self) -> str:
        found = self._preview
        if found is None or not found.filled:
            return _("The type has been changed.")
        return _("The type has been changed: {converted} converted, {lost} not.").format(
            converted=_values(found.converts), lost=_values(found.lost)
        )


def _consequences(found: KindPreview) -> None:
    if not found.filled:
        layout.text(_("The field is not filled in any card: there is nothing to lose."))
        return
    layout.text(_("The field is {filled}.").format(filled=cards_filled(found.filled)))
    layout.facts([(_("will be converted"), _values(found.converts)), (_("will be lost"), _values(found.lost))])
    if found.examples:
        layout.section(_("Examples"))
        examples = [(old, "→ " + (_("will be lost") if new is None else new)) for old, new in found.examples]
        layout.facts(examples).classes("kaw-examples")
    if found.lost:
        states.banner(_("Values that cannot be converted stay in the history of the cards only."), "warning")


def _values(number: int) -> str:
    return ngettext("{n} value", "{n} values", number).format(n=grouped(number))


def _show_progress(progress: states.Progress, done: int, total: int) -> None:
    if not progress.is_deleted and total:
        progress.set(done / total)

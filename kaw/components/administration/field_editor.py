"""«Поле»: one field of the card, new or old (R7.5.1-R7.5.4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from kaw import db, live
from kaw.components.administration import field_kind_change
from kaw.components.administration.editor_page import EditorPage, gone
from kaw.components.administration.field_form import LABELS, blank_values, draft_of, values_of
from kaw.components.administration.field_inputs import FieldInputs
from kaw.components.administration.field_words import cards_filled
from kaw.components.administration.latin_names import latin_name
from kaw.components.dialogs import confirm_typed
from kaw.components.errors import shown
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import Conflict, NotFound
from kaw.i18n import N_, _
from kaw.models import FieldKind
from kaw.services import access, card_schema, choices, fields
from kaw.services.access import Actor
from kaw.services.fields import FieldRow

NEW = ("", "new")


async def build(tab: TabContext) -> None:
    """The tab of a field; its key is the field's id or "new"."""
    await (NewField(tab) if tab.key in NEW else OldField(tab)).build()


def titles(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """Names of the fields whose tabs come back unopened."""
    if not access.rights(actor).is_admin:
        return {}
    names = {str(row.field.id): row.field.name for row in fields.all_fields(actor)}
    names |= dict.fromkeys(NEW, _("Field (create)"))
    return {key: names[key] for key in keys if key in names}


class FieldEditor:
    """What the editors of new and of old fields share."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._place = here()
        self.state: FormState
        self._page: EditorPage
        self._inputs: FieldInputs

    async def _draw(self, title: str, saved: Mapping[str, Any], **page: Any) -> None:
        self.state = FormState(self._tab, saved)
        self._page = EditorPage(title, self.state, refresh=self._refresh, label=lambda name: _(LABELS[name]), **page)
        with self._page.body:
            self._inputs = FieldInputs(
                self.state,
                sections=await db.in_thread(fields.sections, self._tab.actor),
                lists=await self._lists(),
                choices=card_schema.schema().choice_lists,
                open_list=lambda: self._tab.open("list", "new"),
            )
        self._inputs.on_edit = self._edited

    async def _lists(self) -> dict[int, str]:
        return {row.id: row.name for row in await db.in_thread(choices.all_lists, self._tab.actor)}

    async def _follow_lists(self) -> None:
        lists = await self._lists()
        if not self._inputs.form.is_deleted:  # the tab may have been closed meanwhile
            self._inputs.set_lists(lists, card_schema.schema().choice_lists)

    def _refresh(self, names: set[str]) -> None:
        self._inputs.refresh(names)

    def _edited(self, name: str) -> None:
        """One input was changed by the user; the state knows already."""


class NewField(FieldEditor):
    """«Поле (создать)»; the unique name follows the name until somebody types one."""

    async def build(self) -> None:
        """Draw the empty form, or what was typed before."""
        self._tab.set_title(_("Field (create)"))
        rows = await db.in_thread(fields.all_fields, self._tab.actor)
        self._taken = {row.field.unique_name for row in rows}
        last = max((row.field.sort_order for row in rows), default=-1)
        await self._draw(_("Field (create)"), blank_values(last + 1), save=self._save)
        self._proposed = latin_name(str(self.state.values["name"]), self._taken)
        self._tab.on(live.FieldsChanged, self._changed)

    def _edited(self, name: str) -> None:
        if name != "name" or self.state.values["unique_name"] not in ("", self._proposed):
            return
        self._proposed = latin_name(str(self.state.values["name"]), self._taken)
        self.state.edit("unique_name", self._proposed)
        self._inputs.refresh({"unique_name"})

    async def _save(self) -> None:
        with shown(self._inputs.form) as outcome:
            draft = draft_of(self.state.values)
            created = await db.in_thread(fields.create, self._tab.actor, draft)
        if outcome.ok:
            self._page.saved()
            toast(_("The field «{name}» has been created.").format(name=draft.name))
            self._tab.open("field", str(created))
            self._tab.close()

    async def _changed(self, _event: live.FieldsChanged) -> None:
        rows = await db.in_thread(fields.all_fields, self._tab.actor)
        self._taken = {row.field.unique_name for row in rows}
        await self._follow_lists()


class OldField(FieldEditor):
    """A field that exists: its type changes by a step of its own, and it can be deleted."""

    def __init__(self, tab: TabContext) -> None:
        super().__init__(tab)
        self._deleting = False

    async def build(self) -> None:
        """Draw the field, with what was typed and not saved."""
        try:
            self._id = int(self._tab.key)
            row = await db.in_thread(fields.get, self._tab.actor, self._id)
        except (ValueError, NotFound):
            self._gone()
            return
        self._row = row
        self._tab.set_title(row.field.name)
        delete = (_("Delete the field"), self._delete)
        await self._draw(row.field.name, values_of(row.field), save=self._save, delete=delete)
        self._inputs.lock_unique_name()
        self._inputs.on_kind = self._change_kind
        self._tab.on(live.FieldsChanged, self._changed)

    async def _read(self) -> bool:
        """Take over what is saved now; False when a decision about somebody else's edits is needed."""
        self._row: FieldRow = await db.in_thread(fields.get, self._tab.actor, self._id)
        self._page.title.set_text(self._row.field.name)
        self._tab.set_title(self._row.field.name)
        await self._follow_lists()
        return self._page.merge(values_of(self._row.field))

    async def _changed(self, _event: live.FieldsChanged) -> None:
        if self._deleting:
            return
        try:
            await self._read()
        except NotFound:
            self._gone()

    async def _save(self) -> None:
        with shown(self._inputs.form) as outcome:
            await self._update()
        if outcome.ok:
            self._page.saved()
            await self._read()
            toast(_("Saved."))

    async def _update(self) -> None:
        if self.state.conflicts:
            raise Conflict(N_("Decide first whose values to keep."))
        version = self._row.version
        try:
            await db.in_thread(fields.update, self._tab.actor, self._id, draft_of(self.state.values), version)
        except Conflict:
            undecided = not await self._read()
            if undecided or self._row.version == version:
                raise
            await self._update()

    async def _change_kind(self, kind: FieldKind, list_id: int | None) -> None:
        changed = await field_kind_change.ask(self._tab.actor, self._row.field, kind, list_id, await self._lists())
        if self._place.is_deleted:
            return
        with self._place:
            if changed:
                await self._read()
            self._inputs.refresh({"kind", "choice_list_id"})

    async def _delete(self) -> None:
        actor = self._tab.actor
        name = self._row.field.name
        filled = await db.in_thread(fields.filled_count, actor, self._id)
        self._deleting = True  # the page need not find out by itself that its field has gone
        deleted = await confirm_typed(
            _("Delete the field «{name}»?").format(name=name),
            _("The field is {filled}. It goes from all cards and can be restored for 30 days.").format(
                filled=cards_filled(filled)
            ),
            act=lambda typed: db.in_thread(fields.delete, actor, self._id, typed),
            action=_("Delete the field"),
        )
        self._deleting = False
        if not deleted:
            return
        self._tab.save_draft({})
        toast(_("The field «{name}» has been deleted. It can be restored for 30 days.").format(name=name))
        self._tab.close()

    def _gone(self) -> None:
        gone(self._tab, self._place, _("There is no such field any more"))

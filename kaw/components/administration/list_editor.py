"""«Список»: the name and the rows of one choice list, new or old (R7.6)."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import layout
from kaw.components.administration.choice_rows import ChoiceRows
from kaw.components.administration.editor_page import EditorPage, gone
from kaw.components.administration.list_form import ChoiceRow, errors_of_items, row_errors, rows_of
from kaw.components.administration.replacements import ask_replacements
from kaw.components.dialogs import confirm_typed
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import Conflict, InvalidValue, InvalidValues, KawError, NotFound
from kaw.i18n import N_, _
from kaw.services import access, choices
from kaw.services.access import Actor
from kaw.services.choices import ChoicesInUse, ListDetails

NEW = ("", "new")
BLANK = {"name": "", "rows": []}
LABELS = {"name": N_("Name of the list (required)"), "rows": N_("Rows")}


async def build(tab: TabContext) -> None:
    """The tab of a list; its key is the list's id or "new"."""
    await ListEditor(tab).build()


def titles(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """Names of the lists whose tabs come back unopened."""
    if not access.rights(actor).is_admin:
        return {}
    names = {str(row.id): row.name for row in choices.all_lists(actor)} | dict.fromkeys(NEW, _("List (create)"))
    return {key: names[key] for key in keys if key in names}


class ListEditor:
    """One list on the screen; ``_list_id`` is None until a new one has been saved."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._place = here()
        self._list_id: int | None = None
        self._saved: ListDetails | None = None
        self._tried = False
        self._busy = False

    async def build(self) -> None:
        """Draw what is saved, with what was typed and not saved."""
        if self._tab.key in NEW:
            self._draw(_("List (create)"), BLANK)
            return
        try:
            self._list_id = int(self._tab.key)
            self._saved = await db.in_thread(choices.get, self._tab.actor, self._list_id)
        except (ValueError, NotFound):
            self._gone()
            return
        self._draw(self._saved.name, _values_of(self._saved), delete=(_("Delete the list"), self._delete))
        self._tab.on(live.FieldsChanged, self._changed)

    def _draw(self, title: str, saved: Mapping[str, Any], **page: Any) -> None:
        self._tab.set_title(title)
        self.state = FormState(self._tab, saved)
        self._page = EditorPage(
            title, self.state, save=self._save, refresh=self._refresh, label=lambda name: _(LABELS[name]), **page
        )
        with self._page.body, ui.element("div").classes("kaw-list-editor"):
            self._form = Form()
            with self._form:
                self._name = self._form.text("name", _(LABELS["name"]), self.state.values["name"], limit=120)
            self._name.on_value_change(lambda event: self.state.edit("name", event.value or ""))
            self._rows = ChoiceRows(self._rows_edited)
            layout.note(_("Enter adds the next row; several lines can be pasted at once."))
        self._refresh({"rows"})

    def _refresh(self, names: set[str]) -> None:
        if "name" in names:
            self._name.set_value(self.state.values["name"])
        if "rows" in names:
            self._rows.show(ChoiceRow.from_json(row) for row in self.state.values["rows"])

    def _rows_edited(self, rows: list[ChoiceRow]) -> None:
        self.state.edit("rows", [row.as_json() for row in rows])
        if self._tried:
            self._rows.show_errors(row_errors(rows))

    async def _save(self) -> None:
        saved: int | None = None
        self._busy = True
        with shown(self):
            self._check()
            saved = await self._store({})
        self._busy = False
        if saved is None:
            return
        self._page.saved()
        if self._list_id is None:
            toast(_("The list «{name}» has been created.").format(name=self.state.values["name"]))
            self._tab.open("list", str(saved))
            self._tab.close()
        else:
            await self._read()
            toast(_("Saved."))

    def show(self, error: KawError) -> bool:
        """Errors of the form (``errors.ShowsErrors``): of the name at its input, of items at their rows."""
        wrong = error.errors if isinstance(error, InvalidValues) else [error] if isinstance(error, InvalidValue) else []
        of_rows = errors_of_items(self._rows.rows, wrong)
        if of_rows:
            self._rows.show_errors(of_rows)
            self._rows.look_at_error()
        of_name = [one for one in wrong if one.field == "name"]
        if of_name:
            self._form.show(InvalidValues(of_name))
        return bool(wrong) and len(of_rows) + len(of_name) == len(wrong)

    def _check(self) -> None:
        if self.state.conflicts:
            raise Conflict(N_("Decide first whose values to keep."))
        self._tried = True
        errors = row_errors(self._rows.rows)
        self._rows.show_errors(errors)
        if not self.state.values["name"].strip():
            raise InvalidValue("name", N_("Enter the name of the list."))
        if errors:
            self._rows.look_at_error()
            raise InvalidValue("rows", N_("Please correct the marked rows."))

    async def _store(self, replacements: dict[int, int | None]) -> int | None:
        """Save; the list's id, None when the user does not want to replace items that are in use."""
        rows = self._rows.rows
        version = self._saved.version if self._saved else None
        name = self.state.values["name"].strip()
        try:
            return await db.in_thread(
                choices.save,
                self._tab.actor,
                self._list_id,
                name,
                [row.as_item() for row in rows],
                version=version,
                replacements=replacements,
            )
        except ChoicesInUse as used:
            return await self._replace(used, replacements)
        except Conflict:
            undecided = self._list_id is None or not await self._read()
            if undecided or self._saved is None or self._saved.version == version:
                raise
            return await self._store(replacements)

    async def _replace(self, used: ChoicesInUse, decided: dict[int, int | None]) -> int | None:
        names = {item.id: item.name for item in (self._saved.items if self._saved else ()) if item.id is not None}
        left = {row.id: row.name for row in self._rows.rows if row.id is not None}
        chosen = await ask_replacements(used.uses, names, left)
        return None if chosen is None else await self._store({**decided, **chosen})

    async def _read(self) -> bool:
        """Take over what is saved now; False when a decision about somebody else's edits is needed."""
        self._saved = await db.in_thread(choices.get, self._tab.actor, self._list_id or 0)
        self._page.title.set_text(self._saved.name)
        self._tab.set_title(self._saved.name)
        return self._page.merge(_values_of(self._saved))

    async def _changed(self, _event: live.FieldsChanged) -> None:
        if self._busy:
            return  # new rows get their ids by the save that is running, which reads them itself
        try:
            await self._read()
        except NotFound:
            self._gone()

    async def _delete(self) -> None:
        actor, name, list_id = self._tab.actor, self._page.title.text, self._list_id or 0
        self._busy = True  # the page need not find out by itself that its list has gone
        deleted = await confirm_typed(
            _("Delete the list «{name}»?").format(name=name),
            _("All its rows go with it. A list that a field uses cannot be deleted."),
            act=lambda typed: db.in_thread(choices.delete, actor, list_id, typed),
            action=_("Delete the list"),
        )
        self._busy = False
        if not deleted:
            return
        self._tab.save_draft({})
        toast(_("The list «{name}» has been deleted.").format(name=name))
        self._tab.close()

    def _gone(self) -> None:
        gone(self._tab, self._place, _("There is no such list any more"))


def _values_of(details: ListDetails) -> dict[str, Any]:
    return {"name": details.name, "rows": [row.as_json() for row in rows_of(details.items)]}

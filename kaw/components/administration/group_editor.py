"""One group: its name, its users, and how far each field of the card is open to them (R7.3.2–R7.3.5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, dialogs, icons, layout
from kaw.components.administration.editor_page import EditorPage, gone
from kaw.components.administration.group_new import NewGroup
from kaw.components.administration.level_matrix import LevelMatrix, MatrixRow
from kaw.components.administration.switch_list import SwitchList, SwitchRow
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import KawError, NotFound
from kaw.i18n import _
from kaw.models import Access
from kaw.services import access, card_schema, groups, users
from kaw.services.access import Actor

NEW = "new"
MEMBER, LEVEL = "member.", "level."


class Sources:
    """What the editor shows, read in one go."""

    def __init__(self, actor: Actor, group_id: int) -> None:
        self.group = groups.get(actor, group_id)
        self.users = users.all_users(actor)
        access.require_admin(actor)
        self.fields = card_schema.schema().fields

    def values(self) -> dict[str, Any]:
        """The saved state, one value per name, user and field."""
        members = {f"{MEMBER}{user.id}": user.id in self.group.members for user in self.users}
        levels = {f"{LEVEL}{one.id}": int(self.group.levels.get(one.id, Access.HIDDEN)) for one in self.fields}
        return {"name": self.group.name, **members, **levels}


async def build(tab: TabContext) -> None:
    """A group by id, or a form for a new one."""
    if tab.key == NEW:
        NewGroup(tab)
        return
    try:
        sources = await db.in_thread(Sources, tab.actor, int(tab.key))
    except (NotFound, ValueError):
        gone(tab, here(), _("There is no such group"))
        return
    GroupEditor(tab, sources)


def titles(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """Names of the groups whose tabs come back unopened."""
    if not access.rights(actor).is_admin:
        return {}
    names = {str(row.id): row.name for row in groups.all_groups(actor)} | {NEW: _("Group (create)")}
    return {key: names[key] for key in keys if key in names}


class GroupEditor:
    """The tab of one group."""

    def __init__(self, tab: TabContext, sources: Sources) -> None:
        self._tab, self._place, self._sources = tab, here(), sources
        self._showing = self._leaving = False
        self._state = FormState(tab, sources.values())
        tab.set_title(sources.group.name)
        self._page = EditorPage(
            _("Group: {name}").format(name=sources.group.name),
            self._state,
            save=self._save,
            refresh=self._refresh,
            label=self._label,
            delete=(_("Delete the group"), self._delete),
        )
        with self._page.body:
            self._build()
        self._show()
        tab.on(live.RightsChanged, self._follow)
        tab.on(live.FieldsChanged, self._follow)

    def _build(self) -> None:
        self._form = Form()
        with self._form.classes("kaw-editor kaw-editor-narrow kaw-group-name"), layout.stack():
            self._name = self._form.text("name", _("Name of the group"), required=True, limit=120)
        self._form.on_change(self._renamed)
        with ui.element("div").classes("kaw-group"):
            with ui.element("section"):
                layout.section(_("Users of the group"))
                self._members = SwitchList(
                    title=_("Users of the group"), switch=_("In the group"), on_change=self._members_changed
                )
            with ui.element("section"):
                layout.section(_("Fields and access to them"))
                self._matrix = LevelMatrix(self._levels_changed)
                with ui.element("div") as self._no_fields:
                    layout.note(_("The card has no fields yet."))
                    buttons.plain(_("To the fields"), lambda: self._tab.open("fields"), icon=icons.FIELDS)

    def _show(self) -> None:
        values, saved = self._state.values, self._state.saved
        self._showing = True
        self._name.set_value(values["name"])
        self._showing = False
        self._members.show(
            SwitchRow(user.id, user.full_name, user.login, saved[f"{MEMBER}{user.id}"], values[f"{MEMBER}{user.id}"])
            for user in self._sources.users
        )
        self._matrix.show(
            MatrixRow(
                one.id, one.name, one.section, Access(saved[f"{LEVEL}{one.id}"]), Access(values[f"{LEVEL}{one.id}"])
            )
            for one in self._sources.fields
        )
        self._matrix.set_visibility(bool(self._sources.fields))
        self._no_fields.set_visibility(not self._sources.fields)

    def _renamed(self) -> None:
        if not self._showing:
            self._state.edit("name", self._name.value)

    def _members_changed(self, chosen: set[int]) -> None:
        self._state.edit_many({f"{MEMBER}{user.id}": user.id in chosen for user in self._sources.users})

    def _levels_changed(self, chosen: dict[int, Access]) -> None:
        self._state.edit_many({f"{LEVEL}{field_id}": int(level) for field_id, level in chosen.items()})

    def _refresh(self, _names: set[str]) -> None:
        self._show()

    def _label(self, name: str) -> str:
        if name == "name":
            return _("Name of the group")
        number = int(name.rpartition(".")[2])
        things = self._sources.users if name.startswith(MEMBER) else self._sources.fields
        names = {thing.id: getattr(thing, "full_name", "") or getattr(thing, "name", "") for thing in things}
        return names.get(number, "")

    async def _save(self) -> None:
        with shown(self._form):
            if not await self._take_over():
                return
            values = self._state.values
            await db.in_thread(groups.update, self._tab.actor, self._sources.group.id, **self._wanted(values))
            self._page.saved()
            self._rename(values["name"])
            self._form.clear_errors()
            self._show()
            toast(_("Saved."))

    def _wanted(self, values: Mapping[str, Any]) -> dict[str, Any]:
        levels = {one.id: Access(values[f"{LEVEL}{one.id}"]) for one in self._sources.fields}
        return {
            "name": values["name"],
            "members": frozenset(user.id for user in self._sources.users if values[f"{MEMBER}{user.id}"]),
            "levels": {**self._sources.group.levels, **levels},  # a deleted field keeps its level for its return
        }

    async def _delete(self) -> None:
        group = self._sources.group
        done = await dialogs.confirm_typed(
            _("Delete the group"),
            _("Do you really want to delete the group «{name}»? Its users lose the access it gives.").format(
                name=group.name
            ),
            act=self._delete_now,
            action=_("Delete the group"),
        )
        if done:
            toast(_("The group «{name}» has been deleted.").format(name=group.name))
            self._tab.close()

    async def _delete_now(self, typed: str) -> None:
        self._leaving = True  # or the tab would tell its own user that somebody deleted the group
        try:
            await db.in_thread(groups.delete, self._tab.actor, self._sources.group.id, typed)
        except KawError:
            self._leaving = False
            raise

    async def _follow(self) -> None:
        """Somebody has changed a group, a user or the fields."""
        await self._take_over()

    async def _take_over(self) -> bool:
        """Read what is saved now; False when the group is gone or both have changed the same."""
        try:
            self._sources = await db.in_thread(Sources, self._tab.actor, self._sources.group.id)
        except NotFound:
            if not self._leaving:
                gone(self._tab, self._place, _("There is no such group"))
            return False
        if self._place.is_deleted:
            return False
        self._rename(self._sources.group.name)
        return self._page.merge(self._sources.values())

    def _rename(self, name: str) -> None:
        self._page.title.set_text(_("Group: {name}").format(name=name))
        self._tab.set_title(name)

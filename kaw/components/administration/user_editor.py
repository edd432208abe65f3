"""One user: who he is, what he may do, his extension and queues, his groups and open sessions (R7.1.1–R7.1.5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import dialogs, layout
from kaw.components.administration.editor_page import EditorPage, gone
from kaw.components.administration.queue_rows import QueueRows
from kaw.components.administration.sessions import SessionList
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.errors import KawError, NotFound
from kaw.i18n import _
from kaw.services import access, groups, users
from kaw.services.access import Actor

NEW = "new"
NOBODY = users.UserDraft(full_name="", login="")
SWITCHES = ("active", "is_admin", "contacts", "tasks", "reports")


class Sources:
    """What the editor shows of a user, read in one go."""

    def __init__(self, actor: Actor, user_id: int) -> None:
        details = users.get(actor, user_id)
        self.id, self.draft, self.has_sip_password = details.id, details.draft, details.has_sip_password
        self.groups = [row for row in groups.all_groups(actor) if row.id in details.groups]


async def build(tab: TabContext) -> None:
    """A user by id, or a form for a new one."""
    if tab.key == NEW:
        UserEditor(tab, None)
        return
    try:
        sources = await db.in_thread(Sources, tab.actor, int(tab.key))
    except (NotFound, ValueError):
        gone(tab, here(), _("There is no such user"))
        return
    UserEditor(tab, sources)


def titles(actor: Actor, keys: Sequence[str]) -> dict[str, str]:
    """Names of the users whose tabs come back unopened."""
    if not access.rights(actor).is_admin:
        return {}
    names = {str(row.id): row.full_name for row in users.all_users(actor)} | {NEW: _("Add a new user")}
    return {key: names[key] for key in keys if key in names}


class UserEditor:
    """The tab of one user."""

    def __init__(self, tab: TabContext, sources: Sources | None) -> None:
        self._tab, self._place, self._is_new = tab, here(), sources is None
        self._id = sources.id if sources else 0
        self._showing = self._leaving = False
        state = FormState(tab, _values(sources.draft if sources else NOBODY), secrets=["password", "sip_password"])
        title = sources.draft.full_name if sources else _("Add a new user")
        tab.set_title(title)
        self._page = EditorPage(
            title,
            state,
            save=self._save,
            refresh=self._refresh,
            label=lambda name: _labels(self._is_new)[name],
            delete=(_("Delete the user"), self._delete) if sources else None,
        )
        with self._page.body:
            self._build(sources)
        self._refresh(set(state.values))
        if sources:
            tab.on(live.RightsChanged, self._follow)

    def _build(self, sources: Sources | None) -> None:
        self._form = Form()
        self._form.classes("kaw-editor").on_change(self._edited)
        with self._form:
            with layout.stack():
                self._person()
                self._telephony(has_password=bool(sources and sources.has_sip_password))
            with layout.stack():
                self._rights()
                if sources:
                    self._belongings(sources)

    def _person(self) -> None:
        labels = _labels(self._is_new)
        layout.section(_("Basic data"))
        self._form.text("full_name", labels["full_name"], required=True, limit=120)
        self._form.text("login", labels["login"], required=True, limit=64).props("autocomplete=off")
        note = "" if self._is_new else _("Leave it empty to keep the old one")
        self._form.password("password", labels["password"], required=self._is_new, new=True, note=note)

    def _rights(self) -> None:
        labels = _labels(self._is_new)
        layout.section(_("Rights"))
        with ui.element("div").classes("kaw-rights"):
            for name in SWITCHES:
                switch = self._form.switch(name, labels[name])
                switch.bind_text_from(switch, "value", lambda on: _("Yes") if on else _("No"))

    def _telephony(self, *, has_password: bool) -> None:
        labels = _labels(self._is_new)
        layout.section(_("Telephony"))
        self._form.text("extension", labels["extension"], limit=16)
        note = _("Leave it empty to keep the old one") if has_password else _("Makes his browser a phone (softphone)")
        self._form.password("sip_password", labels["sip_password"], new=True, note=note)
        with self._form.row("queues", labels["queues"]) as row:
            self._queues = row.hold(QueueRows(lambda value: self._edit({"queues": value})))

    def _belongings(self, sources: Sources) -> None:
        layout.section(_("Groups"))
        self._groups = ui.element("div").classes("kaw-line wrap")
        self._show_groups(sources)
        layout.section(_("Open sessions"))
        SessionList(self._tab, user_id=sources.id)

    def _show_groups(self, sources: Sources) -> None:
        self._groups.clear()
        with self._groups:
            if sources.draft.is_admin:
                layout.note(_("An administrator sees all fields."))
            elif not sources.groups:
                layout.note(_("In no group: he sees no field of the cards."))
            for group in sources.groups:
                link = ui.link(group.name, f"/group/{group.id}")
                link.on("click.prevent", lambda _event, key=str(group.id): self._tab.open("group", key))

    def _edited(self) -> None:
        if not self._showing:
            values = self._form.values()
            self._edit({name: values[name] for name in values.keys() - {"queues"}})

    def _edit(self, values: Mapping[str, Any]) -> None:
        self._page.state.edit_many(values)

    def _refresh(self, names: set[str]) -> None:
        """Put values of the state on the screen."""
        values = self._page.state.values
        self._showing = True
        self._form.set_values({name: values[name] for name in names - {"queues"}})
        self._showing = False
        if "queues" in names:
            self._queues.show(values["queues"])

    async def _save(self) -> None:
        with shown(self._form) as outcome:
            if self._is_new:
                await self._create()
            elif self._page.merge(_values((await self._read()).draft)):
                await self._update()
        if outcome.ok:
            self._form.clear_errors()

    async def _create(self) -> None:
        values = self._page.state.values
        passwords = values["password"], values["sip_password"]
        created = await db.in_thread(users.create, self._tab.actor, _draft(values), *passwords)
        self._page.saved()
        toast(_("The user «{name}» has been created.").format(name=values["full_name"]))
        self._tab.open("user", str(created))
        self._tab.close()

    async def _update(self) -> None:
        values = self._page.state.values
        passwords = values["password"] or None, values["sip_password"]
        await db.in_thread(users.update, self._tab.actor, self._id, _draft(values), *passwords)
        self._page.saved()
        self._refresh({"password", "sip_password"})
        self._name(values["full_name"])
        toast(_("Saved."))

    async def _delete(self) -> None:
        name = self._page.state.saved["full_name"]
        done = await dialogs.confirm_typed(
            _("Delete the user"),
            _("Do you really want to delete the user «{name}»? His history stays readable under his name.").format(
                name=name
            ),
            act=self._delete_now,
            action=_("Delete the user"),
        )
        if done:
            toast(_("The user «{name}» has been deleted.").format(name=name))
            self._tab.close()

    async def _delete_now(self, typed: str) -> None:
        self._leaving = True  # or the tab would tell its own user that somebody deleted the account
        try:
            await db.in_thread(users.delete, self._tab.actor, self._id, typed)
        except KawError:
            self._leaving = False
            raise

    async def _read(self) -> Sources:
        return await db.in_thread(Sources, self._tab.actor, self._id)

    async def _follow(self) -> None:
        """Somebody has changed a user or a group."""
        try:
            sources = await self._read()
        except NotFound:
            if not self._leaving:
                gone(self._tab, self._place, _("There is no such user"))
            return
        if self._place.is_deleted:
            return
        self._page.merge(_values(sources.draft))
        self._name(sources.draft.full_name)
        self._show_groups(sources)

    def _name(self, full_name: str) -> None:
        self._page.title.set_text(full_name)
        self._tab.set_title(full_name)


def _labels(is_new: bool) -> dict[str, str]:
    return {
        "full_name": _("User's name"),
        "login": _("Login to sign in"),
        "password": _("Password") if is_new else _("Change the password to sign in"),
        "active": _("Is the user active?"),
        "is_admin": _("Administrator rights"),
        "contacts": _("Work with contacts"),
        "tasks": _("Creating tasks"),
        "reports": _("Work with reports"),
        "extension": _("Extension"),
        "sip_password": _("SIP password"),
        "queues": _("Queues"),
    }


def _values(draft: users.UserDraft) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(draft, name) for name in ("full_name", "login", *SWITCHES)}
    queues = [list(queue) for queue in draft.queues]
    return {**values, "password": "", "sip_password": "", "extension": draft.extension or "", "queues": queues}


def _draft(values: Mapping[str, Any]) -> users.UserDraft:
    """What the form says, for the service."""
    plain = {name: values[name] for name in ("full_name", "login", "extension", *SWITCHES)}
    return users.UserDraft(**plain, queues=tuple((str(name), bool(dynamic)) for name, dynamic in values["queues"]))

"""«Мой кабинет»: what a user sets for himself (R7.2)."""

from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import inputs, layout, theme
from kaw.components.administration.editor_page import EditorPage
from kaw.components.administration.setting_inputs import yes_no
from kaw.components.administration.working_hours import WorkingHours
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext
from kaw.components.toasts import toast
from kaw.i18n import LANGUAGES, _
from kaw.services import account, sessions
from kaw.services.account import Account, AccountDraft

SECRETS = ("old_password", "new_password", "sip_password")


async def build(tab: TabContext) -> None:
    """One's own settings."""
    AccountTab(tab, await db.in_thread(account.get, tab.actor))


class AccountTab:
    """Theme and language hold as soon as they are picked; the rest is saved with «Сохранить»."""

    def __init__(self, tab: TabContext, own: Account) -> None:
        self._tab, self._own = tab, own
        self._showing = False
        self._state = FormState(tab, _values(own), secrets=SECRETS)
        self._page = EditorPage(
            _("My account"), self._state, save=self._save, refresh=self._refresh, label=lambda name: self._labels[name]
        )
        self._labels = {"full_name": _("Full name"), "extension": _("Login"), "working_hours": _("Working hours")}
        self._labels |= {"notification_sound": _("Sound of notifications")}
        with self._page.body:
            self._form = Form()
            with self._form.classes("kaw-editor"):
                self._build()
        self._form.on_change(self._edited)
        self._refresh(set(self._state.values))
        tab.on(live.RightsChanged, self._follow)
        tab.on(live.SettingsChanged, self._follow)

    def _build(self) -> None:
        with layout.stack():
            self._sign_in()
            with ui.element("div") as self._telephony_place:
                self._telephony()
        with layout.stack():
            self._workplace()

    def _sign_in(self) -> None:
        layout.section(_("Sign-in data"))
        self._form.text("full_name", self._labels["full_name"], required=True, limit=120)
        new = _("New password for {login}").format(login=self._own.login)
        self._form.password("new_password", new, new=True, note=_("Fill it in only for a new password"))
        self._form.password("old_password", _("Present password"))

    def _telephony(self) -> None:
        layout.section(_("Telephony sign-in data"))
        if not self._own.may_change_telephony:
            layout.facts([(self._labels["extension"], self._own.extension or _("none"))])
            layout.note(_("An administrator sets the telephony login and password."))
            return
        self._form.text("extension", self._labels["extension"], limit=16)
        note = _("A password is set; it is not shown") if self._own.has_sip_password else ""
        self._form.password("sip_password", _("Password"), new=True, note=note)

    def _workplace(self) -> None:
        layout.section(_("Workplace"))
        with self._form.row("language", _("Language")) as row:
            row.hold(inputs.segments(LANGUAGES, self._own.language, self._set_language, label=_("Language")))
        themes = {"auto": _("As the system"), "light": _("Light"), "dark": _("Dark")}
        with self._form.row("theme", _("Theme")) as row:
            row.hold(inputs.segments(themes, self._own.theme, self._set_theme, label=_("Theme")))
        self._form.hold("notification_sound", self._labels["notification_sound"], yes_no)
        with self._form.row("working_hours", self._labels["working_hours"]) as row:
            self._hours = row.hold(WorkingHours(lambda hours: self._state.edit("working_hours", hours)))

    def _edited(self) -> None:
        if not self._showing:
            values = self._form.values()
            names = self._state.values.keys() & values.keys() - {"working_hours"}
            self._state.edit_many({name: values[name] for name in names})

    def _refresh(self, names: set[str]) -> None:
        values = self._state.values
        self._showing = True
        self._form.set_values({name: values[name] for name in names - {"working_hours"}})
        self._showing = False
        if "working_hours" in names:
            self._hours.show(values["working_hours"])

    async def _set_theme(self, name: str) -> None:
        with shown() as outcome:
            await self._save_look(theme=name)
        if outcome.ok:
            theme.change(name)

    async def _set_language(self, code: str) -> None:
        with shown() as outcome:
            await self._save_look(language=code)
        if outcome.ok:
            ui.navigate.reload()  # every text of the page changes; what is unsaved comes back from the drafts

    async def _save_look(self, **look: str) -> None:
        own = await db.in_thread(account.get, self._tab.actor)
        await db.in_thread(account.update, self._tab.actor, _draft(own, {**_values(own), **look}))

    async def _save(self) -> None:
        with shown(self._form):
            if not await self._follow():
                return
            values = self._state.values
            if values["new_password"] or values["old_password"]:
                await db.in_thread(
                    sessions.change_password, self._tab.actor, values["old_password"], values["new_password"]
                )
            await db.in_thread(account.update, self._tab.actor, _draft(self._own, values))
            self._page.saved()
            self._refresh(set(SECRETS) & self._form.rows.keys())
            self._form.clear_errors()
            toast(_("Saved."))

    async def _follow(self) -> bool:
        """Take over what is saved now; False while both have changed the same."""
        self._own = await db.in_thread(account.get, self._tab.actor)
        return self._page.merge(_values(self._own))


def _values(own: Account) -> dict[str, Any]:
    return {
        "full_name": own.full_name,
        "notification_sound": own.notification_sound,
        "working_hours": {day: list(times) for day, times in own.working_hours.items()},
        "extension": own.extension or "",
        **dict.fromkeys(SECRETS, ""),
    }


def _draft(own: Account, values: dict[str, Any]) -> AccountDraft:
    return AccountDraft(
        full_name=values["full_name"],
        language=values.get("language", own.language),
        theme=values.get("theme", own.theme),
        notification_sound=values["notification_sound"],
        working_hours={day: (begin, end) for day, (begin, end) in values["working_hours"].items()},
        extension=values["extension"],
        sip_password=values["sip_password"] or None,
    )

"""«Настройки»: what the administrator decides for all, by topic, and who is signed in now (R7.8, R4.2)."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import layout
from kaw.components.administration.editor_page import EditorPage
from kaw.components.administration.sessions import SessionList
from kaw.components.administration.setting_inputs import add_input
from kaw.components.administration.telephony_state import TelephonyState
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.services import settings
from kaw.services.settings import SETTINGS, SettingKind
from kaw.services.telephony_settings import LINE

SECRETS = [key for key, kind in SETTINGS.items() if kind.secret]  # drafts are kept as they are typed

# What stands below the settings of a topic; given the tab, the form and what is typed in it.
BELOW: dict[str, Callable[[TabContext, Form, Callable[[], Mapping[str, Any]]], Any]] = {LINE: TelephonyState}


async def build(tab: TabContext) -> None:
    """All settings in one form."""
    SettingsTab(tab, await db.in_thread(settings.all_settings, tab.actor))


class SettingsTab:
    """One form; only what was changed is saved."""

    def __init__(self, tab: TabContext, saved: dict[str, Any]) -> None:
        self._tab = tab
        self._showing = False
        self._state = FormState(tab, saved, bulky=["logo", *SECRETS])
        self._page = EditorPage(
            _("Settings"), self._state, save=self._save, refresh=self._refresh, label=lambda key: _(SETTINGS[key].label)
        )
        with self._page.body:
            self._form = Form()
            with self._form.classes("kaw-editor"):
                for topic, kinds in _by_topic().items():
                    with layout.stack():
                        layout.section(_(topic))
                        for kind in kinds:
                            add_input(self._form, kind)
                        if topic in BELOW:
                            BELOW[topic](tab, self._form, lambda: self._state.values)
            with ui.element("section").classes("kaw-editor-below"):
                layout.section(_("Open sessions"))
                SessionList(tab)
        self._form.on_change(self._edited)
        self._refresh(set(saved))
        tab.on(live.SettingsChanged, self._follow)

    def _edited(self) -> None:
        if not self._showing:
            self._state.edit_many({key: _plain(key, value) for key, value in self._form.values().items()})

    def _refresh(self, keys: set[str]) -> None:
        self._showing = True
        self._form.set_values({key: _typed(self._state.values[key]) for key in keys})
        self._showing = False

    async def _save(self) -> None:
        with shown(self._form):
            if not await self._follow():
                return
            changes = {key: self._state.values[key] for key in self._state.changed}
            await db.in_thread(settings.change, self._tab.actor, changes)
            self._page.saved_as(changes, await db.in_thread(settings.all_settings, self._tab.actor))
            self._form.clear_errors()
            toast(_("Saved."))

    async def _follow(self) -> bool:
        """Take over what is saved now; False while both have changed the same."""
        return self._page.merge(await db.in_thread(settings.all_settings, self._tab.actor))


def _by_topic() -> dict[str, list[SettingKind]]:
    topics: dict[str, list[SettingKind]] = {}
    for kind in SETTINGS.values():
        topics.setdefault(kind.topic, []).append(kind)
    return topics


def _typed(value: Any) -> Any:
    """Lists are written one item per line."""
    return "\n".join(value) if isinstance(value, list) else value


def _plain(key: str, value: Any) -> Any:
    """Number inputs give 50.0 for 50, and lists come as lines."""
    if isinstance(SETTINGS[key].default, list):
        return str(value or "").split("\n") if value else []
    return int(value) if isinstance(value, float) and value.is_integer() else value

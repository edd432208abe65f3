"""«Группа (создать)»: its name; members and levels follow once it exists (R7.3.1)."""

from typing import Any

from kaw import db
from kaw.components import layout
from kaw.components.administration.editor_page import EditorPage
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext
from kaw.i18n import _
from kaw.services import groups


class NewGroup:
    """The form of a group that does not exist yet."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._state = FormState(tab, {"name": ""})
        tab.set_title(_("Group (create)"))
        self._page = EditorPage(
            _("Group (create)"), self._state, save=self._save, refresh=lambda names: None, label=lambda name: name
        )
        with self._page.body:
            self._form = Form()
            with self._form.classes("kaw-editor kaw-editor-narrow"), layout.stack():
                self._name: Any = self._form.text(
                    "name",
                    _("Name of the group"),
                    self._state.values["name"],
                    required=True,
                    hint=_("Enter the name of the group of users"),
                    note=_("Its users and their access to fields are set after saving."),
                    limit=120,
                )
            self._name.props("autofocus").on("keydown.enter", self._save)
        self._form.on_change(lambda: self._state.edit("name", self._name.value))

    async def _save(self) -> None:
        with shown(self._form):
            created = await db.in_thread(groups.create, self._tab.actor, self._name.value)
            self._page.saved()
            self._tab.open("group", str(created))
            self._tab.close()

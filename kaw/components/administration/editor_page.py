"""The tab of one thing that an administrator edits: head with «Сохранить», messages, body; edits by others told."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons, layout, states
from kaw.components.form_state import FormState
from kaw.components.tabs import TabContext
from kaw.i18n import _


class EditorPage:
    """``refresh(names)`` puts values of the state on the screen; ``label(name)`` is what a person calls a value."""

    def __init__(
        self,
        title: str,
        state: FormState,
        *,
        save: Callable[[], Any],
        refresh: Callable[[set[str]], None],
        label: Callable[[str], str],
        delete: tuple[str, Callable[[], Any]] | None = None,
    ) -> None:
        self.state = state
        self._refresh = refresh
        self._label = label
        with layout.page() as self.element:
            with layout.bar():
                self.title = layout.title(title).classes("kaw-clip kaw-grow")
                if delete is not None:
                    buttons.warn(*delete, icon=icons.DELETE)
                self.save_button = buttons.primary(_("Save"), save)
            self._notices = ui.element("div")
            self.body = ui.element("div").classes("kaw-scroll")
        self._tell_conflicts()

    def merge(self, theirs: Mapping[str, Any]) -> bool:
        """Follow what is saved now. False while an edit of the same values by somebody else waits for a decision."""
        self._refresh(self.state.merge(theirs))
        self._tell_conflicts()
        return not self.state.conflicts

    def saved(self) -> None:
        """All that is on the screen has been saved."""
        self.state.saved_now()
        self._tell_conflicts()

    def saved_as(self, sent: Mapping[str, Any], saved: Mapping[str, Any]) -> None:
        """``sent`` is kept now as ``saved`` has it; what was typed since then stays an edit."""
        self._refresh(self.state.sent_saved(sent, saved))
        self._tell_conflicts()

    def _tell_conflicts(self) -> None:
        self._notices.clear()
        if not self.state.conflicts:
            return
        with self._notices:
            states.banner(
                _("Somebody else has meanwhile changed: {what}.").format(what=self._named(self.state.conflicts)),
                "warning",
                actions=[(_("Take theirs"), self._take_theirs), (_("Keep mine"), self._keep_mine)],
            )

    def _named(self, names: Iterable[str]) -> str:
        return ", ".join(sorted({f"«{self._label(name)}»" for name in names}))

    def _take_theirs(self) -> None:
        self._refresh(self.state.take_theirs())
        self._tell_conflicts()

    def _keep_mine(self) -> None:
        self.state.keep_mine()
        self._tell_conflicts()


def gone(tab: TabContext, place: ui.element, what: str) -> None:
    """What is being edited here does not exist any more: say so in its place."""
    tab.stop_listening()
    if place.is_deleted:
        return
    tab.save_draft({})
    tab.set_dirty(False)
    place.clear()
    with place:
        states.empty_state(
            what, _("Somebody may have deleted it."), icon=icons.NOT_FOUND, action=(_("Close the tab"), tab.close)
        )

"""What stands above the fields: edits that came back, and edits of the same fields by somebody else."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from nicegui import ui

from kaw.components import buttons, states
from kaw.components.form_state import FormState
from kaw.i18n import _

Decide = Callable[[Sequence[str]], Any]


class Notices:
    """One message at a time."""

    def __init__(self, state: FormState, take_theirs: Decide, keep_mine: Decide) -> None:
        self._state, self._take, self._keep = state, take_theirs, keep_mine
        self.deciding = False
        self._place = ui.element("div").classes("kaw-card-notices")

    def clear(self) -> None:
        """Nothing to say."""
        self.deciding = False
        self._place.clear()

    def show_restored(self, cancel: Callable[[], Any]) -> None:
        """What was typed before the reload is back."""
        self.clear()
        with self._place:
            states.banner(_("Your unsaved text has been restored."), actions=[(_("Cancel the changes"), cancel)])

    def show_conflicts(self, author: str, fields: Iterable[tuple[str, str, str, str]]) -> None:
        """Let the user decide for each field: (unique name, name, his value, theirs)."""
        self.clear()
        self.deciding = True
        with self._place:
            text = _("{author} has changed this card. Decide whose values stay, then save.")
            states.banner(text.format(author=author or _("Somebody else")), "warning").props["role"] = "alert"
            with ui.element("div").classes("kaw-conflicts"):
                for name, label, mine, theirs in fields:
                    self._conflict(name, label, mine, theirs)

    def _conflict(self, name: str, label: str, mine: str, theirs: str) -> None:
        with ui.element("div").classes("kaw-conflict").props("role=group") as line:
            line.props["aria-label"] = label
            ui.label(label).classes("kaw-label")
            for words, value, decide in (
                (_("Keep mine"), mine, self._keep),
                (_("Take them"), theirs, self._take),
            ):
                with ui.element("div").classes("kaw-conflict-side"):
                    ui.label(value or "—").classes("kaw-conflict-value").props["title"] = value
                    buttons.plain(words, partial(decide, [name])).classes("small")

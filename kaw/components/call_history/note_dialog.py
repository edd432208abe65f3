"""What came of a call, put right afterwards (R12.8)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kaw import db
from kaw.components import buttons
from kaw.components.dialogs import Dialog
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.services import call_notes, settings
from kaw.services.access import Actor
from kaw.services.call_history import CallRow


class NoteDialog:
    """Outcome and note of one call; what was not changed here is not written. ``on_saved`` gets the row as it is."""

    def __init__(self, actor: Actor, row: CallRow, on_saved: Callable[[CallRow], Any]) -> None:
        self._actor, self._row, self._on_saved = actor, row, on_saved
        outcomes = [str(each) for each in settings.value("call_outcomes")]
        if row.outcome and row.outcome not in outcomes:
            outcomes.append(row.outcome)
        self._dialog = Dialog(_("Outcome and note"))
        with self._dialog.body:
            self._form = Form(stacked=True)
            with self._form:
                options = {"": _("none")} | {each: each for each in outcomes}
                self._outcome = self._form.select("outcome", _("Outcome of the call"), options, row.outcome)
                self._note = self._form.text_area("note", _("Note on the call"), row.note)
                self._note.props("autofocus")
        with self._dialog.actions:
            buttons.plain(_("Cancel"), self._dialog.close)
            buttons.primary(_("Save"), self._save)

    def open(self) -> None:
        """Ask."""
        self._dialog.open()

    async def _save(self) -> None:
        had, typed = self._row, replace(self._row, note=self._note.value or "", outcome=self._outcome.value or "")
        note = typed.note if typed.note != had.note else None
        outcome = typed.outcome if typed.outcome != had.outcome else None
        with shown(self._form) as saving:
            await db.in_thread(call_notes.save, self._actor, had.id, note, outcome)
        if saving.ok:
            self._dialog.close()
            self._on_saved(replace(typed, note=typed.note.strip()))
            toast(_("Saved."))

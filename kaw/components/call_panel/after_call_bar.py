"""After the talk: what came of it, a note, and how much time is left for them (R12.8)."""

from dataclasses import replace

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import buttons, inputs
from kaw.components.chips import state
from kaw.components.errors import shown
from kaw.components.phone_desk import PhoneDesk
from kaw.components.stopwatch import Stopwatch
from kaw.i18n import _
from kaw.services import call_notes, operators, settings
from kaw.services.operators import OwnWork

MOST_BUTTONS = 4  # outcomes that stand side by side; more are a drop-down


class AfterCallBar(ui.element):
    """A line above the bar; «Готово» or the timer ends it."""

    def __init__(self, desk: PhoneDesk) -> None:
        super().__init__("div")
        self._desk = desk
        self._work: OwnWork | None = None
        self._outcome = ""
        self.classes("kaw-call-strip kaw-hidden")
        self.props["role"] = "group"
        self.props["aria-label"] = _("After-call work")
        desk.watch(self.show)

    def show(self) -> None:
        """Built anew for another call only: what is being typed stays."""
        work, had = self._desk.own.after_call, self._work
        if (work and work.call_id) == (had and had.call_id):
            return
        if had is not None and (typed := self._typed(had)) != had:
            background_tasks.create(self._keep(had, typed), name="note of a call", context=self)
        self._work = work
        self.clear()
        self.classes("kaw-hidden" if work is None else "", remove="" if work is None else "kaw-hidden")
        if work is not None:
            with self:
                self._build(work)

    def _build(self, work: OwnWork) -> None:
        self._outcome = work.outcome
        state(_("After-call work"), "wrapup")
        ui.label(work.caller.title or work.caller.number).classes("kaw-strong kaw-clip kaw-call-who")
        self._choose_outcome([str(each) for each in settings.value("call_outcomes")])
        self._note = inputs.text(work.note, label=_("Note on the call"), hint=_("Note on the call…"), limit=4000)
        self._note.classes("kaw-grow").on("keydown.enter", self._finish)
        Stopwatch(_("Time left"), hours=False).run_until(work.until, self._finish)
        buttons.primary(_("Done"), self._finish).classes("small")

    def _choose_outcome(self, outcomes: list[str]) -> None:
        if self._outcome and self._outcome not in outcomes:
            outcomes.append(self._outcome)
        options = {each: each for each in outcomes}
        if 0 < len(options) <= MOST_BUTTONS:
            inputs.segments(options, self._outcome, self._set_outcome, label=_("Outcome of the call"))
        elif options:
            inputs.select({"": _("Outcome of the call")} | options, self._outcome, on_change=self._set_outcome).classes(
                "kaw-call-outcome"
            ).props["aria-label"] = _("Outcome of the call")

    def _set_outcome(self, outcome: str) -> None:
        self._outcome = str(outcome or "")

    async def _finish(self) -> None:
        """Written down, and back to the queues."""
        work = self._work
        if work is None:
            return
        typed = self._typed(work)
        with shown() as finished:
            await self._save(work, typed, done=True)
            if self._work is work:
                self._work = typed
            await operators.end_after_call(self._desk.actor)
        if finished.ok:
            await self._desk.refresh()

    def _typed(self, work: OwnWork) -> OwnWork:
        """With note and outcome as they stand here."""
        return replace(work, note=str(self._note.value or ""), outcome=self._outcome)

    async def _keep(self, work: OwnWork, typed: OwnWork) -> None:
        """It was not finished: another call came, or another window did it."""
        with shown():
            await self._save(work, typed, done=False)

    async def _save(self, work: OwnWork, typed: OwnWork, *, done: bool) -> None:
        """Nothing but what was changed here: in another window of the user there may be more."""
        note = typed.note if typed.note != work.note else None
        outcome = typed.outcome if typed.outcome != work.outcome else None
        await db.in_thread(call_notes.save, self._desk.actor, work.call_id, note, outcome, done=done)

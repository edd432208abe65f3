"""Giving a call to somebody else: at once, or after asking there (R12.2, R12.2b)."""

from collections.abc import Callable
from typing import Any

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import buttons, layout
from kaw.components.errors import shown
from kaw.components.operator_words import state_look, state_words
from kaw.components.phone_desk import PhoneDesk
from kaw.components.telephony_block.number_input import NumberInput
from kaw.i18n import _
from kaw.models import OperatorState
from kaw.services import calling, operators
from kaw.services.operators import Operator

MOST = 6  # colleagues that are offered


class Transfer:
    """Number and colleagues; ``on_done`` when the call has been given away or the wish is taken back."""

    def __init__(self, desk: PhoneDesk, on_done: Callable[[], Any]) -> None:
        self._desk, self._on_done = desk, on_done
        self._by_softphone = desk.phone is not None and desk.phone.call_now is not None
        self._number = NumberInput(self._give, label=_("Transfer to"))
        self._colleagues = ui.element("div").classes("kaw-stack kaw-colleagues")
        with ui.element("div").classes("kaw-line"):
            buttons.plain(_("Transfer"), self._give).classes("small kaw-grow")
            if self._by_softphone:
                buttons.plain(_("Ask first"), self._ask).classes("small kaw-grow")
        if not self._by_softphone:
            layout.note(_("To ask first, use the keys of your phone."))
        background_tasks.create(self._offer(), name="colleagues", context=self._colleagues)

    async def _give(self) -> None:
        with shown(self._number) as outcome:
            number, _extension = calling.clean_number(self._number.value)
            if self._by_softphone and self._desk.phone is not None:
                self._desk.phone.transfer(number)
            else:
                await calling.transfer(self._desk.actor, number)
        if outcome.ok:
            self._on_done()

    def _ask(self) -> None:
        with shown(self._number) as outcome:
            number, _extension = calling.clean_number(self._number.value)
            if self._desk.phone is not None:
                self._desk.phone.consult(number)
        if outcome.ok:
            self._on_done()

    async def _offer(self) -> None:
        """Colleagues who can be reached, those who wait for calls first."""
        with shown():
            found = await db.in_thread(operators.states, self._desk.actor)
        free = [each for each in found if each.extension != self._desk.own.extension]
        free.sort(key=lambda each: (each.state is not OperatorState.WAITING, each.state is OperatorState.OFFLINE))
        if not self._colleagues.is_deleted:
            with self._colleagues:
                for each in free[:MOST]:
                    self._colleague(each)

    def _colleague(self, colleague: Operator) -> None:
        with ui.element("button").classes("kaw-menu-item") as entry:
            ui.label(f"{colleague.name} · {colleague.extension}").classes("kaw-clip kaw-grow")
            words = state_words(colleague.state, colleague.pause_type)
            ui.label().classes(f"kaw-state {state_look(colleague.state)}").props["title"] = words
        entry.props["type"] = "button"
        entry.on("click", lambda: self._number.set(colleague.extension), [])

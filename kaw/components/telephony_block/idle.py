"""The block between calls: number, keys, the last numbers (R12.1)."""

from typing import Any

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import buttons, icons
from kaw.components.call_panel.lists import CallRows
from kaw.components.errors import shown
from kaw.components.inputs import TextElement
from kaw.components.local_time import local
from kaw.components.phone_desk import PhoneDesk
from kaw.components.telephony_block.dial_pad import dial_pad
from kaw.components.telephony_block.number_input import NumberInput
from kaw.i18n import _
from kaw.services import operator_day
from kaw.services.operator_day import DayCall


class Idle:
    """Built into the block; ``pad``: whether its keys are shown."""

    def __init__(self, desk: PhoneDesk, *, pad: bool) -> None:
        self._desk = desk
        self._recent: list[DayCall] = []
        with ui.element("div").classes("kaw-dial"):
            self.number = NumberInput(self._call)
            self._rub_out = buttons.icon_button(icons.BACKSPACE, _("Delete the last digit"), self.number.rub_out)
        self._keys = dial_pad(self.number.press)
        self.show_pad(pad)
        with ui.element("div").classes("kaw-line"):
            call = buttons.primary(_("Call"), self._call, icon=icons.PHONE).classes("kaw-grow")
            self._redial = buttons.icon_button(icons.REDIAL, _("Redial"), self._again)
        call.props["aria-label"] = _("Call the number")
        self._redial.set_enabled(False)
        self._place = ui.element("div").classes("kaw-recent")
        background_tasks.create(self._read(), name="recent calls", context=self._place)

    def show_pad(self, shown_: bool) -> None:
        """Show or hide the keys."""
        self._keys.set_visibility(shown_)

    async def _call(self) -> None:
        with shown(self.number):
            await self._desk.call(self.number.value)

    async def _again(self) -> None:
        """The last number that was called."""
        last = next((each for each in self._recent if not each.caller.inbound), None)
        if last is not None:
            self.number.set(last.caller.number)
            with shown(self.number):
                await self._desk.call(last.caller.number, last.caller.partner_id)

    async def _read(self) -> None:
        with shown():
            self._recent = await db.in_thread(operator_day.recent, self._desk.actor)
        if self._place.is_deleted or not self._recent:
            return
        self._redial.set_enabled(any(not each.caller.inbound for each in self._recent))
        with self._place:
            TextElement("h3", _("Recent")).classes("kaw-section")
            CallRows([self._row(each) for each in self._recent], self._open, self._call_back)

    def _row(self, call: DayCall) -> dict[str, Any]:
        caller, at = call.caller, local(call.at)
        return {
            "id": caller.call_id,
            "when": at.strftime("%H:%M" if call.at >= operator_day.midnight() else "%d.%m"),
            "partner": caller.partner_id,
            "title": caller.title,
            "number": "" if caller.title else caller.number,
            "calls": True,
        }

    def _open(self, partner_id: int) -> None:
        self._desk.open_tab("partner", str(partner_id))

    async def _call_back(self, call_id: int) -> None:
        found = next((each.caller for each in self._recent if each.caller.call_id == call_id), None)
        if found is not None:
            self.number.set(found.number)
            with shown(self.number):
                await self._desk.call(found.number, found.partner_id)

"""A call that comes in: who it is, before it is answered (R12.5)."""

from nicegui import ui

from kaw.components import buttons, icons
from kaw.components.chips import state
from kaw.components.local_time import when
from kaw.components.phone_desk import PhoneDesk
from kaw.i18n import _
from kaw.models import OperatorState
from kaw.services.call_partners import Caller


class Notice(ui.element):
    """A line above the bar while the user's phone rings."""

    def __init__(self, desk: PhoneDesk) -> None:
        super().__init__("div")
        self._desk = desk
        self._shown: object = None
        self.classes("kaw-call-strip ringing kaw-hidden")
        self.props["role"] = "alert"
        desk.watch(self.show)

    def show(self) -> None:
        """Draw what rings; nothing, when nothing does."""
        call = self._desk.own.call
        rings = call is not None and call.stage is OperatorState.RINGING
        phone = self._desk.phone
        here = phone is not None and phone.incoming is not None
        drawn = (call.caller, call.queue, here) if call is not None and rings else None
        if drawn == self._shown:
            return
        self._shown = drawn
        self.clear()
        self.classes("" if rings else "kaw-hidden", remove="kaw-hidden" if rings else "")
        if call is not None and rings:
            with self:
                state(_("Incoming call"), "ringing")
                _caller(call.caller)
                if call.queue:
                    ui.label(_("queue {name}").format(name=call.queue)).classes("kaw-note")
                ui.element("div").classes("kaw-grow")
                self._buttons(here)

    def _buttons(self, here: bool) -> None:
        phone = self._desk.phone
        if phone is None or not here:
            ui.label(_("Answer on your phone")).classes("kaw-note")
            return
        buttons.primary(_("Answer"), phone.answer, icon=icons.PHONE).classes("small")
        buttons.warn(_("Reject"), phone.reject, icon=icons.HANG_UP).classes("small")


def _caller(caller: Caller) -> None:
    if caller.title:
        ui.label(caller.title).classes("kaw-strong kaw-clip")
    if not caller.hidden_from_him:
        ui.label(caller.number or _("Number hidden")).classes("kaw-call-number")
    if caller.choices:
        ui.label(_("several partners")).classes("kaw-note")
    elif caller.partner_id is None and not caller.title and not caller.hidden_from_him:
        ui.label(_("not known yet")).classes("kaw-note")
    words = last_contact(caller)
    if words:
        ui.label(words).classes("kaw-note kaw-clip")


def last_contact(caller: Caller) -> str:
    """The last talk before, and with whom."""
    if caller.last is None:
        return ""
    at = when(caller.last.at)
    if not caller.last.name:
        return _("last talk {at}").format(at=at)
    return _("last talk {at}, {name}").format(at=at, name=caller.last.name)

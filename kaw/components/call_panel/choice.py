"""Several partners have the number that called: who is it? (R12.5)"""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw import db
from kaw.components import buttons, icons, layout
from kaw.components.dialogs import Dialog
from kaw.components.errors import shown
from kaw.components.phone_desk import PhoneDesk
from kaw.i18n import _
from kaw.services import call_partners
from kaw.services.call_partners import Caller


class PartnerChoice:
    """A dialog with their names; the chosen one's card opens, and the call is his."""

    def __init__(self, desk: PhoneDesk) -> None:
        self._desk = desk

    def open_for(self, caller: Caller) -> None:
        """Ask."""
        asked = Dialog(_("Who is calling?") if caller.inbound else _("Who is it?"))
        with asked.body:
            several = _("Several partners have the number {number}.").format(number=caller.number)
            layout.note(several if caller.number else _("Several partners have this number."))
            for partner_id, title in caller.choices:
                self._entry(title, self._chosen(asked, caller, partner_id))
        asked.open()

    def _entry(self, title: str, act: Callable[[], Any]) -> None:
        with ui.element("button").classes("kaw-menu-item") as entry:
            ui.icon(icons.PARTNER)
            ui.label(title)
        entry.props["type"] = "button"
        entry.on("click", buttons.busy_while(entry, act), [])

    def _chosen(self, asked: Dialog, caller: Caller, partner_id: int) -> Callable[[], Any]:
        async def act() -> None:
            with shown() as outcome:
                await db.in_thread(call_partners.assign, self._desk.actor, caller.call_id, partner_id)
            asked.close()
            if outcome.ok:
                self._desk.open_tab("partner", str(partner_id))

        return act

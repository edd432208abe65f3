"""«История по звонкам»: the calls of a partner, with totals per number (R8.2.8)."""

from collections.abc import Collection
from contextlib import suppress

from nicegui import ui

from kaw import db
from kaw.components import icons
from kaw.components.call_history.call_list import CallList
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.errors import NotFound
from kaw.i18n import _
from kaw.services import partner_calls
from kaw.services.call_history import CallPage, Mark
from kaw.services.partner_calls import NumberTotals

MANY = 200  # calls that changed; it is quicker to read then than to ask whose they are


class Calls:
    """Empty until somebody looks at it, so that a card opens without it."""

    def __init__(self, tab: TabContext, partner_id: int) -> None:
        self._tab, self._id = tab, partner_id
        self._is_shown = False
        self._totals: list[NumberTotals] = []
        self._list: CallList | None = None
        with ui.element("section").classes("kaw-card-calls") as self.element:
            self.element.props["aria-label"] = _("Call log")

    async def set_shown(self, shown: bool) -> None:
        """Somebody looks at it, or at something else."""
        self._is_shown = shown
        if not shown:
            return
        if self._list is not None:
            await self._list.renew()
            return
        with self.element:
            self._place = ui.element("div").classes("kaw-call-totals")
            self._list = CallList(self._tab, self._read, _draw_empty, partner_id=self._id, on_show=self._draw_totals)
        await self._list.find()

    async def changed(self, ids: Collection[int]) -> None:
        """These calls went on."""
        if self._list is None or not self._is_shown:
            return
        with suppress(NotFound):  # the card says itself that it is gone
            if len(ids) > MANY or await db.in_thread(partner_calls.concerns, self._tab.actor, self._id, ids):
                self._list.renew_soon()

    def _read(self, before: Mark | None) -> CallPage:
        if before is None:
            self._totals = partner_calls.totals(self._tab.actor, self._id)
        return partner_calls.calls(self._tab.actor, self._id, before)

    def _draw_totals(self) -> None:
        self._place.clear()
        with self._place:
            for each in self._totals:
                with ui.element("div").classes("kaw-line"):
                    ui.label(each.number or _("Number hidden")).classes("kaw-strong")
                    counted = _("calls made {made}, missed {missed}").format(made=each.made, missed=each.missed)
                    ui.label(counted).classes("kaw-muted")


def _draw_empty() -> None:
    empty_state(_("No calls"), _("Calls with this partner will be here."), icon=icons.PHONE)

"""«История вызовов»: filters on one line, the newest calls below (R12.6)."""

from dataclasses import replace

from nicegui import ui

from kaw import live
from kaw.components import buttons, icons, inputs, layout
from kaw.components.administration.day_input import DayInput
from kaw.components.call_history.call_list import CallList, follow_calls
from kaw.components.errors import shown
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.components.telephony_block.number_input import NumberInput
from kaw.i18n import _
from kaw.services import call_history
from kaw.services.call_history import CallKind, CallPage, CallQuery, Mark


async def build(tab: TabContext) -> None:
    """The calls of the user, or of everybody."""
    history = CallHistory(tab)
    await history.find()
    follow_calls(tab, lambda _ids: history.calls.renew_soon())
    tab.on(live.RightsChanged, history.rights_changed)


class CallHistory:
    """The list with its filters."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._query = CallQuery()
        with layout.page():
            with layout.bar():
                layout.title(_("Call history"))
                self._build_filters()
            with ui.element("div").classes("kaw-scroll"):
                self.calls = CallList(tab, self._read, _draw_empty)

    def _build_filters(self) -> None:
        kinds = {
            CallKind.ALL.value: _("All calls"),
            CallKind.INBOUND.value: _("Incoming"),
            CallKind.OUTBOUND.value: _("Outgoing"),
            CallKind.MISSED.value: _("Missed"),
        }
        with ui.element("div").classes("kaw-line wrap"):
            self._since = DayInput(_("From day"), lambda: None)
            self._until = DayInput(_("To day"), lambda: None)
            self._kind = inputs.select(kinds, CallKind.ALL.value, label=_("Calls"))
            with ui.element("div").classes("kaw-number-filter"):
                self._number = NumberInput(self.find, label=_("Phone"), hint=_("Phone"))
            buttons.primary(_("Get"), self.find)

    async def find(self) -> None:
        """Show the newest calls that fit the filters."""
        kind, number = CallKind(self._kind.value), self._number.value.strip()
        self._query = CallQuery(self._since.day, self._until.day, kind, number)
        with shown(self._number):
            await self.calls.find()

    async def rights_changed(self, event: live.RightsChanged) -> None:
        """What he may know of calls is another now."""
        if not event.user_ids or self._tab.actor.user_id in event.user_ids:
            await self.calls.find()

    def _read(self, before: Mark | None) -> CallPage:
        return call_history.calls(self._tab.actor, replace(self._query, before=before))


def _draw_empty() -> None:
    empty_state(_("No calls"), _("There are no calls like these."), icon=icons.PHONE)

"""«История вызовов»: filters on one line, the newest calls below (R12.6)."""

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, inputs, layout
from kaw.components.administration.day_input import DayInput
from kaw.components.call_history import rows
from kaw.components.states import empty_state, failed
from kaw.components.tabs import TabContext
from kaw.errors import Unavailable
from kaw.i18n import _, explain
from kaw.services import call_history
from kaw.services.call_history import CallKind, CallQuery, CallRow


async def build(tab: TabContext) -> None:
    """The calls of the user, or of everybody."""
    history = CallHistory(tab)
    await history.find()
    tab.on(live.CallsChanged, history.renew)


class CallHistory:
    """The list with its filters; older calls come with «Показать еще»."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._query = CallQuery()
        self._found: list[CallRow] = []
        self._playing: set[int] = set()
        with layout.page():
            with layout.bar():
                layout.title(_("Call history"))
                self._build_filters()
            self._place = ui.element("div").classes("kaw-scroll")

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
            self._number = inputs.named(inputs.text(limit=40), _("Phone"))
            self._number.props["placeholder"] = _("Phone")
            buttons.primary(_("Get"), self.find)

    async def find(self) -> None:
        """Show the newest calls that fit the filters."""
        self._query = CallQuery(
            self._since.day, self._until.day, CallKind(self._kind.value), (self._number.value or "").strip()
        )
        self._found = []
        await self._read(0)

    async def renew(self) -> None:
        """Something happened to calls: the first page is read again, unless he looks at older ones or listens."""
        if len(self._found) <= call_history.PAGE and not self._playing:
            await self._read(0)

    async def _more(self) -> None:
        await self._read(len(self._found))

    async def _read(self, offset: int) -> None:
        query = CallQuery(self._query.since, self._query.until, self._query.kind, self._query.number, offset)
        try:
            page = await db.in_thread(call_history.calls, self._tab.actor, query)
        except Unavailable as error:
            self._place.clear()
            with self._place:
                failed(explain(error), self.find)
            return
        found = self._found[:offset] + list(page.rows)
        if self._place.is_deleted or (found == self._found and found):
            return  # a player that plays is not drawn anew for nothing
        self._found = found
        self._playing.clear()
        self._place.clear()
        with self._place:
            if not found:
                empty_state(_("No calls"), _("There are no calls like these."), icon=icons.PHONE)
                return
            rows.show(self._tab.actor, found, self._playing)
            if page.more:
                buttons.plain(_("Show more"), self._more)

"""«Пропущенные вызовы»: whom to call back, and whom colleagues take care of (R12.8)."""

import asyncio
from collections.abc import Callable
from functools import partial

from nicegui import background_tasks, ui

from kaw import db, live
from kaw.components import buttons, icons, inputs, layout
from kaw.components.call_button import follow_telephony, place_call
from kaw.components.call_history.call_list import REST, follow_calls
from kaw.components.errors import shown
from kaw.components.missed_calls.missed_table import MissedTable
from kaw.components.states import empty_state, failed
from kaw.components.tabs import TabContext
from kaw.errors import KawError, Unavailable
from kaw.i18n import _, explain
from kaw.services import missed_calls
from kaw.services.access import Actor
from kaw.services.missed_calls import MissedPage, MissedRow

OPEN, CLOSED = "open", "closed"


async def build(tab: TabContext) -> None:
    """Callers of the user's queues and phone, or everybody's."""
    calls = MissedCalls(tab)
    await calls.read()
    follow_calls(tab, lambda _ids: calls.renew_soon())
    tab.on(live.RightsChanged, calls.rights_changed)


class MissedCalls:
    """The list; it grows with «Показать еще»."""

    def __init__(self, tab: TabContext) -> None:
        self._tab, self._actor = tab, tab.actor
        self._limit = missed_calls.PAGE
        self._reading = asyncio.Lock()
        with layout.page() as self._page:
            with layout.bar():
                layout.title(_("Missed calls"))
                kinds = {OPEN: _("Open calls"), CLOSED: _("Closed in 7 days")}
                self._kind = inputs.segments(kinds, OPEN, self._find, label=_("Calls"))
            with ui.element("div").classes("kaw-scroll"), ui.element("div").classes("kaw-stack"):
                deeds = {"call": self._call, "claim": self._claim, "release": self._release, "close": self._close}
                self._table = MissedTable(deeds, lambda partner_id: tab.open("partner", str(partner_id)))
                self._more_button = buttons.plain(_("Show more"), self._more)
                self._note = ui.element("div")
        follow_telephony(tab, self._table.set_calls)

    async def read(self) -> None:
        """Show what is there now."""
        async with self._reading:
            kind = self._kind.value
            try:
                page, count = await db.in_thread(_read, self._actor, kind, self._limit)
            except Unavailable as error:
                reason = explain(error)
                self._show(MissedPage((), more=False), kind, lambda: failed(reason, self.read))
                return
            self._kind.set_text(OPEN, _("Open calls") + (f" ({count})" if count else ""))
            self._show(page, kind, _draw_done if kind == OPEN else _draw_none_closed)

    def renew_soon(self) -> None:
        """The same from where nobody waits, and not more often than people look."""
        background_tasks.create_lazy(self._renew(), name=f"missed {self._page.client.id} {self._page.id}")

    async def rights_changed(self, event: live.RightsChanged) -> None:
        """What he may know of calls is another now."""
        if not event.user_ids or self._actor.user_id in event.user_ids:
            await self.read()

    async def _renew(self) -> None:
        if self._page.is_deleted:
            return
        with self._page, shown():
            await self.read()
        await asyncio.sleep(REST)

    async def _find(self, _kind: object) -> None:
        self._limit = missed_calls.PAGE
        await self.read()

    async def _more(self) -> None:
        self._limit += missed_calls.PAGE
        await self.read()

    def _show(self, page: MissedPage, kind: str, draw_nothing: Callable[[], object]) -> None:
        if self._page.is_deleted:
            return
        self._table.set_visibility(bool(page.rows))
        self._table.show(page.rows, closed=kind == CLOSED)
        self._more_button.set_visibility(page.more)
        self._note.clear()
        if not page.rows:
            with self._note:
                draw_nothing()

    # -- what a click does; whatever came of it, the list is read again

    async def _call(self, row: MissedRow) -> None:
        """Call back, and let the others know; who could not be called is not taken either."""
        if row.closed_at is not None:
            await place_call(self._actor, row.caller.number, row.caller.partner_id)
            return
        await self._claim(row)
        try:
            await place_call(self._actor, row.caller.number, row.caller.partner_id)
        except KawError:
            if not row.is_mine:
                await self._release(row)
            raise

    async def _claim(self, row: MissedRow) -> None:
        await self._do(missed_calls.claim, row)

    async def _release(self, row: MissedRow) -> None:
        await self._do(missed_calls.release, row)

    async def _close(self, row: MissedRow) -> None:
        await self._do(missed_calls.close, row)

    async def _do(self, deed: Callable[[Actor, int], None], row: MissedRow) -> None:
        try:
            await db.in_thread(partial(deed, self._actor, row.call_id))
        finally:
            await self.read()


def _read(actor: Actor, kind: str, limit: int) -> tuple[MissedPage, int]:
    page = (missed_calls.closed if kind == CLOSED else missed_calls.missed)(actor, limit=limit)
    return page, missed_calls.count_open(actor)


def _draw_done() -> None:
    empty_state(
        _("Everybody has been called back"),
        _("Whoever calls and is not answered stands here until somebody has talked with him."),
        icon=icons.DONE,
    )


def _draw_none_closed() -> None:
    empty_state(_("Nothing was closed in the last 7 days"), icon=icons.MISSED)

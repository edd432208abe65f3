"""A list of calls that follows what happens: new ones come above, «Показать еще» brings older ones below."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from nicegui import background_tasks, ui

from kaw import db, live
from kaw.components import buttons
from kaw.components.call_button import follow_telephony, place_call
from kaw.components.call_history.call_table import CallTable
from kaw.components.call_history.note_dialog import NoteDialog
from kaw.components.errors import shown
from kaw.components.states import failed
from kaw.components.tabs import TabContext
from kaw.errors import NotFound, Unavailable
from kaw.i18n import _, explain
from kaw.services.call_history import CallPage, CallRow, Mark

REST = 1.0  # seconds between two readings of what happens
MOST = 1000  # ids remembered for a tab that nobody looks at: of so many it is not asked any more which they were
Read = Callable[[Mark | None], CallPage]


class CallList:
    """``read(before)`` gives calls older than that one, None: the newest; ``draw_empty`` says that there are none.

    ``partner_id``: all are this partner's. ``on_show`` is called when other calls are shown than before.
    """

    def __init__(
        self,
        tab: TabContext,
        read: Read,
        draw_empty: Callable[[], Any],
        *,
        partner_id: int | None = None,
        on_show: Callable[[], Any] = lambda: None,
    ) -> None:
        self._tab, self._read, self._partner_id = tab, read, partner_id
        self._page = CallPage((), more=False)
        self._reading = asyncio.Lock()
        with ui.element("div").classes("kaw-stack") as self.element:
            self._table = CallTable(self._call, self._open, self._note, with_partners=partner_id is None)
            self._more_button = buttons.plain(_("Show more"), self._more)
            self._message = ui.element("div")
        self._draw_empty, self._on_show = draw_empty, on_show
        follow_telephony(tab, self._table.set_calls)

    async def find(self) -> None:
        """Begin with the newest."""
        async with self._reading:
            self._page = CallPage((), more=False)
            try:
                self._show(await db.in_thread(self._read, None), anew=True)
            except Unavailable as error:
                reason = explain(error)
                self._say(lambda: failed(reason, self.find))

    async def renew(self) -> None:
        """Something happened: the newest are read again, older ones stay as they are."""
        async with self._reading:
            newest = await db.in_thread(self._read, None)
            self._show(joined(newest, self._page))

    def renew_soon(self) -> None:
        """The same from where nobody waits, and not more often than people look."""
        background_tasks.create_lazy(self._renew_quietly(), name=f"calls {self.element.client.id} {self.element.id}")

    async def _renew_quietly(self) -> None:
        if self.element.is_deleted:
            return
        with self.element, shown(), suppress(NotFound):  # whose calls they are, he may not see any more
            await self.renew()
        await asyncio.sleep(REST)

    async def _more(self) -> None:
        async with self._reading:
            rows = self._page.rows
            older = await db.in_thread(self._read, rows[-1].mark if rows else None)
            self._show(CallPage(rows + older.rows, older.more))

    async def _call(self, row: CallRow) -> None:
        await place_call(self._tab.actor, row.number, self._partner_id or row.partner_id)

    def _note(self, row: CallRow) -> None:
        with self.element:
            NoteDialog(self._tab.actor, row, self._noted).open()

    def _noted(self, row: CallRow) -> None:
        rows = tuple(row if each.id == row.id else each for each in self._page.rows)
        self._show(CallPage(rows, self._page.more))

    def _open(self, partner_id: int) -> None:
        self._tab.open("partner", str(partner_id))

    def _show(self, page: CallPage, *, anew: bool = False) -> None:
        if self.element.is_deleted or (page == self._page and not anew):
            return
        self._page = page
        self._message.clear()
        self._table.set_visibility(bool(page.rows))
        self._table.show(page.rows)
        self._more_button.set_visibility(page.more)
        self._on_show()
        if not page.rows:
            self._say(self._draw_empty)

    def _say(self, draw: Callable[[], Any]) -> None:
        if self.element.is_deleted:
            return
        self._table.set_visibility(False)
        self._more_button.set_visibility(False)
        self._message.clear()
        with self._message:
            draw()


def joined(newest: CallPage, known: CallPage) -> CallPage:
    """The newest calls with the older ones that are known; those alone where some between them are not known."""
    if not newest.more or not known.rows or known.rows[0].mark < newest.rows[-1].mark:
        return newest
    older = tuple(row for row in known.rows if row.mark < newest.rows[-1].mark)
    return CallPage(newest.rows + older, known.more if older else newest.more)


def follow_calls(tab: TabContext, changed: Callable[[set[int]], Any]) -> None:
    """Call ``changed`` with ids of calls that went on; while nobody looks at the tab once, when somebody does again.

    Of more than ``MOST`` these are only some.
    """
    waiting: set[int] = set()

    def look() -> Any:
        ids = set(waiting)
        waiting.clear()
        return changed(ids) if ids else None

    def heard(event: live.CallsChanged) -> Any:
        if len(waiting) < MOST:
            waiting.update(event.call_ids)
        return look() if tab.in_sight() else None

    tab.on(live.CallsChanged, heard)
    tab.on_show = look

"""Open sessions with «Завершить»: of one user, or of all (R4.2)."""

import re

from nicegui import ui

from kaw import db, live
from kaw.components import layout
from kaw.components.administration.action_list import ActionList
from kaw.components.local_time import day_time
from kaw.components.tabs import TabContext
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.services import sessions

BROWSERS = (("YaBrowser", "Яндекс Браузер"), ("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"))
BROWSERS += (("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone|iPad", "iOS"), ("Windows", "Windows"), ("Mac OS", "macOS"))
SYSTEMS += (("Linux", "Linux"),)


class SessionList(ui.element):
    """Follows sign-ins ended elsewhere; new ones are seen when the tab is opened again."""

    def __init__(self, tab: TabContext, user_id: int | None = None) -> None:
        super().__init__("div")
        self._tab, self._user_id = tab, user_id
        columns = {"browser": _("Browser"), "address": _("Address"), "seen": _("Last seen")}
        if user_id is None:
            columns = {"name": _("User"), **columns, "since": _("Since")}
        with self:
            self._table = ActionList(columns, label=_("Open sessions"), action=_("End"), on_action=self._end)
            self._none = layout.note(_("No open sessions."))
        tab.on(live.SessionsEnded, self.read)
        ui.timer(0, self.read, once=True)

    async def read(self) -> None:
        """Show the sessions as they are now."""
        if self.is_deleted:
            return
        rows = await db.in_thread(sessions.open_sessions, self._tab.actor, self._user_id)
        self._table.show(self._line(row) for row in rows)
        self._table.set_visibility(bool(rows))
        self._none.set_visibility(not rows)

    def _line(self, row: sessions.SessionRow) -> dict[str, object]:
        return {
            "id": row.id,
            "name": row.user_name,
            "browser": browser_name(row.browser),
            "titles": {"browser": row.browser},
            "address": row.address,
            "since": day_time(row.created_at),
            "seen": day_time(row.seen_at),
            "note": _("this browser") if row.id == self._tab.actor.session_id else "",
        }

    async def _end(self, session_id: int) -> None:
        await db.in_thread(sessions.end, self._tab.actor, session_id)
        toast(_("The session has been ended."))
        await self.read()


def browser_name(text: str) -> str:
    """What a user-agent header means to a person: «Chrome, Windows»."""
    parts = [next((name for pattern, name in known if re.search(pattern, text)), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(part for part in parts if part) or text[:40]

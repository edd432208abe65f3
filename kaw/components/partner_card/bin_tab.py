"""«Корзина»: deleted partners, restorable for thirty days (R8.4)."""

from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout, states
from kaw.components.administration.action_list import ActionList
from kaw.components.errors import shown
from kaw.components.local_time import day, day_time
from kaw.components.tabs import TabContext, here
from kaw.components.toasts import toast
from kaw.i18n import _, ngettext
from kaw.services import partners
from kaw.services.bin import BinPage, BinRow

PAGE = 100


async def build(tab: TabContext) -> None:
    """Called when the tab is first shown."""
    await BinTab(tab, here()).build()


class BinTab:
    """The latest rows, more on demand."""

    def __init__(self, tab: TabContext, place: ui.element) -> None:
        self._tab, self._place = tab, place
        self._wanted = PAGE
        self._table: ActionList | None = None

    async def build(self) -> None:
        """Draw it and follow what others delete and restore."""
        await self._read()
        self._tab.on(live.PartnersChanged, self._read)

    async def _read(self) -> None:
        page = await db.in_thread(_rows, self._tab, self._wanted)
        if not self._place.is_deleted:
            self._show(page)

    def _show(self, page: BinPage) -> None:
        if self._table is None or not page.rows:
            self._draw(empty=not page.rows)
        if self._table is not None:
            self._table.show(_row(row) for row in page.rows)
            self._more_button.set_visibility(page.total > len(page.rows))
            self._foot.set_text(ngettext("{n} partner", "{n} partners", page.total).format(n=page.total))

    def _draw(self, *, empty: bool) -> None:
        self._table = None
        self._place.clear()
        with self._place, layout.page():
            with layout.bar():
                layout.title(_("Bin")).classes("kaw-grow")
            if empty:
                text = _("Deleted partners are kept here for 30 days.")
                states.empty_state(_("The bin is empty"), text, icon=icons.BIN)
                return
            with layout.body():
                self._table = ActionList(_columns(), label=_("Bin"), action=_("Restore"), on_action=self._restore)
                self._more_button = buttons.plain(_("Show more"), self._more)
            self._foot = layout.foot()

    async def _more(self) -> None:
        self._wanted += PAGE
        await self._read()

    async def _restore(self, partner_id: int) -> None:
        with self._place, shown():
            await db.in_thread(partners.restore, self._tab.actor, partner_id)
            title = (await db.in_thread(partners.titles, self._tab.actor, [partner_id])).get(partner_id, "")
            toast(_("“{title}” has been restored.").format(title=title or f"№ {partner_id}"))


def _columns() -> dict[str, str]:
    return {
        "name": _("Title"),
        "id": "№",
        "at": _("Deleted at"),
        "by": _("Deleted by"),
        "until": _("Kept until"),
    }


def _row(row: BinRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.title,
        "at": day_time(row.deleted_at),
        "by": row.deleted_by,
        "until": day(row.goes_at),
    }


def _rows(tab: TabContext, wanted: int) -> BinPage:
    """``wanted`` rows from the beginning."""
    page = partners.bin_page(tab.actor, 0, min(wanted, 500))
    rows = list(page.rows)
    while len(rows) < min(wanted, page.total):
        more = partners.bin_page(tab.actor, len(rows), 500).rows
        if not more:
            break
        rows += more
    return BinPage(rows[:wanted], page.total)

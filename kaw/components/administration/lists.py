"""«Списки» (R7.6): the choice lists and the fields that use them."""

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout
from kaw.components.list_table import Column, ListTable
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.i18n import _
from kaw.services import choices


async def build(tab: TabContext) -> None:
    """The tab «Списки»."""
    await ListsTab(tab).read()


class ListsTab:
    """The table of lists."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        with layout.page():
            with layout.bar():
                layout.title(_("Lists"))
                layout.space()
                buttons.primary(_("Create a new list"), self._create, icon=icons.ADD)
            with ui.element("div").classes("kaw-scroll kaw-stack kaw-lists"):
                self._table = ListTable(_columns(), [], self._open, label=_("Lists"))
                self._empty = ui.element("div")
            self._foot = layout.foot()
        tab.on(live.FieldsChanged, self.read)

    async def read(self, _event: live.FieldsChanged | None = None) -> None:
        """Show the lists as they are now."""
        rows = await db.in_thread(choices.all_lists, self._tab.actor)
        self._table.set_rows(
            [
                {
                    "id": row.id,
                    "name": row.name,
                    "items": row.items,
                    "used_by": ", ".join(row.used_by),
                    "gear": _("Settings of the list «{name}»").format(name=row.name),
                }
                for row in rows
            ]
        )
        self._table.set_visibility(bool(rows))
        self._foot.set_text(_("Lists: {n}").format(n=len(rows)))
        self._empty.clear()
        if not rows:
            with self._empty:
                empty_state(
                    _("There are no lists yet"),
                    _(
                        "A list holds the values that a field offers for choice: the statuses of partners, the stages"
                        " of a sale. Create a list, then a field of the type «Список», «Выпадающий список», «Выборка»"
                        " or «Флажки»."
                    ),
                    icon=icons.LISTS,
                    action=(_("Create the first list"), self._create),
                )

    def _create(self) -> None:
        self._tab.open("list", "new")

    def _open(self, list_id: int) -> None:
        self._tab.open("list", str(list_id))


def _columns() -> list[Column]:
    return [
        Column("id", _("ID"), "number"),
        Column("name", _("Title")),
        Column("items", _("Rows"), "number"),
        Column("used_by", _("Used by the fields")),
        Column("gear", "", "gear", align="center", sortable=False),
    ]

"""«Группы»: who sees and changes which fields, together (R7.3)."""

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout
from kaw.components.list_table import Column, ListTable
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.i18n import _
from kaw.services import groups


async def build(tab: TabContext) -> None:
    """The list; a row opens its group."""
    await GroupsList(tab).read()


class GroupsList:
    """All groups with the number of their members."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        with layout.page():
            with layout.bar():
                layout.title(_("Groups"))
                layout.space()
                buttons.primary(_("Add a new group of users"), self._add, icon=icons.ADD)
            self._table = ListTable(_columns(), [], lambda key: tab.open("group", str(key)), label=_("Groups"))
            self._empty = ui.element("div")
            with self._empty:
                empty_state(
                    _("There are no groups yet"),
                    _("Until a user is in a group, he sees no field of the cards. Only administrators see all."),
                    icon=icons.GROUPS,
                    action=(_("Add the first group"), self._add),
                )
        tab.on(live.RightsChanged, self.read)

    async def read(self) -> None:
        """Show the groups as they are now."""
        rows = await db.in_thread(groups.all_groups, self._tab.actor)
        self._table.set_rows([_line(row) for row in rows])
        self._table.set_visibility(bool(rows))
        self._empty.set_visibility(not rows)

    def _add(self) -> None:
        self._tab.open("group", "new")


def _columns() -> list[Column]:
    return [
        Column("id", _("ID"), "number"),
        Column("name", _("Name")),
        Column("members", _("Users"), "number"),
        Column("gear", "", "gear", align="center", sortable=False),
    ]


def _line(row: groups.GroupRow) -> dict[str, object]:
    gear = _("Settings of the group «{name}»").format(name=row.name)
    return {"id": row.id, "name": row.name, "members": row.members, "gear": gear}

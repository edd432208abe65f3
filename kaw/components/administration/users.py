"""«Пользователи»: everybody who may sign in (R7.1.1)."""

from typing import Any

from kaw import db, live
from kaw.components import buttons, icons, inputs, layout
from kaw.components.administration import rights_words
from kaw.components.list_table import Column, ListTable
from kaw.components.tabs import TabContext
from kaw.i18n import _, ngettext
from kaw.services import users

SEARCH_FROM = 10  # fewer are seen at a glance


async def build(tab: TabContext) -> None:
    """The list; a row opens its user."""
    UsersList(tab, await db.in_thread(users.all_users, tab.actor))


class UsersList:
    def __init__(self, tab: TabContext, rows: list[users.UserRow]) -> None:
        self._tab = tab
        self._wanted = ""
        with layout.page():
            with layout.bar():
                layout.title(_("Users"))
                self._search = inputs.search_box(_("Find a user"), self._find)
                layout.space()
                buttons.primary(_("Add a new user"), lambda: tab.open("user", "new"), icon=icons.ADD)
            self._table = ListTable(_columns(), [], lambda key: tab.open("user", str(key)), label=_("Users"))
            self._foot = layout.foot()
        self._show(rows)
        tab.on(live.RightsChanged, self._read)
        tab.on(live.SessionsEnded, self._read)

    async def _read(self) -> None:
        self._show(await db.in_thread(users.all_users, self._tab.actor))

    def _find(self, text: str) -> None:
        self._wanted = text.strip().casefold().replace("ё", "е")
        self._show(self._rows)

    def _show(self, rows: list[users.UserRow]) -> None:
        self._rows = rows
        self._search.set_visibility(len(rows) > SEARCH_FROM or bool(self._wanted))
        found = [row for row in map(_line, rows) if self._wanted in _text_of(row)]
        self._table.set_rows(found)
        self._foot.set_text(ngettext("{n} user", "{n} users", len(found)).format(n=len(found)))


def _columns() -> list[Column]:
    return [
        Column("id", _("ID"), "number"),
        Column("name", _("Name")),
        Column("rights", _("Rights")),
        Column("login", _("Login")),
        Column("extension", _("Extension")),
        Column("state", _("State"), "state"),
        Column("gear", "", "gear", align="center", sortable=False),
    ]


def _line(row: users.UserRow) -> dict[str, Any]:
    words, look = _state(row)
    return {
        "id": row.id,
        "name": row.full_name,
        "rights": rights_words.summary(row.rights),
        "login": row.login,
        "extension": row.extension or "",
        "state": words,
        "_state": look,
        "gear": _("Settings of the user «{name}»").format(name=row.full_name),
    }


def _state(row: users.UserRow) -> tuple[str, str]:
    if not row.active:
        return _("deactivated"), "danger"
    return (_("signed in"), "waiting") if row.signed_in else (_("not signed in"), "")


def _text_of(line: dict[str, Any]) -> str:
    return f"{line['name']} {line['login']} {line['extension']} {line['rights']}".casefold().replace("ё", "е")

"""Earlier loads of partners: what each did, and «Удалить загрузку»."""

from typing import Any

from nicegui import ui

from kaw import db
from kaw.components import buttons, icons, layout
from kaw.components.administration.import_report import STATE_LOOKS, show_report, state_words
from kaw.components.dialogs import Dialog, confirm_typed
from kaw.components.list_table import Column, ListTable
from kaw.components.local_time import day_time
from kaw.components.tabs import TabContext
from kaw.components.toasts import toast
from kaw.fields.numbers import grouped
from kaw.i18n import _, ngettext
from kaw.models import ImportState
from kaw.services import import_list, import_removal
from kaw.services.import_list import ImportStatus
from kaw.services.import_removal import Removed


class LoadList(ui.element):
    """The table of loads; a row opens its report."""

    def __init__(self, tab: TabContext) -> None:
        super().__init__("div")
        self._tab = tab
        with self:
            self._table = ListTable(_columns(), [], self._open, label=_("Loaded files"))
            self._none = layout.note(_("Nothing has been loaded yet."))

    async def read(self) -> list[ImportStatus]:
        """Show the loads as they are now, and return them."""
        loads = await db.in_thread(import_list.all_imports, self._tab.actor)
        self._table.set_rows([_row(load) for load in loads])
        self._table.set_visibility(bool(loads))
        self._none.set_visibility(not loads)
        return loads

    async def _open(self, import_id: int) -> None:
        load = await db.in_thread(import_list.status, self._tab.actor, import_id)
        with self:
            dialog = Dialog(_("Load {id}").format(id=load.id), wide=True)
        with dialog.body:
            await show_report(self._tab.actor, load)
        with dialog.actions:
            if load.state is ImportState.DONE:
                buttons.warn(_("Delete the load"), lambda: self._remove(dialog, load), icon=icons.DELETE)
            buttons.plain(_("Close"), dialog.close)
        dialog.open()

    async def _remove(self, dialog: Dialog, load: ImportStatus) -> None:
        actor = self._tab.actor
        expected = await db.in_thread(import_removal.removable, actor, load.id)
        removed = await confirm_typed(
            _("Delete the load of «{file}»?").format(file=load.file_name),
            _what_goes(expected),
            act=lambda typed: db.in_thread(import_removal.remove, actor, load.id, typed),
            action=_("Delete the load"),
        )
        if removed:
            dialog.close()
            toast(_("The load has been deleted."))
            await self.read()


def _what_goes(expected: Removed) -> str:
    text = ngettext("{n} partner goes to the bin.", "{n} partners go to the bin.", expected.removed)
    lines = [text.format(n=grouped(expected.removed))]
    if expected.kept:
        text = ngettext(
            "{n} stays: it has been worked on since.", "{n} stay: they have been worked on since.", expected.kept
        )
        lines.append(text.format(n=grouped(expected.kept)))
    return "\n".join(lines)


def _columns() -> list[Column]:
    return [
        Column("id", _("ID"), "number"),
        Column("file", _("File")),
        Column("when", _("When")),
        Column("who", _("Who")),
        Column("added", _("Added"), "number"),
        Column("wrong", _("Wrong rows"), "number"),
        Column("state", _("State"), "state"),
    ]


def _row(load: ImportStatus) -> dict[str, Any]:
    return {
        "id": load.id,
        "file": load.file_name,
        "when": day_time(load.started_at),
        "who": load.started_by,
        "added": load.added,
        "wrong": load.wrong,
        "state": state_words(load.state),
        "_state": STATE_LOOKS.get(load.state, ""),
    }

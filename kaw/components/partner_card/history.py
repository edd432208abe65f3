"""«Лента»: what happened to a card, the latest first (R8.2.3)."""

from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw import db
from kaw.components import layout
from kaw.components.buttons import busy_while
from kaw.components.errors import shown
from kaw.components.local_time import day_time, when
from kaw.i18n import N_, _
from kaw.models import ChangeKind
from kaw.services import history
from kaw.services.access import Actor
from kaw.services.history import Entry, Line

PAGE = 30  # entries read at once

HAPPENED = {
    ChangeKind.CREATED: N_("Card created"),
    ChangeKind.IMPORTED: N_("Loaded from a file"),
    ChangeKind.DELETED: N_("Moved to the bin"),
    ChangeKind.RESTORED: N_("Restored from the bin"),
    ChangeKind.RESTORED_VALUE: N_("Value brought back"),
    ChangeKind.CONVERTED: N_("Field type changed"),
    ChangeKind.EDITED: "",
}
PICTURES = {
    ChangeKind.CREATED: "add_circle_outline",
    ChangeKind.IMPORTED: "drive_folder_upload",
    ChangeKind.DELETED: "delete_sweep",
    ChangeKind.RESTORED: "settings_backup_restore",
    ChangeKind.RESTORED_VALUE: "undo",
    ChangeKind.CONVERTED: "sync_alt",
    ChangeKind.EDITED: "edit",
}
Restore = Callable[[Line], Any]


class Feed:
    """``on_restore(line)`` brings the old value of a line back."""

    def __init__(self, actor: Actor, partner_id: int, on_restore: Restore) -> None:
        self._actor, self._id, self._on_restore = actor, partner_id, on_restore
        self._entries: list[Entry] = []
        self._wanted = PAGE
        with ui.element("aside").classes("kaw-card-feed") as self.element:
            self.element.props["aria-label"] = _("Feed")
            with ui.element("div").classes("kaw-feed-sheet"):
                layout.section(_("Feed")).classes("kaw-feed-title")
                self.rows = FeedRows(self._restore, self._more)

    async def read(self) -> None:
        """Show the latest entries, as many as are shown already."""
        found = await db.in_thread(self._read)
        if not self.element.is_deleted:
            self._show(found)

    def _read(self) -> list[Entry]:
        return history.entries(self._actor, self._id, limit=self._wanted + 1)

    def _show(self, found: list[Entry]) -> None:
        self._entries = found[: self._wanted]
        self.rows.show(self._entries, more=len(found) > self._wanted)

    async def _more(self) -> None:
        with shown():
            older = await db.in_thread(history.entries, self._actor, self._id, self._entries[-1].version, PAGE + 1)
            self._wanted += PAGE
            self._show([*self._entries, *older])

    async def _restore(self, change_id: int) -> None:
        lines = (line for entry in self._entries for line in entry.lines if line.restorable)
        line = next((line for line in lines if line.change_id == change_id), None)
        if line is not None:
            await busy_while(self.rows, lambda: self._on_restore(line))()


class FeedRows(Element, component="feed_rows.js"):
    """The whole time line in one element."""

    def __init__(self, on_restore: Callable[[int], Any], on_more: Callable[[], Any]) -> None:
        super().__init__()
        self._props["entries"] = []
        self._props["more"] = False
        self._props["labels"] = {
            "restore": _("Bring back"),
            "more": _("Show more"),
            "all": _("Show all"),
            "empty": "—",
            "nothing": _("Nothing has happened here yet."),
        }

        async def restore(event: GenericEventArguments) -> None:
            await on_restore(int(event.args))

        self.on("restore", restore)
        self.on("more", busy_while(self, on_more), [])

    def show(self, found: list[Entry], *, more: bool) -> None:
        """Put these entries on the screen."""
        self._props["read"] = True  # until then it is not known whether there is nothing
        self._props["entries"] = [_entry(entry, place) for place, entry in enumerate(found)]
        self._props["more"] = more


def _entry(entry: Entry, place: int) -> dict[str, Any]:
    return {
        "key": f"{entry.version}-{entry.kind}-{place}",
        "picture": PICTURES[entry.kind],
        "what": _(HAPPENED[entry.kind]),
        "about": f"{when(entry.at)} · {entry.author}".rstrip(" ·"),
        "exact": day_time(entry.at),
        "lines": [_line(line) for line in entry.lines],
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.change_id,
        "field": line.field_name,
        "old": line.old,
        "new": line.new,
        "restorable": line.restorable,
    }

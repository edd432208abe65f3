"""«Файлы» of a card (R8.2.4)."""

from nicegui import ui
from nicegui.element import Element

from kaw import db
from kaw.components import dialogs, layout
from kaw.components.errors import shown
from kaw.components.file_drop import FileDrop
from kaw.components.local_time import day_time
from kaw.i18n import _
from kaw.services import attachments
from kaw.services.access import Actor
from kaw.services.attachments import MEGABYTE, AttachmentRow

KILOBYTE = 1024


class Files:
    """The list, and where to drop more. Draws nothing until there is something to show or to drop."""

    def __init__(self, actor: Actor, partner_id: int, *, may_change: bool) -> None:
        self._actor, self._id = actor, partner_id
        with ui.element("section").classes("kaw-card-section kaw-files") as self.element:
            layout.section(_("Files"))
            self.rows = FileRows(may_change=may_change, on_remove=self._remove)
            if may_change:
                FileDrop(f"/files/{partner_id}", lambda _answer: self.read(), multiple=True)
        self._may_change = may_change
        self.element.set_visibility(may_change)

    async def read(self) -> None:
        """Show the files there are now."""
        found = await db.in_thread(attachments.of_partner, self._actor, self._id)
        if not self.element.is_deleted:
            self.rows.show(found)
            self.element.set_visibility(self._may_change or bool(found))

    async def _remove(self, attachment_id: int, name: str) -> None:
        with self.element, shown():
            text = _("It cannot be brought back.")
            if await dialogs.confirm(
                _("Delete the file “{name}”?").format(name=name), text, action=_("Delete"), dangerous=True
            ):
                await db.in_thread(attachments.delete, self._actor, attachment_id)
                await self.read()


class FileRows(Element, component="file_rows.js"):
    """All rows in one element."""

    def __init__(self, *, may_change: bool, on_remove: object) -> None:
        super().__init__()
        self._names: dict[int, str] = {}
        self._props["rows"] = []
        self._props["labels"] = {"remove": _("Delete the file")}
        self._props["removable"] = may_change

        async def remove(event: object) -> None:
            attachment_id = int(event.args)  # type: ignore[attr-defined]
            if attachment_id in self._names:
                await on_remove(attachment_id, self._names[attachment_id])  # type: ignore[operator]

        self.on("remove", remove)

    def show(self, found: list[AttachmentRow]) -> None:
        """Put these files on the screen."""
        self._names = {row.id: row.name for row in found}
        self._props["rows"] = [
            {
                "id": row.id,
                "name": row.name,
                "size": size(row.size),
                "about": f"{day_time(row.uploaded_at)} · {row.uploaded_by}".rstrip(" ·"),
            }
            for row in found
        ]


def size(number: int) -> str:
    """214 КБ"""
    if number < KILOBYTE:
        return _("{n} B").format(n=number)
    if number < MEGABYTE:
        return _("{n} KB").format(n=round(number / KILOBYTE))
    return _("{n} MB").format(n=f"{number / MEGABYTE:.1f}".replace(".", ",").removesuffix(",0"))

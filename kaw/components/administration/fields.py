"""«Поля в проекте» (R7.5.1, R7.5.2): the fields of the card, and those that can still be brought back."""

from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout
from kaw.components.administration.action_list import ActionList
from kaw.components.administration.field_words import cards_filled, kind_label
from kaw.components.list_table import Column, ListTable
from kaw.components.local_time import day
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.models import Side
from kaw.services import fields
from kaw.services.fields import DeletedField, FieldRow


async def build(tab: TabContext) -> None:
    """The tab «Поля в проекте»."""
    await FieldsTab(tab).read()


class FieldsTab:
    """The table of fields, and below it the deleted ones."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        tab.set_title(_("Fields in the project"))
        with layout.page():
            with layout.bar():
                layout.title(_("Fields in the project"))
                layout.space()
                buttons.primary(_("Create a new field"), self._create, icon=icons.ADD)
            self._place = ui.element("div").classes("kaw-scroll kaw-stack kaw-fields")
            with self._place:
                self._table = ListTable(_columns(), [], self._open, label=_("Fields in the project"))
                self._empty = ui.element("div")
                with ui.expansion().classes("kaw-fold") as self._deleted:
                    layout.note(_("A deleted field can be restored with all its values for 30 days."))
                    self._restorable = ActionList(
                        {"name": _("Title"), "deleted": _("Deleted"), "filled": _("Values")},
                        label=_("Deleted fields"),
                        action=_("Restore"),
                        on_action=self._restore,
                    )
            self._foot = layout.foot()
        tab.on(live.FieldsChanged, self.read)

    async def read(self, _event: live.FieldsChanged | None = None) -> None:
        """Show the fields as they are now."""
        rows = await db.in_thread(fields.all_fields, self._tab.actor)
        deleted = await db.in_thread(fields.deleted, self._tab.actor)
        self._table.set_rows([_row(row) for row in rows])
        self._table.set_visibility(bool(rows))
        self._show_empty(not rows)
        self._show_deleted(deleted)
        shown = sum(row.field.shown for row in rows)
        self._foot.set_text(_("Fields: {all} · switched on: {shown}").format(all=len(rows), shown=shown))

    def _show_empty(self, empty: bool) -> None:
        self._empty.clear()
        if empty:
            with self._empty:
                empty_state(
                    _("The card has no fields yet"),
                    _(
                        "A field is one thing you know about a partner: his name, phone, status. Fields make up the"
                        " card and the columns of the partner table. Begin with the field «Название контакта»."
                    ),
                    icon=icons.FIELDS,
                    action=(_("Create the first field"), self._create),
                )

    def _show_deleted(self, deleted: list[DeletedField]) -> None:
        self._deleted.set_visibility(bool(deleted))
        self._deleted.set_text(_("Deleted fields ({n})").format(n=len(deleted)))
        self._restorable.show(
            {
                "id": one.id,
                "name": one.name,
                "deleted": day(one.deleted_at),
                "filled": cards_filled(one.filled),
            }
            for one in deleted
        )

    async def _restore(self, field_id: int) -> None:
        await db.in_thread(fields.restore, self._tab.actor, field_id)
        toast(_("The field has been restored with its values."))

    def _create(self) -> None:
        self._tab.open("field", "new")

    def _open(self, field_id: int) -> None:
        self._tab.open("field", str(field_id))


def _columns() -> list[Column]:
    return [
        Column("id", _("ID"), "number"),
        Column("name", _("Title")),
        Column("unique_name", _("Unicname")),
        Column("kind", _("Type")),
        Column("section", _("Group")),
        Column("side", _("position (left(1)/right(2))"), "number"),
        Column("on_main_page", _("Show on the main page"), "flag", align="center"),
        Column("shown", _("On"), "flag", align="center"),
        Column("gear", "", "gear", align="center", sortable=False),
    ]


def _row(row: FieldRow) -> dict[str, Any]:
    field = row.field
    return {
        "id": field.id,
        "name": field.name,
        "unique_name": field.unique_name,
        "kind": kind_label(field.kind),
        "section": field.section,
        "side": 1 if field.side is Side.LEFT else 2,
        "on_main_page": field.on_main_page,
        "shown": field.shown,
        "gear": _("Settings of the field «{name}»").format(name=field.name),
    }

"""What a load did: how many were added, and the rows it left out, with their reasons (R7.7.1)."""

from io import BytesIO
from typing import Any

from nicegui import ui
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from kaw import db
from kaw.components import buttons, icons, layout, states
from kaw.components.list_table import Column, ListTable
from kaw.components.local_time import day_time
from kaw.fields.numbers import grouped
from kaw.i18n import _, language, ngettext, use_language
from kaw.models import ImportState
from kaw.services import import_list
from kaw.services.access import Actor
from kaw.services.import_list import ImportStatus, WrongRow

SHOWN_ROWS = 500
STATE_LOOKS = {ImportState.RUNNING: "talking", ImportState.DONE: "waiting", ImportState.FAILED: "danger"}


def state_words(state: ImportState) -> str:
    """The state of a load in words."""
    return {
        ImportState.RUNNING: _("being loaded"),
        ImportState.DONE: _("loaded"),
        ImportState.FAILED: _("not loaded"),
        ImportState.CANCELLED: _("cancelled"),
        ImportState.REMOVED: _("removed"),
    }[state]


async def show_report(actor: Actor, load: ImportStatus) -> None:
    """Draw the result of a load that is over, in the running slot."""
    layout.facts(
        [
            (_("File"), load.file_name),
            (_("Loaded"), ", ".join(filter(None, [day_time(load.started_at), load.started_by]))),
            (_("State"), state_words(load.state)),
            (_("Partners added"), grouped(load.added)),
            (_("Wrong rows"), grouped(load.wrong)),
        ]
    )
    if load.message:
        states.banner(load.message, "error" if load.state is ImportState.FAILED else "info")
    if load.wrong:
        wrong = await db.in_thread(import_list.wrong_rows, actor, load.id)
        _show_wrong_rows(actor, load, wrong)


def _show_wrong_rows(actor: Actor, load: ImportStatus, wrong: list[WrongRow]) -> None:
    async def download() -> None:
        content = await db.in_thread(_workbook, actor, load.id, language())
        ui.download.content(content, _("Wrong rows of load {id}").format(id=load.id) + ".xlsx")

    with layout.line(wrap=True):
        layout.section(_("Rows that were not loaded"))
        layout.space()
        buttons.plain(_("Download all (xlsx)"), download, icon=icons.DOWNLOAD).classes("small")
    columns = [
        Column("number", _("Row"), "number"),
        Column("field", _("Field")),
        Column("reason", _("Reason")),
    ]
    rows = [
        {"id": place, "number": row.number, "field": row.field, "reason": row.reason}
        for place, row in enumerate(wrong[:SHOWN_ROWS])
    ]
    with ui.element("div").classes("kaw-wrong-rows"):
        ListTable(columns, rows, label=_("Rows that were not loaded"))
    rest = len(wrong) - SHOWN_ROWS
    if rest > 0:
        layout.note(
            ngettext("{n} more is in the downloaded file.", "{n} more are in the downloaded file.", rest).format(
                n=grouped(rest)
            )
        )


def _workbook(actor: Actor, import_id: int, reader_language: str) -> bytes:
    """The wrong rows as a file of Excel; every cell is text, whatever it begins with."""
    with use_language(reader_language):
        wrong = import_list.wrong_rows(actor, import_id)
        titles = [_("Row"), _("Field"), _("Reason")]
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(titles)
    for row in wrong:
        sheet.append([row.number, _text_cell(sheet, row.field), _text_cell(sheet, row.reason)])
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def _text_cell(sheet: Any, text: str) -> Cell:
    cell = WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text))
    cell.data_type = "s"  # "=…" would become a formula
    return cell

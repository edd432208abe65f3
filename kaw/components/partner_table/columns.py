"""The partner table as AG Grid takes it: its columns for one user, and how it behaves."""

from typing import Any

from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services.card_schema import CardField, CardSchema

BLOCK = 100  # rows fetched at once
BLOCKS_KEPT = 6
BLOCKS_AT_ONCE = 2
WIDTHS = {
    FieldKind.LONG_TEXT: 210,
    FieldKind.EMAIL: 190,
    FieldKind.INN: 124,
    FieldKind.DATE: 120,
    FieldKind.DATETIME: 150,
    FieldKind.NUMBER: 120,
    FieldKind.MONEY: 140,
    FieldKind.YES_NO: 110,
}
RIGHT_ALIGNED = {FieldKind.NUMBER, FieldKind.MONEY}
TITLE_WIDTH, TEXT_WIDTH, PHONE_WIDTH, ID_WIDTH = 250, 160, 196, 76
TITLE_LEAST, LONG_LEAST, CHOICE_LEAST = 180, 98, 106  # when the window is too small for all columns
TEXT_LEAST = 122  # twelve digits of an INN
NARROWEST = 0.72  # of its width: other columns


def definitions(schema: CardSchema, fields: tuple[CardField, ...], title: CardField | None, *, may_delete: bool) -> Any:
    """ID, the fields in their order, «в карточку». ID and the name stay when the others are scrolled."""
    columns: list[dict[str, Any]] = [_fixed("id", _("ID"), ID_WIDTH, "kawPartners.cells.id", pinned="left")]
    if title is None or title not in fields:
        columns.append(_fixed("", _("Partner"), 140, "kawPartners.cells.title", pinned="left"))
    columns += [_of_field(field, is_title=field is title) for field in fields]
    columns.append(_fixed("actions", "", 130 if may_delete else 104, "kawPartners.cells.actions", pinned="right"))
    columns[-1]["resizable"] = False
    return columns


def behaviour(root_id: str) -> dict[str, Any]:
    """Rows in blocks from /data/partners; ``root_id`` is how assets/partner_table.js knows the table."""
    scrolled = f'() => kawPartners.scrolled("{root_id}")'
    return {
        "defaultColDef": {
            "resizable": True,
            "sortable": False,
            "minWidth": 70,
            ":headerComponent": "kawPartners.Header",
        },
        "rowModelType": "infinite",
        "cacheBlockSize": BLOCK,
        "maxBlocksInCache": BLOCKS_KEPT,
        "maxConcurrentDatasourceRequests": BLOCKS_AT_ONCE,
        "infiniteInitialRowCount": 1,
        "rowHeight": 34,
        "headerHeight": 36,
        "suppressMovableColumns": True,
        "suppressCellFocus": False,
        "animateRows": False,
        "overlayNoRowsTemplate": "<span></span>",
        ":getRowId": "(params) => String(params.data.id)",
        ":onGridReady": f'(params) => kawPartners.ready(params, "{root_id}")',
        ":onBodyScroll": scrolled,
        ":onModelUpdated": scrolled,
        ":onCellKeyDown": "kawPartners.key",
        ":onRowDoubleClicked": "kawPartners.opened",
    }


def labels() -> dict[str, str]:
    """The words that cells and heads are drawn with."""
    return {
        "open": _("to the card"),
        "remove": _("Delete the partner"),
        "call": _("Call"),
        "noPhone": _("Telephony is not connected"),
        "numbers": _("All numbers"),
        "sort": _("sort"),
        "filter": _("filter"),
        "shown": _("shown"),
        "noServer": _("The server does not answer."),
    }


def _fixed(name: str, title: str, width: int, renderer: str, pinned: str = "") -> dict[str, Any]:
    column: dict[str, Any] = {"colId": name, "headerName": title, "width": width, "minWidth": width}
    column[":cellRenderer"] = renderer
    if name:
        column["field"] = name
    if pinned:
        column["pinned"] = pinned
    return column


def _of_field(field: CardField, *, is_title: bool) -> dict[str, Any]:
    width = TITLE_WIDTH if is_title else PHONE_WIDTH if field.holds_phones else WIDTHS.get(field.kind, TEXT_WIDTH)
    column: dict[str, Any] = {
        "colId": field.unique_name,
        "field": field.unique_name,
        "headerName": field.name,
        "width": width,
        "minWidth": _least(field, width, is_title=is_title),
        ":cellRenderer": "kawPartners.cells.text",
    }
    if is_title:
        column[":cellRenderer"] = "kawPartners.cells.title"
        column["pinned"] = "left"
    elif field.holds_phones:
        column[":cellRenderer"] = "kawPartners.cells.phone"
    elif field.kind.has_choices:
        column[":cellRenderer"] = "kawPartners.cells.choice"
        colours = {item.name: place for place, item in enumerate(field.choices)}
        column["cellRendererParams"] = {"colours": colours, "several": field.kind.is_multiple}
    if field.kind in RIGHT_ALIGNED:
        column["cellStyle"] = {"justifyContent": "flex-end"}
    return column


def _least(field: CardField, width: int, *, is_title: bool) -> int:
    """How narrow a column may get: what a cut-off phone or INN says is worth nothing."""
    if field.holds_phones or field.kind is FieldKind.INN:
        return width
    if is_title:
        return TITLE_LEAST
    if field.kind is FieldKind.LONG_TEXT:
        return LONG_LEAST
    if field.kind.has_choices:
        return CHOICE_LEAST
    return TEXT_LEAST if field.kind is FieldKind.TEXT else int(width * NARROWEST)

"""The columns of a user's partner table as AG Grid takes them."""

from typing import Any

from kaw.i18n import _
from kaw.models import FieldKind
from kaw.services.card_schema import CardField, CardSchema

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
NARROWEST = 0.72  # of its width, when the window is too small for all columns


def definitions(schema: CardSchema, fields: tuple[CardField, ...], title: CardField | None, *, may_delete: bool) -> Any:
    """ID, the fields in their order, «в карточку»."""
    columns: list[dict[str, Any]] = [_fixed("id", _("ID"), ID_WIDTH, "kawPartners.cells.id", pinned="left")]
    if title is None or title not in fields:
        columns.append(_fixed("", _("Partner"), 140, "kawPartners.cells.title"))
    columns += [_of_field(field, is_title=field is title) for field in fields]
    columns.append(_fixed("actions", "", 138 if may_delete else 110, "kawPartners.cells.actions", pinned="right"))
    columns[-1]["resizable"] = False
    for column in columns:
        column["minWidth"] = int(column["width"] * column.pop("narrowest", 1))
    return columns


def _fixed(name: str, title: str, width: int, renderer: str, pinned: str = "") -> dict[str, Any]:
    column: dict[str, Any] = {"colId": name, "headerName": title, "width": width, ":cellRenderer": renderer}
    if name:
        column["field"] = name
    if pinned:
        column["pinned"] = pinned
    return column


def _of_field(field: CardField, *, is_title: bool) -> dict[str, Any]:
    column: dict[str, Any] = {  # what a cut-off phone or INN says is worth nothing
        "colId": field.unique_name,
        "field": field.unique_name,
        "headerName": field.name,
        "width": TITLE_WIDTH if is_title else WIDTHS.get(field.kind, TEXT_WIDTH),
        ":cellRenderer": "kawPartners.cells.text",
    }
    if not field.holds_phones and field.kind is not FieldKind.INN:
        column["narrowest"] = NARROWEST
    if is_title:
        column[":cellRenderer"] = "kawPartners.cells.title"
    elif field.holds_phones:
        column[":cellRenderer"] = "kawPartners.cells.phone"
        column["width"] = PHONE_WIDTH
    elif field.kind.has_choices:
        column[":cellRenderer"] = "kawPartners.cells.choice"
        colours = {item.name: place for place, item in enumerate(field.choices)}
        column["cellRendererParams"] = {"colours": colours, "several": field.kind.is_multiple}
    if field.kind in RIGHT_ALIGNED:
        column["cellStyle"] = {"justifyContent": "flex-end"}
    return column

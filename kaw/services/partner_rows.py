"""Cards as rows of the partner table: texts by unique name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.fields.base import FieldContext
from kaw.models import FieldKind, PartnerPhone
from kaw.services import partner_names
from kaw.services.access import Rights
from kaw.services.card_schema import CardField, CardSchema

TEXT_SHOWN = 300  # characters of a long text that a table shows
PLAIN = {FieldKind.TEXT, FieldKind.EMAIL, FieldKind.LINK, FieldKind.INN, FieldKind.PHONE, FieldKind.LONG_TEXT}

TableRow = dict[str, Any]


def read(
    session: Session, schema: CardSchema, rights: Rights, columns: Sequence[CardField], ids: Sequence[int]
) -> list[TableRow]:
    """Rows in the order of ``ids``; those that are not there are left out.

    A row is {"id", "v": version, unique name: text, ..., "_p": {unique name: [numbers to call]}}.
    """
    if not ids:
        return []
    table = schema.table
    query = sa.select(table.c.id, table.c.version, *(_selected(table, item) for item in columns))
    found = session.connection().execute(query.where(table.c.id.in_(ids))).all()
    cards = {row[0]: row for row in found}
    formats = _formats(session, schema, rights, columns, found)
    numbers = _numbers(session, columns, ids)
    names = [item.unique_name for item in columns]
    rows: list[TableRow] = []
    for partner_id in ids:
        card = cards.get(partner_id)
        if card is not None:
            row: TableRow = dict(
                zip(names, (show(value) for show, value in zip(formats, card[2:], strict=True)), strict=True)
            )
            row["id"], row["v"], row["_p"] = partner_id, card[1], numbers.get(partner_id, {})
            rows.append(row)
    return rows


def _selected(table: sa.Table, field: CardField) -> sa.ColumnElement[Any]:
    column = table.c[field.column]
    if field.kind is FieldKind.LONG_TEXT:
        return sa.func.substr(column, 1, TEXT_SHOWN + 1)
    return column


def _formats(
    session: Session, schema: CardSchema, rights: Rights, columns: Sequence[CardField], found: Sequence[Any]
) -> list[Callable[[Any], str]]:
    named: list[Mapping[str, Any]] = []
    if any(item.kind is FieldKind.PARTNER for item in columns):
        named = [dict(zip((item.column for item in columns), row[2:], strict=True)) for row in found]
    contexts = partner_names.contexts_to_show(session, schema, rights, columns, named)
    return [_format(item, contexts[item.id]) for item in columns]


def _format(field: CardField, context: FieldContext) -> Callable[[Any], str]:
    if field.kind is FieldKind.LONG_TEXT:
        return _shortened
    if field.kind in PLAIN:
        return _as_it_is
    known: dict[Any, str] = {None: ""}

    def show(value: Any) -> str:
        text = known.get(value)
        if text is None:
            text = known[value] = field.type.format(value, context)
        return text

    return show


def _as_it_is(value: Any) -> str:
    return value or ""


def _shortened(value: Any) -> str:
    text = value or ""
    return text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN] + "…"


def _numbers(session: Session, columns: Sequence[CardField], ids: Sequence[int]) -> dict[int, dict[str, list[str]]]:
    """Numbers to call by partner and unique name."""
    names = {item.id: item.unique_name for item in columns if item.holds_phones}
    if not names:
        return {}
    phones = (col(PartnerPhone.partner_id), col(PartnerPhone.field_id), col(PartnerPhone.number))
    query = sa.select(*phones).where(phones[0].in_(ids), phones[1].in_(list(names))).order_by(col(PartnerPhone.id))
    numbers: dict[int, dict[str, list[str]]] = {}
    for partner_id, field_id, number in session.connection().execute(query):
        numbers.setdefault(partner_id, {}).setdefault(names[field_id], []).append(number)
    return numbers

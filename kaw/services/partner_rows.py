"""Cards as rows of the partner table: texts by unique name.

A page of the table is the most frequent thing KAW does, so it is read by plain SQL and made column by column: a third
of the time that statements built for each page would take. Names in the SQL are of KAW's own making, ids are numbers.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.fields.base import FieldContext
from kaw.models import FieldKind
from kaw.services import partner_names
from kaw.services.access import Rights
from kaw.services.card_schema import CardField, CardSchema

TEXT_SHOWN = 300  # characters of a long text that a table shows
PLAIN = {FieldKind.TEXT, FieldKind.EMAIL, FieldKind.LINK, FieldKind.INN, FieldKind.PHONE}

TableRow = dict[str, Any]


def read(
    session: Session, schema: CardSchema, rights: Rights, columns: Sequence[CardField], ids: Sequence[int]
) -> list[TableRow]:
    """Rows in the order of ``ids``; those that are not there are left out.

    A row is {"id", "v": version, unique name: text, ..., "_p": {unique name: [numbers to call]}}.
    """
    if not ids:
        return []
    connection = session.connection()
    listed = ",".join(map(str, map(int, ids)))
    selected = "".join(f", {_selected(item)}" for item in columns)
    query = f"SELECT id, version{selected} FROM partner_card WHERE id IN ({listed})"  # noqa: S608
    cards = {card[0]: card for card in connection.exec_driver_sql(query).fetchall()}
    found = [cards[partner_id] for partner_id in ids if partner_id in cards]
    if not found:
        return []
    held_ids, versions, *held = zip(*found, strict=True)
    values = [_loaded(connection, schema, item, part) for item, part in zip(columns, held, strict=True)]
    texts = _texts(session, schema, rights, columns, values)
    numbers = _numbers(connection, columns, listed)
    calls = [numbers.get(partner_id, {}) for partner_id in held_ids]
    keys = ("id", "v", "_p", *(item.unique_name for item in columns))
    return [dict(zip(keys, row, strict=True)) for row in zip(held_ids, versions, calls, *texts, strict=True)]


def _selected(field: CardField) -> str:
    return f"substr({field.column}, 1, {TEXT_SHOWN + 1})" if field.kind is FieldKind.LONG_TEXT else field.column


def _loaded(connection: sa.Connection, schema: CardSchema, field: CardField, held: Sequence[Any]) -> Sequence[Any]:
    """What the driver gave as values of the field: some databases keep dates as text."""
    if field.kind in PLAIN:
        return held
    kind = schema.table.c[field.column].type.dialect_impl(connection.dialect)
    load = kind.result_processor(connection.dialect, None)
    return held if load is None else [load(value) for value in held]


def _texts(
    session: Session,
    schema: CardSchema,
    rights: Rights,
    columns: Sequence[CardField],
    values: Sequence[Sequence[Any]],
) -> list[list[str]]:
    partners = [
        {item.column: value}
        for item, part in zip(columns, values, strict=True)
        if item.kind is FieldKind.PARTNER
        for value in set(part)
    ]
    contexts = partner_names.contexts_to_show(session, schema, rights, columns, partners)
    return [_formatted(item, contexts[item.id], part) for item, part in zip(columns, values, strict=True)]


def _formatted(field: CardField, context: FieldContext, values: Sequence[Any]) -> list[str]:
    if field.kind in PLAIN:
        return [value or "" for value in values]
    if field.kind is FieldKind.LONG_TEXT:
        return [_shortened(value or "") for value in values]
    shown: Callable[[Any, FieldContext], str] = field.type.format
    known = {value: shown(value, context) for value in set(values)}
    return [known[value] for value in values]


def _shortened(text: str) -> str:
    return text if len(text) <= TEXT_SHOWN else text[:TEXT_SHOWN] + "…"


def _numbers(
    connection: sa.Connection, columns: Sequence[CardField], listed: str
) -> Mapping[int, dict[str, list[str]]]:
    """Numbers to call by partner and unique name."""
    names = {item.id: item.unique_name for item in columns if item.holds_phones}
    if not names:
        return {}
    query = (
        "SELECT partner_id, field_id, number FROM partner_phone"  # noqa: S608
        f" WHERE partner_id IN ({listed}) AND field_id IN ({','.join(map(str, names))}) ORDER BY partner_id, id"
    )
    numbers: dict[int, dict[str, list[str]]] = {}
    for partner_id, field_id, number in connection.exec_driver_sql(query).fetchall():
        numbers.setdefault(partner_id, {}).setdefault(names[field_id], []).append(number)
    return numbers

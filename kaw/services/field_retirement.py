"""After a change of type: what did not fit goes to the history of its card, then the former columns go (R7.5.3)."""

from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db, live
from kaw.models import Change, ChangeKind, Field, FieldKind, PartnerChoice, PartnerPhone
from kaw.services import card_schema, field_columns, field_conversion, field_steps
from kaw.services.field_conversion import Conversion

BATCH = 1_000


def retire(field_id: int, user_id: int | None = None) -> None:
    """Retire what a change of type left, if it left something. Each batch of cards is emptied as it is dealt with."""
    with db.reading() as session:
        conversion = _former(session, field_id)
    if conversion is None:
        return
    last: int | None = 0
    while last is not None:
        last = _retire_some(conversion, last, user_id)
    with db.transaction() as tx:
        tx.session.connection().execute(
            sa.update(Field).where(col(Field.id) == field_id).values(former_kind=None, former_list_id=None)
        )
    field_steps.let_columns_go(list(field_columns.columns_of(conversion.old)))


def _former(session: Session, field_id: int) -> Conversion | None:
    row = session.get(Field, field_id)
    if row is None or row.former_kind is None:
        return None
    schema = card_schema.read_schema(session)
    new = replace(card_schema.card_field(row), choices=schema.choice_lists.get(row.choice_list_id or 0, ()))
    old = replace(
        new,
        kind=FieldKind(row.former_kind),
        choice_list_id=row.former_list_id,
        generation=row.former_generation,
        choices=schema.choice_lists.get(row.former_list_id or 0, ()),
    )
    return field_conversion.between(session, schema, old, new)


def _retire_some(conversion: Conversion, last: int, user_id: int | None) -> int | None:
    """Deal with the next cards after id ``last``; the last of them, None when there are no more."""
    old = conversion.old
    table = card_schema.build_table([old])
    value = table.c[old.column]
    with db.transaction() as tx:
        connection = tx.session.connection()
        query = sa.select(table.c.id, table.c.version, value).where(table.c.id > last, value.is_not(None))
        query = query.order_by(table.c.id).limit(BATCH).with_for_update()
        rows = connection.execute(query).all()
        if not rows:
            return None
        lost = [row for row in rows if conversion.convert(row[2]) is None]
        if lost:
            connection.execute(sa.insert(Change), [_change(conversion, row, user_id) for row in lost])
            lost_ids = [row[0] for row in lost]
            connection.execute(sa.update(table).where(table.c.id.in_(lost_ids)).values(version=table.c.version + 1))
            tx.announce(live.PartnersChanged(tuple(lost_ids) if len(lost_ids) <= 200 else ()))
        ids = [row[0] for row in rows]
        connection.execute(sa.update(table).where(table.c.id.in_(ids)).values(dict.fromkeys(_columns(conversion))))
        _drop_rows_beside(connection, conversion, ids)
    return int(ids[-1])


def _columns(conversion: Conversion) -> list[str]:
    return list(field_columns.columns_of(conversion.old))


def _change(conversion: Conversion, row: Any, user_id: int | None) -> dict[str, Any]:
    partner_id, version, value = row
    return {
        "partner_id": partner_id,
        "version": version + 1,
        "at": db.now(),
        "user_id": user_id,
        "kind": ChangeKind.CONVERTED,
        "field_id": conversion.old.id,
        "field_name": conversion.old.name,
        "old_value": conversion.old.type.store_text(value),
        "old_shown": conversion.shown(value),
    }


def _drop_rows_beside(connection: sa.Connection, conversion: Conversion, ids: list[int]) -> None:
    """Phones and choices that only the former type kept."""
    old, new = conversion.old, conversion.new
    if old.holds_phones and not new.holds_phones:
        connection.execute(
            sa.delete(PartnerPhone).where(col(PartnerPhone.field_id) == old.id, col(PartnerPhone.partner_id).in_(ids))
        )
    if old.kind.is_multiple and (not new.kind.is_multiple or old.choice_list_id != new.choice_list_id):
        connection.execute(
            sa.delete(PartnerChoice).where(
                col(PartnerChoice.field_id) == old.id,
                col(PartnerChoice.partner_id).in_(ids),
                col(PartnerChoice.choice_id).not_in([item.id for item in new.choices] if new.kind.is_multiple else []),
            )
        )

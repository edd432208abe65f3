"""Another item, or nothing, in place of one that is taken off its list; in the history of each card (R7.6)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.models import Change, ChangeKind, PartnerChoice
from kaw.services import card_schema
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

BATCH = 1_000


def uses(session: Session, fields: Iterable[CardField], choice_ids: Iterable[int]) -> dict[int, int]:
    """In how many cards each of these items is chosen; unused ones are absent."""
    wanted = sorted(choice_ids)
    found: dict[int, int] = {}
    for field in fields if wanted else ():
        value: sa.ColumnElement[int]
        if field.kind.is_multiple:
            table = sa.inspect(PartnerChoice).local_table
            value = table.c.choice_id
            query = sa.select(value, sa.func.count()).where(table.c.field_id == field.id)
        else:
            value = card_schema.build_table([field]).c[field.column]
            query = sa.select(value, sa.func.count())
        for choice_id, number in session.execute(query.where(value.in_(wanted)).group_by(value)).all():
            found[choice_id] = found.get(choice_id, 0) + number
    return found


def replace(session: Session, actor: Actor, field: CardField, old: int, new: int | None, new_name: str) -> None:
    """Put item ``new`` (None: nothing) where cards hold ``old``; each such card gets a new version and its history."""
    how = _in_several if field.kind.is_multiple else _in_one
    how(session, actor, field, old, new, new_name)


def _in_one(session: Session, actor: Actor, field: CardField, old: int, new: int | None, new_name: str) -> None:
    table = card_schema.build_table([field])
    holds = table.c[field.column] == old
    at = db.now()
    change = {
        "at": at,
        "user_id": actor.user_id or None,
        "kind": ChangeKind.EDITED,
        "field_id": field.id,
        "field_name": field.name,
        "old_value": field.type.store_text(old),
        "new_value": field.type.store_text(new),
        "old_shown": field.type.format(old, field.context()),
        "new_shown": new_name or None,
    }
    columns = sa.inspect(Change).columns
    values = [sa.literal(value, columns[name].type) for name, value in change.items()]
    rows = sa.select(table.c.id, table.c.version + 1, *values).where(holds)
    session.execute(sa.insert(Change).from_select(["partner_id", "version", *change], rows))
    session.execute(sa.update(table).where(holds).values({field.column: new, **_touched(table, actor, at)}))


def _in_several(session: Session, actor: Actor, field: CardField, old: int, new: int | None, new_name: str) -> None:
    table = card_schema.build_table([field])
    rows = (col(PartnerChoice.field_id) == field.id, col(PartnerChoice.choice_id) == old)
    names = {item.id: item.name for item in field.choices} | ({new: new_name} if new is not None else {})
    while True:
        ids = session.execute(sa.select(col(PartnerChoice.partner_id)).where(*rows).limit(BATCH)).scalars().all()
        if not ids:
            return
        _replace_in_cards(session, actor, field, table, ids, old, new, names)
        session.execute(sa.delete(PartnerChoice).where(*rows, col(PartnerChoice.partner_id).in_(ids)))


def _replace_in_cards(
    session: Session,
    actor: Actor,
    field: CardField,
    table: sa.Table,
    ids: Any,
    old: int,
    new: int | None,
    names: dict[int, str],
) -> None:
    at = db.now()
    column = table.c[field.column]
    changes, updates, added = [], [], []
    for partner_id, version, value in session.execute(
        sa.select(table.c.id, table.c.version, column).where(table.c.id.in_(ids))
    ):
        before = value or ()
        put = [new if item == old else item for item in before]
        after = tuple(dict.fromkeys(item for item in put if item is not None)) or None
        if new is not None and new not in before:
            added.append({"partner_id": partner_id, "field_id": field.id, "choice_id": new})
        updates.append({"card": partner_id, "value": after})
        changes.append(
            {
                "partner_id": partner_id,
                "version": version + 1,
                "at": at,
                "user_id": actor.user_id or None,
                "kind": ChangeKind.EDITED,
                "field_id": field.id,
                "field_name": field.name,
                "old_value": field.type.store_text(before),
                "new_value": field.type.store_text(after),
                "old_shown": ", ".join(names.get(item, "") for item in before),
                "new_shown": ", ".join(names.get(item, "") for item in after or ()) or None,
            }
        )
    connection = session.connection()
    one = sa.update(table).where(table.c.id == sa.bindparam("card"))
    connection.execute(one.values({column: sa.bindparam("value"), **_touched(table, actor, at)}), updates)
    connection.execute(sa.insert(Change), changes)
    if added:
        connection.execute(sa.insert(PartnerChoice), added)


def _touched(table: sa.Table, actor: Actor, at: datetime) -> dict[str, Any]:
    return {"version": table.c.version + 1, "updated_at": at, "updated_by": actor.user_id or None}

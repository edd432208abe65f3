"""Writing a card: what was given is parsed, compared, stored with all that hangs on it, and kept in the history."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import InvalidValue, InvalidValues
from kaw.fields.base import FieldContext
from kaw.i18n import N_
from kaw.models import CardState, Change, ChangeKind, FieldKind, User
from kaw.services import call_owners, partner_names, partner_values, search_index
from kaw.services.access import Actor, Rights
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.partner_cards import Row

Values = dict[int, Any]  # by field id
MOST_ANNOUNCED = 200  # ids that one live event carries


def parse(
    session: Session, schema: CardSchema, rights: Rights, raw: Mapping[str, Any]
) -> tuple[Values, list[InvalidValue]]:
    """Values of what was given by unique name, and what is wrong with the rest.

    A hidden field and one that does not exist get the same answer.
    """
    visible = {item.unique_name: item for item in schema.visible(rights)}
    values: Values = {}
    errors: list[InvalidValue] = []
    for name, given in raw.items():
        field = visible.get(name)
        if field is None:
            errors.append(InvalidValue(str(name), N_("There is no such field.")))
        elif not rights.edits(field.id):
            errors.append(InvalidValue(name, N_("You may not change this field.")))
        else:
            context = partner_names.context_to_parse(session, schema, rights, field, given)
            try:
                values[field.id] = field.type.parse(given, context)
            except InvalidValue as error:
                errors.append(error)
    return values, errors


def missing(schema: CardSchema, rights: Rights, values: Mapping[int, Any]) -> list[InvalidValue]:
    """Required fields that are empty, of those this user may fill. KAW itself leaves them to people (R12.5)."""
    if rights.user_id == 0:
        return []
    return [
        InvalidValue(item.unique_name, N_("This field is required."))
        for item in schema.visible(rights)
        if item.required and rights.edits(item.id) and values.get(item.id) is None
    ]


def refuse(errors: list[InvalidValue]) -> None:
    """Raise when something is wrong; each field says one thing."""
    if errors:
        raise InvalidValues(list({error.field: error for error in reversed(errors)}.values())[::-1])


def values_of(schema: CardSchema, row: Row) -> Values:
    """A row's values by field id."""
    return {item.id: row[item.column] for item in schema.fields}


def insert(tx: db.Transaction, actor: Actor, schema: CardSchema, values: Values) -> int:
    """A new card with history; its id."""
    session, at, author = tx.session, db.now(), actor.user_id or None
    contexts = _contexts(session, schema, [item for item in schema.fields if values.get(item.id) is not None], values)
    columns: dict[str, Any] = {
        "version": 1,
        "state": int(partner_values.state_of(schema, values)),
        "created_at": at,
        "created_by": author,
        "updated_at": at,
        "updated_by": author,
    }
    for field_id, context in contexts.items():
        columns |= partner_values.columns_of(schema.by_id[field_id], values[field_id], context)
    result = session.connection().execute(sa.insert(schema.table).values(columns))
    partner_id = int(result.inserted_primary_key[0])  # type: ignore[index]
    partner_values.insert_derived(session, [(partner_id, values)], schema.fields)
    call_owners.adopt(session, partner_id)
    search_index.update(session.connection(), schema, [partner_id])
    shared = _change(actor, partner_id, 1, at, ChangeKind.CREATED)
    lines = [_line(schema.by_id[field_id], None, values[field_id], context) for field_id, context in contexts.items()]
    session.connection().execute(sa.insert(Change), [shared | _NO_LINE, *(shared | line for line in lines)])
    announce(tx, actor, [partner_id])
    return partner_id


def update(
    tx: db.Transaction, actor: Actor, schema: CardSchema, row: Row, values: Values, kind: ChangeKind = ChangeKind.EDITED
) -> bool:
    """Bring changed values into a card; whether anything had changed."""
    session, partner_id, version, at = tx.session, int(row["id"]), int(row["version"]) + 1, db.now()
    fields = [schema.by_id[field_id] for field_id in values]
    changed = [item for item in fields if not item.type.same(row[item.column], values[item.id])]
    if not changed:
        return False
    both = {item.id: values[item.id] for item in changed}
    contexts = _contexts(session, schema, changed, both, row)
    merged = values_of(schema, row) | both
    columns: dict[str, Any] = {"version": version, "updated_at": at, "updated_by": actor.user_id or None}
    if row["state"] != CardState.IN_BIN:
        columns["state"] = int(partner_values.state_of(schema, merged))
    for item in changed:
        columns |= partner_values.columns_of(item, both[item.id], contexts[item.id])
    session.connection().execute(sa.update(schema.table).where(schema.table.c.id == partner_id).values(columns))
    partner_values.replace_derived(session, partner_id, changed, both)
    if any(item.holds_phones for item in changed):
        call_owners.adopt(session, partner_id)
    search_index.update(session.connection(), schema, [partner_id])
    shared = _change(actor, partner_id, version, at, kind)
    lines = [shared | _line(item, row[item.column], both[item.id], contexts[item.id]) for item in changed]
    session.connection().execute(sa.insert(Change), lines)
    announce(tx, actor, [partner_id])
    return True


def record_whole(tx: db.Transaction, actor: Actor, cards: Iterable[tuple[int, int]], kind: ChangeKind) -> None:
    """History of something that happened to whole cards: (id, version after it)."""
    at = db.now()
    lines = [_change(actor, partner_id, version, at, kind) | _NO_LINE for partner_id, version in cards]
    if lines:
        tx.session.connection().execute(sa.insert(Change), lines)


def announce(tx: db.Transaction, actor: Actor, ids: list[int]) -> None:
    """Tell open browsers to read these cards again."""
    tx.announce(live.PartnersChanged(tuple(ids) if len(ids) <= MOST_ANNOUNCED else (), origin=actor.page_id))


def _contexts(
    session: Session, schema: CardSchema, fields: Iterable[CardField], values: Values, row: Row | None = None
) -> dict[int, FieldContext]:
    """Contexts for sort keys and the words of the history. Titles of partners are not kept there: readers differ."""
    fields = list(fields)
    names: Mapping[int, str] = {}
    if any(item.kind is FieldKind.USER for item in fields):
        ids = [values[item.id] for item in fields if item.kind is FieldKind.USER]
        ids += [row[item.column] for item in fields if item.kind is FieldKind.USER] if row else []
        names = dict(session.exec(select(User.id, User.full_name).where(col(User.id).in_(ids))).all())  # type: ignore[arg-type]
    return {
        item.id: partner_names.with_settings(item, names if item.kind is FieldKind.USER else None) for item in fields
    }


_NO_LINE: dict[str, Any] = {
    "field_id": None,
    "field_name": "",
    "old_value": None,
    "new_value": None,
    "old_shown": None,
    "new_shown": None,
}


def _change(actor: Actor, partner_id: int, version: int, at: datetime, kind: ChangeKind) -> dict[str, Any]:
    return {"partner_id": partner_id, "version": version, "at": at, "user_id": actor.user_id or None, "kind": kind}


def _line(field: CardField, old: Any, new: Any, context: FieldContext) -> dict[str, Any]:
    return {
        "field_id": field.id,
        "field_name": field.name,
        "old_value": field.type.store_text(old),
        "new_value": field.type.store_text(new),
        "old_shown": field.type.format(old, context) or None,
        "new_shown": field.type.format(new, context) or None,
    }

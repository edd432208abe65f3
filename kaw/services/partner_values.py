"""From values to rows: what is kept of a card beside what was typed.

A value brings along its sort key, the numbers a call is looked up by, the rows a filter on several choices uses, and
the state of its card. All writers (forms, loads, calls, type changes) go through here, so that none forgets one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.fields.base import FieldContext
from kaw.fields.folding import sort_text
from kaw.fields.phone import phones_in
from kaw.models import CardState, Change, ChangeKind, FieldKind, PartnerCard, PartnerChoice, PartnerPhone, User
from kaw.services import card_schema, partner_names, search_index, settings
from kaw.services.card_schema import CardField, CardSchema

Values = Mapping[int, Any]  # by field id
BATCH = 500


def context_of(session: Session, field: CardField, names: Mapping[int, str] | None = None) -> FieldContext:
    """What a field's type needs to know. Names of partners come from the caller, who knows whose eyes they are for."""
    if names is None and field.kind is FieldKind.USER:
        names = partner_names.all_users()
    return partner_names.with_settings(field, names)


def columns_of(field: CardField, value: Any, context: FieldContext) -> dict[str, Any]:
    """The columns of one value: itself and its sort key."""
    columns = {field.column: value}
    if field.sort_column != field.column:
        columns[field.sort_column] = field.type.sort_key(value, context)
    return columns


def state_of(schema: CardSchema, values: Values) -> CardState:
    """Whether one of its choices leaves a card out of the table by default."""
    for field, hiding in schema.hiding:
        value = values.get(field.id)
        if value is not None and not hiding.isdisjoint(value if field.kind.is_multiple else (value,)):
            return CardState.HIDDEN_BY_CHOICE
    return CardState.SHOWN


def phone_rows(partner_id: int, field: CardField, value: Any, region: str) -> list[dict[str, Any]]:
    """Rows of ``partner_phone`` for one value."""
    if not field.holds_phones or not value:
        return []
    return [
        {
            "partner_id": partner_id,
            "field_id": field.id,
            "digits10": entry.digits10,
            "number": entry.number,
            "extension": entry.extension,
            "label": entry.label,
        }
        for entry in phones_in(value, region)
    ]


def choice_rows(partner_id: int, field: CardField, value: Any) -> list[dict[str, Any]]:
    """Rows of ``partner_choice`` for one value."""
    if not field.kind.is_multiple or not value:
        return []
    return [{"partner_id": partner_id, "field_id": field.id, "choice_id": choice_id} for choice_id in value]


def replace_derived(session: Session, partner_id: int, fields: Sequence[CardField], values: Values) -> None:
    """Write the phones and choices of some fields of one card anew."""
    changed = [field for field in fields if field.holds_phones or field.kind.is_multiple]
    if not changed:
        return
    ids = [field.id for field in changed]
    connection = session.connection()
    for table in (PartnerPhone, PartnerChoice):
        connection.execute(sa.delete(table).where(col(table.partner_id) == partner_id, col(table.field_id).in_(ids)))
    insert_derived(session, [(partner_id, values)], changed)


def insert_derived(session: Session, cards: Iterable[tuple[int, Values]], fields: Sequence[CardField]) -> None:
    """Insert the phones and choices of these cards, which have none yet."""
    region = str(settings.value("phone_region"))
    phones: list[dict[str, Any]] = []
    choices: list[dict[str, Any]] = []
    for partner_id, values in cards:
        for field in fields:
            value = values.get(field.id)
            phones += phone_rows(partner_id, field, value, region)
            choices += choice_rows(partner_id, field, value)
    connection = session.connection()
    if phones:
        connection.execute(sa.insert(PartnerPhone), phones)
    if choices:
        connection.execute(sa.insert(PartnerChoice), choices)


def follow_user_name(session: Session, user_id: int, name: str) -> None:
    """Sort the cards that name a user by his new name; call it before the name is stored."""
    user = session.get(User, user_id)
    before = sort_text(user.full_name) if user else ""
    if user is None or before == sort_text(name):
        return
    schema = card_schema.for_writing(session)
    for field in schema.fields:
        if field.kind is FieldKind.USER:
            key = schema.table.c[field.sort_column]
            held = sa.and_(key == before, schema.table.c[field.column] == user_id)
            session.connection().execute(sa.update(schema.table).where(held).values({key: sort_text(name)}))


def write_many(
    session: Session,
    schema: CardSchema,
    rows: Iterable[Values],
    *,
    author: int | None,
    import_id: int | None,
    at: datetime | None = None,
) -> list[int]:
    """Insert cards with values already parsed, as a load does; their ids, in order.

    Each card gets one line of history ("loaded", without a load "created"), not one per field. Runs in the caller's
    transaction.
    """
    at = at or db.now()
    contexts = {field.id: context_of(session, field) for field in schema.fields}
    derived = [field for field in schema.fields if field.holds_phones or field.kind.is_multiple]
    made: list[int] = []
    next_id = _next_id(session)
    batch: list[tuple[int, Values]] = []
    for number, values in enumerate(rows):
        batch.append((next_id + number, values))
        if len(batch) == BATCH:
            made += _write_batch(session, schema, batch, contexts, derived, author, import_id, at)
            batch = []
    if batch:
        made += _write_batch(session, schema, batch, contexts, derived, author, import_id, at)
    if made:
        search_index.add_range(session.connection(), schema, made[0], made[-1])
    return made


def _write_batch(
    session: Session,
    schema: CardSchema,
    batch: list[tuple[int, Values]],
    contexts: Mapping[int, FieldContext],
    derived: Sequence[CardField],
    author: int | None,
    import_id: int | None,
    at: datetime,
) -> list[int]:
    cards = []
    for partner_id, values in batch:
        card: dict[str, Any] = {
            "id": partner_id,
            "version": 1,
            "state": int(state_of(schema, values)),
            "created_at": at,
            "created_by": author,
            "updated_at": at,
            "updated_by": author,
            "import_id": import_id,
        }
        for field in schema.fields:
            card.update(columns_of(field, values.get(field.id), contexts[field.id]))
        cards.append(card)
    connection = session.connection()
    connection.execute(sa.insert(schema.table), cards)
    insert_derived(session, batch, derived)
    connection.execute(
        sa.insert(Change),
        [
            {
                "partner_id": partner_id,
                "version": 1,
                "at": at,
                "user_id": author,
                "kind": ChangeKind.CREATED if import_id is None else ChangeKind.IMPORTED,
                "field_name": "",
            }
            for partner_id, _values in batch
        ],
    )
    return [partner_id for partner_id, _values in batch]


def _next_id(session: Session) -> int:
    """The id after the last one ever given. The row lock keeps MariaDB's other writers out until the commit."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        given = connection.execute(sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'partner_card'")).scalar()
        return int(given or 0) + 1
    last = connection.execute(sa.select(sa.func.max(col(PartnerCard.id))).with_for_update()).scalar()
    given = connection.execute(
        sa.text(
            "SELECT AUTO_INCREMENT FROM information_schema.TABLES"
            " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'partner_card'"
        )
    ).scalar()
    return max(int(last or 0) + 1, int(given or 1))

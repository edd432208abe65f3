"""Brings sort keys and states of all cards in line after a list or a field has changed, by set-based SQL."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw.models import CardState, Choice, PartnerChoice
from kaw.services.card_schema import CardField, CardSchema


def rank_choices(connection: sa.Connection, schema: CardSchema, field: CardField) -> None:
    """Sort keys of a choice field by the present order of its list: places of items are counted from 0."""
    value, key = schema.table.c[field.column], schema.table.c[field.sort_column]
    place: sa.Select[Any] = sa.select(sa.func.min(col(Choice.sort_order)))
    if field.kind.is_multiple:
        place = place.join(PartnerChoice, col(PartnerChoice.choice_id) == col(Choice.id)).where(
            col(PartnerChoice.partner_id) == schema.table.c.id, col(PartnerChoice.field_id) == field.id
        )
    else:
        place = place.where(col(Choice.id) == value)
    wanted = place.correlate(schema.table).scalar_subquery()
    behind = sa.and_(value.is_not(None), key.is_distinct_from(wanted))
    connection.execute(sa.update(schema.table).where(behind).values({key: wanted}))
    empty = sa.and_(value.is_(None), key.is_not(None))
    connection.execute(sa.update(schema.table).where(empty).values({key: None}))


def hide_by_choices(connection: sa.Connection, schema: CardSchema) -> None:
    """States of all cards outside the bin by the choices that hide by default."""
    state = schema.table.c.state
    conditions = [
        _holds(schema, field, hiding) for field in schema.fields if (hiding := sorted(schema.hiding_choices(field)))
    ]
    hidden = sa.or_(sa.false(), *conditions)
    shown, left_out = int(CardState.SHOWN), int(CardState.HIDDEN_BY_CHOICE)
    connection.execute(sa.update(schema.table).where(state == shown, hidden).values(state=left_out))
    connection.execute(sa.update(schema.table).where(state == left_out, sa.not_(hidden)).values(state=shown))


def _holds(schema: CardSchema, field: CardField, choice_ids: list[int]) -> sa.ColumnElement[bool]:
    if not field.kind.is_multiple:
        value = schema.table.c[field.column]
        return sa.and_(value.is_not(None), value.in_(choice_ids))
    return sa.exists().where(
        col(PartnerChoice.partner_id) == schema.table.c.id,
        col(PartnerChoice.field_id) == field.id,
        col(PartnerChoice.choice_id).in_(choice_ids),
    )

"""Brings sort keys and states of all cards in line after a list or a field has changed, by set-based SQL."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw.models import CardState, PartnerChoice
from kaw.services.card_schema import CardField, CardSchema


def rank_choices(connection: sa.Connection, schema: CardSchema, field: CardField) -> None:
    """Sort keys of a choice field by the present order of its list."""
    value, key = schema.table.c[field.column], schema.table.c[field.sort_column]
    if field.kind.is_multiple:
        for (held,) in connection.execute(sa.select(value).where(value.is_not(None)).distinct()).all():
            rank = field.type.sort_key(held, field.context())
            connection.execute(sa.update(schema.table).where(value == held, key.is_distinct_from(rank)).values({key: rank}))
        return
    ranks: dict[Any, Any] = {item.id: rank for rank, item in enumerate(field.choices)}
    wanted = sa.case(ranks, value=value, else_=None) if ranks else sa.null()
    connection.execute(sa.update(schema.table).where(key.is_distinct_from(wanted)).values({key: wanted}))


def hide_by_choices(connection: sa.Connection, schema: CardSchema) -> None:
    """States of all cards outside the bin by the choices that hide by default."""
    state = schema.table.c.state
    conditions = [
        _holds(schema, field, hiding) for field in schema.fields if (hiding := sorted(schema.hiding_choices(field)))
    ]
    hidden = sa.or_(*conditions) if conditions else sa.false()
    for wanted, condition in (
        (CardState.HIDDEN_BY_CHOICE, hidden),
        (CardState.SHOWN, sa.not_(sa.func.coalesce(hidden, sa.false()))),
    ):
        other = CardState.SHOWN if wanted is CardState.HIDDEN_BY_CHOICE else CardState.HIDDEN_BY_CHOICE
        connection.execute(sa.update(schema.table).where(state == int(other), condition).values(state=int(wanted)))


def _holds(schema: CardSchema, field: CardField, choice_ids: list[int]) -> sa.ColumnElement[bool]:
    if not field.kind.is_multiple:
        value = schema.table.c[field.column]
        return sa.and_(value.is_not(None), value.in_(choice_ids))
    return sa.exists().where(
        col(PartnerChoice.partner_id) == schema.table.c.id,
        col(PartnerChoice.field_id) == field.id,
        col(PartnerChoice.choice_id).in_(choice_ids),
    )

"""What cards show instead of the ids they hold: names of users, titles of other partners, the organisation's zone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.fields.base import FieldContext
from kaw.fields.folding import sort_text
from kaw.fields.text import clean_line
from kaw.models import CardState, FieldKind, User
from kaw.services import settings
from kaw.services.access import Rights
from kaw.services.cache import Cache
from kaw.services.card_schema import CardField, CardSchema

SAME_TITLE = 20  # partners looked at when a title was typed instead of picked

Contexts = Mapping[int, FieldContext]  # by field id


def with_settings(field: CardField, names: Mapping[int, str] | None = None) -> FieldContext:
    """A field's context with the zone its times are shown in and the country of its phone numbers."""
    zone, region = ZoneInfo(str(settings.value("time_zone"))), str(settings.value("phone_region"))
    return replace(field.context(names), time_zone=zone, region=region)


def all_users() -> Mapping[int, str]:
    """Full names of all users, deleted ones too: they stay readable in cards and history."""
    return _users.get(None)


def user_names(session: Session) -> dict[int, str]:
    """Full names of the users that can be chosen."""
    query = select(User.id, User.full_name).where(col(User.deleted_at).is_(None))
    return {user_id or 0: name for user_id, name in session.exec(query)}


def partner_titles(session: Session, schema: CardSchema, rights: Rights, ids: Iterable[int]) -> dict[int, str]:
    """What these partners are called, as this user may see it; those in the bin and unknown ones are left out."""
    wanted = sorted(set(ids))
    title = schema.title_field(rights)
    if not wanted or title is None:
        return {}
    table = schema.table
    query = sa.select(table.c.id, table.c[title.column]).where(
        table.c.id.in_(wanted), table.c.state != CardState.IN_BIN
    )
    return {partner_id: name or f"№ {partner_id}" for partner_id, name in session.connection().execute(query)}


def contexts_to_show(
    session: Session,
    schema: CardSchema,
    rights: Rights,
    fields: Sequence[CardField],
    cards: Iterable[Mapping[str, Any]],
) -> dict[int, FieldContext]:
    """Contexts that format these cards, rows by column; names are read at once for all of them."""
    contexts: dict[int, FieldContext] = {}
    for field in fields:
        names: Mapping[int, str] = {}
        if field.kind is FieldKind.USER:
            names = all_users()
        elif field.kind is FieldKind.PARTNER:
            ids = {held for card in cards if (held := card.get(field.column)) is not None}
            names = partner_titles(session, schema, rights, ids)
        contexts[field.id] = with_settings(field, names)
    return contexts


def context_to_parse(session: Session, schema: CardSchema, rights: Rights, field: CardField, raw: Any) -> FieldContext:
    """The context that parses what was given for a field: knows only who may be meant by it."""
    names: Mapping[int, str] = {}
    if field.kind is FieldKind.USER:
        names = user_names(session)
    elif field.kind is FieldKind.PARTNER and raw is not None:
        names = partner_titles(session, schema, rights, _meant(session, schema, rights, raw))
    return with_settings(field, names)


def _meant(session: Session, schema: CardSchema, rights: Rights, raw: Any) -> list[int]:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return [raw] if 0 < raw < 2**31 else []
    title = schema.title_field(rights)
    text = sort_text(clean_line(raw))
    if title is None or not text:
        return []
    table = schema.table
    query = sa.select(table.c.id).where(table.c[title.sort_column] == text).limit(SAME_TITLE)
    return list(session.connection().execute(query).scalars())


def _load_users(_key: None) -> dict[int, str]:
    with db.reading() as session:
        return {user_id or 0: name for user_id, name in session.exec(select(User.id, User.full_name))}


_users: Cache[None, dict[int, str]] = Cache(_load_users, drop_on=(live.RightsChanged,))

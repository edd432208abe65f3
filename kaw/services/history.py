"""History of a card (R8.2.3): who changed what, when, from what to what; and bringing a value back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import CardState, Change, ChangeKind, FieldKind, User
from kaw.services import access, card_schema, partner_cards, partner_changes, partner_names
from kaw.services.access import Actor, Rights
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.partner_cards import Card

MOST_ENTRIES = 200


@dataclass(frozen=True)
class Line:
    """One field of a change, in words of that time. ``restorable``: its old value can be brought back by this user."""

    change_id: int
    field_name: str
    unique_name: str
    old: str
    new: str
    restorable: bool


@dataclass(frozen=True)
class Entry:
    """One save of a card; ``at`` is UTC. Without lines: something that happened to the card as a whole."""

    version: int
    at: datetime
    author: str
    kind: ChangeKind
    lines: tuple[Line, ...]


def entries(actor: Actor, partner_id: int, before: int | None = None, limit: int = 50) -> list[Entry]:
    """What happened to a card, the latest first; ``before`` (a version) continues.

    Changes of hidden fields are absent, and a save that touched nothing else is absent as a whole.
    """
    rights, schema = access.rights(actor), card_schema.schema()
    limit = min(max(limit, 1), MOST_ENTRIES)
    with db.reading() as session:
        partner_cards.row_of(session, schema, rights, partner_id)
        seen = sa.or_(col(Change.field_id).is_(None), col(Change.field_id).in_(_visible(schema, rights)))
        where = [col(Change.partner_id) == partner_id, seen]
        if before is not None:
            where.append(col(Change.version) < before)
        versions = sa.select(col(Change.version)).distinct().where(*where).order_by(col(Change.version).desc())
        wanted = list(session.connection().execute(versions.limit(limit)).scalars())
        query = select(Change).where(*where, col(Change.version).in_(wanted))
        changes = session.exec(query.order_by(col(Change.version).desc(), col(Change.at).desc(), col(Change.id))).all()
        return _entries(session, schema, rights, changes)


def restore_value(actor: Actor, change_id: int) -> Card:
    """Bring back the value a field had before that change; the card as it is then."""
    rights = access.rights(actor)
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        change = tx.session.get(Change, change_id)
        field = schema.by_id.get(change.field_id or 0) if change else None
        if change is None or field is None or field.id not in _visible(schema, rights):
            raise NotFound
        row = partner_cards.row_of(tx.session, schema, rights, change.partner_id, lock=True)
        if not rights.edits(field.id):
            raise AccessDenied
        if row["state"] == CardState.IN_BIN:
            raise Conflict(N_("This partner is in the bin. Restore the card first."))
        value = _old_value(tx.session, schema, rights, field, change)
        if value is None and field.required and field.shown:
            raise InvalidValue(field.unique_name, N_("This field is required."))
        if partner_changes.update(tx, actor, schema, row, {field.id: value}, ChangeKind.RESTORED_VALUE):
            row = partner_cards.row_of(tx.session, schema, rights, change.partner_id)
        return partner_cards.card_of(tx.session, schema, rights, row)


def _old_value(session: Session, schema: CardSchema, rights: Rights, field: CardField, change: Change) -> Any:
    """The value as the field's type of today takes it: a type may have been changed, an item of a list removed."""
    if change.old_value is None:
        return None
    context = partner_names.with_settings(field)
    try:
        held = field.type.load_text(change.old_value)
        raw = field.type.editable(held, context)
    except (ValueError, TypeError):
        raw = change.old_shown
    if field.kind is FieldKind.USER and isinstance(raw, int):
        return field.type.parse(raw, partner_names.context_to_parse(session, schema, rights, field, raw))
    try:
        return field.type.parse(raw, partner_names.context_to_parse(session, schema, rights, field, raw))
    except InvalidValue:
        if raw == change.old_shown or change.old_shown is None:
            raise
        shown = change.old_shown
        return field.type.parse(shown, partner_names.context_to_parse(session, schema, rights, field, shown))


def _visible(schema: CardSchema, rights: Rights) -> list[int]:
    return [item.id for item in schema.visible(rights)]


def _entries(session: Session, schema: CardSchema, rights: Rights, changes: Iterable[Change]) -> list[Entry]:
    changes = list(changes)
    ids = {change.user_id for change in changes if change.user_id}
    users: dict[int | None, str] = {}
    if ids:
        users = dict(session.exec(select(User.id, User.full_name).where(col(User.id).in_(ids))).all())
    titles = partner_names.partner_titles(session, schema, rights, _partners_named(schema, changes))
    found = []
    for (version, kind), group in groupby(changes, key=lambda change: (change.version, change.kind)):
        of_save = list(group)
        lines = tuple(_line(schema, rights, change, titles) for change in of_save if change.field_id is not None)
        first = of_save[0]
        found.append(Entry(version, first.at, users.get(first.user_id, ""), ChangeKind(kind), lines))
    return found


def _partners_named(schema: CardSchema, changes: Iterable[Change]) -> set[int]:
    named = set()
    for change in changes:
        field = schema.by_id.get(change.field_id or 0)
        if field is not None and field.kind is FieldKind.PARTNER:
            named |= {int(text) for text in (change.old_value, change.new_value) if text and text.isdigit()}
    return named


def _line(schema: CardSchema, rights: Rights, change: Change, titles: dict[int, str]) -> Line:
    field = schema.by_id[change.field_id or 0]
    old, new = change.old_shown or "", change.new_shown or ""
    if field.kind is FieldKind.PARTNER:  # what another card is called is for those who may see it now
        old, new = (_title(text, titles) or shown for text, shown in ((change.old_value, old), (change.new_value, new)))
    return Line(
        change_id=change.id or 0,
        field_name=change.field_name or field.name,
        unique_name=field.unique_name,
        old=old,
        new=new,
        restorable=rights.edits(field.id) and change.kind is not ChangeKind.CREATED,
    )


def _title(stored: str | None, titles: dict[int, str]) -> str:
    if not stored or not stored.isdigit():
        return ""
    return titles.get(int(stored), f"№ {stored}")

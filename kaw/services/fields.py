"""Fields of the card, for administrators (R7.5).

A field is a row and columns, and a crash may fall between the two: ``field_steps`` says in which order they are made.
A deleted field keeps its values for thirty days. Changing the type is ``field_kinds``, what a crash or time has left
over is ``field_recovery``; their calls are found here, too.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import Conflict, KawError, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, ChoiceList, Field, FieldState
from kaw.services import access, audit, card_schema, field_columns, field_drafts, field_phones, field_steps
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.confirmation import require_word
from kaw.services.field_drafts import FieldDraft
from kaw.services.field_kinds import KindPreview, change_kind, preview_kind
from kaw.services.field_recovery import finish_interrupted, purge_old

__all__ = [
    "DeletedField",
    "FieldDraft",
    "FieldRow",
    "KindPreview",
    "all_fields",
    "change_kind",
    "create",
    "delete",
    "deleted",
    "filled_count",
    "finish_interrupted",
    "get",
    "preview_kind",
    "purge_old",
    "restore",
    "sections",
    "update",
]


@dataclass(frozen=True)
class FieldRow:
    """A field with what its editor needs besides."""

    field: CardField
    state: FieldState
    version: int
    list_name: str = ""


@dataclass(frozen=True)
class DeletedField:
    """A field that can still be brought back; ``filled`` cards hold a value of it."""

    id: int
    name: str
    deleted_at: datetime
    filled: int


def all_fields(actor: Actor) -> list[FieldRow]:
    """Every field in use, in the order of the card."""
    access.require_admin(actor)
    with db.reading() as session:
        return _rows(session)


def get(actor: Actor, field_id: int) -> FieldRow:
    """One field."""
    access.require_admin(actor)
    with db.reading() as session:
        rows = _rows(session, col(Field.id) == field_id)
    if not rows:
        raise NotFound
    return rows[0]


def deleted(actor: Actor) -> list[DeletedField]:
    """Fields that can be brought back, the last deleted first."""
    access.require_admin(actor)
    with db.reading() as session:
        rows = session.exec(
            select(Field).where(Field.state == FieldState.DELETED).order_by(col(Field.deleted_at).desc())
        )
        return [
            DeletedField(
                row.id or 0, row.name, row.deleted_at or db.now(), _filled(session, card_schema.card_field(row))
            )
            for row in rows.all()
        ]


def sections(actor: Actor) -> list[str]:
    """Names of sections in use, in the order of the card."""
    return list(dict.fromkeys(row.field.section for row in all_fields(actor) if row.field.section))


def filled_count(actor: Actor, field_id: int) -> int:
    """In how many cards a field holds a value."""
    field = get(actor, field_id).field
    with db.reading() as session:
        return _filled(session, field)


def create(actor: Actor, draft: FieldDraft) -> int:
    """A new field; its id. It is hidden from every group until an administrator opens it."""
    access.require_admin(actor)
    with field_columns.exclusive():
        field_id = _insert(field_drafts.cleaned(draft))
        try:
            field_steps.complete(actor, field_id)
        except KawError:
            field_steps.abandon(field_id)
            raise
    return field_id


def update(actor: Actor, field_id: int, draft: FieldDraft, version: int) -> None:
    """Change what a field is called and where it stands; Conflict when it was changed since ``version``."""
    access.require_admin(actor)
    draft = field_drafts.cleaned(draft)
    with field_columns.exclusive():
        with db.transaction() as tx:
            row = field_steps.locked(tx.session, field_id)
            if row.version != version:
                raise Conflict(N_("Somebody else has changed this field meanwhile. Look at it again."))
            field_drafts.check_change(draft, row)
            held_phones = card_schema.card_field(row).holds_phones
            _apply(row, draft)
            row.version += 1
            row.phones_stale |= held_phones != card_schema.card_field(row).holds_phones
            audit.record(tx, actor, AuditAction.FIELD_CHANGED, draft.name)
            tx.announce(live.FieldsChanged())
        field_steps.bring_index(field_id)
        field_phones.renew(field_id)


def delete(actor: Actor, field_id: int, confirmation: str) -> None:
    """Take a field off the card; its values can be brought back for thirty days."""
    access.require_admin(actor)
    require_word(confirmation)
    _change_state(actor, field_id, FieldState.READY, FieldState.DELETED, AuditAction.FIELD_DELETED)


def restore(actor: Actor, field_id: int) -> None:
    """Bring a deleted field back with its values and the levels that groups had."""
    access.require_admin(actor)
    _change_state(actor, field_id, FieldState.DELETED, FieldState.READY, AuditAction.FIELD_RESTORED)


def _change_state(actor: Actor, field_id: int, now: FieldState, then: FieldState, action: AuditAction) -> None:
    with field_columns.exclusive(), db.transaction() as tx:
        row = field_steps.locked(tx.session, field_id, now)
        row.state, row.version = then, row.version + 1
        row.deleted_at = db.now() if then is FieldState.DELETED else None
        audit.record(tx, actor, action, row.name)
        field_steps.follow(tx)


def _insert(draft: FieldDraft) -> int:
    """The row of a field whose columns are not there yet."""
    try:
        with db.transaction() as tx:
            field_drafts.check_new(tx.session, draft)
            field_columns.require_room(tx.session.exec(select(Field)).all())
            row = Field(name=draft.name, unique_name=draft.unique_name, kind=draft.kind, state=FieldState.CREATING)
            row.choice_list_id = draft.choice_list_id
            _apply(row, draft)
            tx.session.add(row)
            tx.session.flush()
            return row.id or 0
    except IntegrityError as error:
        raise field_drafts.taken(draft.unique_name) from error


def _apply(row: Field, draft: FieldDraft) -> None:
    row.name, row.section, row.hint = draft.name, draft.section, draft.hint
    row.sort_order, row.side = draft.sort_order, draft.side
    row.shown, row.on_main_page, row.required = draft.shown, draft.on_main_page, draft.required


def _rows(session: Session, *conditions: sa.ColumnElement[bool]) -> list[FieldRow]:
    lists = dict(session.exec(select(ChoiceList.id, ChoiceList.name)).all())
    schema = card_schema.read_schema(session)
    wanted = set(session.exec(select(Field.id).where(*conditions)).all())
    return [
        FieldRow(field, FieldState.READY, field.version, lists.get(field.choice_list_id, ""))
        for field in schema.fields
        if field.id in wanted
    ]


def _filled(session: Session, field: CardField) -> int:
    column: sa.ColumnClause[object] = sa.column(field.column)
    query = sa.select(sa.func.count()).select_from(sa.table(field_columns.TABLE)).where(column.is_not(None))
    return int(session.execute(query).scalar_one())

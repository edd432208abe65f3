"""What a crash, or thirty days, have left of fields."""

import logging
from datetime import timedelta

from sqlmodel import col, select

from kaw import db
from kaw.errors import Conflict, InvalidValue
from kaw.models import Field, FieldState
from kaw.services import card_schema, field_columns, field_phones, field_retirement, field_steps, search_index
from kaw.services.access import SYSTEM

log = logging.getLogger(__name__)

RESTORABLE_FOR = timedelta(days=30)


def finish_interrupted() -> None:
    """At start: finish or undo whatever was cut off, so that fields and columns fit each other again."""
    try:
        with field_columns.exclusive(wait=0):
            _finish_creating()
            _finish_changed()
            _finish_purging()
            _drop_orphans()
            _bring_indexes()
            with db.transaction() as tx:
                search_index.after_fields_changed(tx.session.connection())
    except Conflict:
        log.info("another KAW process is changing fields now; it will finish by itself")


def purge_old() -> None:
    """Empty fields deleted more than thirty days ago, for good."""
    with field_columns.exclusive():
        with db.transaction() as tx:
            limit = db.now() - RESTORABLE_FOR
            old = select(Field).where(Field.state == FieldState.DELETED, col(Field.deleted_at) < limit)
            for row in tx.session.exec(old):
                row.state = FieldState.PURGING
        _finish_purging()


def _ids(*conditions: object) -> list[int]:
    with db.reading() as session:
        return [field_id for field_id in session.exec(select(Field.id).where(*conditions)).all() if field_id]  # type: ignore[arg-type]


def _finish_creating() -> None:
    for field_id in _ids(Field.state == FieldState.CREATING):
        log.warning("field %s was half made and is finished now", field_id)
        try:
            field_steps.complete(SYSTEM, field_id)
        except InvalidValue:
            field_steps.abandon(field_id)


def _finish_changed() -> None:
    for field_id in _ids(col(Field.former_kind).is_not(None)):
        field_retirement.retire(field_id)
    for field_id in _ids(col(Field.phones_stale)):
        field_phones.renew(field_id)


def _finish_purging() -> None:
    for field_id in _ids(Field.state == FieldState.PURGING):
        field_steps.purge(field_id)


def _drop_orphans() -> None:
    """Columns of a type change that never came to its switch, and of fields that are gone."""
    with db.reading() as session:
        current = {(row.id or 0, row.generation) for row in session.exec(select(Field)).all()}
        names = field_columns.existing(session.connection()).names
    orphans = sorted(name for name in names if field_columns.field_of(name) not in current)
    if orphans:
        log.warning("columns without a field are dropped: %s", ", ".join(orphans))
        field_steps.let_columns_go(orphans)


def _bring_indexes() -> None:
    with db.reading() as session:
        fields = [card_schema.card_field(row) for row in session.exec(select(Field)).all()]
        indexed = field_columns.existing(session.connection()).indexed
    for field in fields:
        if field.on_main_page != (field.sort_column in indexed):
            with db.transaction() as tx:
                field_columns.set_index(tx.session.connection(), field, wanted=field.on_main_page)

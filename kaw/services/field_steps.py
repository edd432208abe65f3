"""The steps a field is made, changed and emptied by; each can be repeated after a crash."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, Field, FieldState, GroupAccess, PartnerChoice, PartnerPhone
from kaw.services import audit, card_schema, card_state, field_columns, search_index
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

BATCH = 5_000  # cards emptied at once; other writers come in between


def locked(session: Session, field_id: int, state: FieldState = FieldState.READY) -> Field:
    """The row of a field in this state, kept from other writers, cards' included; NotFound when it is not so."""
    row = session.exec(select(Field).where(Field.id == field_id).with_for_update()).first()
    if row is None or row.state is not state:
        raise NotFound(N_("This field has been deleted.") if state is FieldState.READY else "")
    return row


def detached(field_id: int) -> CardField | None:
    """A field in whatever state, without its choices."""
    with db.reading() as session:
        row = session.get(Field, field_id)
        return card_schema.card_field(row) if row is not None else None


def complete(actor: Actor, field_id: int) -> None:
    """From CREATING to READY: columns, index, then everybody may know."""
    field = detached(field_id)
    if field is None:
        return
    with db.transaction() as tx:
        field_columns.add(tx.session.connection(), field)
    with db.transaction() as tx:
        field_columns.set_index(tx.session.connection(), field, wanted=field.on_main_page)
    with db.transaction() as tx:
        row = locked(tx.session, field_id, FieldState.CREATING)
        row.state = FieldState.READY
        audit.record(tx, actor, AuditAction.FIELD_CREATED, row.name, {"kind": row.kind})
        follow(tx)


def abandon(field_id: int) -> None:
    """Forget a field that could not be made, and the columns that it got already."""
    field = detached(field_id)
    if field is None:
        return
    with db.transaction() as tx:
        field_columns.drop(tx.session.connection(), field)
    with db.transaction() as tx:
        tx.session.connection().execute(sa.delete(Field).where(col(Field.id) == field_id))


def bring_index(field_id: int) -> None:
    """The index for sorting follows the switch «на главной странице»."""
    field = detached(field_id)
    if field is not None:
        with db.transaction() as tx:
            field_columns.set_index(tx.session.connection(), field, wanted=field.on_main_page)
            search_index.after_fields_changed(tx.session.connection())


def follow(tx: db.Transaction) -> None:
    """States of cards and the search index follow a field that came or went; last in its transaction."""
    tx.session.flush()
    connection = tx.session.connection()
    card_state.hide_by_choices(connection, card_schema.read_schema(tx.session))
    tx.announce(live.FieldsChanged())
    tx.announce(live.PartnersChanged())
    search_index.after_fields_changed(connection)


def purge(field_id: int) -> None:
    """Empty a field in state PURGING for good, then forget it."""
    field = detached(field_id)
    if field is None:
        return
    for table in (PartnerPhone, PartnerChoice):
        _delete_rows(table, field_id)
    with db.transaction() as tx:
        connection = tx.session.connection()
        connection.execute(sa.delete(GroupAccess).where(col(GroupAccess.field_id) == field_id))
        connection.execute(sa.delete(Field).where(col(Field.id) == field_id))
        tx.announce(live.FieldsChanged())
        search_index.after_fields_changed(connection)  # before its column changes under the index
    let_columns_go(list(field_columns.columns_of(field)))


def let_columns_go(names: list[str]) -> None:
    """Empty columns that no field has any more, where they cannot be dropped, and let them go."""
    with db.transaction() as tx:
        there = field_columns.existing(tx.session.connection()).names
    for name in names:
        if name in there and db.database().is_sqlite:
            _empty(name)
        with db.transaction() as tx:
            field_columns.drop_column(tx.session.connection(), name)


def _empty(name: str) -> None:
    table = sa.table(field_columns.TABLE, sa.column("id", sa.Integer), sa.column(name))
    filled, last = table.c[name].is_not(None), 0
    while True:
        with db.transaction() as tx:
            connection = tx.session.connection()
            some = sa.select(table.c.id).where(table.c.id > last, filled).order_by(table.c.id).limit(BATCH)
            ids = connection.execute(some).scalars().all()
            if not ids:
                return
            last = ids[-1]
            connection.execute(sa.update(table).where(table.c.id.in_(ids)).values({name: None}))


def _delete_rows(table: type[PartnerPhone] | type[PartnerChoice], field_id: int) -> None:
    partner_id, last = col(table.partner_id), 0
    while True:
        with db.transaction() as tx:
            connection = tx.session.connection()
            rows = sa.select(partner_id).where(partner_id > last, col(table.field_id) == field_id).order_by(partner_id)
            ids = connection.execute(rows.limit(BATCH)).scalars().all()
            if not ids:
                return
            last = ids[-1]
            connection.execute(sa.delete(table).where(col(table.field_id) == field_id, partner_id.in_(ids)))

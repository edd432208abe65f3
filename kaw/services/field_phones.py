"""Numbers that calls are looked up by, for a text field that has been given, or has lost, the name «Телефон»."""

import sqlalchemy as sa
from sqlmodel import col

from kaw import db
from kaw.models import Field, PartnerPhone
from kaw.services import call_owners, card_schema, partner_values
from kaw.services.card_schema import CardField

BATCH = 500


def renew(field_id: int) -> None:
    """Make the rows of ``partner_phone`` of a field anew, if they are marked as stale; in batches."""
    with db.reading() as session:
        row = session.get(Field, field_id)
        if row is None or not row.phones_stale:
            return
        field = card_schema.card_field(row)
    table, last = card_schema.build_table([field]), 0
    while True:
        with db.transaction() as tx:
            query = sa.select(table.c.id, table.c[field.column]).where(table.c.id > last).order_by(table.c.id)
            cards = tx.session.execute(query.limit(BATCH).with_for_update()).all()
            if not cards:
                break
            last = cards[-1][0]
            write(tx, field, [(card[0], card[1]) for card in cards])
    with db.transaction() as tx:
        tx.session.connection().execute(sa.update(Field).where(col(Field.id) == field_id).values(phones_stale=False))
    call_owners.adopt_all()


def write(tx: db.Transaction, field: CardField, cards: list[tuple[int, str | None]]) -> None:
    """The rows of these cards, (id, value), for one field."""
    ids = [partner_id for partner_id, _value in cards]
    old = sa.delete(PartnerPhone).where(col(PartnerPhone.field_id) == field.id, col(PartnerPhone.partner_id).in_(ids))
    tx.session.connection().execute(old)
    partner_values.insert_derived(tx.session, [(partner_id, {field.id: value}) for partner_id, value in cards], [field])

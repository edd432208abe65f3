"""Partners' cards: opened, made by hand, changed (R8.1, R8.2).

Whether a field can be read or changed follows the levels of the user's groups alone; making a card by hand needs the
contacts right (R7.1.4). What a user does not see does not exist for him: neither in answers nor in refusals.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import Conflict, InvalidValue, NotFound
from kaw.fields.phone import key_of
from kaw.i18n import N_
from kaw.models import Access, CardState, Change, PartnerCard, PartnerPhone, Right, User
from kaw.services import access, card_schema, partner_cards, partner_changes, partner_names, settings
from kaw.services.access import Actor, Rights
from kaw.services.bin import BinPage, BinRow, bin_page, delete, restore
from kaw.services.card_schema import CardSchema
from kaw.services.partner_cards import Card, EditConflict, NewCard, Row

__all__ = [
    "BinPage",
    "BinRow",
    "Card",
    "EditConflict",
    "NewCard",
    "bin_page",
    "blank",
    "create",
    "delete",
    "find_by_phone",
    "get",
    "restore",
    "save",
    "titles",
]

FOUND_BY_PHONE = 50


def get(actor: Actor, partner_id: int, level: Access = Access.VIEW) -> Card:
    """A card. ``level`` EDIT: NotFound also when the user may change nothing of it."""
    rights, schema = access.rights(actor), card_schema.schema()
    with db.reading() as session:
        card = partner_cards.card_of(session, schema, rights, partner_cards.row_of(session, schema, rights, partner_id))
    if level is Access.EDIT and not card.editable:
        raise NotFound
    return card


def blank(actor: Actor) -> NewCard:
    """The empty form; AccessDenied for who may not make cards."""
    rights, schema = access.require(actor, Right.CONTACTS), card_schema.schema()
    return NewCard(schema.visible(rights), partner_cards.editable(schema, rights))


def create(actor: Actor, raw: Mapping[str, Any]) -> int:
    """A new card of what a form gave by unique name; its id. InvalidValues when something is wrong."""
    rights = access.require(actor, Right.CONTACTS)
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        values, errors = partner_changes.parse(tx.session, schema, rights, raw)
        wrong = {error.field for error in errors}
        errors += [error for error in partner_changes.missing(schema, rights, values) if error.field not in wrong]
        if not errors and all(value is None for value in values.values()):
            errors.append(InvalidValue("", N_("Fill in at least one field.")))
        partner_changes.refuse(errors)
        return partner_changes.insert(tx, actor, schema, values)


def save(actor: Actor, partner_id: int, raw: Mapping[str, Any], version: int) -> Card:
    """Change some fields of the card that the user opened at ``version``; the card as it is then.

    Fields that others changed meanwhile merge silently; EditConflict when it was one of the same fields.
    """
    rights = access.rights(actor)
    with db.transaction() as tx:
        schema = card_schema.for_writing(tx.session)
        row = partner_cards.row_of(tx.session, schema, rights, partner_id, lock=True)
        if row["state"] == CardState.IN_BIN:
            raise Conflict(N_("This partner is in the bin. Restore the card first."))
        values, errors = partner_changes.parse(tx.session, schema, rights, raw)
        wrong = {error.field for error in errors}
        merged = partner_changes.values_of(schema, row) | values
        errors += [error for error in partner_changes.missing(schema, rights, merged) if error.field not in wrong]
        partner_changes.refuse(errors)
        _require_same(tx.session, schema, rights, row, values, version)
        if partner_changes.update(tx, actor, schema, row, values):
            row = partner_cards.row_of(tx.session, schema, rights, partner_id)
        return partner_cards.card_of(tx.session, schema, rights, row)


def find_by_phone(actor: Actor, number: str) -> list[int]:
    """Partners with this number in a field the user sees, in whatever notation; the oldest first, at most 50."""
    rights, schema = access.rights(actor), card_schema.schema()
    fields = [item.id for item in schema.visible(rights) if item.holds_phones]
    digits = key_of(number[:100], str(settings.value("phone_region")))
    if not fields or not digits:
        return []
    query = (
        sa.select(col(PartnerPhone.partner_id))
        .distinct()
        .join(PartnerCard, col(PartnerCard.id) == col(PartnerPhone.partner_id))
        .where(
            col(PartnerPhone.digits10) == digits,
            col(PartnerPhone.field_id).in_(fields),
            col(PartnerCard.state) != CardState.IN_BIN,
        )
        .order_by(col(PartnerPhone.partner_id))
        .limit(FOUND_BY_PHONE)
    )
    with db.reading() as session:
        return list(session.connection().execute(query).scalars())


def titles(actor: Actor, ids: Iterable[int]) -> dict[int, str]:
    """What partners are called, by id; those in the bin and unknown ones are left out."""
    rights, schema = access.rights(actor), card_schema.schema()
    with db.reading() as session:
        return partner_names.partner_titles(session, schema, rights, ids)


def _require_same(
    session: Session, schema: CardSchema, rights: Rights, row: Row, values: Mapping[int, Any], version: int
) -> None:
    """EditConflict when one of these fields was changed since ``version`` and to something else."""
    if row["version"] == version:
        return
    fields = [schema.by_id[field_id] for field_id in values]
    differing = [item.id for item in fields if not item.type.same(row[item.column], values[item.id])]
    changes = _changes_since(session, int(row["id"]), differing, version)
    if not changes:
        return
    author = session.get(User, changes[0].user_id) if changes[0].user_id else None
    touched = {change.field_id for change in changes}
    raise EditConflict(
        partner_cards.card_of(session, schema, rights, row),
        author.full_name if author else "",
        tuple(schema.by_id[field_id].unique_name for field_id in values if field_id in touched),
    )


def _changes_since(session: Session, partner_id: int, fields: Sequence[int], version: int) -> Sequence[Change]:
    """Changes of these fields after a version, the latest first."""
    if not fields:
        return ()
    query = select(Change).where(
        Change.partner_id == partner_id, col(Change.version) > version, col(Change.field_id).in_(fields)
    )
    return session.exec(query.order_by(col(Change.version).desc())).all()

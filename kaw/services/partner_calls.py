"""«История по звонкам» of a card (R8.2.8): the calls of a partner, and how many there were with each of his numbers.

Who sees some phones of the card and not all does not see the calls by the others: other screens (his history, missed
calls, who waits) show numbers, and side by side they would tell whose a hidden one is. Who sees no phones at all sees
no number anywhere, but those that he dialled himself: about these calls the card keeps quiet.
"""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.models import Call, CallDirection, CallResult, PartnerPhone
from kaw.services import access, call_history, call_partners, card_schema, partner_cards
from kaw.services.access import Actor, Rights
from kaw.services.call_history import CallPage, Mark


@dataclass(frozen=True)
class NumberTotals:
    """Calls with one number: ``missed`` rang here in vain, ``made`` are all the others, in and out.

    ``number`` "": hidden by the network, or from the reader.
    """

    number: str
    made: int
    missed: int


def calls(actor: Actor, partner_id: int, before: Mark | None = None) -> CallPage:
    """The newest calls of a partner he sees that are older than ``before``; NotFound for another."""
    rights = access.rights(actor)
    with db.reading() as session:
        shown = _shown_numbers(session, rights, partner_id)
        found = select(col(Call.id)).where(*_open_calls(rights, partner_id, shown))
        return call_history.page(session, rights, found, before, shown)


def totals(actor: Actor, partner_id: int) -> list[NumberTotals]:
    """All ended calls of a partner he sees, by number, those with most calls first; NotFound for another."""
    rights = access.rights(actor)
    missed = sa.and_(col(Call.direction) == CallDirection.INBOUND, col(Call.result) != CallResult.ANSWERED)
    columns = (
        col(Call.digits10),
        sa.func.max(col(Call.number)),
        sa.func.count(),
        sa.func.sum(sa.case((missed, 1), else_=0)),
    )
    with db.reading() as session:
        shown = _shown_numbers(session, rights, partner_id)
        ended = sa.select(*columns).where(*_open_calls(rights, partner_id, shown), col(Call.result).is_not(None))
        found: dict[str, list[int]] = {}
        for key, number, together, lost in session.connection().execute(ended.group_by(col(Call.digits10))):
            seen = call_partners.shown_number(number) if shown is None or key in shown else ""
            both = found.setdefault(seen, [0, 0])
            both[0] += together - int(lost)
            both[1] += int(lost)
    counted = [NumberTotals(number, made, lost) for number, (made, lost) in found.items()]
    return sorted(counted, key=lambda each: (not each.number, -each.made - each.missed, each.number))


def concerns(actor: Actor, partner_id: int, call_ids: Collection[int]) -> bool:
    """Whether one of these calls is this partner's; NotFound when he does not see the partner."""
    rights = access.rights(actor)
    with db.reading() as session:
        shown = _shown_numbers(session, rights, partner_id)
        of_them = select(Call.id).where(*_open_calls(rights, partner_id, shown), col(Call.id).in_(call_ids))
        return session.exec(of_them.limit(1)).first() is not None


def _shown_numbers(session: Session, rights: Rights, partner_id: int) -> Collection[str] | None:
    """Keys of the numbers in the card's fields that he sees; None: he sees all fields with phones."""
    schema = card_schema.schema()
    partner_cards.row_of(session, schema, rights, partner_id)
    if call_partners.sees_numbers(rights) and all(rights.sees(item.id) for item in schema.fields if item.holds_phones):
        return None
    fields = [item.id for item in schema.visible(rights) if item.holds_phones]
    query = select(PartnerPhone.digits10).where(
        PartnerPhone.partner_id == partner_id, col(PartnerPhone.field_id).in_(fields)
    )
    return set(session.exec(query))


def _open_calls(rights: Rights, partner_id: int, shown: Collection[str] | None) -> tuple[sa.ColumnElement[bool], ...]:
    of_partner = col(Call.partner_id) == partner_id
    if shown is None:
        return (of_partner,)
    if call_partners.sees_numbers(rights):
        return of_partner, sa.or_(col(Call.digits10).in_(shown), col(Call.digits10) == "")
    return of_partner, col(Call.id).not_in(call_history.own_calls(rights, dialled=True))

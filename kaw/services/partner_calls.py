"""«История по звонкам» of a card (R8.2.8): the calls of a partner, and how many there were with each of his numbers."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.models import Call, CallDirection, CallResult
from kaw.services import access, call_history, call_partners, call_scope, card_schema, partner_cards
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
        found = select(col(Call.id)).where(*call_scope.calls_of(rights, partner_id, shown))
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
        ended = sa.select(*columns).where(
            *call_scope.calls_of(rights, partner_id, shown), col(Call.result).is_not(None)
        )
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
        of_them = select(Call.id).where(*call_scope.calls_of(rights, partner_id, shown), col(Call.id).in_(call_ids))
        return session.exec(of_them.limit(1)).first() is not None


def _shown_numbers(session: Session, rights: Rights, partner_id: int) -> Collection[str] | None:
    partner_cards.row_of(session, card_schema.schema(), rights, partner_id)
    return call_scope.shown_numbers(session, rights, partner_id)

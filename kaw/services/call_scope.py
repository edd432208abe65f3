"""Which calls a reader may see beside a partner's name.

Who sees some phones of a card and not all does not see there the calls by the others: other screens (his history,
missed calls, who waits) show numbers, and side by side they would tell whose a hidden one is. Who sees no phones at
all sees no number anywhere, but those that he dialled himself: these calls no partner's name stands beside.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from kaw.models import Call, CallLeg, PartnerPhone
from kaw.services import card_schema
from kaw.services.access import Rights


def sees_numbers(rights: Rights) -> bool:
    """Whether phones are open to a user at all: a number on the screen is a phone field's value (R12.5)."""
    return any(item.holds_phones for item in card_schema.schema().visible(rights))


def own_calls(rights: Rights, *, dialled: bool = False) -> SelectOfScalar[int]:
    """Ids of the calls that the user's phone took part in, or of those he dialled."""
    found = select(CallLeg.call_id).where(CallLeg.user_id == rights.user_id)
    return found.where(col(CallLeg.called).is_(False)) if dialled else found


def shown_numbers(session: Session, rights: Rights, partner_id: int) -> Collection[str] | None:
    """Keys of the numbers in the fields of a card that he sees; None: he sees all fields with phones."""
    schema = card_schema.schema()
    if sees_numbers(rights) and all(rights.sees(item.id) for item in schema.fields if item.holds_phones):
        return None
    fields = [item.id for item in schema.visible(rights) if item.holds_phones]
    query = select(PartnerPhone.digits10).where(
        PartnerPhone.partner_id == partner_id, col(PartnerPhone.field_id).in_(fields)
    )
    return set(session.exec(query))


def calls_of(rights: Rights, partner_id: int, shown: Collection[str] | None) -> tuple[sa.ColumnElement[bool], ...]:
    """Conditions: calls of a partner that are open to him, by what ``shown_numbers`` says."""
    of_partner = col(Call.partner_id) == partner_id
    if shown is None:
        return (of_partner,)
    if sees_numbers(rights):
        return of_partner, sa.or_(col(Call.digits10).in_(shown), col(Call.digits10) == "")
    return of_partner, col(Call.id).not_in(own_calls(rights, dialled=True))

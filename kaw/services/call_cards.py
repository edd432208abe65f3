"""Which partner's card a call belongs to, and the card that a call from an unknown number makes (R12.5).

``ringing``, ``answered`` and ``over`` follow the recorder: KAW itself asks and writes.
"""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import InvalidValue, SignedOut
from kaw.models import Call, CallDirection, Field, User
from kaw.services import access, card_schema, partner_changes, partner_names, settings
from kaw.services.access import SYSTEM, Actor, Rights
from kaw.services.call_partners import number_key, shown_number, with_number
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.dialling import partner_of_origin
from kaw.telephony.names import NOBODY, is_extension

log = logging.getLogger(__name__)

AT_ONCE = 400  # calls looked at in one query


def ringing(call_id: int) -> None:
    """Note whose call it is when exactly one partner has the number."""
    with db.reading() as session:
        found = _to_find(session, call_id)
    if found is not None:
        _note({call_id: found})


def answered(call_id: int, operator: str) -> None:
    """The same; an inbound call that nobody is known for makes a card, one for each number whatever comes at once."""
    with db.reading() as session:
        call = session.get(Call, call_id)
        if call is None or call.partner_id is not None:
            return
        found = _partners_of(session, call)
        new = call.direction is CallDirection.INBOUND and not found and _is_partners(session, call.number)
    if found:
        _note({call_id: found})
    elif new:
        _make_card(call_id, operator)


def over(call_ids: Sequence[int]) -> None:
    """The same for calls that have ended: of one that rang at no phone, or became known late, it is the first news.
    A call out that nobody answered is a partner's, too."""
    of_nobody = col(Call.partner_id).is_(None), col(Call.direction) != CallDirection.INTERNAL
    for start in range(0, len(call_ids), AT_ONCE):
        query = select(Call).where(col(Call.id).in_(call_ids[start : start + AT_ONCE]), *of_nobody)
        with db.reading() as session:
            found = {call.id or 0: _partners_of(session, call) for call in session.exec(query)}
        _note(found)


# -- inner works


def _to_find(session: Session, call_id: int) -> list[int] | None:
    """Partners of a call that has none yet."""
    call = session.get(Call, call_id)
    if call is None or call.partner_id is not None or call.direction is CallDirection.INTERNAL:
        return None
    return _partners_of(session, call)


def _partners_of(session: Session, call: Call) -> list[int]:
    """By the id KAW gave the call when it placed it, else by the number."""
    told = partner_of_origin(call.origin)
    if told is not None:
        return [told]
    return with_number(session, call.number) if _is_partners(session, call.number) else []


def _is_partners(session: Session, number: str) -> bool:
    """Whether a number can be a partner's: not hidden, not internal, not one's own, not a trunk, not a user's."""
    if number.strip().lower() in NOBODY or is_extension(number):
        return False
    digits = number_key(number)
    own = {number_key(str(each)) for each in settings.value("pbx_own_numbers")}
    if not digits or digits in own or number in settings.value("pbx_trunks"):
        return False
    return session.exec(select(User.id).where(User.extension == number)).first() is None


def _note(found: Mapping[int, Sequence[int]]) -> None:
    """Write whose these calls are; of a number with several partners a person says it."""
    known = {call_id: partners[0] for call_id, partners in found.items() if len(partners) == 1}
    if not known:
        return
    with db.transaction() as tx:
        write = sa.update(Call).where(col(Call.id) == sa.bindparam("b_id"), col(Call.partner_id).is_(None))
        tx.session.connection().execute(
            write.values(partner_id=sa.bindparam("b_partner")),
            [{"b_id": call_id, "b_partner": partner} for call_id, partner in known.items()],
        )
        tx.announce(live.CallsChanged(tuple(known)))


def _make_card(call_id: int, operator: str) -> None:
    """The row of the phone field is locked first: of several answers at once one makes the card, the others find it."""
    field = _phone_field(card_schema.schema(), _rights_of(operator))
    if field is None:
        return
    with db.transaction() as tx:
        tx.session.exec(select(Field.id).where(Field.id == field.id).with_for_update()).first()
        schema = card_schema.for_writing(tx.session)
        call = tx.session.get(Call, call_id)
        if call is None or call.partner_id is not None or field.id not in schema.by_id:
            return
        found = with_number(tx.session, call.number)
        if len(found) > 1:
            return
        try:
            call.partner_id = found[0] if found else _insert(tx, schema, schema.by_id[field.id], call.number)
        except InvalidValue:
            log.info("call %s of operator %s: its number is no phone number, no card was made", call_id, operator)
            return
        tx.session.add(call)
        tx.announce(live.CallsChanged((call_id,)))


def _insert(tx: db.Transaction, schema: CardSchema, field: CardField, number: str) -> int:
    """No other field is filled: a title made of the number would show it to whom phones are hidden from."""
    value = field.type.parse(shown_number(number), partner_names.with_settings(field))
    return partner_changes.insert(tx, SYSTEM, schema, {field.id: value})


def _phone_field(schema: CardSchema, rights: Rights | None) -> CardField | None:
    """The first one; of those that the operator sees, if he sees any: the card is made for him to fill."""
    phones = [item for item in schema.fields if item.holds_phones]
    seen = [item for item in phones if rights is not None and rights.sees(item.id)]
    phones = seen or phones
    return next((item for item in phones if item.shown), phones[0] if phones else None)


def _rights_of(operator: str) -> Rights | None:
    with db.reading() as session:
        user = session.exec(select(User.id).where(User.extension == operator, col(User.active))).first()
    with suppress(SignedOut):  # a phone that nobody signs in for
        return access.rights(Actor(user)) if user is not None else None
    return None

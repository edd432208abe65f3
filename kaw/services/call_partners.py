"""Whose number it is that calls, as one user may know it by his own rights (R12.5). Cards of calls: ``call_cards``."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import NotFound
from kaw.fields.phone import format_number, key_of, phones_in
from kaw.models import Call, CallDirection, CallLeg, CardState, PartnerCard, PartnerPhone, Right, User
from kaw.services import access, card_schema, partner_names, settings
from kaw.services.access import Actor, Rights
from kaw.services.call_scope import calls_of, sees_numbers, shown_numbers
from kaw.services.telephony_settings import TALKERS
from kaw.telephony.names import is_extension

MOST = 20  # partners with one number that somebody chooses from


@dataclass(frozen=True)
class LastContact:
    """The last talk with a partner before this one."""

    at: datetime
    name: str  # of the user who talked


@dataclass(frozen=True)
class Caller:
    """The other side of a call as one user may know it; ``number`` "": hidden by the network, or from him."""

    call_id: int
    inbound: bool
    number: str
    partner_id: int | None = None
    title: str = ""
    choices: tuple[tuple[int, str], ...] = ()  # several partners have the number: id and title
    last: LastContact | None = None
    hidden_from_him: bool = False  # he may not see phones


def caller(actor: Actor, call_id: int) -> Caller:
    """The other side of a call of his own, or of any for who has the reports right; NotFound otherwise."""
    rights = access.rights(actor)
    with db.reading() as session:
        call = session.get(Call, call_id)
        if call is None or not may_know(session, rights, call_id):
            raise NotFound
        return caller_of(session, rights, call)


def assign(actor: Actor, call_id: int, partner_id: int) -> None:
    """A person says which of several partners with the number it was."""
    found = caller(actor, call_id)
    if partner_id not in (identity for identity, _title in found.choices):
        raise NotFound
    with db.transaction() as tx:
        call = tx.session.get(Call, call_id, with_for_update=True)
        if call is None:
            raise NotFound
        call.partner_id = partner_id
        tx.session.add(call)
        tx.announce(live.CallsChanged((call_id,)))


def may_know(session: Session, rights: Rights, call_id: int) -> bool:
    """Whether a call is this user's own, or all are open to him (R12.6)."""
    if rights.has(Right.REPORTS):
        return True
    own = select(CallLeg.id).where(CallLeg.call_id == call_id, CallLeg.user_id == rights.user_id).limit(1)
    return session.exec(own).first() is not None


def may_hear(session: Session, rights: Rights, call_id: int) -> bool:
    """Whether its recording is open to a user: of a talk he took part in, or of all (R8.2.8)."""
    if rights.has(Right.REPORTS) or not hears_own():
        return rights.has(Right.REPORTS)
    talked = CallLeg.call_id == call_id, CallLeg.user_id == rights.user_id, col(CallLeg.answered_at).is_not(None)
    return session.exec(select(CallLeg.id).where(*talked).limit(1)).first() is not None


def hears_own() -> bool:
    """Whether who talked may hear it again, by the setting."""
    return bool(settings.value("recordings_heard_by") == TALKERS)


def caller_of(session: Session, rights: Rights, call: Call) -> Caller:
    """The same within a session, for who may know the call; with the last contact before it."""
    found = callers_of(session, rights, [call])[call.id or 0]
    return replace(found, last=_last_contact(session, rights, call, found.partner_id)) if found.partner_id else found


def callers_of(session: Session, rights: Rights, calls: Sequence[Call]) -> dict[int, Caller]:
    """The other sides of calls, by call id. A partner counts as known by the phones the user sees alone."""
    internal = [call for call in calls if call.direction is CallDirection.INTERNAL]
    found = _colleagues_of(session, rights, internal)
    others = [call for call in calls if call.direction is not CallDirection.INTERNAL]
    return found | (_known(session, rights, others) if sees_numbers(rights) else _hidden(session, rights, others))


def _known(session: Session, rights: Rights, calls: Sequence[Call]) -> dict[int, Caller]:
    fields = [item.id for item in card_schema.schema().visible(rights) if item.holds_phones]
    holders = _holders(session, {number_key(call.number) for call in calls}, fields)
    titles = _titles(session, rights, sorted({partner for known in holders.values() for partner in known}))
    found = {}
    for call in calls:
        plain = Caller(call.id or 0, _inbound(call), shown_number(call.number))
        known = holders.get(number_key(call.number), [])
        whose = call.partner_id if call.partner_id is not None or len(known) != 1 else known[0]
        if whose in known:
            found[plain.call_id] = replace(plain, partner_id=whose, title=titles[whose])
        else:
            found[plain.call_id] = replace(plain, choices=tuple((partner, titles[partner]) for partner in known))
    return found


def _hidden(session: Session, rights: Rights, calls: Sequence[Call]) -> dict[int, Caller]:
    """For who sees no phones: who called, or who of several it may be, without a number. Whom he called himself he is
    not told, as he typed the number."""
    said = {call.partner_id for call in calls if call.partner_id is not None and _inbound(call)}
    there = select(PartnerCard.id).where(col(PartnerCard.id).in_(said), PartnerCard.state != CardState.IN_BIN)
    known = {each for each in session.exec(there) if each is not None}
    unsaid = {number_key(call.number) for call in calls if _inbound(call) and call.partner_id not in known}
    holders = _holders(session, unsaid)
    titles = _titles(session, rights, known.union(*holders.values()))
    found = {}
    for call in calls:
        plain = Caller(call.id or 0, _inbound(call), "", hidden_from_him=True)
        whose = [call.partner_id] if call.partner_id in known else holders.get(number_key(call.number), [])
        if plain.inbound and len(whose) == 1:
            plain = replace(plain, partner_id=whose[0], title=titles[whose[0] or 0])
        elif plain.inbound:
            plain = replace(plain, choices=tuple((partner, titles[partner]) for partner in whose if partner))
        found[plain.call_id] = plain
    return found


def _colleagues_of(session: Session, rights: Rights, calls: Sequence[Call]) -> dict[int, Caller]:
    """The other end of calls inside the house: who called him, or whom he called; for others whom it was for."""
    if not calls:
        return {}
    columns = (col(CallLeg.call_id), col(CallLeg.user_id), col(CallLeg.operator), col(CallLeg.called))
    query = sa.select(*columns).where(col(CallLeg.call_id).in_([call.id for call in calls]))
    legs = session.connection().execute(query).all()
    callers = {leg.call_id: leg.operator for leg in legs if not leg.called and leg.operator}
    rang = {leg.call_id for leg in legs if leg.called and leg.user_id == rights.user_id}
    sides = {call.id or 0: callers.get(call.id or 0) if call.id in rang else call.number for call in calls}
    names = _colleagues(session, {number for number in sides.values() if number})
    return {
        call_id: Caller(call_id, call_id in rang, number or "", title=names.get(number or "", ""))
        for call_id, number in sides.items()
    }


def with_number(session: Session, number: str) -> list[int]:
    """Partners with this number in any field."""
    key = number_key(number)
    return _holders(session, [key]).get(key, [])


def shown_number(number: str) -> str:
    """A number as people read it."""
    if not number or is_extension(number):
        return number
    found = phones_in(number, str(settings.value("phone_region")))
    return format_number(found[0].number) if len(found) == 1 else number


def number_key(number: str) -> str:
    """What a number is compared by."""
    return key_of(number[:80], str(settings.value("phone_region")))


# -- inner works


def _titles(session: Session, rights: Rights, ids: Collection[int]) -> dict[int, str]:
    """What partners that are not in the bin are called; by number for who sees no name."""
    names = partner_names.partner_titles(session, card_schema.schema(), rights, ids)
    return {partner_id: names.get(partner_id, f"№ {partner_id}") for partner_id in ids}


def _inbound(call: Call) -> bool:
    return call.direction is CallDirection.INBOUND


def _colleagues(session: Session, extensions: Collection[str]) -> dict[str, str]:
    if not extensions:
        return {}
    rows = session.exec(select(User.extension, User.full_name).where(col(User.extension).in_(extensions)))
    return {extension or "": name for extension, name in rows}


def _holders(session: Session, keys: Collection[str], fields: Collection[int] | None = None) -> dict[str, list[int]]:
    """Partners by key of a number in one of these fields (None: in any), the oldest first; not those in the bin."""
    wanted = sorted(key for key in keys if key)
    if not wanted or fields == []:
        return {}
    key, partner = col(PartnerPhone.digits10), col(PartnerPhone.partner_id)
    pairs = (
        sa.select(key, partner)
        .distinct()
        .join(PartnerCard, col(PartnerCard.id) == partner)
        .where(key.in_(wanted), col(PartnerCard.state) != CardState.IN_BIN)
    )
    if fields is not None:
        pairs = pairs.where(col(PartnerPhone.field_id).in_(fields))
    if len(wanted) == 1:
        query = pairs.order_by(partner).limit(MOST)
    else:
        found_pairs = pairs.subquery()
        place = sa.func.row_number().over(partition_by=found_pairs.c.digits10, order_by=found_pairs.c.partner_id)
        ranked = sa.select(found_pairs, place.label("place")).subquery()
        query = sa.select(ranked.c.digits10, ranked.c.partner_id).where(ranked.c.place <= MOST).order_by(*ranked.c[:2])
    found: dict[str, list[int]] = {}
    for digits, partner_id in session.connection().execute(query):
        found.setdefault(digits, []).append(partner_id)
    return found


def _last_contact(session: Session, rights: Rights, call: Call, partner_id: int) -> LastContact | None:
    open_to_him = calls_of(rights, partner_id, shown_numbers(session, rights, partner_id))
    query = (
        select(Call.answered_at, User.full_name)
        .join(User, col(User.id) == col(Call.user_id), isouter=True)
        .where(
            *open_to_him,
            Call.id != call.id,
            col(Call.started_at) < call.started_at,
            col(Call.answered_at).is_not(None),
        )
        .order_by(col(Call.started_at).desc())
        .limit(1)
    )
    row = session.exec(query).first()
    return LastContact(row[0], row[1] or "") if row and row[0] else None

"""«История вызовов» and the calls of a partner (R12.6, R8.2.8).

A user finds the calls his own phone took part in; with the reports right he finds all. Numbers and partners are what
``call_partners`` lets him know; a number he dialled himself is no secret from him.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from kaw import db
from kaw.models import Call, CallDirection, CallLeg, CallResult, QueueVisit, Right, User
from kaw.services import access, call_partners, partners, settings
from kaw.services.access import Actor, Rights

PAGE = 50
WHOLE_NUMBER = 10  # digits from which a number is looked up by its key


class CallKind(StrEnum):
    """What is asked for."""

    ALL = "all"
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    MISSED = "missed"


@dataclass(frozen=True)
class CallQuery:
    """Days are the company's, both included; ``number`` is a part of one in any notation."""

    since: date | None = None
    until: date | None = None
    kind: CallKind = CallKind.ALL
    number: str = ""
    offset: int = 0


@dataclass(frozen=True)
class CallRow:
    """One call as one user may know it."""

    id: int
    at: datetime
    direction: CallDirection
    result: CallResult | None
    number: str  # "": hidden by the network, or from him
    partner_id: int | None
    partner: str
    talk_seconds: int
    operator: str
    queue: str
    has_recording: bool  # and he may hear it


@dataclass(frozen=True)
class CallPage:
    """Calls from the newest on; ``more``: there are older ones."""

    rows: tuple[CallRow, ...]
    more: bool


@dataclass(frozen=True)
class NumberTotals:
    """How often one number of a partner was reached and missed."""

    number: str
    made: int
    missed: int


@dataclass(frozen=True)
class PartnerCalls:
    """The calls of one partner."""

    totals: tuple[NumberTotals, ...]
    rows: tuple[CallRow, ...]


def calls(actor: Actor, query: CallQuery) -> CallPage:
    """The calls that fit: one's own, or everybody's with the reports right."""
    rights = access.rights(actor)
    found = _matching(rights, query).order_by(col(Call.started_at).desc(), col(Call.id).desc())
    with db.reading() as session:
        ids = list(session.exec(found.offset(max(query.offset, 0)).limit(PAGE + 1)))
        return CallPage(_rows(session, rights, ids[:PAGE]), len(ids) > PAGE)


def partner_calls(actor: Actor, partner_id: int) -> PartnerCalls:
    """The newest calls of a partner he sees, and totals of them per number; NotFound for another."""
    partners.get(actor, partner_id)
    rights = access.rights(actor)
    newest = select(Call.id).where(Call.partner_id == partner_id).order_by(col(Call.started_at).desc()).limit(PAGE)
    with db.reading() as session:
        rows = _rows(session, rights, list(session.exec(newest)), of_partner=partner_id)
    counted: dict[str, list[int]] = {}
    for row in rows:
        if row.result is not None:
            counted.setdefault(row.number, [0, 0])[0 if row.result.reached else 1] += 1
    return PartnerCalls(tuple(NumberTotals(number, *both) for number, both in counted.items()), rows)


def _matching(rights: Rights, query: CallQuery) -> SelectOfScalar[int | None]:
    found = select(col(Call.id))
    if query.since is not None:
        found = found.where(col(Call.started_at) >= _midnight(query.since))
    if query.until is not None:
        found = found.where(col(Call.started_at) < _midnight(query.until + timedelta(days=1)))
    if query.kind is CallKind.MISSED:
        found = found.where(Call.direction == CallDirection.INBOUND, Call.result != CallResult.ANSWERED)
    elif query.kind is not CallKind.ALL:
        found = found.where(Call.direction == CallDirection(query.kind.value))
    own = select(CallLeg.call_id).where(CallLeg.user_id == rights.user_id)
    if not rights.has(Right.REPORTS):
        found = found.where(col(Call.id).in_(own))
    if query.number.strip():
        found = found.where(_has_number(query.number))
        if not call_partners.sees_numbers(rights):  # a filter must not tell what is hidden
            found = found.where(col(Call.id).in_(own.where(col(CallLeg.called).is_(False))))
    return found


def _has_number(text: str) -> sa.ColumnElement[bool]:
    digits = "".join(c for c in text if c in "0123456789")
    if not digits:
        return sa.false()
    if len(digits) >= WHOLE_NUMBER:
        return col(Call.digits10) == digits[-WHOLE_NUMBER:]
    either = [col(Call.number).contains(digits)]
    if digits[0] == "8" and len(digits) > 1:
        either.append(col(Call.number).contains("7" + digits[1:]))
    return sa.or_(*either)


def _rows(
    session: Session, rights: Rights, ids: Sequence[int | None], of_partner: int | None = None
) -> tuple[CallRow, ...]:
    found = {call.id: call for call in session.exec(select(Call).where(col(Call.id).in_(ids)))}
    ordered = [found[call_id] for call_id in ids if call_id in found]
    callers = call_partners.callers_of(session, rights, ordered)
    own, dialled = _own(session, rights, ids)
    queues = _queues(session, ids)
    people = {call.user_id for call in ordered if call.user_id}
    names = dict(session.exec(select(User.id, User.full_name).where(col(User.id).in_(people))).all())
    everything = rights.has(Right.REPORTS)
    rows = []
    for call in ordered:
        caller = callers[call.id or 0]
        number = call_partners.shown_number(call.number) if call.id in dialled else caller.number
        known = {caller.partner_id, *(partner for partner, _title in caller.choices)}
        if of_partner is not None and of_partner not in known and call.id not in dialled:
            number = ""  # the partner has it in a field that is hidden from him
        rows.append(
            CallRow(
                id=call.id or 0,
                at=call.started_at,
                direction=call.direction,
                result=call.result,
                number=number,
                partner_id=caller.partner_id,
                partner=caller.title,
                talk_seconds=(call.talk_ms or 0) // 1000,
                operator=names.get(call.user_id, "") or call.operator or "",
                queue=queues.get(call.id, ""),
                has_recording=bool(call.recording) and (everything or call.id in own),
            )
        )
    return tuple(rows)


def _own(session: Session, rights: Rights, ids: Sequence[int | None]) -> tuple[set[int | None], set[int | None]]:
    """Those of these calls his phone took part in, and those it dialled."""
    query = select(CallLeg.call_id, CallLeg.called).where(
        CallLeg.user_id == rights.user_id, col(CallLeg.call_id).in_(ids)
    )
    legs = session.exec(query).all()
    return {call_id for call_id, _called in legs}, {call_id for call_id, called in legs if not called}


def _queues(session: Session, ids: Sequence[int | None]) -> dict[int | None, str]:
    """The last queue of each call."""
    query = select(QueueVisit.call_id, QueueVisit.queue).where(col(QueueVisit.call_id).in_(ids))
    return dict(session.exec(query.order_by(col(QueueVisit.joined_at))).all())


def _midnight(day: date) -> datetime:
    begins = datetime.combine(day, time(), ZoneInfo(str(settings.value("time_zone"))))
    return begins.astimezone(UTC).replace(tzinfo=None)

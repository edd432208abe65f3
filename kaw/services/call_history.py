"""«История вызовов» (R12.6), and calls as one user may know them.

A user finds the calls his own phone took part in; with the reports right he finds all. Numbers and partners are what
``call_partners`` lets him know; a number he dialled himself is no secret from him.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from kaw import db
from kaw.models import Call, CallDirection, CallLeg, CallResult, QueueVisit, Right, User
from kaw.services import access, call_notes, call_partners, call_scope, recordings, settings
from kaw.services.access import Actor, Rights
from kaw.services.dialling import clean_number

PAGE = 50
WHOLE_NUMBER = 10  # digits from which a number is looked up by its key

Mark = tuple[datetime, int]  # of a call: when it began and its id, by which calls are ordered


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
    before: Mark | None = None  # only calls older than this one


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
    has_recording: bool  # whole, and he may hear it
    outcome: str = ""
    note: str = ""
    may_note: bool = False  # and write about it

    @property
    def mark(self) -> Mark:
        """Its place in the order of calls."""
        return self.at, self.id

    @property
    def is_missed(self) -> bool:
        """It rang here, and nobody talked."""
        return self.direction is CallDirection.INBOUND and self.result not in (None, CallResult.ANSWERED)


@dataclass(frozen=True)
class CallPage:
    """Calls from the newest on; ``more``: there are older ones."""

    rows: tuple[CallRow, ...]
    more: bool


def calls(actor: Actor, query: CallQuery) -> CallPage:
    """The calls that fit: one's own, or everybody's with the reports right."""
    rights = access.rights(actor)
    with db.reading() as session:
        return page(session, rights, _matching(rights, query), query.before)


def page(
    session: Session,
    rights: Rights,
    found: SelectOfScalar[int | None],
    before: Mark | None,
    shown: Collection[str] | None = None,
) -> CallPage:
    """The newest of these calls that are older than ``before``. ``shown``: the only numbers (keys) he gets to see."""
    if before is not None:
        at, call_id = before
        older = sa.or_(col(Call.started_at) < at, col(Call.id) < call_id)
        found = found.where(col(Call.started_at) <= at, older)  # in this form the index answers it
    newest = found.order_by(col(Call.started_at).desc(), col(Call.id).desc()).limit(PAGE + 1)
    ids = list(session.exec(newest))
    return CallPage(_rows(session, rights, ids[:PAGE], shown), len(ids) > PAGE)


def last_queues(session: Session, ids: Sequence[int | None]) -> dict[int | None, str]:
    """The last queue of each call."""
    query = select(QueueVisit.call_id, QueueVisit.queue).where(col(QueueVisit.call_id).in_(ids))
    return dict(session.exec(query.order_by(col(QueueVisit.joined_at))).all())


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
    if not rights.has(Right.REPORTS):
        found = found.where(col(Call.id).in_(call_scope.own_calls(rights)))
    if query.number.strip():
        found = found.where(_has_number(query.number))
        if not call_scope.sees_numbers(rights):  # a filter must not tell what is hidden
            found = found.where(col(Call.id).in_(call_scope.own_calls(rights, dialled=True)))
    return found


def _has_number(text: str) -> sa.ColumnElement[bool]:
    """Part of a number, or a whole one in any notation; InvalidValue at ``number`` for what is none."""
    digits, _extension = clean_number(text.replace("+", ""))
    if len(digits) >= WHOLE_NUMBER:
        return col(Call.digits10) == digits[-WHOLE_NUMBER:]
    either = [col(Call.number).contains(digits)]
    if digits[0] == "8" and len(digits) > 1:
        either.append(col(Call.number).contains("7" + digits[1:]))
    return sa.or_(*either)


def _rows(
    session: Session, rights: Rights, ids: Sequence[int | None], shown: Collection[str] | None
) -> tuple[CallRow, ...]:
    found = {call.id: call for call in session.exec(select(Call).where(col(Call.id).in_(ids)))}
    ordered = [found[call_id] for call_id in ids if call_id in found]
    callers = call_partners.callers_of(session, rights, ordered)
    own, talked, dialled = _own(session, rights, ids)
    queues = last_queues(session, ids)
    people = {call.user_id for call in ordered if call.user_id}
    names = dict(session.exec(select(User.id, User.full_name).where(col(User.id).in_(people))).all())
    everything, hears_own = rights.has(Right.REPORTS), call_partners.hears_own()
    rows = []
    for call in ordered:
        caller = callers[call.id or 0]
        number = call_partners.shown_number(call.number) if call.id in dialled else caller.number
        if shown is not None:
            number = call_partners.shown_number(call.number) if call.digits10 in shown else ""
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
                has_recording=_is_whole(call) and (everything or (hears_own and call.id in talked)),
                outcome=call.disposition,
                note=call.note,
                may_note=call_notes.may_note(rights, call.id in own),
            )
        )
    return tuple(rows)


def _is_whole(call: Call) -> bool:
    """Whether its recording is there from begin to end, as far as is known."""
    is_over = call.ended_at is not None or call.closed_by_kaw  # with a PBX that went down under it, too
    return is_over and recordings.is_offered(call.recording, call.started_at)


def _own(session: Session, rights: Rights, ids: Sequence[int | None]) -> tuple[set[int | None], ...]:
    """Those of these calls his phone took part in, those he talked in, and those he dialled."""
    query = select(CallLeg.call_id, CallLeg.called, CallLeg.answered_at).where(
        CallLeg.user_id == rights.user_id, col(CallLeg.call_id).in_(ids)
    )
    own, talked, dialled = set[int | None](), set[int | None](), set[int | None]()
    for call_id, called, answered in session.exec(query):
        own.add(call_id)
        if answered is not None:
            talked.add(call_id)
        if not called:
            dialled.add(call_id)
    return own, talked, dialled


def _midnight(day: date) -> datetime:
    begins = datetime.combine(day, time(), ZoneInfo(str(settings.value("time_zone"))))
    return begins.astimezone(UTC).replace(tzinfo=None)

"""Operators' states, and what an operator changes of his own: pauses, queues (R12.3).

The state itself is the PBX's: a command asks it for a change, and the recorder writes what came of it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import Conflict, InvalidValue
from kaw.i18n import N_
from kaw.models import (
    Call,
    CallLeg,
    OperatorInterval,
    OperatorState,
    QueueMembership,
    QueueVisit,
    Right,
    User,
    UserSession,
)
from kaw.services import access, after_call, operator_day, settings, telephony
from kaw.services.access import Actor, Rights
from kaw.services.call_partners import Caller, caller_of, callers_of
from kaw.services.operator_day import DayCalls
from kaw.services.operator_legs import open_leg, open_legs
from kaw.services.pauses import LOST
from kaw.services.phones import extension_of, interface_of
from kaw.telephony.port import PbxRefused

ARRIVES_FOR = timedelta(minutes=1)  # after a sign-in; later he has left his queues on purpose


@dataclass(frozen=True)
class Operator:
    """One line of the list of operators; ``since`` UTC. ``caller`` only for who may see others' calls."""

    user_id: int
    name: str
    extension: str
    state: OperatorState
    pause_type: str | None
    since: datetime | None
    queues: tuple[str, ...]
    caller: Caller | None = None


@dataclass(frozen=True)
class OwnCall:
    """The call his phone is in: ringing, dialling or talking ``since`` (UTC)."""

    call_id: int
    stage: OperatorState
    since: datetime
    caller: Caller
    queue: str
    note: str
    outcome: str


@dataclass(frozen=True)
class OwnWork:
    """What he has to finish after a talk, by ``until`` (UTC)."""

    call_id: int
    until: datetime
    caller: Caller
    note: str
    outcome: str


@dataclass(frozen=True)
class Own:
    """What the call panel shows of its user; ``extension`` "": he has no phone."""

    extension: str = ""
    state: OperatorState = OperatorState.OFFLINE
    pause_type: str | None = None
    since: datetime | None = None
    queues: tuple[str, ...] | None = ()  # whose waiting callers he is shown; None: all
    joins: bool = False  # he has queues that he joins and leaves himself
    accepted: int = 0
    missed: int = 0
    waiting: int = 0
    call: OwnCall | None = None
    after_call: OwnWork | None = None
    may_supervise: bool = False


def states(actor: Actor) -> list[Operator]:
    """Everybody with a phone, by name. Whom they talk with is for administrators and who has the reports right."""
    rights = access.rights(actor)
    with db.reading() as session:
        users = session.exec(
            select(User).where(col(User.extension).is_not(None), col(User.active), col(User.deleted_at).is_(None))
        ).all()
        extensions = [user.extension or "" for user in users]
        intervals = _open_intervals(session)
        legs: dict[str, CallLeg] = {}
        for leg in open_legs(session, extensions):
            legs.setdefault(leg.operator or "", leg)
        callers = _callers(session, rights, [leg.call_id for leg in legs.values()])
        queues = _queues(session)
    found = []
    for user in users:
        extension = user.extension or ""
        state, pause, since = _present(intervals.get(extension), legs.get(extension))
        at = legs.get(extension)
        serves = tuple(queues.get(user.id or 0, ()))
        known = callers.get(at.call_id) if at is not None else None
        found.append(Operator(user.id or 0, user.full_name, extension, state, pause, since, serves, known))
    return sorted(found, key=lambda operator: operator.name.casefold())


def own(actor: Actor) -> Own:
    """The user's own state, call and counters."""
    rights = access.rights(actor)
    with db.reading() as session:
        user = session.get(User, actor.user_id)
        queues = operator_day.watched(session, rights)
        extension = (user.extension if user is not None else None) or ""
        if not extension:
            return Own(
                queues=queues, waiting=operator_day.count_waiting(queues), may_supervise=rights.has(Right.REPORTS)
            )
        leg, interval = open_leg(session, extension), _open_intervals(session, extension).get(extension)
        counted = operator_day.counts(session, actor.user_id)
        state, pause, since = _present(interval, leg)
        return Own(
            extension=extension,
            state=state,
            pause_type=pause,
            since=since,
            queues=queues,
            joins=_joins(session, actor.user_id),
            accepted=counted[DayCalls.ACCEPTED],
            missed=counted[DayCalls.MISSED],
            waiting=operator_day.count_waiting(queues),
            call=_own_call(session, rights, leg) if leg is not None else None,
            after_call=_own_work(session, rights, extension),
            may_supervise=rights.has(Right.REPORTS),
        )


async def pause(actor: Actor, pause_type: str) -> None:
    """No calls from queues for now; ``pause_type`` is one of «Настройки» and everybody sees it."""
    extension = await db.in_thread(_checked_pause, actor, pause_type)
    await telephony.pbx().pause(interface_of(extension), paused=True, reason=pause_type)


async def resume(actor: Actor) -> None:
    """«В работу»."""
    extension = await db.in_thread(_own_extension, actor)
    await telephony.pbx().pause(interface_of(extension), paused=False)


async def end_after_call(actor: Actor) -> None:
    """«Готово»: back to the queues, when the PBX holds him paused for after-call work."""
    extension = await db.in_thread(_own_extension, actor)
    if await db.in_thread(after_call.is_on, extension):
        await telephony.pbx().pause(interface_of(extension), paused=False)


async def pause_lost(actor: Actor) -> bool:
    """His browser has been gone for too long: no calls from queues until he is back. Whether that was needed."""
    extension = await db.in_thread(_waiting_extension, actor)
    if extension:
        await telephony.pbx().pause(interface_of(extension), paused=True, reason=LOST)
    return bool(extension)


async def sign_in(actor: Actor, queue: str | None = None) -> None:
    """Join one of his dynamic queues, or all of them."""
    extension, name, queues = await db.in_thread(_dynamic, actor, queue)
    for each in queues:
        try:
            await telephony.pbx().join(each, interface_of(extension), name=name)
        except PbxRefused:
            if queue is not None or len(queues) == 1:
                raise


async def arrive(actor: Actor) -> None:
    """He has just signed in to KAW: the queues he joins himself are joined, unless he is in one already."""
    if await db.in_thread(_has_just_come, actor):
        await sign_in(actor)


async def sign_out(actor: Actor, queue: str | None = None) -> None:
    """Leave one of his dynamic queues, or all of them."""
    extension, _name, queues = await db.in_thread(_dynamic, actor, queue)
    for each in queues:
        try:
            await telephony.pbx().leave(each, interface_of(extension))
        except PbxRefused:
            if queue is not None or len(queues) == 1:
                raise


def _present(
    interval: OperatorInterval | None, leg: CallLeg | None
) -> tuple[OperatorState, str | None, datetime | None]:
    """State, pause type and since when. A phone outside of all queues has no intervals, and calls all the same."""
    state = interval.state if interval is not None else OperatorState.OFFLINE
    if leg is not None and not (state.busy and state is not OperatorState.AFTER_CALL):
        return _stage(leg), None, leg.answered_at or leg.started_at
    if interval is None:
        return state, None, None
    return state, interval.pause_type, interval.started_at


def _stage(leg: CallLeg) -> OperatorState:
    if leg.answered_at is not None:
        return OperatorState.TALKING
    return OperatorState.RINGING if leg.called else OperatorState.DIALLING


def _own_call(session: Session, rights: Rights, leg: CallLeg) -> OwnCall | None:
    call = session.get(Call, leg.call_id)
    if call is None:
        return None
    visit = session.exec(
        select(QueueVisit.queue)
        .where(QueueVisit.call_id == leg.call_id)
        .order_by(col(QueueVisit.joined_at).desc())
        .limit(1)
    ).first()
    return OwnCall(
        leg.call_id,
        _stage(leg),
        leg.answered_at or leg.started_at,
        caller_of(session, rights, call),
        visit or "",
        call.note,
        call.disposition,
    )


def _own_work(session: Session, rights: Rights, extension: str) -> OwnWork | None:
    work = after_call.of(session, extension)
    call = session.get(Call, work.call_id) if work is not None else None
    if work is None or call is None:
        return None
    return OwnWork(work.call_id, work.until, caller_of(session, rights, call), call.note, call.disposition)


def _open_intervals(session: Session, extension: str | None = None) -> dict[str, OperatorInterval]:
    query = select(OperatorInterval).where(col(OperatorInterval.ended_at).is_(None))
    if extension is not None:
        query = query.where(OperatorInterval.operator == extension)
    return {row.operator: row for row in session.exec(query.order_by(col(OperatorInterval.started_at)))}


def _callers(session: Session, rights: Rights, call_ids: Sequence[int]) -> Mapping[int, Caller]:
    if not call_ids or not rights.has(Right.REPORTS):
        return {}
    return callers_of(session, rights, session.exec(select(Call).where(col(Call.id).in_(call_ids))).all())


def _queues(session: Session) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in session.exec(select(QueueMembership).order_by(col(QueueMembership.queue))):
        found.setdefault(row.user_id, []).append(row.queue)
    return found


def _joins(session: Session, user_id: int) -> bool:
    query = select(QueueMembership.id).where(QueueMembership.user_id == user_id, col(QueueMembership.dynamic)).limit(1)
    return session.exec(query).first() is not None


def _own_extension(actor: Actor) -> str:
    access.rights(actor)
    with db.reading() as session:
        return extension_of(session, actor)


def _checked_pause(actor: Actor, pause_type: str) -> str:
    extension = _own_extension(actor)
    if pause_type not in settings.value("pause_types"):
        raise InvalidValue("pause_type", N_("There is no such type of pause any more."))
    return extension


def _waiting_extension(actor: Actor) -> str:
    access.rights(actor)
    with db.reading() as session:
        user = session.get(User, actor.user_id)
        extension = (user.extension if user is not None else None) or ""
        return extension if extension and after_call.state_of(session, extension) is OperatorState.WAITING else ""


def _has_just_come(actor: Actor) -> bool:
    access.rights(actor)
    with db.reading() as session:
        user, sign_in_row = session.get(User, actor.user_id), session.get(UserSession, actor.session_id)
        extension = (user.extension if user is not None else None) or ""
        return (
            bool(extension)
            and sign_in_row is not None
            and sign_in_row.created_at > db.now() - ARRIVES_FOR
            and _joins(session, actor.user_id)
            and after_call.state_of(session, extension) is OperatorState.OFFLINE
        )


def _dynamic(actor: Actor, queue: str | None) -> tuple[str, str, list[str]]:
    """Extension, name, and the queues among his dynamic ones that are meant."""
    rights = access.rights(actor)
    with db.reading() as session:
        extension = extension_of(session, actor)
        query = select(QueueMembership.queue).where(
            QueueMembership.user_id == actor.user_id, col(QueueMembership.dynamic)
        )
        queues = [each for each in session.exec(query.order_by(col(QueueMembership.queue))) if queue in (None, each)]
    if not queues:
        raise Conflict(N_("There is no queue that you join yourself."))
    return extension, rights.full_name, queues

"""After-call work: from the end of an operator's talk until he says «Готово», or the timer of the setting (R12.8).

Whether it is on for the screen follows from the tables alone, so that it outlives a restart. Meanwhile the PBX holds
him paused with ``AFTER_CALL_REASON``, which operators' time takes for after-call work and not for a pause.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from kaw import db
from kaw.models import Call, CallDirection, OperatorInterval, OperatorState, User
from kaw.services import settings
from kaw.services.operator_legs import last_talk, open_leg


@dataclass(frozen=True)
class AfterCall:
    """What is to be finished, and by when it ends by itself; times are UTC."""

    call_id: int
    since: datetime
    until: datetime


def of(session: Session, extension: str) -> AfterCall | None:
    """The after-call work of an operator that goes on now."""
    seconds = int(settings.value("after_call_seconds"))
    leg = last_talk(session, extension) if seconds else None
    if leg is None or leg.ended_at is None or open_leg(session, extension) is not None:
        return None
    until = leg.ended_at + timedelta(seconds=seconds)
    call = session.get(Call, leg.call_id)
    if call is None or call.direction is CallDirection.INTERNAL or until <= db.now():
        return None
    if call.noted_by == leg.user_id and call.noted_at is not None and call.noted_at > leg.ended_at:
        return None
    return AfterCall(leg.call_id, leg.ended_at, until)


def begins(operator: str, call_id: int) -> AfterCall | None:
    """Whether the end of his part in this call begins after-call work that he has to be paused for.

    Somebody without a screen of KAW has nothing to finish; who asked for a pause during the talk has it already.
    """
    with db.reading() as session:
        begun = of(session, operator)
        has_screen = session.exec(select(User.id).where(User.extension == operator, col(User.active))).first()
        if begun is None or begun.call_id != call_id or has_screen is None:
            return None
        return begun if state_of(session, operator) is OperatorState.WAITING else None


def is_on(operator: str) -> bool:
    """Whether the PBX holds him paused for it."""
    with db.reading() as session:
        return state_of(session, operator) is OperatorState.AFTER_CALL


def held() -> list[str]:
    """Operators whom the PBX holds paused for it now."""
    with db.reading() as session:
        query = select(OperatorInterval.operator).where(
            col(OperatorInterval.ended_at).is_(None), OperatorInterval.state == OperatorState.AFTER_CALL
        )
        return list(session.exec(query))


def until(operator: str) -> datetime | None:
    """When the timer ends it; None: it is over."""
    with db.reading() as session:
        going_on = of(session, operator)
    return going_on.until if going_on is not None else None


def state_of(session: Session, extension: str) -> OperatorState:
    """What the operator does now by his intervals."""
    query = select(OperatorInterval.state).where(
        OperatorInterval.operator == extension, col(OperatorInterval.ended_at).is_(None)
    )
    return OperatorState(session.exec(query).first() or OperatorState.OFFLINE)

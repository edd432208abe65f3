"""The parts operators' phones have in calls, as the recorder wrote them: what goes on now, and the last talk."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import Session, col, select

from kaw import db
from kaw.models import Call, CallLeg, LegResult

LONGEST = timedelta(hours=24)  # a part that began earlier has lost its end


def open_legs(session: Session, extensions: Sequence[str]) -> list[CallLeg]:
    """Parts that go on, talks first, then the newest."""
    query = (
        select(CallLeg)
        .join(Call, col(Call.id) == col(CallLeg.call_id))
        .where(
            col(CallLeg.operator).in_(extensions),
            col(CallLeg.started_at) > db.now() - LONGEST,
            col(CallLeg.ended_at).is_(None),
            col(Call.ended_at).is_(None),
            col(Call.closed_by_kaw).is_(False),
            col(CallLeg.result).is_(None) | (col(CallLeg.result) == LegResult.ANSWERED),
        )
        .order_by(col(CallLeg.answered_at).is_(None), col(CallLeg.started_at).desc())
    )
    return list(session.exec(query))


def open_leg(session: Session, extension: str) -> CallLeg | None:
    """The part the user's buttons are about."""
    return next(iter(open_legs(session, [extension])), None)


def last_talk(session: Session, extension: str) -> CallLeg | None:
    """The last part in which he talked, over or not."""
    query = (
        select(CallLeg)
        .where(
            CallLeg.operator == extension,
            col(CallLeg.started_at) > db.now() - LONGEST,
            col(CallLeg.answered_at).is_not(None),
        )
        .order_by(col(CallLeg.started_at).desc())
        .limit(1)
    )
    return session.exec(query).first()

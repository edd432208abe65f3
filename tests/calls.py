"""Calls and operators' states as the recorder writes them, for stories that need no PBX."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlmodel import select

from kaw import db, live
from kaw.models import (
    Call,
    CallDirection,
    CallLeg,
    CallResult,
    LegResult,
    OperatorInterval,
    OperatorState,
    QueueMembership,
    QueueVisit,
    User,
)
from kaw.services.access import Actor

_numbers = count(1)


def give_extension(actor: Actor, extension: str, *queues: str, dynamic: bool = False) -> None:
    """An internal number for this user, and the queues he serves."""
    with db.transaction() as tx:
        user = tx.session.get(User, actor.user_id)
        user.extension = extension
        tx.session.add(user)
        tx.session.add_all(QueueMembership(user_id=actor.user_id, queue=queue, dynamic=dynamic) for queue in queues)
        tx.announce(live.RightsChanged((actor.user_id,)))


def insert_call(
    actor: Actor,
    *,
    number: str = "+79031545546",
    extension: str = "101",
    stage: str = "over",
    direction: CallDirection = CallDirection.INBOUND,
    ago: float = 60,
    talk: float = 20,
    result: LegResult | None = None,
    queue: str = "",
    **values: Any,
) -> int:
    """A call at this user's phone: ringing, talking, over (talked) or missed; it began ``ago`` seconds ago."""
    started = db.now() - timedelta(seconds=ago)
    answered = started + timedelta(seconds=5) if stage in ("talking", "over") else None
    ended = _end(stage, started, answered, talk)
    outcome = {"over": CallResult.ANSWERED, "missed": CallResult.MISSED}.get(stage)
    leg = LegResult.ANSWERED if answered else result or (LegResult.NO_ANSWER if stage == "missed" else None)
    with db.transaction() as tx:
        call = Call(
            linkedid=f"{started.timestamp()}.{next(_numbers)}",
            direction=direction,
            number=number,
            digits10=number[-10:],
            operator=extension if answered else None,
            user_id=actor.user_id if answered else None,
            started_at=started,
            answered_at=answered,
            ended_at=ended,
            result=outcome,
            **values,
        )
        tx.session.add(call)
        tx.session.flush()
        tx.session.add(
            CallLeg(
                call_id=call.id,
                uniqueid=f"{call.linkedid}.1",
                channel=f"PJSIP/{extension}-{next(_numbers):08x}",
                operator=extension,
                user_id=actor.user_id,
                called=direction is not CallDirection.OUTBOUND,
                started_at=started,
                answered_at=answered,
                ended_at=ended,
                result=leg,
            )
        )
        if queue:
            tx.session.add(visit(call, queue, left=answered or ended))
        return int(call.id)


def visit(call: Call, queue: str, left: datetime | None = None) -> QueueVisit:
    """Its entry into a queue."""
    return QueueVisit(call_id=call.id, uniqueid=call.linkedid, queue=queue, joined_at=call.started_at, left_at=left)


def wait_in(queue: str, number: str, ago: float = 30) -> int:
    """A caller who waits in a queue, and rings at nobody."""
    with db.transaction() as tx:
        call = Call(
            linkedid=f"w{next(_numbers)}",
            direction=CallDirection.INBOUND,
            number=number,
            started_at=db.now() - timedelta(seconds=ago),
        )
        tx.session.add(call)
        tx.session.flush()
        tx.session.add(visit(call, queue))
        tx.announce(live.QueuesChanged((queue,)))
        return int(call.id)


def put_state(extension: str, state: OperatorState, pause_type: str | None = None, ago: float = 0) -> None:
    """The operator is in this state since then; what was open ends."""
    at = db.now() - timedelta(seconds=ago)
    with db.transaction() as tx:
        for row in tx.session.exec(select(OperatorInterval).where(OperatorInterval.operator == extension)):
            row.ended_at = row.ended_at or at
        tx.session.add(OperatorInterval(operator=extension, state=state, pause_type=pause_type, started_at=at))
        tx.announce(live.OperatorsChanged((extension,)))


def change_call(call_id: int, **values: Any) -> None:
    """Other values in the row of a call."""
    with db.transaction() as tx:
        call = tx.session.get(Call, call_id)
        for name, value in values.items():
            setattr(call, name, value)
        tx.session.add(call)


def take(call_id: int) -> None:
    """The ringing phone is picked up."""
    _move(call_id, answered_at=db.now(), result=LegResult.ANSWERED)
    change_call(call_id, answered_at=db.now())


def finish(call_id: int) -> None:
    """The talk is over."""
    _move(call_id, ended_at=db.now())
    change_call(call_id, ended_at=db.now(), result=CallResult.ANSWERED)


def _move(call_id: int, **values: Any) -> None:
    with db.transaction() as tx:
        for leg in tx.session.exec(select(CallLeg).where(CallLeg.call_id == call_id)):
            for name, value in values.items():
                setattr(leg, name, value)


def _end(stage: str, started: datetime, answered: datetime | None, talk: float) -> datetime | None:
    if stage == "missed":
        return started + timedelta(seconds=15)
    return answered + timedelta(seconds=talk) if stage == "over" and answered else None

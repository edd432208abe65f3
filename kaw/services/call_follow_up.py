"""What follows from calls: whose they are, after-call work, a pause for who does not answer (R12.3, R12.5, R12.8).

Made on the event loop by the process that holds the line to the PBX; the recorder calls its hooks in its own thread.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import Unavailable
from kaw.models import Call, CallDirection, CallLeg, LegResult, OperatorInterval, OperatorState
from kaw.services import after_call, call_cards, settings
from kaw.services.calls.news import Hooks
from kaw.services.calls.timeline import AFTER_CALL_REASON
from kaw.services.pauses import MISSED
from kaw.services.phones import interface_of
from kaw.telephony.port import Commands, PbxRefused

log = logging.getLogger(__name__)

NOT_TAKEN = (LegResult.NO_ANSWER, LegResult.REJECTED)
TRIES = 10  # that one call may ring at an operator
AGAIN_S = 5.0


class FollowUp:
    """``Recorder(hooks=follow_up.hooks())``, and ``take_up()`` when the line is there again."""

    def __init__(self, pbx: Callable[[], Commands]) -> None:
        self._pbx = pbx
        self._loop = asyncio.get_running_loop()
        self._timers: dict[str, asyncio.Task[None]] = {}  # by operator
        self._tasks: set[asyncio.Task[Any]] = set()

    def hooks(self) -> Hooks:
        """What the recorder calls when something is in the tables."""
        return Hooks(ringing=call_cards.ringing, answered=call_cards.answered, ended=self.ended, over=call_cards.over)

    async def take_up(self) -> None:
        """Operators whom KAW held paused when it stopped, or lost the line, get their timers again."""
        for operator in await db.in_thread(after_call.held):
            self._start_timer(operator)

    def stop(self) -> None:
        """The line is given up."""
        for task in (*self._timers.values(), *self._tasks):
            task.cancel()

    def ended(self, call_id: int, operator: str) -> None:
        """An operator's part in a call is over. In the recorder's thread."""
        if after_call.begins(operator, call_id) is not None:
            self._soon(self._hold(operator))
        elif missed_in_a_row(operator):
            self._soon(self._pause(operator, MISSED))

    def _soon(self, work: Coroutine[Any, Any, Any]) -> None:
        self._loop.call_soon_threadsafe(self._begin, work)

    def _begin(self, work: Coroutine[Any, Any, Any]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _hold(self, operator: str) -> None:
        if await self._pause(operator, AFTER_CALL_REASON):
            self._start_timer(operator)

    def _start_timer(self, operator: str) -> None:
        """A newer talk's timer takes the place of an older one's."""
        running = self._timers.pop(operator, None)
        if running is not None:
            running.cancel()
        timer = self._timers[operator] = self._loop.create_task(self._run_timer(operator))
        timer.add_done_callback(lambda done: self._timers.pop(operator) if self._timers.get(operator) is done else None)

    async def _run_timer(self, operator: str) -> None:
        """Nobody is left in after-call work because database or PBX were away when it was over."""
        while True:
            with suppress(Unavailable):
                await self._end_in_time(operator)
                return
            await asyncio.sleep(AGAIN_S)

    async def _end_in_time(self, operator: str) -> None:
        """When the after-call work is over by the setting; a pause of his own meanwhile stays."""
        end = await db.in_thread(after_call.until, operator)
        if end is not None:
            await asyncio.sleep(max(0.0, (end - db.now()).total_seconds()))
        if await db.in_thread(after_call.is_on, operator):
            await self._ask_to_pause(operator, "")

    async def _pause(self, operator: str, reason: str) -> bool:
        """Whether the PBX did it."""
        try:
            return await self._ask_to_pause(operator, reason)
        except Unavailable as away:
            log.info("operator %s was not paused: %s", operator, away)
            return False

    async def _ask_to_pause(self, operator: str, reason: str) -> bool:
        """Pause him, or take him back (""); who is in no queue cannot be paused and needs not."""
        try:
            await self._pbx().pause(interface_of(operator), paused=bool(reason), reason=reason)
        except PbxRefused as refusal:
            log.info("operator %s was not paused or taken back: %s", operator, refusal)
            return False
        return True


def missed_in_a_row(operator: str) -> bool:
    """Whether the last calls rang at a waiting operator in vain, as many as the setting allows. A call that tried him
    several times is one; after a pause they are counted anew."""
    most = int(settings.value("auto_pause_missed"))
    if not most:
        return False
    with db.reading() as session:
        if after_call.state_of(session, operator) is not OperatorState.WAITING:
            return False
        taken: dict[int, bool] = {}
        for call_id, result in session.connection().execute(_rang_since_pause(session, operator).limit(most * TRIES)):
            taken[call_id] = taken.get(call_id, False) or result not in NOT_TAKEN
    last = list(taken.values())[:most]
    return len(last) == most and not any(last)


def _rang_since_pause(session: Session, operator: str) -> sa.Select[int, LegResult | None]:
    """Call and result of every time his phone rang since he last came back to work, the last first."""
    paused = select(sa.func.max(OperatorInterval.ended_at)).where(
        OperatorInterval.operator == operator, OperatorInterval.state == OperatorState.PAUSED
    )
    since = session.exec(paused).one()
    rang = (
        sa.select(col(CallLeg.call_id), col(CallLeg.result))
        .join(Call, col(Call.id) == col(CallLeg.call_id))
        .where(
            col(CallLeg.operator) == operator,
            col(CallLeg.called),
            col(CallLeg.result) != LegResult.CANCELLED,
            col(Call.direction) == CallDirection.INBOUND,
        )
        .order_by(col(CallLeg.started_at).desc())
    )
    return rang.where(col(CallLeg.started_at) >= since) if since is not None else rang

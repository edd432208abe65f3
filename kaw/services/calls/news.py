"""What a batch of the PBX's events changed, and who is told of it once it is in the tables."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kaw import db, live
from kaw.services.calls.held import Held
from kaw.services.calls.records import CallRecord, LegRecord
from kaw.services.calls.rules import waiting

log = logging.getLogger(__name__)

Hook = Callable[[int, str], None]  # call, operator
FRESH_S = 120.0  # an event older than that opens nobody's card


@dataclass
class Hooks:
    """What other services do when something happens, after it is in the tables: in the recorder's thread."""

    ringing: Callable[[int], None] | None = None
    answered: Hook | None = None
    ended: Hook | None = None
    over: Callable[[Sequence[int]], None] | None = None  # calls that have ended, however late that becomes known


@dataclass
class News:
    """Of one batch. ``now``: the PBX's clock, Unix seconds."""

    now: float
    calls: list[int] = field(default_factory=list)
    operators: list[str] = field(default_factory=list)
    _ringing: dict[int, list[str]] = field(default_factory=dict)
    _answered: list[tuple[int, str]] = field(default_factory=list)
    _ended: list[tuple[int, str]] = field(default_factory=list)
    _over: list[int] = field(default_factory=list)
    _queues: set[str] = field(default_factory=set)

    def gather(self, held: Held) -> None:
        """What is new of a call that looks different now."""
        if held.call_id is None:
            return
        self.calls.append(held.call_id)
        before = {leg.uniqueid: leg for leg in held.written.legs} if held.written else {}
        record = held.record
        if record is not None and record.over and not (held.written is not None and held.written.over):
            self._over.append(held.call_id)
        self._queues |= _waits(held.written) ^ _waits(record)
        for leg in record.legs if record else ():
            if leg.operator is not None and self.now - (leg.ended or leg.answered or leg.started) < FRESH_S:
                self._gather_leg(held.call_id, leg.operator, leg, before.get(leg.uniqueid))

    def tell(self, tx: db.Transaction) -> None:
        """What needs no other service's work is announced with the commit itself."""
        if self.calls:
            tx.announce(live.CallsChanged(tuple(self.calls)))
        if self._queues:
            tx.announce(live.QueuesChanged(tuple(sorted(self._queues))))
        if self.operators:
            tx.announce(live.OperatorsChanged(tuple(self.operators)))

    def hand_on(self, hooks: Hooks, *, quiet: bool) -> None:
        """Other services first (whose partner is it?), then the screens: a notice comes with its name.

        ``quiet``: this was going on already when KAW took it up, and the screens read the present by themselves.
        """
        for call_id in self._ringing:
            _call(hooks.ringing, call_id)
        for call_id, operator in self._answered:
            _call(hooks.answered, call_id, operator)
        if self._over:
            _call(hooks.over, self._over)
        if quiet:
            return
        for call_id, operator in self._ended:
            _call(hooks.ended, call_id, operator)
        live.announce(
            [
                *(live.CallRinging(call_id, tuple(operators)) for call_id, operators in self._ringing.items()),
                *(live.CallAnswered(call_id, operator) for call_id, operator in self._answered),
                *(live.CallEnded(call_id, operator) for call_id, operator in self._ended),
            ]
        )

    def _gather_leg(self, call_id: int, operator: str, leg: LegRecord, before: LegRecord | None) -> None:
        rang = before is not None and before.rings  # a channel is there before it is dialled
        if leg.rings and not rang and leg.answered is None and not leg.over:
            self._ringing.setdefault(call_id, []).append(operator)
        if leg.answered is not None and (before is None or before.answered is None):
            self._answered.append((call_id, operator))
        if leg.over and (before is None or not before.over):
            self._ended.append((call_id, operator))


def _call(hook: Callable[..., None] | None, *about: int | str | Sequence[int]) -> None:
    if hook is None:
        return
    try:
        hook(*about)
    except Exception:
        log.exception("a service could not follow %s", about[0])  # the records go on


def _waits(record: CallRecord | None) -> set[str]:
    """Queues in which its caller waits."""
    return waiting(record.visits) if record is not None else set()

"""An operator's time, from queue memberships, pauses, his phone's registration and his calls.

Every moment belongs to exactly one state; where sources overlap, the order of ``OperatorState`` decides.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kaw.models import OperatorState
from kaw.services.calls.records import Span
from kaw.telephony import events as e
from kaw.telephony.events import Source

AFTER_CALL_REASON = "after-call"  # KAW pauses operators with it for after-call work, which is not a pause
PRIORITY = {state: place for place, state in enumerate(OperatorState)}


@dataclass(frozen=True)
class State:
    """What an operator does."""

    state: OperatorState
    pause_type: str | None = None


@dataclass(frozen=True)
class IntervalRecord:
    """His time in one state, Unix seconds; ``ended`` None: the present."""

    state: OperatorState
    pause_type: str | None
    started: float
    ended: float | None


@dataclass
class _Membership:
    present: bool = False
    paused: bool = False
    reason: str = ""


@dataclass
class _Person:
    """What is known of him at a moment, apart from calls."""

    queues: dict[str, _Membership] = field(default_factory=dict)
    reachable: bool = True

    def hear(self, event: e.OperatorEvent) -> None:
        """Take in one event; they come in the order of their times."""
        if isinstance(event, e.Registered):
            self.reachable = event.on
        elif isinstance(event, e.MemberState):
            membership = self.queues.setdefault(event.queue, _Membership())
            if event.present and not membership.present and not event.paused_known:
                membership.paused, membership.reason = False, ""
            membership.present = event.present
            if event.paused_known:
                membership.paused = event.paused
                membership.reason = event.reason if event.paused else ""
            if event.reachable is not None:
                self.reachable = event.reachable

    def state(self) -> State:
        """What that makes."""
        serves = [membership for membership in self.queues.values() if membership.present]
        if not serves or not self.reachable:
            return State(OperatorState.OFFLINE)
        paused = [membership for membership in serves if membership.paused]
        if paused and all(membership.reason == AFTER_CALL_REASON for membership in paused):
            return State(OperatorState.AFTER_CALL)
        if paused:
            return State(OperatorState.PAUSED, next((each.reason for each in paused if each.reason), ""))
        return State(OperatorState.WAITING)


def intervals(events: Iterable[e.OperatorEvent], spans: Iterable[Span]) -> list[IntervalRecord]:
    """His time from the first known membership on; spans before it are left out. The order of events is free."""
    told = sorted(set(events), key=_order)
    begin = next((event.at for event in told if isinstance(event, e.MemberState)), None)
    if begin is None:
        return []
    base = dict(_base(told))
    starts, ends = _edges(spans)
    running: Counter[OperatorState] = Counter()
    current = State(OperatorState.OFFLINE)
    found: list[IntervalRecord] = []
    for moment in sorted({*base, *starts, *ends}):
        current = base.get(moment, current)
        running.update(starts.get(moment, ()))
        running.subtract(ends.get(moment, ()))
        if moment >= begin:
            _go_on(found, _strongest(current, running), round(moment, 3))
    return found


def _order(event: e.OperatorEvent) -> tuple[float, bool, str, str, bool, bool]:
    if isinstance(event, e.MemberState):
        return event.at, event.source is not Source.LIVE, event.queue, event.reason, event.present, event.paused
    return event.at, event.source is not Source.LIVE, "", "", True, False


def _base(told: Sequence[e.OperatorEvent]) -> list[tuple[float, State]]:
    """His state apart from calls, by the moments it changed."""
    person, found = _Person(), list[tuple[float, State]]()
    for event in told:
        person.hear(event)
        state = person.state()
        if isinstance(event, e.MemberState) or found:
            if found and found[-1][0] == event.at:
                found[-1] = (event.at, state)
            elif not found or found[-1][1] != state:
                found.append((event.at, state))
    return found


def _edges(spans: Iterable[Span]) -> tuple[dict[float, list[OperatorState]], dict[float, list[OperatorState]]]:
    """The states that begin and end, by moment."""
    starts: dict[float, list[OperatorState]] = {}
    ends: dict[float, list[OperatorState]] = {}
    for span in spans:
        starts.setdefault(span.started, []).append(span.state)
        if span.ended is not None:
            ends.setdefault(max(span.ended, span.started), []).append(span.state)
    return starts, ends


def _strongest(base: State, running: Counter[OperatorState]) -> State:
    """The first in the order of states among what holds."""
    held = [state for state, times in running.items() if times > 0]
    best = min([*held, base.state], key=PRIORITY.__getitem__)
    return base if best is base.state else State(best)


def _go_on(found: list[IntervalRecord], state: State, moment: float) -> None:
    """He is in this state from now on."""
    if found and found[-1].started == moment:
        found.pop()  # it lasted less than a millisecond, which is as fine as time is kept
    if found:
        last = found[-1]
        goes_on = (last.state, last.pause_type) == (state.state, state.pause_type)
        found[-1] = IntervalRecord(last.state, last.pause_type, last.started, None if goes_on else moment)
        if goes_on:
            return
    found.append(IntervalRecord(state.state, state.pause_type, moment, None))

"""Operators as far as the recorder holds them: what happened to each lately, and what stands in the table."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from kaw.services.calls.records import CallRecord, Span
from kaw.services.calls.timeline import IntervalRecord, intervals
from kaw.telephony import events as e

KEPT_S = 900.0  # facts younger than that may still change in order
MANY = 4_000  # facts of one operator at which the older half is let go all the same


@dataclass
class Person:
    """One operator; ``since``: the begin of the first interval that is still computed."""

    operator: str
    events: set[e.OperatorEvent] = field(default_factory=set)
    unwritten: list[e.OperatorEvent] = field(default_factory=list)
    spans: dict[str, list[Span]] = field(default_factory=dict)  # by call
    written: list[IntervalRecord] = field(default_factory=list)  # from ``since`` on
    since: float = float("-inf")
    unsure: bool = False  # writing broke off: what stands in the table now is not known
    oldest_dirty: float = float("inf")  # a fact from before ``since`` came
    _last: dict[str, e.MemberState] = field(default_factory=dict)  # by queue

    def add(self, event: e.OperatorEvent) -> bool:
        """Take in one fact; False when it is known."""
        if event in self.events:
            return False
        self.events.add(event)
        if not self._repeats(event):
            self.unwritten.append(event)
        self.oldest_dirty = min(self.oldest_dirty, event.at)
        return True

    def _repeats(self, event: e.OperatorEvent) -> bool:
        """Whether it says what the event before it said: queues tell every phone's state many times a call."""
        if not isinstance(event, e.MemberState):
            return False
        before = self._last.get(event.queue)
        if before is None or before.at <= event.at:
            self._last[event.queue] = event
        return before is not None and before.at <= event.at and replace(before, at=event.at) == event

    def take(self, call: str, spans: list[Span]) -> bool:
        """How a call occupies him now; False when that is known."""
        if self.spans.get(call, []) == spans:
            return False
        before = self.spans.pop(call, [])
        if spans:
            self.spans[call] = spans
        self.oldest_dirty = min([self.oldest_dirty, *(span.started for span in (*before, *spans))])
        return True

    def intervals(self) -> list[IntervalRecord]:
        """His time from ``since`` on."""
        spans = [span for held in self.spans.values() for span in held]
        found = [part for part in intervals(self.events, spans) if part.ended is None or part.ended > self.since]
        if found and found[0].started < self.since:
            first = found[0]
            found[0] = IntervalRecord(first.state, first.pause_type, self.since, first.ended)
        return found

    def settle(self, current: list[IntervalRecord], newest: float) -> None:
        """Everything is in the table; what nothing can change any more is let go."""
        self.written, self.unsure, self.oldest_dirty = current, False, float("inf")
        self.unwritten.clear()
        size = len(self.events) + len(self.spans)
        limit = newest - KEPT_S
        if size > MANY and len(current) > 1:
            limit = max(limit, current[len(current) // 2].started)
        edges = [part.started for part in current if part.started <= limit]
        if size > 200 and edges and edges[-1] > self.since:
            self._forget_before(edges[-1])

    def _forget_before(self, since: float) -> None:
        self.since = since
        self.written = [part for part in self.written if part.started >= since]
        self.spans = {
            call: spans
            for call, spans in self.spans.items()
            if any(span.ended is None or span.ended > since for span in spans)
        }
        last: dict[tuple[type, str], e.OperatorEvent] = {}
        for event in sorted(self.events, key=lambda event: event.at):
            if event.at < since:
                last[type(event), getattr(event, "queue", "")] = event
        self.events = {event for event in self.events if event.at >= since} | set(last.values())


class People:
    """All operators, by extension."""

    def __init__(self) -> None:
        self.by_operator: dict[str, Person] = {}
        self.dirty: set[str] = set()

    def __getitem__(self, operator: str) -> Person:
        return self.by_operator.setdefault(operator, Person(operator))

    def add(self, operator: str, event: e.OperatorEvent) -> None:
        """Take in one fact of an operator."""
        if self[operator].add(event):
            self.dirty.add(operator)

    def occupy(self, call: str, record: CallRecord | None, before: CallRecord | None) -> None:
        """Take in how a call occupies operators, and no longer does."""
        spans: dict[str, list[Span]] = {span.operator: [] for span in (before.spans if before else ())}
        for span in record.spans if record else ():
            spans.setdefault(span.operator, []).append(span)
        for operator, held in spans.items():
            if self[operator].take(call, held):
                self.dirty.add(operator)

    def members(self) -> dict[str, str]:
        """Interfaces by the names the queue log uses."""
        return {
            event.name: event.interface
            for person in self.by_operator.values()
            for event in person.events
            if isinstance(event, e.MemberState) and event.name
        }

    def memberships(self) -> list[tuple[str, str]]:
        """Interface and queue of every present member."""
        found: dict[tuple[str, str], bool] = {}
        for person in self.by_operator.values():
            for event in sorted(person.events, key=lambda event: event.at):
                if isinstance(event, e.MemberState):
                    found[event.interface, event.queue] = event.present
        return [membership for membership, present in found.items() if present]

    def late(self, operators: Iterable[str]) -> list[Person]:
        """Those among them of whom something became known that is older than what is held."""
        return [person for person in map(self.by_operator.__getitem__, operators) if person.oldest_dirty < person.since]

    def give_up(self, operator: str) -> None:
        """His time cannot be written: the others' goes on."""
        self.dirty.discard(operator)
        self[operator].unwritten.clear()

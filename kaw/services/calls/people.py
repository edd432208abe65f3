"""Operators as far as the recorder holds them: what happened to each lately, and what stands in the table."""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field

from kaw.services.calls.records import CallRecord, Span
from kaw.services.calls.timeline import IntervalRecord, intervals
from kaw.telephony import events as e

KEPT_S = 900.0  # facts younger than that may still change in order
MANY = 4_000  # facts of one operator at which the older half is let go all the same

_Subject = tuple[str, str]  # present, paused, reachable, name; of a queue


@dataclass
class Person:
    """One operator; ``since``: the begin of the first interval that is still computed."""

    operator: str
    events: set[e.OperatorEvent] = field(default_factory=set)
    spans: dict[str, list[Span]] = field(default_factory=dict)  # by call
    written: list[IntervalRecord] = field(default_factory=list)  # from ``since`` on
    since: float = float("-inf")
    unsure: bool = False  # writing broke off: what stands in the table now is not known
    oldest_dirty: float = float("inf")  # a fact from before ``since`` came
    _fresh: list[e.OperatorEvent] = field(default_factory=list)  # not in the journal yet
    _known: dict[_Subject, tuple[float, Hashable]] = field(default_factory=dict)  # said last, and when

    def add(self, event: e.OperatorEvent) -> bool:
        """Take in one fact; False when it is known."""
        if event in self.events:
            return False
        self.events.add(event)
        if not self._repeats(event):
            self._fresh.append(event)
        self.oldest_dirty = min(self.oldest_dirty, event.at)
        return True

    def _repeats(self, event: e.OperatorEvent) -> bool:
        """Whether it says nothing new: queues tell every phone's state many times a call."""
        repeats = True
        for subject, value in _says(event):
            at, known = self._known.get(subject, (event.at, None))
            repeats = repeats and known == value and at <= event.at
            if at <= event.at:
                self._known[subject] = event.at, value
        return repeats

    @property
    def unwritten(self) -> list[e.OperatorEvent]:
        """What the journal has to take in: with it, how he stands altogether, so that each row tells that by itself."""
        return list(dict.fromkeys([*self._fresh, *_last_words(self.events)])) if self._fresh else []

    def give_up(self) -> None:
        """It cannot be written."""
        self._fresh.clear()

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
        self._fresh.clear()
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
        before = {event for event in self.events if event.at < since}
        self.events = self.events - before | _last_words(before)


def _says(event: e.OperatorEvent) -> Iterator[tuple[_Subject, Hashable]]:
    """What it tells something about, and what."""
    if isinstance(event, e.Registered):
        yield ("reachable", ""), event.on
    elif isinstance(event, e.MemberState):
        yield ("present", event.queue), event.present
        if event.paused_known:
            yield ("paused", event.queue), (event.present, event.paused, event.reason)
        if event.reachable is not None:
            yield ("reachable", ""), event.reachable
        if event.name:
            yield ("name", event.queue), event.name


def _last_words(events: Iterable[e.OperatorEvent]) -> set[e.OperatorEvent]:
    """Those among them that tell how he stands after all of them."""
    last: dict[_Subject, float] = {}
    for event in events:
        for subject, _value in _says(event):
            last[subject] = max(event.at, last.get(subject, event.at))
    return {event for event in events if any(last[subject] == event.at for subject, _value in _says(event))}


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
        self[operator].give_up()

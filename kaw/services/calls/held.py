"""Calls that go on, or ended a moment ago, with all their facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlmodel import Session

from kaw.services.calls import journal
from kaw.services.calls.moves import TELLS, move, touched
from kaw.services.calls.parties import Parties
from kaw.services.calls.records import CallRecord
from kaw.services.calls.rules import derive
from kaw.telephony import events as e

KEPT_S = 180.0  # a call that ended is kept as long as something may follow
FORGOTTEN_S = 24 * 3600.0  # a call of which nothing was heard; the next look at the PBX closes it


@dataclass
class Held:
    """One call in memory."""

    linkedid: str
    events: set[e.CallEvent] = field(default_factory=set)
    unwritten: list[e.CallEvent] = field(default_factory=list)  # to the journal
    record: CallRecord | None = None
    written: CallRecord | None = None  # as it stands in the tables
    call_id: int | None = None
    last: float = 0.0

    def add(self, event: e.CallEvent) -> bool:
        """Take in one fact; False when it is known."""
        if event in self.events:
            return False
        self.events.add(event)
        self.unwritten.append(event)
        self.last = max(self.last, event.at)
        return True


class HeldCalls:
    """All of them, by Linkedid."""

    def __init__(self) -> None:
        self.by_id: dict[str, Held] = {}
        self.dirty: set[str] = set()
        self.newest = 0.0  # the PBX's clock
        self._homes: dict[str, set[str]] = {}  # channel -> calls it was in

    def __getitem__(self, linkedid: str) -> Held:
        return self.by_id.setdefault(linkedid, Held(linkedid))

    def fetch(self, session: Session, linkedids: Iterable[str]) -> None:
        """Bring calls into memory that the journal knows."""
        missing = [linkedid for linkedid in linkedids if linkedid not in self.by_id]
        for linkedid, events in journal.read(session, missing).items():
            held = self[linkedid]
            for event in events:
                if isinstance(event, e.CallEvent) and held.add(event):
                    self._enter(event)
            held.unwritten.clear()

    def add(self, event: e.CallEvent) -> None:
        """Take in one fact of a call."""
        if not self[event.call].add(event):
            return
        self.dirty.add(event.call)
        self.newest = max(self.newest, event.at)
        for channel in self._enter(event):
            one, other = sorted(self._homes[channel])[:2]
            for fact in move(channel, self[one].events, self[other].events):
                if self[fact.call].add(fact):
                    self.dirty.add(fact.call)

    def derive(self, parties: Parties) -> list[Held]:
        """Make the records of every call that heard something new; those that look different now."""
        for linkedid in self.dirty:
            held = self.by_id[linkedid]
            held.record = derive(linkedid, held.events, parties)
        return [held for held in map(self.by_id.__getitem__, self.dirty) if held.record != held.written]

    def settle(self) -> None:
        """Everything is in the tables."""
        for linkedid in self.dirty:
            held = self.by_id[linkedid]
            held.unwritten.clear()
            held.written = held.record
        self.dirty.clear()
        self._let_go()

    def open_channels(self) -> dict[str, set[str]]:
        """Channels that live as far as is known, by call."""
        return {
            linkedid: _opened(held.events) - _ended(held.events)
            for linkedid, held in self.by_id.items()
            if held.record is not None and not held.record.over
        }

    def _enter(self, event: e.CallEvent) -> list[str]:
        """Remember which call a channel is in; those that are in two."""
        if event.source not in TELLS:
            return []
        found = []
        for channel in touched(event):
            if channel:
                homes = self._homes.setdefault(channel, set())
                homes.add(event.call)
                if len(homes) > 1:
                    found.append(channel)
        return found

    def _let_go(self) -> None:
        """Memory stays flat: ended calls go after a while."""
        for linkedid, held in list(self.by_id.items()):
            quiet = self.newest - held.last
            over = held.record is None or held.record.over
            if (over and quiet > KEPT_S) or quiet > FORGOTTEN_S:
                del self.by_id[linkedid]
                for event in held.events:
                    self._homes.pop(event.channel, None)


def _opened(events: Iterable[e.CallEvent]) -> set[str]:
    """Channels that were there; of a call known from the log only, the caller's."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, e.ChannelOpened | e.QueueJoined):
            found.add(event.channel)
    return found


def _ended(events: Iterable[e.CallEvent]) -> set[str]:
    return {event.channel for event in events if isinstance(event, e.ChannelClosed | e.ChannelMoved | e.ChannelGone)}

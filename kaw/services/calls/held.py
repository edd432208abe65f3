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
TELLS_TIME = {e.Source.LIVE, e.Source.KAW}
FORGOTTEN_S = 24 * 3600.0  # a call of which nothing was heard; the next look at the PBX closes it


@dataclass
class Held:
    """One call in memory."""

    linkedid: str
    events: set[e.CallEvent] = field(default_factory=set)
    unwritten: list[e.CallEvent] = field(default_factory=list)  # to the journal
    record: CallRecord | None = None
    written: CallRecord | None = None  # as it was last known to stand in the tables
    unsure: bool = False  # writing broke off: what stands there now is not known
    call_id: int | None = None
    last: float = 0.0

    @property
    def stored(self) -> CallRecord | None:
        """As it stands in the tables for certain; None: all of it has to be written anew."""
        return None if self.unsure else self.written

    def doubt(self) -> None:
        """Writing it broke off, perhaps after the database had done it: its rows are looked up again."""
        self.unsure, self.call_id = True, None

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
                    self._note_time(event)
            held.unwritten.clear()

    def add(self, event: e.CallEvent) -> None:
        """Take in one fact of a call."""
        if not self[event.call].add(event):
            return
        self.dirty.add(event.call)
        self._note_time(event)
        for channel in self._enter(event):
            one, other = sorted(self._homes[channel])[:2]
            for fact in move(channel, self[one].events, self[other].events):
                if self[fact.call].add(fact):
                    self.dirty.add(fact.call)

    def derive(self, linkedids: Iterable[str], parties: Parties) -> list[Held]:
        """Make the records of these calls; those that look different now."""
        found = []
        for held in map(self.by_id.__getitem__, linkedids):
            held.record = derive(held.linkedid, held.events, parties)
            if held.unsure or held.record != held.written:
                found.append(held)
        return found

    def settle(self, linkedids: Iterable[str]) -> None:
        """These are in the tables."""
        for held in map(self.by_id.__getitem__, linkedids):
            held.unwritten.clear()
            held.written, held.unsure = held.record, False
        self.dirty.difference_update(linkedids)
        self._let_go()

    def give_up(self, linkedid: str) -> None:
        """This one cannot be written: the others go on without it."""
        self.dirty.discard(linkedid)
        self.by_id[linkedid].unwritten.clear()

    def open_channels(self) -> dict[str, set[str]]:
        """Channels that live as far as is known, by call."""
        return {
            linkedid: _opened(held.events) - _ended(held.events)
            for linkedid, held in self.by_id.items()
            if held.record is not None and not held.record.over
        }

    def named_channels(self) -> set[str]:
        """Channels of which more is known than that they wait in a queue, as the log tells."""
        return {
            event.channel for held in self.by_id.values() for event in held.events if isinstance(event, e.ChannelOpened)
        }

    def only_asked(self) -> dict[str, str]:
        """Channels KAW asked for and never heard of again, by call."""
        return {
            linkedid: event.channel
            for linkedid, held in self.by_id.items()
            if held.record is not None and not held.record.over and not _opened(held.events)
            for event in held.events
            if isinstance(event, e.OriginateAsked)
        }

    def _note_time(self, event: e.CallEvent) -> None:
        """What is read from a file may bear a wrong hour; the PBX's own events and present tell its clock."""
        if event.source in TELLS_TIME:
            self.newest = max(self.newest, event.at)

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
    """Channels that were there; of a call known from the log only, the caller's and those of who answered him."""
    found: set[str] = set()
    for event in events:
        if isinstance(event, e.ChannelOpened | e.QueueJoined):
            found.add(event.channel)
        elif isinstance(event, e.MemberConnected) and event.dest:
            found.add(event.dest)
    return found


def _ended(events: Iterable[e.CallEvent]) -> set[str]:
    return {event.channel for event in events if isinstance(event, e.ChannelClosed | e.ChannelMoved | e.ChannelGone)}

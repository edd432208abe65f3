"""Many simulated calls in virtual time, with everything that can go wrong, for ``make soak``.

``Soak(calls=100_000, seed=1).steps()`` yields what a client of the PBX would live through, in order:

- ``Told``: bytes of events (cut anywhere, slightly out of order, some twice);
- ``Lost``: the line is gone, and what happens now is told to nobody;
- ``Ready``: the line is there again, with the present as it is;
- ``Placed``, ``HungUp``: what its own users did with buttons.

Meanwhile ``queue_log`` and ``cdr`` grow as Asterisk writes them (``kill -9`` included: then ends are missing), and
``truth`` holds what really happened, by the first channel of each call. Of many calls both are taken away now and
then (``written``, ``ended``), so that memory stays flat.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby
from random import Random

from kaw.telephony.port import LiveChannel, QueueEntry, QueueMember, Snapshot
from kaw.telephony.simulator.call_centre import OPERATORS, CallCentre
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.faults import Told as Event
from kaw.telephony.simulator.faults import cut_anywhere, disorder
from kaw.telephony.simulator.pbx import UNAVAILABLE, Settings
from kaw.telephony.simulator.queueing import Member, Queue
from kaw.telephony.simulator.records import TrueCall
from kaw.telephony.simulator.restless import HungUp, Placed, Restless
from kaw.telephony.simulator.shape import NOBODY, Channel
from kaw.telephony.simulator.simulation import Simulation

STEP_S = (0.2, 20.0)  # what comes meanwhile comes together


@dataclass(frozen=True)
class Told:
    """Bytes that came over the line until ``at``."""

    at: float
    pieces: list[bytes]


@dataclass(frozen=True)
class Lost:
    """The line broke; ``restart``: because the PBX went."""

    at: float
    restart: bool


@dataclass(frozen=True)
class Ready:
    """The line is there again."""

    at: float
    snapshot: Snapshot


Step = Told | Lost | Ready | Placed | HungUp


@dataclass(frozen=True)
class Faults:
    """How often, in seconds between two of a kind on average; 0 never."""

    line_lost_s: float = 1800
    stop_s: float = 14_400
    kill_s: float = 14_400
    phone_lost_s: float = 900
    disorder: float = 0.2


class Soak:
    """One run; the same seed gives the same calls and the same faults."""

    def __init__(self, calls: int, seed: int = 1, faults: Faults | None = None, *, busy: float = 4.0) -> None:
        self.random = Random(seed)
        self.faults = faults or Faults()
        self.sim = Simulation(Clock(), Settings(random=Random(seed), channelvars=("MIXMONITOR_FILENAME",)))
        self._calls = calls
        numbers = [f"79{self.random.randrange(10**9):09d}" for _one in range(2000)]
        self.centre = CallCentre(self.sim, numbers, OPERATORS, Random(seed + 1))
        self.centre.busy = busy
        self.listening = True
        self._fading: int | None = None  # events still heard of a line that breaks
        self._begun = 0  # calls that were taken away
        self._happening: list[Event | Lost | Ready | Placed | HungUp] = []
        self.sim.pbx.listeners.append(self._hear)

    @property
    def queue_log(self) -> list[str]:
        """Lines so far."""
        return self.sim.records.queue_log

    @property
    def cdr(self) -> list[str]:
        """Rows so far."""
        return self.sim.records.cdr

    @property
    def truth(self) -> dict[str, TrueCall]:
        """Calls so far, by the id of their first channel."""
        return self.sim.records.truth

    @property
    def now(self) -> float:
        """Unix seconds."""
        return self.sim.clock.now

    def written(self) -> tuple[list[str], list[str]]:
        """Lines and rows since the last time."""
        found = list(self.queue_log), list(self.cdr)
        self.queue_log.clear()
        self.cdr.clear()
        return found

    def ended(self, before: float) -> list[TrueCall]:
        """Calls that ended before a moment and were not given out yet."""
        found = [call for call in self.truth.values() if call.ended_at is not None and call.ended_at < before]
        for call in found:
            del self.truth[call.channel_id]
        self._begun += len(found)
        return found

    def steps(self) -> Iterator[Step]:
        """Everything, until the last call has ended."""
        self.centre.begin()
        Restless(self.centre, self.random, self)
        for seconds, happen in (
            (self.faults.line_lost_s, self._lose_line),
            (self.faults.stop_s, self._stop),
            (self.faults.kill_s, self._kill),
            (self.faults.phone_lost_s, self._lose_phone),
        ):
            if seconds:
                self.again(seconds, happen)
        yield Ready(self.sim.clock.now, snapshot_of(self.sim))
        while not self.centre.closed or self.sim.pbx.channels or not self.listening:
            self.centre.closed = self._begun + len(self.truth) >= self._calls
            self.sim.clock.advance(self.random.uniform(*STEP_S))
            yield from self._happened()

    def _happened(self) -> Iterator[Step]:
        """What came since the last time, events in a row put together."""
        happened, self._happening = self._happening, []
        for kind, group in groupby(happened, type):
            if kind is tuple:
                yield self._as_bytes([event for event in group if isinstance(event, tuple)])
            else:
                yield from (step for step in group if not isinstance(step, tuple))

    def _as_bytes(self, events: list[Event]) -> Told:
        mixed = disorder(events, self.random, self.faults.disorder)
        data = "".join(text for _at, _name, text in mixed).encode()
        return Told(events[-1][0], cut_anywhere(data, self.random))

    def _hear(self, name: str, text: str) -> None:
        if self.listening:
            self._happening.append((self.sim.pbx.told_at, name, text))
        if self._fading is not None:
            self._fading -= 1
            if self._fading < 0:
                self._break_line()

    def did(self, step: Placed | HungUp) -> None:
        """A user pressed a button."""
        self._happening.append(step)

    def again(self, seconds: float, happen: Callable[[], object]) -> None:
        """Something happens now and then, for ever, after so many seconds on average."""

        def happens() -> None:
            if not self.centre.closed:
                happen()
            self.again(seconds, happen)

        self.sim.clock.later(self.random.expovariate(1 / seconds), happens)

    def _lose_line(self) -> None:
        """It breaks between two events of what happens next."""
        if self.listening and self._fading is None:
            self._fading = self.random.randrange(12)

    def _break_line(self) -> None:
        self._deaf(restart=False)
        self.sim.clock.later(self.random.uniform(1, 120), self._hear_again)

    def _stop(self) -> None:
        self._restart(self.sim.stop)

    def _kill(self) -> None:
        self._restart(self.sim.kill)

    def _restart(self, end: Callable[[], None]) -> None:
        if not self.sim.running:
            return
        end()
        if self.listening:
            self._deaf(restart=True)
            self.sim.clock.later(self.random.uniform(70, 100), self._hear_again)
        self.sim.clock.later(self.random.uniform(5, 60), self.sim.boot)

    def _deaf(self, *, restart: bool) -> None:
        self.listening, self._fading = False, None
        self._happening.append(Lost(self.sim.clock.now, restart))

    def _hear_again(self) -> None:
        if not self.sim.running:
            self.sim.clock.later(5, self._hear_again)
            return
        self.listening = True
        self._happening.append(Ready(self.sim.clock.now, snapshot_of(self.sim)))

    def _lose_phone(self) -> None:
        extension = self.random.choice(self.centre.operators)
        if self.sim.running and not any(c.endpoint == extension for c in self.sim.pbx.channels.values()):
            self.sim.people.register(extension, on=False)
            self.sim.clock.later(self.random.uniform(5, 90), lambda: self._find_phone(extension))

    def _find_phone(self, extension: str) -> None:
        if self.sim.running:
            self.sim.people.register(extension, on=True)


def snapshot_of(sim: Simulation) -> Snapshot:
    """The present as the adapter would read it."""
    now = sim.clock.now
    queues = sim.queues.all.values()
    return Snapshot(
        at=now,
        started_at=float(int(sim.pbx.started_at)),
        channels=[_channel(channel, now) for channel in sim.pbx.channels.values()],
        queues=[queue.name for queue in queues],
        members=[_member(sim, queue, member) for queue in queues for member in queue.members],
        entries=[
            QueueEntry(queue.name, visit.caller.uniqueid, visit.caller.number, int(now - visit.began))
            for queue in queues
            for visit in queue.waiting
        ],
        registered=[phone.extension for phone in sim.pbx.phones.values() if phone.registered],
    )


def _channel(channel: Channel, now: float) -> LiveChannel:
    return LiveChannel(
        call=channel.linkedid,
        channel=channel.uniqueid,
        name=channel.name,
        number=channel.number or NOBODY,
        connected_number=channel.connected or NOBODY,
        exten=channel.exten,
        up=channel.state == 6,
        bridge=channel.bridge.uniqueid if channel.bridge else "",
        application=channel.application,
        seconds=int(now - channel.born),
    )


def _member(sim: Simulation, queue: Queue, member: Member) -> QueueMember:
    reachable = sim.queues.status_of(member) != UNAVAILABLE
    return QueueMember(
        queue.name, member.interface, member.name, member.paused, member.reason, reachable, member.dynamic
    )

"""What people in a soak do besides the habits of the call centre: all kinds of calls meet all kinds of faults."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Protocol

from kaw.telephony.simulator.call_centre import CallCentre
from kaw.telephony.simulator.origination import Asked
from kaw.telephony.simulator.pbx import NOT_INUSE
from kaw.telephony.simulator.queue_visit import QueueVisit
from kaw.telephony.simulator.shape import Channel

NETWORK_SAYS_NO = (34, 1)  # congestion, no such number


@dataclass(frozen=True)
class Placed:
    """A client of the PBX asked for a call; ``origin`` is the id of its first channel."""

    at: float
    origin: str
    interface: str
    number: str


@dataclass(frozen=True)
class HungUp:
    """A client ended a channel by command."""

    at: float
    call: str
    channel: str


class Client(Protocol):
    """Whoever has a line to the PBX, or has not just now."""

    listening: bool

    def again(self, seconds: float, happen: Callable[[], object]) -> None:
        """Something happens now and then, after so many seconds on average."""

    def did(self, step: Placed | HungUp) -> None:
        """A button was pressed."""


class Restless:
    """All that they do."""

    def __init__(self, centre: CallCentre, random: Random, client: Client) -> None:
        self.centre, self.sim, self.random, self.client = centre, centre.sim, random, client
        self._asked = 0
        self._far = self.sim.plan.far
        self.sim.plan.far = self._far_rings
        for seconds, happen in (
            (60, self._click),
            (240, self._call_colleague),
            (240, self._give_up),
            (240, self._press_key),
            (240, self._hang_up_by_button),
            (300, self._give_to_queue),
        ):
            client.again(seconds, happen)

    def _far_rings(self, channel: Channel) -> None:
        if self.random.random() < 0.08:
            self.sim.people.fails_after(self.random.uniform(0.2, 2), self.random.choice(NETWORK_SAYS_NO))(channel)
        else:
            self._far(channel)

    def _free(self) -> str | None:
        found = [one for one in self.centre.operators if self.sim.pbx.phones[one].device == NOT_INUSE]
        return self.random.choice(found) if len(found) > 1 and self.sim.running else None

    def _number(self) -> str:
        return self.random.choice(self.centre.numbers)[0]

    def _click(self) -> None:
        extension, number = self._free(), self._number()
        if extension is None or not self.client.listening:
            return
        self._asked += 1
        origin = f"kaw-{self._asked:032x}"
        self.client.did(Placed(self.sim.clock.now, origin, f"PJSIP/{extension}", number))
        self.sim.plan.originate(Asked(extension, "outbound", number, origin, number, uniqueid=origin))

    def _call_colleague(self) -> None:
        extension = self._free()
        colleagues = [one for one in self.centre.operators if one != extension]
        if extension is not None:
            channel = self.sim.people.dial(extension, self.random.choice(colleagues))
            self._impatient(channel, 25)

    def _give_up(self) -> None:
        extension = self._free()
        if extension is not None:
            self._impatient(self.sim.people.dial(extension, self._number()), 8)

    def _impatient(self, channel: Channel, patience: float) -> None:
        def leave() -> None:
            if not channel.gone and channel.bridge is None:
                self.sim.people.hang_up(channel)

        self.sim.clock.later(self.random.uniform(0.5, patience), leave)

    def _press_key(self) -> None:
        waiting = [visit.caller for queue in self.sim.queues.all.values() for visit in queue.waiting]
        if waiting:
            self.sim.people.press(self.random.choice(waiting), "1")

    def _hang_up_by_button(self) -> None:
        channel = self._talking()
        if channel is not None and self.client.listening:
            done = HungUp(self.sim.clock.now, channel.linkedid, channel.uniqueid)
            self.sim.people.hang_up_by_command(channel)
            if self.client.listening:
                self.client.did(done)

    def _give_to_queue(self) -> None:
        channel = self._talking()
        run = self.sim.pbx.runs.get(channel) if channel is not None else None
        if channel is not None and isinstance(run, QueueVisit):
            self.sim.people.transfer(channel, to=self.random.choice(("500", "502")))

    def _talking(self) -> Channel | None:
        """An operator's channel."""
        channels = self.sim.pbx.channels.values()
        found = [each for each in channels if each.bridge is not None and each.endpoint in self.centre.operators]
        return self.random.choice(found) if found else None

"""A simulated Asterisk: channels, bridges, phones and the events they cause.

What people do with their phones is in ``people.py``, queues are in ``queueing.py``, calls in ``dialing.py``, and where
a number leads is in ``dialplan.py``. Names of events, their fields and their order follow recordings of Asterisk 22.
"""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.records import Records, TrueCall
from kaw.telephony.simulator.shape import CAUSES, SIP_CODES, Bridge, Channel, Part, event

INSTANT = 0.00002  # seconds between two events of one moment
RINGING_AFTER = 0.05  # seconds until a phone that was called tells that it rings
NOT_INUSE, INUSE, UNAVAILABLE, RINGING, ONHOLD = "1", "2", "5", "6", "8"
DEVICE_WORDS = {
    NOT_INUSE: "NOT_INUSE",
    INUSE: "INUSE",
    UNAVAILABLE: "UNAVAILABLE",
    RINGING: "RINGING",
    ONHOLD: "ONHOLD",
}
Listener = Callable[[str, str], None]  # name of the event, its text


class Run(Protocol):
    """What goes on with channels: a visit to a queue, a call, a call asked for by a client."""

    def picked_up(self, channel: Channel) -> None:
        """The phone at a ringing channel answered."""

    def refused(self, channel: Channel, cause: int) -> None:
        """The phone, or the network, does not take the call."""

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """A channel is to end."""

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """The phone at this channel gives its talk away; False when it has none."""


@dataclass(eq=False)
class Phone:
    """An operator's phone; ``hand`` decides what happens when it rings."""

    extension: str
    name: str
    registered: bool = True
    hand: Callable[[Channel], None] = lambda _channel: None
    device: str = NOT_INUSE


@dataclass
class Settings:
    """How the PBX is configured."""

    trunk: str = "trunk"
    channelvars: Sequence[str] = ()
    timestamps: bool = True
    recordings: str = "/var/spool/asterisk/monitor"
    contexts: Sequence[str] = ("from-trunk", "internal", "from-internal", "outbound", "kaw-listen")
    zone: str = "UTC"
    random: Random = field(default_factory=lambda: Random(1))


class SimulatedPbx:
    """One PBX. ``listeners`` get every event as text."""

    def __init__(self, clock: Clock, settings: Settings | None = None) -> None:
        self.clock = clock
        self.settings = settings or Settings()
        self.listeners: list[Listener] = []
        self.phones: dict[str, Phone] = {}
        self.channels: dict[str, Channel] = {}
        self.runs: dict[Channel, Run] = {}
        self.records = Records(lambda row: self.tell("Cdr", row))
        self.member_changed: Callable[[str], None] = lambda _endpoint: None  # queues want to know
        self.started_at = clock.now
        self.processed = 0
        self._numbers = 0  # of channel names; begin again after a restart
        self._counter = 0  # of Uniqueids
        self._trunk_device = NOT_INUSE
        self.told_at = 0.0  # of the last event

    def tell(self, name: str, *parts: Part) -> None:
        """Tell an event to everybody who listens."""
        self.told_at = max(self.clock.now, self.told_at + INSTANT)
        text = event(name, self.told_at if self.settings.timestamps else None, parts)
        for listener in self.listeners:
            listener(name, text)

    def open(
        self,
        endpoint: str,
        *,
        context: str,
        exten: str = "s",
        state: int = 0,
        number: str = "",
        caller: str = "",
        part_of: Channel | None = None,
        uniqueid: str = "",
    ) -> Channel:
        """A new channel; ``part_of`` another one's call, or the first of its own, which gets the CDR."""
        own = uniqueid or f"{int(self.clock.now)}.{self._counter}"
        name = f"PJSIP/{endpoint}-{self._numbers:08x}"
        self._counter += 1
        self._numbers += 1
        linked = part_of.linkedid if part_of else own
        channel = Channel(
            name, endpoint, own, linked, self.clock.now, context, exten, state=state, number=number, caller=caller
        )
        channel.shown = self.settings.channelvars
        self.channels[name] = channel
        self.tell("Newchannel", channel.block())
        if part_of is None:
            self.processed += 1
            self.records.open(channel, self.clock.now)
        return channel

    def state(self, channel: Channel, state: int) -> None:
        """The channel rings, or is up."""
        channel.state = state
        if state == 6 and channel.up_since is None:
            channel.up_since = self.clock.now
        self.tell("Newstate", channel.block())
        self.device(channel.endpoint)

    def variable(self, channel: Channel, name: str, value: object) -> None:
        """A variable of the channel is set."""
        channel.variables[name] = str(value)
        self.tell("VarSet", channel.block(), {"Variable": name, "Value": value})

    def step(self, channel: Channel, application: str, data: str = "", *, priority: int | None = None) -> None:
        """The channel goes on in the dialplan."""
        channel.priority = channel.priority + 1 if priority is None else priority
        channel.application, channel.data = application, data
        about = {"Extension": channel.exten, "Application": application, "AppData": data}
        self.tell("Newexten", channel.block(), about)

    def connect(self, first: Channel, second: Channel) -> Bridge:
        """Both hear each other."""
        identity = uuid.UUID(int=self.settings.random.getrandbits(128), version=4)
        bridge = Bridge(str(identity))
        self.tell("BridgeCreate", bridge.block())
        for channel in (first, second):
            bridge.channels.append(channel)
            channel.bridge = bridge
            self.tell("BridgeEnter", bridge.block(), channel.block())
        self.variable(first, "BRIDGEPEER", second.name)
        self.variable(second, "BRIDGEPEER", first.name)
        return bridge

    def part(self, first: Channel, second: Channel) -> None:
        """They do not any more; ``first`` leaves first."""
        bridge = first.bridge
        if bridge is None:
            return
        for channel in (first, second):
            if channel in bridge.channels:
                bridge.channels.remove(channel)
                channel.bridge = None
                self.tell("BridgeLeave", bridge.block(), channel.block())
        self.tell("BridgeDestroy", bridge.block())

    def close(self, channel: Channel, cause: int, *, technical: bool = False, disposition: str = "ANSWERED") -> None:
        """The channel is gone. ``technical``: the phone's own answer code stands beside the cause."""
        if channel.gone:
            return
        for notice in channel.before_end:
            notice()
        channel.gone, channel.cause = True, cause
        about: dict[str, object] = {"Cause": cause, "Cause-txt": CAUSES.get(cause, "Unknown")}
        if technical and cause in SIP_CODES:
            about["TechCause"] = SIP_CODES[cause]
        self.tell("Hangup", channel.block(), about)
        del self.channels[channel.name]
        self.runs.pop(channel, None)
        self.records.write(channel, self.clock.now, disposition)
        true = self.records.true(channel)
        if true is not None and not any(c.linkedid == channel.linkedid for c in self.channels.values()):
            true.ended_at = true.ended_at or self.clock.now
        self.device(channel.endpoint)

    def ask_to_close(self, channel: Channel, *, with_h: bool = True) -> None:
        """The dialplan ends a channel, by way of its h extension if there is one."""
        self.tell("SoftHangupRequest", channel.block(), {"Cause": 16})
        if with_h and channel.context == "from-trunk":
            channel.exten = "h"
            application, data = channel.application, channel.data
            self.step(channel, "NoOp", f"hangup handler {channel.cause}", priority=1)
            channel.application, channel.data = application, data
            channel.priority = 2

    def device(self, endpoint: str) -> None:
        """Work out the state of a phone or trunk, and tell when it changed."""
        phone = self.phones.get(endpoint)
        found = self._device_of(endpoint)
        known = phone.device if phone else self._trunk_device
        if found == known:
            return
        if phone:
            phone.device = found
        else:
            self._trunk_device = found
        self.tell("DeviceStateChange", {"Device": f"PJSIP/{endpoint}", "State": DEVICE_WORDS[found]})
        self.member_changed(endpoint)

    def true_call(self, channel: Channel, direction: str, number: str, dialled: str = "") -> TrueCall:
        """Begin the truth about a call; ``number`` is the other side's, which is dialled unless it calls."""
        call = TrueCall(channel.linkedid, direction, number, dialled or number, self.clock.now)
        self.records.truth[channel.linkedid] = call
        return call

    def forget_everything(self) -> None:
        """As after ``kill -9`` or a restart: no channel lives, names begin again."""
        for channel in self.channels.values():
            channel.gone = True
        self.channels.clear()
        self.runs.clear()
        self.records.close_all()
        self._numbers = self._counter = 0
        self._trunk_device = NOT_INUSE
        for phone in self.phones.values():
            phone.device = NOT_INUSE if phone.registered else UNAVAILABLE

    def _device_of(self, endpoint: str) -> str:
        phone = self.phones.get(endpoint)
        if phone and not phone.registered:
            return UNAVAILABLE
        states = [(channel.state, channel.held) for channel in self.channels.values() if channel.endpoint == endpoint]
        if any(held for _state, held in states):
            return ONHOLD
        if any(state in (4, 6) for state, _held in states):
            return INUSE
        return RINGING if any(state == 5 for state, _held in states) else NOT_INUSE

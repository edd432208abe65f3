"""Where a number leads in a simulated PBX: to a queue, to a phone, out by the trunk, or to listening in."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kaw.telephony.simulator.dialing import Dial, Target
from kaw.telephony.simulator.origination import Asked, Origination
from kaw.telephony.simulator.pbx import SimulatedPbx
from kaw.telephony.simulator.queue_visit import QueueVisit
from kaw.telephony.simulator.queueing import Queues
from kaw.telephony.simulator.shape import Channel

OUTSIDE = re.compile(r"\+?\d{7,15}")
LISTENING = re.compile(r"([123])(\d{2,6})")
INTERNAL_S, OUTSIDE_S = 20.0, 60.0


@dataclass(frozen=True)
class Route:
    """A number of the company: a queue, for at most so many seconds; ``phone``: straight to one."""

    queue: str = ""
    limit_s: int = 60
    options: str = "tTkKxX"
    recorded: bool = True
    phone: str = ""


class Listening:
    """A supervisor hears a talk until it ends."""

    def __init__(self, pbx: SimulatedPbx, spy: Channel, spied: Channel) -> None:
        self.pbx, self.spy, self.spied = pbx, spy, spied
        pbx.runs[spy] = self
        pbx.tell("ChanSpyStart", spy.block("Spyer"), spied.block("Spyee"))
        self._watch()

    def picked_up(self, channel: Channel) -> None:
        """It is up already."""

    def refused(self, channel: Channel, cause: int) -> None:
        """It is up already."""

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """The supervisor has heard enough."""
        if channel.gone:
            return
        self.pbx.tell("ChanSpyStop", channel.block("Spyer"), self.spied.block("Spyee"))
        self.pbx.ask_to_close(channel)
        self.pbx.close(channel, 16)

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """There is nobody to give away."""
        return False

    def _watch(self) -> None:
        if self.spied.gone:
            self.hung_up(self.spy, by_phone=False)
        elif not self.spy.gone:
            self.pbx.clock.later(1, self._watch)


class Dialplan:
    """``routes`` lead from outside; ``far`` is what a partner does when his number is dialled."""

    def __init__(self, pbx: SimulatedPbx, queues: Queues) -> None:
        self.pbx, self.queues = pbx, queues
        self.routes: dict[str, Route] = {}
        self.far: Callable[[Channel], None] = lambda _channel: None

    def exists(self, context: str, exten: str) -> bool:
        """Whether a context knows a number."""
        if context == "kaw-listen":
            return bool(LISTENING.fullmatch(exten))
        if context == "from-trunk":
            return exten in self.routes
        if context not in self.pbx.settings.contexts:
            return False
        known = exten in self.pbx.phones or exten in self.routes
        return known or bool(OUTSIDE.fullmatch(exten))

    def originate(self, asked: Asked) -> None:
        """A client asks for a call."""
        Origination(self.pbx, asked, self.enter).start()

    def enter(self, channel: Channel, context: str, exten: str) -> None:
        """A channel goes to a number of a context."""
        channel.context, channel.exten, channel.priority = context, exten, 0
        if self.pbx.records.running(channel) is None and channel.uniqueid == channel.linkedid:
            self.pbx.records.open(channel, self.pbx.clock.now)
        if context == "kaw-listen":
            self._listen(channel, exten)
        elif exten in self.routes:
            self._into_queue(channel, self.routes[exten])
        elif exten in self.pbx.phones:
            self._to_phone(channel, exten)
        elif context != "from-trunk" and OUTSIDE.fullmatch(exten):
            self._outside(channel, exten)
        else:
            self._hang_up(channel, 1)

    def _into_queue(self, channel: Channel, route: Route) -> None:
        pbx = self.pbx
        if route.phone:
            self._to_phone(channel, route.phone)
            return
        if route.recorded:
            pbx.step(channel, "NoOp", f"inbound {channel.number}")
        if channel.state != 6:
            pbx.step(channel, "Answer")
            pbx.state(channel, 6)
        if route.recorded:
            self._record(channel, "in", channel.number)
        pbx.step(channel, "Queue", f"{route.queue},{route.options},,,{route.limit_s}")
        self._visit(channel, route)

    def _visit(self, channel: Channel, route: Route) -> None:
        QueueVisit(self.queues, self.queues.all[route.queue], channel, route.limit_s, self._after_queue).start()

    def _record(self, channel: Channel, direction: str, number: str) -> None:
        pbx = self.pbx
        stamp = datetime.fromtimestamp(pbx.clock.now, UTC).strftime("%Y%m%d-%H%M%S")
        middle = f"-{direction}" if direction == "out" else ""
        name = f"{stamp}{middle}-{number}-{channel.uniqueid}.wav"
        pbx.step(channel, "Set", f"CDR(userfield)={direction}")
        channel.variables["CDR(userfield)"] = direction
        pbx.step(channel, "Set", f"REC={name}")
        pbx.variable(channel, "REC", name)
        pbx.step(channel, "MixMonitor", f"{pbx.settings.recordings}/{name},b")
        pbx.variable(channel, "MIXMONITOR_FILENAME", f"{pbx.settings.recordings}/{name}")
        pbx.tell("MixMonitorStart", channel.block())

    def _after_queue(self, channel: Channel, status: str) -> None:
        """A queue gives the caller back: transferred ("" with a new number), or with a reason."""
        pbx = self.pbx
        if channel.gone:
            return
        if not status:
            self.enter(channel, channel.context, channel.exten)
            return
        if pbx.records.running(channel) is None:
            pbx.records.open(channel, pbx.clock.now)
        if status == "KEY":
            pbx.step(channel, "NoOp", f"caller pressed {channel.exten}")
            self._hang_up(channel, 16)
            return
        pbx.step(channel, "NoOp", f"QUEUESTATUS={status}")
        if status == "JOINEMPTY":
            self._hang_up(channel, 16)
            return
        pbx.step(channel, "PlayTones", "425/500,0/500")
        pbx.step(channel, "Wait", "1")
        pbx.runs[channel] = Leaving(pbx)
        pbx.clock.later(1, lambda: None if channel.gone else self._hang_up(channel, 16))

    def _to_phone(self, channel: Channel, extension: str) -> None:
        pbx, phone = self.pbx, self.pbx.phones[extension]
        data = f"PJSIP/{extension},{INTERNAL_S:.0f},tTkK"
        pbx.step(channel, "Dial", data)
        if not phone.registered:
            for value in ("", "CHANUNAVAIL"):
                pbx.variable(channel, "DIALSTATUS", value)
            self._hang_up(channel, 20, disposition="NO ANSWER")
            return
        self._dial(
            channel,
            Target(extension, extension, phone.name, extension, data, "internal", INTERNAL_S, phone.hand, False),
        )

    def _outside(self, channel: Channel, number: str) -> None:
        pbx = self.pbx
        pbx.step(channel, "NoOp", f"outbound {number} by {channel.name}")
        self._record(channel, "out", number)
        trunk = pbx.settings.trunk
        data = f"PJSIP/{number}@{trunk},{OUTSIDE_S:.0f},tTg"
        pbx.step(channel, "Dial", data)
        string = f"{number}@{trunk}"
        self._dial(channel, Target(trunk, number, "", string, data, "from-trunk", OUTSIDE_S, self.far, True))

    def _dial(self, channel: Channel, target: Target) -> None:
        Dial(self.pbx, channel, target, self.enter, self._after_outside).start()

    def _after_outside(self, channel: Channel, status: str, cause: int, technical: bool) -> None:
        pbx = self.pbx
        pbx.records.open(channel, pbx.clock.now)
        pbx.step(channel, "NoOp", f"DIALSTATUS={status} HANGUPCAUSE={cause}")
        disposition = "ANSWERED"
        if channel.state != 6:
            disposition = {17: "BUSY", 34: "CONGESTION"}.get(cause, "NO ANSWER")
        self._hang_up(channel, cause or 16, data=str(cause), technical=technical, disposition=disposition)

    def _hang_up(
        self, channel: Channel, cause: int, *, data: str = "", technical: bool = False, disposition: str = "ANSWERED"
    ) -> None:
        self.pbx.step(channel, "Hangup", data)
        channel.cause = cause
        self.pbx.ask_to_close(channel)
        self.pbx.close(channel, cause, technical=technical, disposition=disposition)

    def _listen(self, channel: Channel, exten: str) -> None:
        found = LISTENING.fullmatch(exten)
        talks = [c for c in self.pbx.channels.values() if found and c.endpoint == found[2] and c.bridge is not None]
        self.pbx.step(channel, "ChanSpy", f"PJSIP/{exten[1:]}-,qE")
        if not talks:
            self._hang_up(channel, 16)
            return
        Listening(self.pbx, channel, talks[0])


class Leaving:
    """Between a queue and the end there is only a tone."""

    def __init__(self, pbx: SimulatedPbx) -> None:
        self.pbx = pbx

    def picked_up(self, channel: Channel) -> None:
        """It is up already."""

    def refused(self, channel: Channel, cause: int) -> None:
        """It is up already."""

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """The caller does not listen to the tone."""
        self.pbx.ask_to_close(channel)
        self.pbx.close(channel, 16)

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """There is nobody to give away."""
        return False

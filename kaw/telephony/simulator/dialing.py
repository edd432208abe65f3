"""Calls of a simulated PBX outside of queues: one channel dials another."""

from collections.abc import Callable
from dataclasses import dataclass

from kaw.telephony.simulator.clock import Timer
from kaw.telephony.simulator.pbx import RINGING_AFTER, SimulatedPbx
from kaw.telephony.simulator.ringing import tell_blind_transfer
from kaw.telephony.simulator.shape import Channel

STATUS = {17: "BUSY", 34: "CONGESTION", 1: "NOANSWER", 21: "BUSY"}  # of DialEnd
DIALSTATUS = {**STATUS, 1: "CHANUNAVAIL"}
DISPOSITION = {17: "BUSY", 21: "BUSY", 34: "CONGESTION"}
OUTCOME = {17: "busy", 21: "busy"}
Enter = Callable[[Channel, str, str], None]  # a channel goes to a context and a number
After = Callable[[Channel, str, int, bool], None]  # status, cause, and whether the network gave the cause
PRESENTED = {"CID-CallingPres": "0 (Presentation Allowed, Not Screened)"}


@dataclass(frozen=True)
class Target:
    """Whom to dial: ``string`` as the dialplan writes it, ``hand`` what the other side does."""

    endpoint: str
    number: str
    name: str
    string: str
    data: str
    context: str
    limit_s: float
    hand: Callable[[Channel], None]
    outside: bool


class Dial:
    """The application Dial: one channel calls another. After an outside call the dialplan goes on."""

    def __init__(self, pbx: SimulatedPbx, caller: Channel, target: Target, enter: Enter, after: After) -> None:
        self.pbx, self.caller, self.target = pbx, caller, target
        self._enter, self._after = enter, after
        self.leg: Channel | None = None
        self.talking = False
        self._timer: Timer | None = None

    def start(self) -> None:
        """Ring the other side."""
        pbx, caller, target = self.pbx, self.caller, self.target
        pbx.runs[caller] = self
        caller.application, caller.data = "Dial", target.data
        for name in ("DIALSTATUS", "DIALEDPEERNUMBER", "DIALEDPEERNAME"):
            pbx.variable(caller, name, "")
        leg = self.leg = self._leg()
        pbx.runs[leg] = self
        pbx.variable(leg, "DIALEDPEERNUMBER", target.string)
        self._present(leg)
        pbx.tell("DialBegin", caller.block(), leg.block("Dest"), {"DialString": target.string})
        self._show_called(leg)
        pbx.records.dial(caller, leg, pbx.clock.now)
        self._timer = pbx.clock.later(target.limit_s, self._nobody_answered)
        pbx.clock.later(RINGING_AFTER, lambda: self._rings(leg))
        target.hand(leg)

    def picked_up(self, channel: Channel) -> None:
        """The other side answered."""
        pbx, caller, leg = self.pbx, self.caller, self.leg
        if channel is not leg or self.talking:
            return
        self._stop()
        self.talking = True
        pbx.state(leg, 6)
        pbx.variable(caller, "DIALSTATUS", "ANSWER")
        pbx.variable(caller, "DIALEDPEERNAME", leg.name)
        pbx.variable(caller, "DIALEDPEERNUMBER", self.target.string)
        leg.exten = ""
        self._dial_end("ANSWER")
        if caller.state != 6:
            pbx.state(caller, 6)
        leg.application, leg.data = "AppDial", "(Outgoing Line)"
        pbx.step(leg, "AppDial", "(Outgoing Line)", priority=1)
        pbx.connect(leg, caller)
        self._outcome("answered")

    def refused(self, channel: Channel, cause: int) -> None:
        """The other side, or the network, said no."""
        leg = self.leg
        if channel is not leg or leg is None:
            return
        self._stop()
        self._dial_end(STATUS.get(cause, "NOANSWER"))
        self._leg_gone(leg, DISPOSITION.get(cause, "NO ANSWER"))
        self.pbx.close(leg, cause, technical=True)
        self._outcome(OUTCOME.get(cause, "failed"))
        self._go_on(DIALSTATUS.get(cause, "NOANSWER"), cause, technical=True)

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """One of the two ends it."""
        leg, pbx = self.leg, self.pbx
        if leg is None:
            return
        if not self.talking:
            if channel is leg:
                self.refused(channel, 21)
                return
            self._stop()
            self._dial_end("CANCEL")
            self._leg_gone(leg, "NO ANSWER")
            pbx.close(leg, 0)
            self._outcome("abandoned")
            pbx.ask_to_close(self.caller)
            pbx.close(self.caller, 0 if by_phone else 16, disposition="NO ANSWER")
            return
        other = leg if channel is self.caller else self.caller
        pbx.part(channel, other)
        self._leg_gone(leg, "ANSWERED")
        self.talking = False
        if self.target.outside and channel is leg:
            pbx.close(leg, 16)
            self._go_on("ANSWER", 16)
            return
        pbx.variable(self.caller, "DIALSTATUS", "ANSWER")
        pbx.ask_to_close(self.caller)
        pbx.close(leg, 16)
        pbx.close(self.caller, 16)

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """One of the two gives the other away."""
        leg, pbx = self.leg, self.pbx
        if not self.talking or leg is None:
            return False
        other = leg if channel is self.caller else self.caller
        pbx.tell("Unhold", channel.block())
        pbx.variable(channel, "BLINDTRANSFER", other.name)
        pbx.variable(other, "BLINDTRANSFER", channel.name)
        tell_blind_transfer(pbx, channel, other, context, exten)
        pbx.records.moved(other, context, exten)
        pbx.part(channel, other)
        self._leg_gone(leg, "ANSWERED")
        self.talking = False
        pbx.close(channel, 16)
        self._enter(other, context, exten)
        return True

    def _leg(self) -> Channel:
        target = self.target
        if target.outside:
            return self.pbx.open(target.endpoint, context="from-trunk", part_of=self.caller)
        return self.pbx.open(
            target.endpoint, context="internal", number=target.number, caller=target.name, part_of=self.caller
        )

    def _present(self, leg: Channel) -> None:
        """The leg learns who calls; an outside one gets a number of its own."""
        pbx, caller, target = self.pbx, self.caller, self.target
        leg.exten, leg.connected, leg.connected_name = caller.exten, caller.number, caller.caller
        if target.outside:
            leg.number, leg.caller = target.number, caller.connected_name
        pbx.step(leg, "AppDial", "(Outgoing Line)", priority=1)
        if target.outside:
            pbx.tell("NewCallerid", leg.block(), PRESENTED)
        pbx.tell("NewConnectedLine", leg.block())

    def _show_called(self, leg: Channel) -> None:
        caller = self.caller
        if caller.connected != leg.number:
            caller.connected, caller.connected_name = leg.number, leg.caller
            self.pbx.tell("NewConnectedLine", caller.block())

    def _rings(self, leg: Channel) -> None:
        if leg.gone or leg.state or leg.silent:
            return
        self.pbx.state(leg, 5)
        self.pbx.device(self.caller.endpoint)
        self.pbx.tell("DialState", self.caller.block(), leg.block("Dest"), {"DialStatus": "RINGING"})

    def _nobody_answered(self) -> None:
        leg = self.leg
        if leg is None or leg.gone or self.talking:
            return
        self._dial_end("NOANSWER")
        self._leg_gone(leg, "NO ANSWER")
        self.pbx.close(leg, 0)
        self._outcome("no_answer")
        self._go_on("NOANSWER", 0)

    def _go_on(self, status: str, cause: int, *, technical: bool = False) -> None:
        pbx, caller = self.pbx, self.caller
        pbx.variable(caller, "DIALSTATUS", status)
        if self.target.outside:
            self._after(caller, status, cause, technical)
            return
        pbx.ask_to_close(caller)
        pbx.close(caller, cause or 16, technical=technical, disposition="NO ANSWER")

    def _dial_end(self, status: str) -> None:
        if self.leg is not None:
            self.pbx.tell("DialEnd", self.caller.block(), self.leg.block("Dest"), {"DialStatus": status})

    def _leg_gone(self, leg: Channel, disposition: str) -> None:
        self.pbx.records.dialled(self.caller, leg, self.pbx.clock.now, disposition)

    def _outcome(self, outcome: str) -> None:
        true = self.pbx.records.true(self.caller)
        if true is not None:
            true.end_as(outcome)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

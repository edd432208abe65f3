"""Calls that a client of a simulated PBX asks for."""

from dataclasses import dataclass

from kaw.telephony.simulator.clock import Timer
from kaw.telephony.simulator.dialing import DISPOSITION, PRESENTED, Enter
from kaw.telephony.simulator.pbx import RINGING_AFTER, SimulatedPbx
from kaw.telephony.simulator.shape import Channel


@dataclass(frozen=True)
class Asked:
    """A call a client asks for."""

    endpoint: str
    context: str
    exten: str
    action_id: str = ""
    number: str = ""  # of CallerID
    name: str = ""
    limit_s: float = 30
    uniqueid: str = ""
    variables: tuple[tuple[str, str], ...] = ()


class Origination:
    """A phone rings first; picked up, it goes on in the dialplan."""

    def __init__(self, pbx: SimulatedPbx, asked: Asked, enter: Enter) -> None:
        self.pbx, self.asked, self._enter = pbx, asked, enter
        self._timer: Timer | None = None
        self._channel: Channel | None = None

    def start(self) -> None:
        """Ring the phone."""
        pbx, asked = self.pbx, self.asked
        phone = pbx.phones.get(asked.endpoint)
        if phone is None or not phone.registered:
            self._respond(False, 0)
            return
        channel = self._channel = pbx.open(
            asked.endpoint, context="internal", number=phone.extension, caller=phone.name, uniqueid=asked.uniqueid
        )
        pbx.runs[channel] = self
        if asked.context != "kaw-listen":
            inside = asked.exten in pbx.phones
            true = pbx.true_call(channel, "internal" if inside else "out", asked.exten)
            true.operator = asked.endpoint
        pbx.step(channel, "AppDial2", "(Outgoing Line)", priority=1)
        for name, value in asked.variables:
            pbx.variable(channel, name, value)
        if asked.number or asked.name:
            channel.number, channel.caller = asked.number, asked.name
            channel.connected, channel.connected_name = asked.number, asked.name
            pbx.tell("NewCallerid", channel.block(), PRESENTED)
            pbx.tell("NewConnectedLine", channel.block())
        pbx.tell("DialBegin", channel.block("Dest"), {"DialString": asked.endpoint})
        self._timer = pbx.clock.later(asked.limit_s, self._nobody_answered)
        pbx.clock.later(RINGING_AFTER, lambda: self._rings(channel))
        phone.hand(channel)

    def picked_up(self, channel: Channel) -> None:
        """The operator answered: the call goes on to whom he wants to talk with."""
        self._stop()
        self.pbx.state(channel, 6)
        self.pbx.tell("DialEnd", channel.block("Dest"), {"DialStatus": "ANSWER"})
        self._respond(True, 4)
        self._enter(channel, self.asked.context, self.asked.exten)

    def refused(self, channel: Channel, cause: int) -> None:
        """The operator's phone said no."""
        self._stop()
        self.pbx.tell("DialEnd", channel.block("Dest"), {"DialStatus": "BUSY"})
        self._respond(False, 0)
        self._end(channel, cause, "BUSY" if cause in DISPOSITION else "NO ANSWER", "refused")

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """Ended while it rang, by a client."""
        self._stop()
        self._respond(False, 0)
        self._end(channel, 16, "NO ANSWER", "refused")

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """There is nobody to give away."""
        return False

    def _rings(self, channel: Channel) -> None:
        if channel.gone or channel.state:
            return
        self.pbx.state(channel, 5)
        self.pbx.tell("DialState", channel.block("Dest"), {"DialStatus": "RINGING"})

    def _nobody_answered(self) -> None:
        channel = self._channel
        if channel is None or channel.gone or channel.state == 6:
            return
        self._respond(False, 3)
        self._end(channel, 19, "NO ANSWER", "operator_no_answer")

    def _end(self, channel: Channel, cause: int, disposition: str, outcome: str) -> None:
        true = self.pbx.records.true(channel)
        if true is not None:
            true.end_as(outcome)
        self.pbx.close(channel, cause, technical=True, disposition=disposition)

    def _respond(self, success: bool, reason: int) -> None:
        asked, channel = self.asked, self._channel
        about: dict[str, object] = {"ActionID": asked.action_id} if asked.action_id else {}
        about |= {
            "Response": "Success" if success else "Failure",
            "Channel": channel.name if success and channel else f"PJSIP/{asked.endpoint}",
            "Context": asked.context,
            "Exten": asked.exten,
            "Reason": reason,
            "Uniqueid": channel.uniqueid if success and channel else "<unknown>",
            "CallerIDNum": asked.number or "<unknown>",
            "CallerIDName": asked.name or "<unknown>",
        }
        self.pbx.tell("OriginateResponse", about)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

"""What people do: call, pick up, refuse, hang up, press a key, hold, transfer, register.

Who talked and who ended it is noted in ``records.truth`` by these hands, so that it does not depend on the events.
"""

from collections.abc import Callable

from kaw.telephony.simulator import dialplan
from kaw.telephony.simulator.pbx import SimulatedPbx
from kaw.telephony.simulator.queue_visit import QueueVisit
from kaw.telephony.simulator.records import TrueCall, TrueTalk
from kaw.telephony.simulator.shape import SIP_CODES, Channel

Hand = Callable[[Channel], None]


class People:
    """The hands at all phones of a PBX."""

    def __init__(self, pbx: SimulatedPbx, plan: "dialplan.Dialplan") -> None:
        self.pbx = pbx
        self.plan = plan

    def call_in(self, number: str, *, to: str, name: str = "") -> Channel:
        """A partner calls a number of the company."""
        channel = self.pbx.open(
            self.pbx.settings.trunk, context="from-trunk", exten=to, state=4, number=number, caller=name
        )
        self.pbx.true_call(channel, "in", number, to)
        self.pbx.variable(channel, "SIPDOMAIN", "127.0.0.1")
        self.plan.enter(channel, "from-trunk", to)
        return channel

    def dial(self, extension: str, number: str) -> Channel:
        """An operator dials on his own phone."""
        phone = self.pbx.phones[extension]
        channel = self.pbx.open(
            extension, context="internal", exten=number, state=4, number=extension, caller=phone.name
        )
        inside = number in self.pbx.phones
        self.pbx.true_call(channel, "internal" if inside else "out", number).operator = extension
        self.pbx.variable(channel, "SIPDOMAIN", "127.0.0.1")
        self.plan.enter(channel, "internal", number)
        return channel

    def pick_up(self, channel: Channel) -> None:
        """The phone at a ringing channel is picked up."""
        run = self.pbx.runs.get(channel)
        if channel.gone or channel.state == 6 or run is None:
            return
        self._note_pick_up(channel)
        run.picked_up(channel)

    def refuse(self, channel: Channel, cause: int = 21) -> None:
        """The phone or the network says no: 17 busy, 21 rejected, 34 congestion, 1 no such number."""
        run = self.pbx.runs.get(channel)
        if channel.gone or run is None:
            return
        about = {"Cause": cause, "TechCause": SIP_CODES.get(cause, 480)}
        self.pbx.tell("HangupRequest", channel.block(), about)
        true = self.pbx.records.true(channel)
        if true is not None and true.direction != "in":  # who comes in is refused by one phone and may ring at others
            self._note_end(channel, self._who(channel))
        run.refused(channel, cause)

    def hang_up(self, channel: Channel) -> None:
        """The phone at a channel is put down."""
        run = self.pbx.runs.get(channel)
        if channel.gone or run is None:
            return
        if channel.bridge is not None or channel.uniqueid == channel.linkedid:  # else it is one try of several
            self._note_end(channel, self._who(channel))
        channel.cause = 16 if channel.bridge is not None else 0
        in_queue = isinstance(run, QueueVisit)
        self.pbx.tell("HangupRequest", channel.block(), *([] if in_queue else [{"Cause": 16}]))
        run.hung_up(channel, by_phone=True)

    def hang_up_by_command(self, channel: Channel) -> None:
        """A client of the PBX ends a channel."""
        run = self.pbx.runs.get(channel)
        self._note_end(channel, self._who(channel), by_command=True)
        channel.cause = 16
        if run is None:
            self.pbx.close(channel, 16)
        else:
            run.hung_up(channel, by_phone=False)

    def press(self, channel: Channel, key: str) -> None:
        """A caller presses a key; in a queue it may lead out."""
        about = {"Digit": key, "DurationMs": 0, "Direction": "Received"}
        self.pbx.tell("DTMFEnd", channel.block(), about)
        run = self.pbx.runs.get(channel)
        if isinstance(run, QueueVisit):
            run.pressed(key)

    def hold(self, channel: Channel, *, on: bool) -> None:
        """The phone at a channel puts the other side on hold, or takes it back."""
        if channel.gone or channel.bridge is None:
            return
        self.pbx.tell("Hold" if on else "Unhold", channel.block(), *([{"MusicClass": "default"}] if on else []))
        for other in channel.bridge.channels:
            if other is not channel:
                other.held = on
                self.pbx.device(other.endpoint)

    def transfer(self, channel: Channel, *, to: str, context: str = "internal") -> bool:
        """The phone at a channel (or a client for it) gives its talk away without announcement."""
        run = self.pbx.runs.get(channel)
        if run is None or not self.plan.exists(context, to) or not run.transferred(channel, context, to):
            return False
        self._note_talk_end(channel, "transfer")
        true = self.pbx.records.true(channel)
        if true is not None:
            true.given_to.append(to)
        return True

    def redirect(self, channel: Channel, context: str, to: str) -> None:
        """A client sends a channel elsewhere; whom it talked with is left alone."""
        run = self.pbx.runs.get(channel)
        if isinstance(run, QueueVisit):
            self._note_talk_end(channel, "transfer")
            run.redirected(context, to)

    def register(self, extension: str, *, on: bool) -> None:
        """A phone registers, or its registration ends."""
        phone = self.pbx.phones[extension]
        if phone.registered == on:
            return
        phone.registered = on
        status = "Reachable" if on else "Unreachable"
        self.pbx.tell("PeerStatus", {"ChannelType": "PJSIP", "Peer": f"PJSIP/{extension}", "PeerStatus": status})
        self.pbx.device(extension)
        contact = {
            "URI": f"sip:{extension}@127.0.0.1:5071",
            "ContactStatus": "NonQualified" if on else "Removed",
            "AOR": extension,
            "EndpointName": extension,
            "RoundtripUsec": 0,
        }
        self.pbx.tell("ContactStatus", contact)

    def answers_after(self, seconds: float) -> Hand:
        """A hand that picks up."""
        return lambda channel: self._later(seconds, lambda: self.pick_up(channel))

    def refuses_after(self, seconds: float, cause: int = 21) -> Hand:
        """A hand that refuses."""
        return lambda channel: self._later(seconds, lambda: self.refuse(channel, cause))

    def fails_after(self, seconds: float, cause: int) -> Hand:
        """A network that says no before anything rings: 34 congestion, 1 no such number."""

        def fails(channel: Channel) -> None:
            channel.silent = True
            self._later(seconds, lambda: self.refuse(channel, cause))

        return fails

    def _later(self, seconds: float, do: Callable[[], None]) -> None:
        self.pbx.clock.later(seconds, do)

    def _who(self, channel: Channel) -> str:
        """Operator or the other side; of an internal call that is who was called."""
        true = self.pbx.records.true(channel)
        if true is not None and true.direction == "internal":
            return "operator" if channel.uniqueid == true.channel_id else "caller"
        return "operator" if channel.endpoint in self.pbx.phones else "caller"

    def _note_pick_up(self, channel: Channel) -> None:
        true = self.pbx.records.true(channel)
        if true is None:
            return
        now, endpoint = self.pbx.clock.now, channel.endpoint
        own = channel.uniqueid == true.channel_id  # of a call that a client asked for
        if own:
            true.operator_pick_up = now
        elif endpoint in self.pbx.phones and (true.direction == "in" or true.talks):
            if not true.talks:
                true.operator, true.operator_pick_up = endpoint, now
            stays = true.direction == "internal" and not self._first_gone(true)
            true.talks.append(TrueTalk(true.operator if stays and true.operator else endpoint, now, endpoint))
        else:
            true.partner_pick_up = true.partner_pick_up or now
            if true.operator is not None and not true.talks:
                true.talks.append(TrueTalk(true.operator, now, endpoint))

    def _first_gone(self, true: TrueCall) -> bool:
        return all(channel.uniqueid != true.channel_id for channel in self.pbx.channels.values())

    def _note_end(self, channel: Channel, who: str, *, by_command: bool = False) -> None:
        true = self.pbx.records.true(channel)
        if true is None or true.ended_by is not None:
            return
        true.ended_by, true.ended_at, true.by_command = who, self.pbx.clock.now, by_command
        self._note_talk_end(channel, who)

    def _note_talk_end(self, channel: Channel, who: str) -> None:
        true = self.pbx.records.true(channel)
        if true is not None:
            true.stop_talking(self.pbx.clock.now, who)

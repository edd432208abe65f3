"""Members' phones that ring for a caller in a queue, and how each try ends."""

from collections.abc import Callable
from dataclasses import dataclass

from kaw.telephony.simulator.pbx import RINGING_AFTER, Run, SimulatedPbx
from kaw.telephony.simulator.queueing import Member, Queue
from kaw.telephony.simulator.shape import Channel


@dataclass(eq=False)
class Attempt:
    """A member's phone that rings for a caller."""

    member: Member
    leg: Channel
    began: float


class Ringing:
    """The tries that are going on for one caller. ``log`` writes a line of the queue log about a member."""

    def __init__(self, pbx: SimulatedPbx, queue: Queue, caller: Channel, run: Run, log: Callable[..., None]) -> None:
        self.pbx, self.queue, self.caller = pbx, queue, caller
        self._run, self._log = run, log
        self.attempts: list[Attempt] = []

    def of(self, channel: Channel) -> Attempt | None:
        """The try whose phone this is."""
        return next((attempt for attempt in self.attempts if attempt.leg is channel), None)

    def ring(self, member: Member) -> None:
        """Try a member."""
        pbx, caller = self.pbx, self.caller
        phone = pbx.phones[member.extension]
        leg = pbx.open(member.extension, context="internal", number=phone.extension, caller=phone.name, part_of=caller)
        pbx.runs[leg] = self._run
        pbx.variable(leg, "DIALEDPEERNUMBER", phone.extension)
        attempt = Attempt(member, leg, pbx.clock.now)
        self.attempts.append(attempt)
        leg.exten = caller.exten
        leg.connected, leg.connected_name = caller.number, caller.caller
        pbx.tell("AgentCalled", *self.about(attempt))
        pbx.tell("DialBegin", caller.block(), leg.block("Dest"), {"DialString": member.interface})
        caller.connected, caller.connected_name = leg.number, leg.caller
        pbx.tell("NewConnectedLine", caller.block())
        pbx.records.dial(caller, leg, pbx.clock.now)
        pbx.clock.later(RINGING_AFTER, lambda: self._rings(attempt))
        phone.hand(leg)

    def _rings(self, attempt: Attempt) -> None:
        if attempt.leg.gone or attempt.leg.state:
            return
        pbx, leg = self.pbx, attempt.leg
        leg.application, leg.data = "AppQueue", "(Outgoing Line)"
        pbx.state(leg, 5)
        pbx.step(leg, "AppQueue", "(Outgoing Line)", priority=1)
        pbx.tell("NewConnectedLine", leg.block())
        pbx.tell("DialState", self.caller.block(), leg.block("Dest"), {"DialStatus": "RINGING"})

    def about(self, attempt: Attempt) -> tuple[str, str, dict[str, object]]:
        """Caller, phone and member as the queue's events tell them."""
        member = attempt.member
        about: dict[str, object] = {
            "Queue": self.queue.name,
            "Interface": member.interface,
            "MemberName": member.name,
        }
        return self.caller.block(), attempt.leg.block("Dest"), about

    def not_answered(self, attempt: Attempt) -> None:
        """The member did not answer this try."""
        rang = round((self.pbx.clock.now - attempt.began) * 1000)
        self.pbx.tell("AgentRingNoAnswer", *self.about(attempt), {"RingTime": rang})
        self._log(attempt.member.name, "RINGNOANSWER", rang)

    def dial_end(self, attempt: Attempt, status: str) -> None:
        """The try is over."""
        self.pbx.tell("DialEnd", self.caller.block(), attempt.leg.block("Dest"), {"DialStatus": status})

    def cancel(self, attempt: Attempt, cause: int) -> None:
        """The phone is told that it need not ring any more."""
        self.dial_end(attempt, "CANCEL")
        self.pbx.records.dialled(self.caller, attempt.leg, self.pbx.clock.now, "NO ANSWER")
        self.pbx.close(attempt.leg, cause)

    def cancel_all(self, *, twice: bool = False, canceled: bool = False) -> None:
        """So are all; ``canceled``: the log says so."""
        for attempt in self.attempts:
            if canceled:
                rang = round((self.pbx.clock.now - attempt.began) * 1000)
                self._log(attempt.member.name, "RINGCANCELED", rang)
            if twice:
                self.dial_end(attempt, "CANCEL")
            self.cancel(attempt, cause=0)
        self.attempts = []

    def drop(self, attempt: Attempt, cause: int, *, technical: bool = False) -> None:
        """The phone stopped ringing by itself, or refused."""
        self.attempts.remove(attempt)
        self.pbx.records.dialled(self.caller, attempt.leg, self.pbx.clock.now, "NO ANSWER")
        self.pbx.close(attempt.leg, cause, technical=technical)


def tell_blind_transfer(pbx: SimulatedPbx, giver: Channel, given: Channel, context: str, exten: str) -> None:
    """The event of a transfer without announcement."""
    bridge = giver.bridge
    pbx.tell(
        "BlindTransfer",
        {"Result": "Success"},
        giver.block("Transferer"),
        given.block("Transferee"),
        bridge.block() if bridge else "",
        {"IsExternal": "Yes", "Context": context, "Extension": exten},
    )

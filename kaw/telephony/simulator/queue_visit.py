"""A caller's visit to a queue of a simulated PBX."""

from collections.abc import Callable

from kaw.telephony.simulator.clock import Timer
from kaw.telephony.simulator.queueing import Member, Queue, Queues
from kaw.telephony.simulator.records import TrueVisit
from kaw.telephony.simulator.ringing import Attempt, Ringing, tell_blind_transfer
from kaw.telephony.simulator.shape import Channel


class QueueVisit:
    """One caller in one queue, until he talks, goes, or is sent on. ``back`` goes on in the dialplan."""

    def __init__(
        self, queues: Queues, queue: Queue, caller: Channel, limit_s: float, back: Callable[[Channel, str], None]
    ) -> None:
        self.queues, self.queue, self.caller, self.pbx = queues, queue, caller, queues.pbx
        self._limit_s, self._back = limit_s, back
        self.position = 0
        self.began = self.connected_at = 0.0
        self.ringing = Ringing(self.pbx, queue, caller, self, self._log)
        self.talk: Attempt | None = None
        self._turn = 0  # whose turn it is, for linear
        self._rests_until = 0.0
        self._timers: list[Timer] = []

    def start(self) -> None:
        """Enter the queue."""
        queue, pbx = self.queue, self.pbx
        if not queue.join_empty and not self.queues.reachable(queue):
            pbx.variable(self.caller, "QUEUESTATUS", "JOINEMPTY")
            self._back(self.caller, "JOINEMPTY")
            return
        self.began = pbx.clock.now
        pbx.runs[self.caller] = self
        queue.waiting.append(self)
        self.position = len(queue.waiting)
        pbx.variable(self.caller, "QUEUEWAIT", "")
        if self.position == 1:
            pbx.tell("DeviceStateChange", {"Device": f"Queue:{queue.name}", "State": "RINGING"})
        count = {"Queue": queue.name, "Position": self.position, "Count": len(queue.waiting)}
        pbx.tell("QueueCallerJoin", self.caller.block(), count)
        self._log("NONE", "ENTERQUEUE", "", self.caller.number, self.position)
        true = pbx.records.true(self.caller)
        if true is not None:
            true.visits.append(TrueVisit(queue.name, self.began))
        if queue.music:
            pbx.tell("MusicOnHoldStart", self.caller.block(), {"Class": "default"})
        self._after(self._limit_s, self._timed_out)
        self.try_members()

    def try_members(self) -> None:
        """Ring whoever is next, if it is time."""
        if (
            self.ringing.attempts
            or self.talk
            or self not in self.queue.waiting
            or self.pbx.clock.now < self._rests_until
        ):
            return
        ahead = self.queue.waiting.index(self)
        free = self.queues.free(self.queue)
        if len(free) <= sum(1 for visit in self.queue.waiting[:ahead] if not visit.ringing.attempts):
            return
        for member in self._chosen(free):
            self.ringing.ring(member)
        self._after(self.queue.timeout, self._nobody_answered)

    def picked_up(self, channel: Channel) -> None:
        """A member's phone answered."""
        attempt = self.ringing.of(channel)
        if attempt is None:
            return
        self._stop_timers()
        self.ringing.attempts.remove(attempt)
        self.talk, self.connected_at = attempt, self.pbx.clock.now
        self.pbx.state(channel, 6)
        self.ringing.dial_end(attempt, "ANSWER")
        for other in self.ringing.attempts:
            self.ringing.cancel(other, cause=26)
        self.ringing.attempts = []
        self._connect(attempt)

    def refused(self, channel: Channel, cause: int) -> None:
        """A member's phone said no."""
        attempt = self.ringing.of(channel)
        if attempt is None:
            return
        self.ringing.dial_end(attempt, "BUSY" if cause == 17 else "NOANSWER")
        self.ringing.not_answered(attempt)
        self.ringing.drop(attempt, cause, technical=True)
        if not self.ringing.attempts:
            self._rest()

    def hung_up(self, channel: Channel, *, by_phone: bool) -> None:
        """The caller, or the member who talks, ends it."""
        talk = self.talk
        if talk is not None:
            self._complete("agent" if by_phone and channel is talk.leg else "caller", channel)
        elif channel is self.caller:
            self._abandoned()
        else:
            self.refused(channel, 21)

    def transferred(self, channel: Channel, context: str, exten: str) -> bool:
        """The member gives the caller away."""
        talk = self.talk
        if talk is None or channel is not talk.leg:
            return False
        pbx, caller = self.pbx, self.caller
        pbx.tell("Unhold", channel.block())
        pbx.variable(channel, "BLINDTRANSFER", caller.name)
        pbx.variable(caller, "BLINDTRANSFER", channel.name)
        tell_blind_transfer(pbx, channel, caller, context, exten)
        hold, talked = self._seconds()
        self._log(talk.member.name, "BLINDTRANSFER", exten, context, hold, talked, self.position)
        caller.context, caller.exten, caller.priority = context, exten, 1
        self._tell_complete("transfer", hold, talked)
        pbx.records.moved(caller, context, exten)
        pbx.part(caller, channel)
        pbx.records.dialled(caller, channel, pbx.clock.now, "ANSWERED")
        self._done()
        pbx.close(channel, 16)
        self._back(caller, "")
        return True

    def redirected(self, context: str, exten: str) -> None:
        """A client sends the caller elsewhere. Asterisk's queue does not notice until he hangs up."""
        talk, pbx, caller = self.talk, self.pbx, self.caller
        if talk is None:
            return
        member, hold, began = talk.member, self._seconds()[0], self.connected_at
        caller.context, caller.exten, caller.priority = context, exten, 1
        pbx.records.moved(caller, context, exten)
        pbx.part(caller, talk.leg)
        pbx.records.dialled(caller, talk.leg, pbx.clock.now, "ANSWERED")
        self._done()
        pbx.close(talk.leg, 16)

        def noticed() -> None:
            talked = self._since(began)
            about = {"Queue": self.queue.name, "Interface": member.interface, "MemberName": member.name}
            told = {**about, "HoldTime": hold, "TalkTime": talked, "Reason": "caller"}
            pbx.tell("AgentComplete", caller.block(), told)
            self._log(member.name, "COMPLETECALLER", hold, talked, self.position)

        caller.before_end.append(noticed)
        self._back(caller, "")

    def pressed(self, key: str) -> None:
        """The caller leaves by a key."""
        if self.talk or not self.queue.exit_context:
            return
        waited = self._since(self.began)
        position = self._place()
        self.caller.context, self.caller.exten, self.caller.priority = self.queue.exit_context, key, 0
        self.ringing.cancel_all(canceled=True)
        self._log("NONE", "EXITWITHKEY", key, position, self.position, waited)
        self._leave()
        self._outcome("key")
        self._back(self.caller, "KEY")

    def leave_empty(self) -> None:
        """Nobody serves the queue any more."""
        if self.talk:
            return
        self.ringing.cancel_all()
        place = self._place()
        self._tell_abandon(place)
        self._log("NONE", "EXITEMPTY", place, self.position, self._since(self.began))
        self._leave()
        self._outcome("empty")
        self.pbx.variable(self.caller, "QUEUESTATUS", "LEAVEEMPTY")
        self._back(self.caller, "LEAVEEMPTY")

    def stopped(self) -> None:
        """The PBX stops in peace: phones stop ringing, and whoever waits is said to have left."""
        for attempt in list(self.ringing.attempts):
            self.ringing.dial_end(attempt, "NOANSWER")
            self.ringing.not_answered(attempt)
            self.ringing.drop(attempt, 0)
        self.hung_up(self.caller, by_phone=False)

    def forget(self) -> None:
        """The PBX died under it."""
        self._stop_timers()
        self.ringing.attempts, self.talk = [], None
        if self in self.queue.waiting:
            self.queue.waiting.remove(self)

    def _chosen(self, free: list[Member]) -> list[Member]:
        """Whom to ring: everybody, or the next in turn."""
        if self.queue.strategy == "ringall":
            return free
        members = self.queue.members
        for step in range(len(members)):
            member = members[(self._turn + step) % len(members)]
            if member in free:
                self._turn = members.index(member) + 1
                return [member]
        return []

    def _nobody_answered(self) -> None:
        if self.talk or not self.ringing.attempts:
            return
        for attempt in list(self.ringing.attempts):
            self.ringing.not_answered(attempt)
            self.ringing.dial_end(attempt, "NOANSWER")
            self.ringing.dial_end(attempt, "CANCEL")
            self.ringing.drop(attempt, 0)
        self._rest()

    def _timed_out(self) -> None:
        if self.talk or self not in self.queue.waiting:
            return
        for attempt in list(self.ringing.attempts):
            self.ringing.not_answered(attempt)
            self.ringing.dial_end(attempt, "NOANSWER")
            self.ringing.dial_end(attempt, "CANCEL")
        place = self._place()
        self._tell_abandon(place)
        for attempt in list(self.ringing.attempts):
            self.ringing.drop(attempt, 0)
        self._log("NONE", "EXITWITHTIMEOUT", place, self.position, self._since(self.began))
        self._leave()
        self._outcome("timeout")
        self.pbx.variable(self.caller, "QUEUESTATUS", "TIMEOUT")
        self._back(self.caller, "TIMEOUT")

    def _abandoned(self) -> None:
        place = self._place()
        self.ringing.cancel_all(twice=True, canceled=True)
        self._tell_abandon(place)
        self._log("NONE", "ABANDON", place, self.position, self._since(self.began))
        self.queue.abandoned += 1
        self._leave()
        self._outcome("abandoned")
        self.pbx.ask_to_close(self.caller)
        self.pbx.close(self.caller, 0)

    def _connect(self, attempt: Attempt) -> None:
        pbx, member, caller, leg = self.pbx, attempt.member, self.caller, attempt.leg
        waited = self._since(self.began)
        self._outcome("answered", member.extension)
        for channel in (caller, leg):
            pbx.variable(channel, "MEMBERINTERFACE", member.interface)
            pbx.variable(channel, "MEMBERNAME", member.name)
        if self.queue.music:
            pbx.tell("MusicOnHoldStop", caller.block())
        self._leave(forget=False)
        rang = self._since(attempt.began)
        pbx.tell("AgentConnect", *self.ringing.about(attempt), {"HoldTime": waited, "RingTime": rang})
        self._log(member.name, "CONNECT", waited, leg.uniqueid, rang)
        member.in_call = True
        pbx.tell("QueueMemberStatus", self.queues.fields(self.queue, member))
        pbx.connect(leg, caller)

    def _complete(self, reason: str, first: Channel) -> None:
        talk = self.talk
        if talk is None:
            return
        pbx, caller, leg = self.pbx, self.caller, talk.leg
        hold, talked = self._seconds()
        other = leg if first is caller else caller
        self._tell_complete(reason, hold, talked)
        pbx.part(first, other)
        self._log(talk.member.name, f"COMPLETE{reason.upper()}", hold, talked, self.position)
        pbx.records.dialled(caller, leg, pbx.clock.now, "ANSWERED")
        self._done()
        caller.cause = 16
        pbx.ask_to_close(caller)
        pbx.close(leg, 16)
        pbx.close(caller, 16)

    def _done(self) -> None:
        """The member is free again."""
        talk, self.talk = self.talk, None
        if talk is None:
            return
        now, member = self.pbx.clock.now, talk.member
        self.queue.completed += 1
        self.queue.talked += int(now - self.connected_at)
        for queue in self.queues.all.values():
            entry = queue.member(member.interface)
            if entry is not None:
                entry.calls, entry.last_call, entry.in_call = entry.calls + 1, int(now), False
        if self.queue.wrapup:
            self.pbx.clock.later(self.queue.wrapup, self.queues.serve)

    def _tell_complete(self, reason: str, hold: int, talked: int) -> None:
        if self.talk is not None:
            about = {"HoldTime": hold, "TalkTime": talked, "Reason": reason}
            self.pbx.tell("AgentComplete", *self.ringing.about(self.talk), about)

    def _rest(self) -> None:
        """Some seconds of music before the next try."""
        self._rests_until = self.pbx.clock.now + self.queue.retry
        self._after(self.queue.retry, self.try_members)

    def _tell_abandon(self, place: int) -> None:
        self.pbx.variable(self.caller, "ABANDONED", "TRUE")
        about = {
            "Queue": self.queue.name,
            "Position": place,
            "OriginalPosition": self.position,
            "HoldTime": self._since(self.began),
        }
        self.pbx.tell("QueueCallerAbandon", self.caller.block(), about)

    def _leave(self, *, forget: bool = True) -> None:
        place = self._place()
        self.queue.waiting.remove(self)
        if not self.queue.waiting:
            self.pbx.tell("DeviceStateChange", {"Device": f"Queue:{self.queue.name}", "State": "NOT_INUSE"})
        count = {"Queue": self.queue.name, "Position": place, "Count": len(self.queue.waiting)}
        self.pbx.tell("QueueCallerLeave", self.caller.block(), count)
        self._stop_timers()
        if forget:
            self.pbx.runs.pop(self.caller, None)

    def _place(self) -> int:
        return self.queue.waiting.index(self) + 1

    def _seconds(self) -> tuple[int, int]:
        """Waited and talked."""
        return int(self.connected_at) - int(self.began), self._since(self.connected_at)

    def _since(self, moment: float) -> int:
        """Whole seconds, as Asterisk counts them: by a clock without fractions."""
        return int(self.pbx.clock.now) - int(moment)

    def _outcome(self, outcome: str, operator: str | None = None) -> None:
        true = self.pbx.records.true(self.caller)
        if true is not None:
            true.leave_queue(self.pbx.clock.now, outcome, operator)

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self._timers.append(self.pbx.clock.later(seconds, do))

    def _stop_timers(self) -> None:
        for timer in self._timers:
            timer.cancel()
        self._timers = []

    def _log(self, member: str, event: str, *data: object) -> None:
        self.pbx.records.log(self.pbx.clock.now, self.caller.uniqueid, self.queue.name, member, event, *data)

"""Queues of a simulated PBX and their members; a caller's visit is in ``queue_visit.py``."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kaw.telephony.simulator.pbx import INUSE, NOT_INUSE, RINGING, UNAVAILABLE, SimulatedPbx

if TYPE_CHECKING:
    from kaw.telephony.simulator.queue_visit import QueueVisit


@dataclass(eq=False)
class Member:
    """A member of one queue; ``interface`` as PJSIP/1010."""

    interface: str
    name: str
    dynamic: bool = False
    penalty: int = 0
    paused: bool = False
    reason: str = ""
    calls: int = 0
    last_call: int = 0
    last_pause: int = 0
    login: int = 0
    in_call: bool = False

    @property
    def extension(self) -> str:
        """The phone behind the interface."""
        return self.interface.partition("/")[2]


@dataclass(eq=False)
class Queue:
    """A queue; times in seconds."""

    name: str
    strategy: str = "linear"  # or ringall
    timeout: float = 6
    retry: float = 1
    wrapup: float = 0
    music: bool = False
    join_empty: bool = True
    leave_when_empty: bool = False
    exit_context: str = "queue-exit"  # a key leads there, "" for nowhere
    members: list[Member] = field(default_factory=list)
    waiting: list["QueueVisit"] = field(default_factory=list)
    completed: int = 0
    abandoned: int = 0
    talked: int = 0

    def member(self, interface: str) -> Member | None:
        """The member with this interface."""
        return next((member for member in self.members if member.interface == interface), None)


class Queues:
    """All queues of a PBX."""

    def __init__(self, pbx: SimulatedPbx) -> None:
        self.pbx = pbx
        self.all: dict[str, Queue] = {}
        pbx.member_changed = self.device_changed

    def add(self, queue: Queue) -> Queue:
        """A queue of the configuration."""
        self.all[queue.name] = queue
        for member in queue.members:
            member.login = int(self.pbx.clock.now)
        return queue

    def status_of(self, member: Member) -> str:
        """Device state of a member's phone, as a number."""
        phone = self.pbx.phones.get(member.extension)
        return phone.device if phone else UNAVAILABLE

    def fields(self, queue: Queue, member: Member) -> dict[str, object]:
        """A member as events tell him."""
        return {
            "Queue": queue.name,
            "MemberName": member.name,
            "Interface": member.interface,
            "StateInterface": member.interface,
            "Membership": "dynamic" if member.dynamic else "static",
            "Penalty": member.penalty,
            "CallsTaken": member.calls,
            "LastCall": member.last_call,
            "LastPause": member.last_pause,
            "LoginTime": member.login,
            "InCall": int(member.in_call),
            "Status": self.status_of(member),
            "Paused": int(member.paused),
            "PausedReason": member.reason,
            "Ringinuse": 0,
            "Wrapuptime": int(queue.wrapup),
        }

    def device_changed(self, endpoint: str) -> None:
        """A phone's state changed: its members are told of, and somebody may get his call."""
        for queue in self.all.values():
            for member in queue.members:
                if member.extension == endpoint:
                    self.pbx.tell("QueueMemberStatus", self.fields(queue, member))
            self.check_empty(queue)
        self.pbx.clock.later(0, self.serve)

    def serve(self) -> None:
        """Give waiting callers to free members."""
        for queue in self.all.values():
            for visit in list(queue.waiting):
                visit.try_members()

    def free(self, queue: Queue) -> list[Member]:
        """Members who can be rung now, in their order."""
        now = self.pbx.clock.now
        return [
            member
            for member in queue.members
            if not member.paused
            and self.status_of(member) == NOT_INUSE
            and now - member.last_call >= queue.wrapup
            and not any(channel.endpoint == member.extension for channel in self.pbx.channels.values())
        ]

    def reachable(self, queue: Queue) -> bool:
        """Whether anybody is there at all."""
        return any(not m.paused and self.status_of(m) in (NOT_INUSE, INUSE, RINGING) for m in queue.members)

    def check_empty(self, queue: Queue) -> None:
        """Callers leave a queue that nobody serves, if it is configured so."""
        if queue.leave_when_empty and not self.reachable(queue):
            for visit in list(queue.waiting):
                visit.leave_empty()

    def pause(self, queue: Queue, member: Member, *, paused: bool, reason: str = "") -> None:
        """Pause a member in one queue, or bring him back."""
        changed = member.paused != paused
        member.paused, member.reason = paused, reason if paused else ""
        if paused:
            member.last_pause = int(self.pbx.clock.now)
        self._log("NONE", queue.name, member.name, "PAUSE" if paused else "UNPAUSE", member.reason)
        if changed:
            self._pause_device(queue, member)
        self.pbx.tell("QueueMemberPause", self.fields(queue, member))
        self.check_empty(queue)
        self.serve()

    def pause_everywhere(self, interface: str, *, paused: bool, reason: str = "") -> bool:
        """In all his queues; False when he is in none."""
        found = [(queue, member) for queue in self.all.values() if (member := queue.member(interface))]
        if found:
            name = found[0][1].name
            self._log("NONE", "NONE", name, "PAUSEALL" if paused else "UNPAUSEALL", reason if paused else "")
        for queue, member in found:
            self.pause(queue, member, paused=paused, reason=reason)
        return bool(found)

    def join(self, queue: Queue, member: Member) -> None:
        """A dynamic member comes."""
        member.dynamic, member.login = True, int(self.pbx.clock.now)
        queue.members.append(member)
        if member.paused:
            member.last_pause = member.login
            self._pause_device(queue, member)
        self.pbx.tell("QueueMemberAdded", self.fields(queue, member))
        self._log("MANAGER", queue.name, member.interface, "ADDMEMBER", "PAUSED" if member.paused else "")
        self.serve()

    def leave(self, queue: Queue, member: Member) -> None:
        """A dynamic member goes."""
        queue.members.remove(member)
        self.pbx.tell("QueueMemberRemoved", self.fields(queue, member))
        self._log("MANAGER", queue.name, member.interface, "REMOVEMEMBER", "")
        self.check_empty(queue)

    def _log(self, call: str, queue: str, member: str, event: str, *data: object) -> None:
        self.pbx.records.log(self.pbx.clock.now, call, queue, member, event, *data)

    def _pause_device(self, queue: Queue, member: Member) -> None:
        device = f"Queue:{queue.name}_pause_{member.interface}"
        self.pbx.tell("DeviceStateChange", {"Device": device, "State": "INUSE" if member.paused else "NOT_INUSE"})

"""A whole simulated PBX with its people, and what can happen to it: a stop, a crash, a start."""

from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.dialing import Dial
from kaw.telephony.simulator.dialplan import Dialplan, Route
from kaw.telephony.simulator.pbx import NOT_INUSE, Phone, Settings, SimulatedPbx
from kaw.telephony.simulator.people import People
from kaw.telephony.simulator.queue_visit import QueueVisit
from kaw.telephony.simulator.queueing import Member, Queue, Queues
from kaw.telephony.simulator.records import Records

STOPS = 4  # the cause with which a stopping PBX asks its channels to end


class Simulation:
    """``clock`` passes, ``people`` act, ``pbx`` tells; ``records`` of the PBX hold log, CDR and truth."""

    def __init__(self, clock: Clock | None = None, settings: Settings | None = None) -> None:
        self.clock = clock or Clock()
        self.pbx = SimulatedPbx(self.clock, settings)
        self.queues = Queues(self.pbx)
        self.plan = Dialplan(self.pbx, self.queues)
        self.people = People(self.pbx, self.plan)
        self.running = True

    @property
    def records(self) -> Records:
        """Queue log, CDR and truth."""
        return self.pbx.records

    def phone(self, extension: str, name: str) -> Phone:
        """A phone that is registered."""
        phone = self.pbx.phones[extension] = Phone(extension, name)
        return phone

    def queue(self, queue: Queue, members: list[str], *, number: str, route: Route | None = None) -> Queue:
        """A queue with static members (extensions), reached by a number."""
        queue.members = [Member(f"PJSIP/{one}", self.pbx.phones[one].name) for one in members]
        self.plan.routes[number] = route or Route(queue.name)
        return self.queues.add(queue)

    def stop(self) -> None:
        """``core stop now``: calls end, the log says so, and then the PBX says that it goes."""
        for channel in list(self.pbx.channels.values()):
            self.pbx.tell("SoftHangupRequest", channel.block(), {"Cause": STOPS})
            true = self.pbx.records.true(channel)
            if true is not None:
                true.stop(self.clock.now)
        for channel in list(self.pbx.channels.values()):
            run = self.pbx.runs.get(channel)
            if isinstance(run, QueueVisit) and channel is run.caller:
                run.stopped()
            elif run is not None and not (isinstance(run, QueueVisit | Dial) and channel is not run.caller):
                run.hung_up(channel, by_phone=False)
        self.pbx.tell("Shutdown", {"Shutdown": "Cleanly", "Restart": "False"})
        self.kill()

    def kill(self) -> None:
        """``kill -9``: nothing is told, nothing is written, nothing lives on."""
        self.running = False
        now = self.clock.now
        for channel in self.pbx.channels.values():
            true = self.pbx.records.true(channel)
            if true is not None:
                true.cut_off(now)
        self.pbx.forget_everything()
        for queue in self.queues.all.values():
            for visit in list(queue.waiting):
                visit.forget()
            queue.members = [member for member in queue.members if not member.dynamic]
            queue.completed = queue.abandoned = queue.talked = 0
            for member in queue.members:
                member.paused, member.reason, member.calls, member.last_call = False, "", 0, 0
                member.in_call = False

    def boot(self) -> None:
        """The PBX is there again, with a new second for its Uniqueids."""
        self.running = True
        self.pbx.started_at = self.clock.now
        self.pbx.processed = 0
        self.pbx.records.log(self.clock.now, "NONE", "NONE", "NONE", "QUEUESTART", "")
        for phone in self.pbx.phones.values():
            phone.registered, phone.device = True, NOT_INUSE
        for queue in self.queues.all.values():
            for member in queue.members:
                member.login = int(self.clock.now)

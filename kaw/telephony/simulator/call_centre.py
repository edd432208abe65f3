"""The living call centre of the demonstration: eight operators, two queues, partners who call and are called.

    demo = await start_demo(numbers, operators, folder=folder)      # on the running event loop
    ... connect to demo.host, demo.port with demo.user, demo.secret ...
    await demo.stop()

``numbers`` are partners' numbers as digits (79161234567), with or without a name: the calls come from them, so that
KAW finds their cards. ``operators`` are pairs of extension and name; by default ``OPERATORS``. In ``folder`` the PBX
keeps its queue log, CDR and recordings (``demo.queue_log``, ``demo.cdr``, ``demo.recordings``; times in UTC). The
operator with the extension ``visitor`` neither pauses nor dials by himself: a visitor of the demonstration does it.
The dialplan context for outgoing calls is "from-internal"; queues are "support" (number 500) and "sales" (502).
"""

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from random import Random

from kaw.telephony.simulator.answers import Account
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.dialplan import Route
from kaw.telephony.simulator.pbx import NOT_INUSE, Settings
from kaw.telephony.simulator.queueing import Queue
from kaw.telephony.simulator.server import AmiServer
from kaw.telephony.simulator.shape import Channel
from kaw.telephony.simulator.simulation import Simulation
from kaw.telephony.simulator.sound import write_talk

OPERATORS: tuple[tuple[str, str], ...] = (
    ("1001", "Анна Иванова"),
    ("1002", "Борис Петров"),
    ("1003", "Вера Соколова"),
    ("1004", "Григорий Орлов"),
    ("1005", "Дарья Козлова"),
    ("1006", "Егор Фёдоров"),
    ("1007", "Жанна Миронова"),
    ("1008", "Игорь Васильев"),
)
PAUSES = ("Перерыв", "Технический сбой", "Пауза")
RHYTHM = (2, 2, 2, 2, 2, 3, 4, 6, 9, 12, 14, 13, 11, 9, 12, 14, 13, 11, 9, 7, 5, 4, 3, 2)  # calls in ten minutes
RIGHTS = frozenset({"call", "agent", "originate", "reporting"})
CHANNELVARS = ("MIXMONITOR_FILENAME",)
RECORDINGS, KEPT_RECORDINGS = "monitor", 60


@dataclass
class Demo:
    """A running demonstration."""

    host: str
    port: int
    user: str
    secret: str
    queue_log: Path
    cdr: Path
    recordings: Path
    simulation: Simulation
    _server: AmiServer
    _time: "asyncio.Task[None]"

    async def stop(self) -> None:
        """Everybody goes home."""
        self._time.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._time
        await self._server.close()


async def start_demo(
    numbers: Sequence[str | tuple[str, str]],
    operators: Sequence[tuple[str, str]] = OPERATORS,
    *,
    folder: Path,
    visitor: str = "",
    speed: float = 1.0,
    seed: int | None = None,
) -> Demo:
    """Open the call centre on a free port of this machine; it lives on the running event loop."""
    random = Random(seed)
    recordings = folder / RECORDINGS
    settings = Settings(channelvars=CHANNELVARS, random=random, recordings=str(recordings))
    simulation = Simulation(Clock(time.time()), settings)
    account = Account("kaw", secrets.token_urlsafe(12), read=RIGHTS | {"dialplan", "cdr", "system"}, write=RIGHTS)
    server = AmiServer(simulation, [account])
    port = await server.open()
    centre = CallCentre(simulation, numbers, operators, random, folder)
    centre.visitor = visitor
    centre.begin()
    return Demo(
        "127.0.0.1",
        port,
        account.user,
        account.secret,
        folder / "queue_log",
        folder / "cdr.csv",
        recordings,
        simulation,
        server,
        asyncio.create_task(simulation.clock.live(speed)),
    )


class CallCentre:
    """The habits of its people. Everything random comes from one ``Random``."""

    def __init__(
        self,
        simulation: Simulation,
        numbers: Sequence[str | tuple[str, str]],
        operators: Sequence[tuple[str, str]],
        random: Random,
        folder: Path | None = None,
    ) -> None:
        self.sim, self.random, self.folder = simulation, random, folder
        self.numbers = [(one, "") if isinstance(one, str) else one for one in numbers] or [("79160000001", "")]
        self.operators = [extension for extension, _name in operators]
        self.visitor = ""
        self.closed = False  # nobody begins a call any more
        self.busy = 1.0  # how many times more calls than the rhythm says
        self._calling: set[str] = set()
        for extension, name in operators:
            simulation.phone(extension, name).hand = self._rings
        half = max(1, len(self.operators) * 5 // 8)
        support = Queue("support", strategy="linear", timeout=15, retry=2, wrapup=5, music=True)
        simulation.queue(support, self.operators[:half], number="500", route=Route("support", 180))
        sales = Queue("sales", strategy="ringall", timeout=20, retry=2, wrapup=5, music=True)
        simulation.queue(sales, self.operators[half:] or self.operators, number="502", route=Route("sales", 120))
        simulation.plan.far = self._far_rings

    def begin(self) -> None:
        """The day begins."""
        self._later(2, self._partner_calls)
        self._later(20, self._operator_calls)
        self._later(60, self._somebody_pauses)
        self._later(5, self._write)

    def rate(self) -> float:
        """Incoming calls a second, by the hour of the day."""
        return self.busy * RHYTHM[datetime.fromtimestamp(self.sim.clock.now).hour] / 600

    def _partner_calls(self) -> None:
        number, name = self.random.choice(self.numbers)
        if number not in self._calling and self._open():
            self._calling.add(number)
            channel = self.sim.people.call_in(number, to=self.random.choice(("500", "500", "502")), name=name)
            patience = self.random.uniform(3, 9) if self.random.random() < 0.1 else self.random.uniform(25, 150)
            self._later(patience, lambda: self._impatient(channel))
            self._later(900, lambda: self._calling.discard(number))
        self._later(self.random.expovariate(self.rate()), self._partner_calls)

    def _impatient(self, channel: Channel) -> None:
        """Who still waits after so long hangs up; who talks does not."""
        if not channel.gone and channel.bridge is None:
            self.sim.people.hang_up(channel)

    def _rings(self, channel: Channel) -> None:
        chance = self.random.random()
        if chance < 0.9:
            self._later(self.random.uniform(1.5, 7), lambda: self._picks_up(channel))
        elif chance < 0.94:
            self._later(self.random.uniform(2, 5), lambda: self.sim.people.refuse(channel))

    def _picks_up(self, channel: Channel) -> None:
        self.sim.people.pick_up(channel)
        if channel.bridge is not None:
            self._talk(channel)

    def _far_rings(self, channel: Channel) -> None:
        chance = self.random.random()
        if chance < 0.75:
            self._later(self.random.uniform(3, 14), lambda: self._picks_up(channel))
        elif chance < 0.9:
            self._later(self.random.uniform(2, 6), lambda: self.sim.people.refuse(channel, 17))

    def _talk(self, channel: Channel) -> None:
        """One of the two ends it some day; sometimes it is put on hold or given away before."""
        seconds = min(600.0, self.random.lognormvariate(4.2, 0.7))
        own = channel.endpoint in self.operators
        if own and self.random.random() < 0.12:
            self._later(seconds * 0.3, lambda: self.sim.people.hold(channel, on=True))
            self._later(seconds * 0.3 + 8, lambda: self.sim.people.hold(channel, on=False))
        if own and self.random.random() < 0.06:
            self._later(seconds * 0.6, lambda: self._gives_away(channel))
        self._later(seconds, lambda: self._ends(channel))

    def _gives_away(self, channel: Channel) -> None:
        free = self._free()
        if free and not channel.gone:
            self.sim.people.transfer(channel, to=self.random.choice(free))

    def _ends(self, channel: Channel) -> None:
        bridge = channel.bridge
        if channel.gone or bridge is None:
            return
        ending = self.random.choice(bridge.channels)
        self._record(channel)
        self.sim.people.hang_up(ending)

    def _operator_calls(self) -> None:
        """Somebody who has time calls a partner from his phone."""
        free = [one for one in self._free() if one != self.visitor]
        if len(free) > 2 and self._open():
            extension = self.random.choice(free)
            channel = self.sim.people.dial(extension, self.random.choice(self.numbers)[0])
            self._later(60, lambda: self._impatient(channel))
        self._later(self.random.uniform(60, 240) / min(1.0, self.busy), self._operator_calls)

    def _somebody_pauses(self) -> None:
        extension = self.random.choice(self.operators)
        interface = f"PJSIP/{extension}"
        members = [member for queue in self.sim.queues.all.values() if (member := queue.member(interface))]
        if members and not members[0].paused and extension != self.visitor and self._open():
            self.sim.queues.pause_everywhere(interface, paused=True, reason=self.random.choice(PAUSES))
            self._later(self.random.uniform(60, 420), lambda: self._back_to_work(interface))
        self._later(self.random.uniform(120, 400), self._somebody_pauses)

    def _back_to_work(self, interface: str) -> None:
        if self.sim.running:
            self.sim.queues.pause_everywhere(interface, paused=False)

    def _open(self) -> bool:
        return self.sim.running and not self.closed

    def _free(self) -> list[str]:
        return [one for one in self.operators if self.sim.pbx.phones[one].device == NOT_INUSE]

    def _record(self, channel: Channel) -> None:
        """A sound file where the PBX says that it recorded."""
        if self.folder is None or channel.bridge is None or channel.up_since is None:
            return
        for one in channel.bridge.channels:
            name = one.variables.get("MIXMONITOR_FILENAME")
            if name:
                write_talk(Path(name), min(40.0, self.sim.clock.now - channel.up_since), self.random)
                self._forget_old(Path(name).parent)

    def _forget_old(self, folder: Path) -> None:
        files = sorted(folder.glob("*.wav"), key=lambda file: file.stat().st_mtime)
        for file in files[:-KEPT_RECORDINGS]:
            file.unlink(missing_ok=True)

    def _write(self) -> None:
        """What the PBX logged since the last time goes to its files."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, lines in (("queue_log", self.sim.records.queue_log), ("cdr.csv", self.sim.records.cdr)):
            with (self.folder / name).open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in lines)
            lines.clear()
        ended = [key for key, true in self.sim.records.truth.items() if true.ended_at]
        for key in ended:
            del self.sim.records.truth[key]
        self._later(2, self._write)

    def _later(self, seconds: float, do: Callable[[], object]) -> None:
        self.sim.clock.later(seconds, do)

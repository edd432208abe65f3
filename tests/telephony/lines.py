"""A simulated PBX and KAW's side of the line to it, over real TCP on this machine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from kaw.telephony.asterisk import Asterisk, AsteriskOptions
from kaw.telephony.events import PbxEvent
from kaw.telephony.port import Link, LinkState, Snapshot
from kaw.telephony.simulator.answers import Account
from kaw.telephony.simulator.server import AmiServer
from kaw.telephony.simulator.simulation import Simulation
from tests.telephony.stories import laboratory

SOON = 10.0  # seconds nobody should ever have to wait
QUICK = AsteriskOptions(
    host="127.0.0.1",
    user="kaw",
    secret="secret",
    connect_s=2,
    answer_s=2,
    boot_s=5,
    ping_s=5,
    retry_s=0.01,
    retry_max_s=0.02,
    wrong_password_s=0.01,
)


class Ends:
    """Both ends of the line."""

    def __init__(self, sim: Simulation, server: AmiServer, options: AsteriskOptions) -> None:
        self.sim, self.server = sim, server
        self.told: list[PbxEvent] = []
        self.ready: list[Snapshot] = []
        self.order: list[PbxEvent | Snapshot] = []  # as they were handed on
        self.links: list[Link] = []
        self.before_taking: Callable[[], asyncio.Future[None] | None] = lambda: None
        self._changed = asyncio.Condition()
        self._turns: set[asyncio.Task[None]] = set()
        self.asterisk = Asterisk(options, self._events, self._ready, self._link)

    async def until(self, reached: Callable[[], object]) -> None:
        """Wait until something is so; looked at whenever anything happened."""
        async with asyncio.timeout(SOON), self._changed:
            await self._changed.wait_for(reached)

    async def settle(self) -> None:
        """Let what is under way in the test itself end."""
        if self._turns:
            await asyncio.wait(self._turns)

    async def until_state(self, state: LinkState) -> None:
        """Wait for a state of the line, from now on."""
        await self.until(lambda: self.asterisk.link.state is state)

    async def until_asked(self, action: str, times: int = 1) -> None:
        """Wait until the PBX got an action."""
        async with asyncio.timeout(SOON):
            while len(self.asked(action)) < times:
                self.server.arrived.clear()
                await self.server.arrived.wait()

    def asked(self, action: str) -> list[dict[str, str]]:
        """The actions of a kind that reached the PBX."""
        return [one for one in self.server.actions if one.get("Action") == action]

    def kinds(self) -> list[str]:
        """Names of what was told."""
        return [type(event).__name__ for event in self.told]

    async def _events(self, events: Sequence[PbxEvent]) -> None:
        if (pause := self.before_taking()) is not None:
            await pause
        self.told += events
        self.order += events
        await self._notify()

    async def _ready(self, snapshot: Snapshot) -> None:
        self.ready.append(snapshot)
        self.order.append(snapshot)
        await self._notify()

    def _link(self, link: Link) -> None:
        self.links.append(link)
        turn = asyncio.ensure_future(self._notify())
        self._turns.add(turn)
        turn.add_done_callback(self._turns.discard)

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()


@asynccontextmanager
async def line(
    options: AsteriskOptions = QUICK, *accounts: Account, sim: Simulation | None = None, ready: bool = True
) -> AsyncIterator[Ends]:
    """A PBX and KAW connected to it."""
    simulation = sim or laboratory()
    server = AmiServer(simulation, accounts or (Account(),))
    ends = Ends(simulation, server, replace(options, port=await server.open()))
    try:
        if ready:
            await ends.asterisk.start()
            await ends.until(lambda: ends.ready)
        yield ends
    finally:
        await ends.asterisk.stop()
        await server.close()

"""A simulated PBX with its people beside a KAW process: it lives in a thread, and stories act in it."""

import asyncio
import threading
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import TypeVar

from kaw.telephony.simulator.answers import Account
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.pbx import Settings
from kaw.telephony.simulator.queueing import Queue
from kaw.telephony.simulator.server import AmiServer
from kaw.telephony.simulator.shape import Channel
from kaw.telephony.simulator.simulation import Simulation
from kaw.telephony.simulator.sound import write_talk

T = TypeVar("T")

ACCOUNT = Account("kaw", "secret-of-the-line")
QUEUE, QUEUE_NUMBER = "support", "500"
RECORDED_S = 12.0  # seconds of every recording, however quick the story is


class Office:
    """One queue with these operators; nobody picks up or hangs up unless the story says so."""

    def __init__(self, folder: Path, *operators: tuple[str, str]) -> None:
        self.recordings = folder / "monitor"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="simulated office", daemon=True)
        self._thread.start()
        self.simulation = Simulation(Clock(time.time()), Settings(recordings=str(self.recordings)))
        for extension, name in operators:
            self.simulation.phone(extension, name).hand = lambda _channel: None
        self.simulation.queue(Queue(QUEUE, timeout=60), [each for each, _name in operators], number=QUEUE_NUMBER)
        self._server = AmiServer(self.simulation, [ACCOUNT])
        self.port = asyncio.run_coroutine_threadsafe(self._server.open(), self._loop).result(10)
        self._life = self.act(lambda: self._loop.create_task(self.simulation.clock.live()))

    @property
    def environment(self) -> dict[str, str]:
        """How a KAW process finds it."""
        return {
            "KAW_PBX_HOST": "127.0.0.1",
            "KAW_PBX_PORT": str(self.port),
            "KAW_PBX_USER": ACCOUNT.user,
            "KAW_PBX_SECRET": ACCOUNT.secret,
            "KAW_PBX_RECORDINGS": str(self.recordings),
        }

    def act(self, deed: Callable[..., T], *arguments: object, **named: object) -> T:
        """Do something in the office, and wait until it is done."""

        async def doing() -> T:
            return deed(*arguments, **named)

        return asyncio.run_coroutine_threadsafe(doing(), self._loop).result(10)

    def call_in(self, number: str) -> Channel:
        """A partner calls the queue; what is said is on file when he is gone."""
        return self.act(self._call_in, number)

    def _call_in(self, number: str) -> Channel:
        channel = self.simulation.people.call_in(number, to=QUEUE_NUMBER)
        channel.before_end.append(lambda: self._write_recording(channel))
        return channel

    def _write_recording(self, channel: Channel) -> None:
        file = channel.variables.get("MIXMONITOR_FILENAME")
        if file:
            write_talk(Path(file), RECORDED_S, Random(1))

    def calls_of(self, extension: str) -> int:
        """In how many calls an operator's phone is."""
        channels = self.act(lambda: list(self.simulation.pbx.channels.values()))
        return sum(channel.endpoint == extension for channel in channels)

    def ringing(self, extension: str) -> Channel | None:
        """The channel of an operator's phone, when there is one."""
        channels = self.act(lambda: list(self.simulation.pbx.channels.values()))
        return next((channel for channel in channels if channel.endpoint == extension), None)

    def pick_up(self, extension: str) -> None:
        """The operator takes the call at his phone."""
        channel = self.ringing(extension)
        assert channel is not None, f"the phone {extension} does not ring"
        self.act(self.simulation.people.pick_up, channel)

    def hang_up(self, channel: Channel) -> None:
        """Whoever is at this channel hangs up."""
        self.act(self.simulation.people.hang_up, channel)

    def drop_the_line(self) -> None:
        """KAW's connection breaks."""
        self.act(self._server.drop)

    def paused(self, extension: str) -> str | None:
        """The reason of an operator's pause; None: he is not paused."""
        members = self.act(lambda: list(self.simulation.queues.all[QUEUE].members))
        member = next(each for each in members if each.interface == f"PJSIP/{extension}")
        return member.reason if member.paused else None

    def close(self) -> None:
        """Everybody goes home."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    async def _end(self) -> None:
        self._life.cancel()
        await asyncio.wait({self._life})
        await self._server.close()

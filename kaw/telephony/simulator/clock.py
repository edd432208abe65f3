"""Time of a simulated PBX: virtual, so that an hour of calls takes a moment, or living, for a demonstration."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable


class Timer:
    """Something that will happen, unless it is cancelled."""

    __slots__ = ("at", "cancelled", "do")

    def __init__(self, at: float, do: Callable[[], object]) -> None:
        self.at, self.do, self.cancelled = at, do, False

    def cancel(self) -> None:
        """It will not happen."""
        self.cancelled = True


class Clock:
    """Unix seconds, which pass by ``advance`` and ``run`` only, or by themselves while it is ``live``."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self._now = now
        self._real: Callable[[], float] | None = None  # while alive
        self._due: list[tuple[float, int, Timer]] = []
        self._order = itertools.count()
        self._changed = asyncio.Event()

    @property
    def now(self) -> float:
        """The moment; while something happens it stands still."""
        if self._real is not None:
            self._now = max(self._now, self._real())
        return self._now

    def later(self, seconds: float, do: Callable[[], object]) -> Timer:
        """Do something after a while; things of one moment happen in the order they were asked for."""
        timer = Timer(self.now + max(0.0, seconds), do)
        heapq.heappush(self._due, (timer.at, next(self._order), timer))
        self._changed.set()
        return timer

    def advance(self, seconds: float) -> None:
        """Let time pass with everything that happens in it."""
        self._until(self.now + seconds)

    def run(self, limit_s: float = float("inf")) -> None:
        """Let time pass until nothing more is going to happen."""
        end = self.now + limit_s
        while self._due and self._due[0][0] <= end:
            self._until(self._due[0][0])

    async def live(self, speed: float = 1.0) -> None:
        """Pass as real time does, ``speed`` times as fast, until cancelled."""
        began, shown = time.monotonic(), self._now
        self._real = lambda: shown + (time.monotonic() - began) * speed
        try:
            while True:
                self._until(self.now)
                wait = max((self._due[0][0] - self.now) / speed, 0.001) if self._due else None
                self._changed.clear()
                try:
                    await asyncio.wait_for(self._changed.wait(), wait)
                except TimeoutError:
                    continue
        finally:
            self._real = None

    def _until(self, moment: float) -> None:
        real, self._real = self._real, None
        while self._due and self._due[0][0] <= moment:
            timer = heapq.heappop(self._due)[2]
            self._now = max(self._now, timer.at)
            if not timer.cancelled:
                timer.do()
        self._now = max(self._now, moment)
        self._real = real

"""What the PBX told and KAW has not taken yet, in the order it came.

One consumer takes it in batches and is awaited before the next. While the present is being read after a connection,
events wait behind it. A reader that is too slow stops the line (``slow``) instead of losing anything.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence

from kaw.telephony.events import PbxEvent
from kaw.telephony.port import Events, Snapshot

log = logging.getLogger(__name__)

Ready = Callable[[Snapshot], Awaitable[None]]
BATCH = 500


class Inbox:
    """Events and snapshots on their way. ``slow`` is told True above ``limit`` waiting events, False below half."""

    def __init__(
        self,
        on_events: Events,
        on_ready: Ready,
        *,
        limit: int,
        slow: Callable[[bool], None],
        failed: Callable[[], None],
    ) -> None:
        self._on_events, self._on_ready = on_events, on_ready
        self._limit, self._slow, self._failed = limit, slow, failed
        self._waiting: deque[PbxEvent | Snapshot] = deque()
        self._held: list[PbxEvent] | None = None
        self._some = asyncio.Event()
        self.is_slow = False  # more waits than should
        self._finishing = False

    def put(self, events: Sequence[PbxEvent]) -> None:
        """Take events; never raises, never waits."""
        if self._held is not None:
            self._held.extend(events)
            return
        self._waiting.extend(events)
        self._some.set()
        if not self.is_slow and len(self._waiting) > self._limit:
            self.is_slow = True
            self._slow(True)

    def hold(self) -> None:
        """Keep what comes from now on behind the snapshot that is about to be taken."""
        self._held = []

    def ready(self, snapshot: Snapshot) -> None:
        """The snapshot, and then what was held."""
        held, self._held = self._held or [], None
        self._waiting.append(snapshot)
        self.put(held)
        self._some.set()

    def release(self) -> None:
        """The line was lost before the snapshot: what was held is told all the same."""
        held, self._held = self._held or [], None
        self.put(held)

    async def deliver(self) -> None:
        """Hand on for ever, or until ``finish`` and everything is handed on."""
        while True:
            while self._waiting:
                await self._hand_on()
            if self._finishing:
                return
            self._some.clear()
            await self._some.wait()

    def finish(self) -> None:
        """Let ``deliver`` return when nothing waits any more."""
        self._finishing = True
        self._some.set()

    async def _hand_on(self) -> None:
        first = self._waiting.popleft()
        try:
            if isinstance(first, Snapshot):
                await self._on_ready(first)
            else:
                await self._on_events(self._batch(first))
        except Exception:
            # whoever keeps the records could not: the line is begun anew, and with it the present read again
            log.exception("What the PBX told could not be taken")
            self._failed()
        if self.is_slow and len(self._waiting) < self._limit // 2:
            self.is_slow = False
            self._slow(False)

    def _batch(self, first: PbxEvent) -> list[PbxEvent]:
        batch = [first]
        while self._waiting and len(batch) < BATCH:
            following = self._waiting[0]
            if isinstance(following, Snapshot):
                break
            batch.append(following)
            self._waiting.popleft()
        return batch

"""A value read from the database once and used until a live event or its age says it may be old."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from kaw import db, live
from kaw.errors import KawError

log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_AGE = 3.0  # seconds; the bound for what another process changed while Redis was away


class Cache(Generic[K, V]):
    """Values by key. An event of one of ``drop_on`` empties it before any browser hears of the event.

    ``patient``: on the event loop a value that is merely too old is given once more while a thread reads it anew, so
    that a database which does not answer stops no browser. Not for what somebody may do.
    """

    def __init__(
        self, load: Callable[[K], V], drop_on: tuple[type[live.LiveEvent], ...], *, patient: bool = False
    ) -> None:
        self._load = load
        self._patient = patient
        self._renewing: set[K] = set()
        self._drop_on = drop_on
        self._values: dict[K, tuple[float, V]] = {}
        self._generation = 0
        self._lock = threading.Lock()
        live.listen(self._hear)

    def get(self, key: K) -> V:
        """The value, loaded when it is not there or too old."""
        found = self._values.get(key)
        if found is not None and time.monotonic() - found[0] < MAX_AGE:
            return found[1]
        if found is not None and self._patient and _on_event_loop():
            self._renew(key)
            return found[1]
        return self._read(key)

    def _read(self, key: K) -> V:
        generation, started = self._generation, time.monotonic()
        value = self._load(key)
        with self._lock:
            if generation == self._generation:  # nothing was dropped while this was being read
                self._values[key] = (started, value)
        return value

    def _renew(self, key: K) -> None:
        if key in self._renewing:
            return
        self._renewing.add(key)
        reading = asyncio.ensure_future(db.in_thread(self._read, key))
        reading.add_done_callback(lambda done: self._renewed(key, done))

    def _renewed(self, key: K, done: "asyncio.Future[V]") -> None:
        self._renewing.discard(key)
        error = None if done.cancelled() else done.exception()
        if error is not None and not isinstance(error, KawError):
            log.error("a value could not be read anew", exc_info=error)

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._generation += 1
            self._values.clear()

    def _hear(self, event: live.LiveEvent) -> None:
        if isinstance(event, self._drop_on):
            self.clear()


def _on_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True

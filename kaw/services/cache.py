"""A value read from the database once and used until a live event or its age says it may be old."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from kaw import live

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MAX_AGE = 3.0  # seconds; the bound for what another process changed while Redis was away


class Cache(Generic[K, V]):
    """Values by key. An event of one of ``drop_on`` empties it before any browser hears of the event."""

    def __init__(self, load: Callable[[K], V], drop_on: tuple[type[live.LiveEvent], ...]) -> None:
        self._load = load
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
        generation, started = self._generation, time.monotonic()
        value = self._load(key)
        with self._lock:
            if generation == self._generation:  # nothing was dropped while this was being read
                self._values[key] = (started, value)
        return value

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._generation += 1
            self._values.clear()

    def _hear(self, event: live.LiveEvent) -> None:
        if isinstance(event, self._drop_on):
            self.clear()

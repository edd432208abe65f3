"""Loads that are running in this process: how far they are, and whether somebody wants them to stop."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

from kaw import live
from kaw.errors import Conflict, KawError
from kaw.i18n import N_

INTERVAL = 0.25  # seconds between two announcements


class Phase(StrEnum):
    """What a running load is doing. Until all rows have been read, their number is not known."""

    READING = "reading"
    WRITING = "writing"


class ImportCancelled(KawError):
    """Somebody stopped the load; nothing of it stays."""

    default_text = N_("The load was cancelled.")


class Progress:
    """How far one load is."""

    def __init__(self, import_id: int) -> None:
        self.import_id = import_id
        self.phase = Phase.READING
        self.done = 0
        self.total = 0  # 0: not known yet
        self._cancelled = False
        self._announced = 0.0

    def begin(self, phase: Phase, total: int = 0) -> None:
        """The next phase, of ``total`` rows."""
        self.phase, self.done, self.total = phase, 0, total
        self._announced = 0.0
        self.step(0)

    def step(self, rows: int) -> None:
        """So many more rows are done; ImportCancelled when the load is to stop."""
        if self._cancelled:
            raise ImportCancelled
        self.done += rows
        if time.monotonic() - self._announced >= INTERVAL:
            self._announced = time.monotonic()
            live.announce([live.ImportProgress(self.import_id)])

    def cancel(self) -> None:
        """Ask the load to stop at its next step."""
        self._cancelled = True


class UnderWay:
    """The load that is running: one at a time, since each holds the database's only writer for a while."""

    def __init__(self) -> None:
        self._busy = threading.Lock()
        self._running: dict[int, Progress] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else loads within the block; Conflict when somebody already does."""
        if not self._busy.acquire(blocking=False):
            raise Conflict(N_("Another file is being loaded right now. Please wait until it is done."))
        try:
            yield
        finally:
            self._busy.release()

    @contextmanager
    def load(self, import_id: int) -> Iterator[Progress]:
        """The progress of a load, to be found by others within the block."""
        progress = self._running[import_id] = Progress(import_id)
        try:
            yield progress
        finally:
            del self._running[import_id]

    def find(self, import_id: int) -> Progress | None:
        """A load of this process that is running; None: it is not, or runs in another process."""
        return self._running.get(import_id)


under_way = UnderWay()

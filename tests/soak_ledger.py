"""What truly happened in a soak and which source told it, kept in a file: the memory of 100,000 calls stays flat."""

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from kaw.telephony import cdr
from kaw.telephony.simulator.records import TrueCall, TrueTalk, TrueVisit

ENDS = {"ABANDON", "COMPLETECALLER"}  # as a PBX writes them when it stops, too
EDGE_S = 0.1  # a line breaks between two events of one moment


@dataclass(frozen=True)
class Entry:
    """One call: the truth, and the events of the queue log and the number of CDR rows that tell of it."""

    true: TrueCall
    log: tuple[str, ...]
    rows: int


@dataclass
class Ledger:
    """``deaf``: from when to when nobody listened, Unix seconds. ``alone``: calls that the log ends as the only ones of
    their second, the last before a start of the PBX; whether it stopped under them cannot be seen there."""

    path: Path
    deaf: list[tuple[float, float]] = field(default_factory=list)
    alone: set[str] = field(default_factory=set)
    calls: int = 0
    _last: tuple[str, list[str]] = "", []
    _log: dict[str, list[str]] = field(default_factory=dict)
    _rows: dict[str, int] = field(default_factory=dict)

    def note_written(self, log: Iterable[str], rows: Iterable[str]) -> None:
        """What the PBX wrote."""
        for line in log:
            at, call, _queue, _member, event = line.split("|")[:5]
            self._log.setdefault(call, []).append(event)
            if event in ENDS:
                self._last = at, [*(self._last[1] if self._last[0] == at else []), call]
            elif event == "QUEUESTART" and len(self._last[1]) == 1:
                self.alone.update(self._last[1])
        for row in cdr.parse(rows, "UTC"):
            self._rows[row.call] = self._rows.get(row.call, 0) + 1

    def note_ended(self, calls: Iterable[TrueCall]) -> None:
        """Calls of which nothing more comes."""
        with self.path.open("a") as file:
            for call in calls:
                log, rows = self._log.pop(call.channel_id, ()), self._rows.pop(call.channel_id, 0)
                file.write(json.dumps([asdict(call), log, rows]) + "\n")
                self.calls += 1

    def batches(self, size: int) -> Iterator[list[Entry]]:
        """All of them, some at a time."""
        with self.path.open() as file:
            while lines := list(islice(file, size)):
                yield [_entry(*json.loads(line)) for line in lines]

    def heard(self, start: float | None, end: float | None = None) -> bool:
        """Whether somebody listened at a moment, or at any from one to another."""
        if start is None:
            return False
        return (start if end is None else end) > self._ready_before(start + EDGE_S) + EDGE_S

    def listening(self, moment: float) -> bool:
        """Whether somebody listened in this very moment; what was told in it may have been lost all the same."""
        return moment > self._ready_before(moment)

    def heard_whole(self, start: float, end: float) -> bool:
        """Whether somebody listened all the time."""
        return start > self._ready_before(end + EDGE_S) + EDGE_S

    def _ready_before(self, moment: float) -> float:
        """When the line came back that was the last to be lost before a moment."""
        place = bisect_right(self.deaf, (moment, float("inf"))) - 1
        return self.deaf[place][1] if place >= 0 else float("-inf")


def _entry(true: dict[str, Any], log: list[str], rows: int) -> Entry:
    talks = [TrueTalk(**talk) for talk in true.pop("talks")]
    visits = [TrueVisit(**visit) for visit in true.pop("visits")]
    return Entry(TrueCall(**true, talks=talks, visits=visits), tuple(log), rows)

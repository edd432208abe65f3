"""``python -m tests.soak --calls N``: simulated calls with random faults through the recorder, counted against the
simulator's own ledger: none lost, none double, none wrong (R12.7)."""

import argparse
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from unittest.mock import patch

import sqlalchemy as sa
from panoramisk.message import Message
from sqlmodel import col

from kaw import db
from kaw.models import Call
from kaw.services import upgrade
from kaw.services.calls import journal
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import cdr, queue_log
from kaw.telephony.events import HangupAsked, OriginateAsked, PbxEvent, Source
from kaw.telephony.port import Snapshot
from kaw.telephony.simulator.restless import HungUp, Placed
from kaw.telephony.simulator.soak import Lost, Ready, Soak, Told
from kaw.telephony.translate import translate
from tests import soak_judge
from tests.soak_ledger import Ledger

RESTARTS = 0.02  # of KAW, per step
BACK_S = 1_800.0  # log and CDR are read from so long before the line was lost
AGAIN_S = 1_200.0  # and once more so long after it came back
DAY_S, HOUR_S = 86_400.0, 3_600.0
BATCH = 400
PARTIES = Parties()


@dataclass
class Verdict:
    """What came out."""

    calls: int = 0
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def right(self) -> bool:
        """Nothing lost, double or wrong."""
        return not (self.lost or self.double or self.wrong)


class _Line:
    """Bytes put together to events, as the adapter does."""

    def __init__(self) -> None:
        self._rest = b""

    def events(self, pieces: Sequence[bytes], at: float) -> Iterator[PbxEvent]:
        for piece in pieces:
            *blocks, self._rest = (self._rest + piece).split(b"\r\n\r\n")
            for block in blocks:
                message = Message.from_line(block.decode("utf-8", "replace").strip())
                if message is not None:
                    yield from translate(message, at)


def _fact(step: Placed | HungUp) -> PbxEvent:
    """What the adapter adds to the PBX's events when a button was pressed."""
    if isinstance(step, Placed):
        return OriginateAsked(step.at, Source.KAW, step.origin, step.origin, step.interface, step.number)
    return HangupAsked(step.at, Source.KAW, step.call, step.channel, by_phone=True, cause=16)


class _Run:
    """KAW beside the simulated PBX. ``folder`` holds the PBX's queue log and CDR, and the ledger."""

    def __init__(self, soak: Soak, folder: Path, seed: int) -> None:
        self.soak, self.chance = soak, Random(seed)
        self.log, self.cdr = folder / "queue_log", folder / "cdr.csv"
        self.ledger = Ledger(folder / "ledger")
        self.faults: Counter[str] = Counter()
        self._recorder, self._line = Recorder(lambda: PARTIES), _Line()
        self._lost_at = soak.now
        self._again: deque[tuple[float, float]] = deque()  # when to read once more, and from when on
        self._taken_at = self._purged_at = soak.now
        for file in (self.log, self.cdr, self.ledger.path):
            file.touch()

    def live(self) -> None:
        """Everything, until the last call has ended."""
        for step in self.soak.steps():
            if isinstance(step, Told):
                self._recorder.absorb(self._line.events(step.pieces, step.at))
                if self.chance.random() < RESTARTS:
                    self._restart()
            elif isinstance(step, Lost):
                self.faults["restart of the PBX" if step.restart else "line lost"] += 1
                self._line, self._lost_at = _Line(), step.at
            elif isinstance(step, Ready):
                self._ready(step)
            else:
                self._recorder.absorb([_fact(step)])
            self._pass_time()
        self._read(self._lost_at - BACK_S, None)
        self._take(float("inf"))

    def _restart(self) -> None:
        self.faults["restart of KAW"] += 1
        self._recorder = Recorder(lambda: PARTIES)
        self._recorder.load()

    def _ready(self, step: Ready) -> None:
        if step.at > self._lost_at:
            self.ledger.deaf.append((self._lost_at, step.at))
        self._read(self._lost_at - BACK_S, step.snapshot)
        self._again.append((step.at + AGAIN_S, self._lost_at - BACK_S))

    def _read(self, since: float, snapshot: Snapshot | None) -> None:
        self._write()
        past = Past(queue_log.read(str(self.log), since, "UTC"), cdr.read(str(self.cdr), since, "UTC"))
        catch_up(self._recorder, PARTIES, past, snapshot, since)

    def _write(self) -> None:
        """The PBX's files grow."""
        log, rows = self.soak.written()
        self.ledger.note_written(log, rows)
        for path, lines in ((self.log, log), (self.cdr, rows)):
            with path.open("a") as file:
                file.writelines(f"{line}\n" for line in lines)

    def _pass_time(self) -> None:
        """What is done every now and then."""
        now = self.soak.now
        while self._again and self._again[0][0] <= now:
            self._read(self._again.popleft()[1], None)
        if now - self._taken_at > HOUR_S:
            self._taken_at = now
            self._take(now - HOUR_S)
        if now - self._purged_at > DAY_S:
            self._purged_at = now
            journal.purge()

    def _take(self, before: float) -> None:
        self._write()
        self.ledger.note_ended(self.soak.ended(before))


def live(calls: int, seed: int, folder: Path) -> tuple[Ledger, Counter[str]]:
    """One soak in the connected, empty database: what truly happened, and what failed meanwhile."""
    soak = Soak(calls, seed)
    with patch.object(db, "now", lambda: datetime.fromtimestamp(soak.now, UTC).replace(tzinfo=None)):
        run = _Run(soak, folder, seed)
        run.live()
    return run.ledger, run.faults


def judge(ledger: Ledger, faults: Counter[str]) -> Verdict:
    """Compare what stands in the tables with what truly happened."""
    verdict, matched = Verdict(ledger.calls, faults=faults), set[str]()
    with db.reading() as session:
        for batch in ledger.batches(BATCH):
            found = soak_judge.found_in(session, [entry.true.channel_id for entry in batch])
            matched |= set(found)
            for entry in batch:
                linkedid = entry.true.channel_id
                if linkedid in found:
                    wrong = soak_judge.complaints(entry, found[linkedid], ledger)
                    verdict.wrong += [f"{linkedid}: {'; '.join(wrong)}"] if wrong else []
                elif soak_judge.was_told(entry, ledger):
                    verdict.lost.append(linkedid)
        rows = session.connection().execute(sa.select(col(Call.linkedid))).scalars()
        verdict.double = [linkedid for linkedid in rows if linkedid not in matched]
        verdict.wrong += soak_judge.holes(session)
    return verdict


def _without_waiting_for_the_disk(connection: Any, _record: object) -> None:
    """No power cut is simulated."""
    connection.execute("PRAGMA synchronous=OFF")


def main() -> int:
    """The command: 0 when everything is right."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kaw-soak-") as name:
        folder = Path(name)
        database = db.connect(f"sqlite:///{folder / 'soak.sqlite'}")
        sa.event.listen(database.engine, "connect", _without_waiting_for_the_disk)
        upgrade.upgrade()
        verdict = judge(*live(given.calls, given.seed, folder))
    for line in (*verdict.lost, *verdict.double, *verdict.wrong)[:40]:
        print(line)
    print(
        f"{verdict.calls} calls in {time.monotonic() - begun:.0f} s with {dict(verdict.faults)}:"
        f" {len(verdict.lost)} lost, {len(verdict.double)} double, {len(verdict.wrong)} wrong"
    )
    return 0 if verdict.right else 1


if __name__ == "__main__":
    sys.exit(main())

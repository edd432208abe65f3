"""``python -m tests.soak --calls N``: simulated calls with random faults through the recorder, counted against the
simulator's own ledger: none lost, none double, none wrong (R12.7)."""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import sqlalchemy as sa
from panoramisk.message import Message
from sqlmodel import col

from kaw import db
from kaw.models import Call, CallResult
from kaw.services import upgrade
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import cdr, queue_log
from kaw.telephony.events import PbxEvent
from kaw.telephony.simulator.call_centre import OPERATORS
from kaw.telephony.simulator.records import TrueCall
from kaw.telephony.simulator.soak import Lost, Ready, Soak, Told
from kaw.telephony.translate import translate

RESTARTS = 0.01  # of KAW, per step
BEHIND = 400  # lines of log and CDR read again before those that are new
RESULT = {
    "answered": CallResult.ANSWERED,
    "abandoned": CallResult.ABANDONED,
    "timeout": CallResult.MISSED,
    "key": CallResult.MISSED,
    "empty": CallResult.MISSED,
    "busy": CallResult.BUSY,
    "no_answer": CallResult.NO_ANSWER,
    "failed": CallResult.FAILED,
}


@dataclass
class Verdict:
    """What came out."""

    calls: int
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)


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


def run(calls: int, seed: int) -> Verdict:
    """One soak in the connected, empty database."""
    soak, chance = Soak(calls, seed), Random(seed)
    known = Parties(operators=frozenset(extension for extension, _name in OPERATORS))
    recorder, line = Recorder(lambda: known), _Line()
    faults: Counter[str] = Counter()
    logged = rows = 0
    for step in soak.steps():
        if isinstance(step, Told):
            recorder.absorb(line.events(step.pieces, step.at))
            if chance.random() < RESTARTS:
                faults["restart of KAW"] += 1
                recorder = Recorder(lambda: known)
                recorder.load()
        elif isinstance(step, Lost):
            faults["restart of the PBX" if step.restart else "line lost"] += 1
            line = _Line()
        elif isinstance(step, Ready):
            past = Past(
                queue_log.parse(soak.queue_log[max(0, logged - BEHIND) :]),
                cdr.parse(soak.cdr[max(0, rows - BEHIND) :], "UTC"),
            )
            logged, rows = len(soak.queue_log), len(soak.cdr)
            catch_up(recorder, known, past, step.snapshot, None)
    return _judge(soak.truth, faults, written={text.split("|")[1] for text in soak.queue_log} | _named(soak.cdr))


def _named(rows: Sequence[str]) -> set[str]:
    return {row.call for row in cdr.parse(rows, "UTC")}


def _judge(truth: dict[str, TrueCall], faults: Counter[str], written: set[str]) -> Verdict:
    verdict = Verdict(len(truth), faults=faults)
    with db.reading() as session:
        query = sa.select(col(Call.linkedid), col(Call.result), col(Call.operator), col(Call.closed_by_kaw))
        found = {row.linkedid: row for row in session.connection().execute(query)}
    for linkedid, told in truth.items():
        row = found.pop(linkedid, None)
        if row is None:
            # a call that came and was killed with the PBX while the line was lost is written nowhere
            if linkedid in written:
                verdict.lost.append(linkedid)
            continue
        expected = RESULT.get(told.outcome or "")
        if told.outcome is None and told.ended_by == "pbx":
            expected = CallResult.FAILED  # the PBX stopped under it
        operator = told.transferred_to if told.transfer_pick_up else told.operator
        right = row.result == expected or (row.result is None and row.closed_by_kaw)
        if not right or (expected is CallResult.ANSWERED and row.operator not in (operator, None)):
            verdict.wrong.append(f"{linkedid}: {row.result} by {row.operator}, truly {told}")
    verdict.double = list(found)
    return verdict


def main() -> int:
    """The command: 0 when everything is right."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--calls", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kaw-soak-") as folder:
        db.connect(f"sqlite:///{Path(folder) / 'soak.sqlite'}")
        upgrade.upgrade()
        verdict = run(given.calls, given.seed)
    for line in (*verdict.lost, *verdict.double, *verdict.wrong)[:40]:
        print(line)
    print(
        f"{verdict.calls} calls in {time.monotonic() - begun:.0f} s with {dict(verdict.faults)}:"
        f" {len(verdict.lost)} lost, {len(verdict.double)} double, {len(verdict.wrong)} wrong"
    )
    return 1 if verdict.lost or verdict.double or verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""Recorded streams, and what one reads off them for a test."""

import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from kaw import db, replay
from kaw.services import upgrade
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.telephony.events import PbxEvent
from kaw.telephony.recorded import messages
from kaw.telephony.translate import translate

FIXTURES = Path(__file__).parents[2] / "fixtures"
TRACES, TRUTHS = FIXTURES / "ami", FIXTURES / "ami_truth"
TABLES = (
    "visit_ring",
    "queue_visit",
    "call_leg",
    "call",
    "operator_interval",
    "pbx_journal",
    "pbx_reconciliation",
)

Records = dict[str, list[dict[str, Any]]]


def stream_of(directory: Path, name: str) -> Path:
    """The stream of a scenario, compressed or not."""
    plain = directory / f"{name}.ami"
    return plain if plain.exists() else directory / f"{name}.ami.gz"


def raw(path: Path) -> bytes:
    """Its bytes."""
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def events_of(path: Path) -> list[PbxEvent]:
    """Its events, as the adapter hands them on."""
    return [event for message in messages(path) for event in translate(message, 0.0)]


def truth_of(name: str) -> dict[str, Any]:
    """What the phones saw."""
    return json.loads((TRUTHS / f"{name}.truth.json").read_text())


def seconds(text: str | None) -> float | None:
    """A time of the replay's JSON as Unix seconds."""
    return None if text is None else datetime.fromisoformat(text).timestamp()


class Bench:
    """One SQLite database, emptied before each run: migrations take longer than a trace."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        db.connect(f"sqlite:///{directory / 'replay.sqlite'}")
        upgrade.upgrade()

    def replay(self, *streams: Path, log: Path | None = None, rows: Path | None = None) -> Records:
        """The records of these streams through ``python -m kaw.replay``'s own code."""
        with self.empty():
            return replay.replay(streams, self._directory, log=log, rows=rows)

    def records(self, batches: list[list[PbxEvent]], *, restarts: bool = False) -> Records:
        """The records of events given in batches; ``restarts``: KAW is killed after every batch."""
        with self.empty():
            recorder = Recorder(Parties)
            for batch in batches:
                recorder.absorb(batch)
                if restarts:
                    recorder = Recorder(Parties)
                    recorder.load()
            with db.reading() as session:
                return replay.report(session.connection())

    @contextmanager
    def empty(self) -> Iterator[None]:
        """No rows of a run before."""
        with db.transaction() as tx:
            for table in TABLES:
                tx.session.connection().exec_driver_sql(f"DELETE FROM {table}")
        yield

"""Figures of telephony: events absorbed with their records written, memory over many of them, a caller's partner."""

import gzip
import re
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from kaw import db
from kaw.services import call_partners, upgrade
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.telephony.events import PbxEvent
from kaw.telephony.translate import translate
from tests.bench import base, browsers

TRACE = Path(__file__).parents[1] / "fixtures" / "ami" / "x2_chaos.ami.gz"
BATCH, CHUNK = 500, 64 * 1024
LOOKUPS = 400
LEAST_OF_BARE, FLAT = 0.2, 1.2  # of Panoramisk's bare loop; of the memory after a fifth of the events
Figure = dict[str, Any]


def measure(events: int, rows: int, *, only: str = "") -> list[Figure]:
    """``events``: how many of the PBX's events go through; ``rows``: partners among whom a number is looked up."""
    found: list[Figure] = []
    if only in "events absorbed, memory":
        found += _absorbed(events)
    if only in "partner by number":
        found += _looked_up(rows)
    if any(only in name for name in browsers.NAMES):
        found += browsers.measure(only=only)
    return found


def _stream(events: int) -> Iterator[bytes]:
    """The recorded chaos again and again, each time with other ids a while later."""
    whole = gzip.decompress(TRACE.read_bytes()).decode()
    there = whole.count("\r\n\r\n")
    for turn in range(max(1, events // there)):
        later = re.sub(r"\b1795(\d{6})", lambda found, t=turn: str(int(found[0]) + 400 * t), whole)
        yield later.replace("kaw-431-", f"kaw-431-{turn}-").encode()


class _Bare:
    """Panoramisk's own loop: bytes to messages to a callback."""

    def __init__(self, callback: Callable[[Message], None]) -> None:
        self.protocol = AMIProtocol()
        self.protocol.connection_made(None)
        self.protocol.encoding = "utf8"
        self.protocol.factory = self
        self.protocol.handle_message = callback

    def feed(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK):
            self.protocol.data_received(data[start : start + CHUNK])


def _absorbed(events: int) -> list[Figure]:
    seen = 0

    def count(_message: Message) -> None:
        nonlocal seen
        seen += 1

    bare = _Bare(count)
    raw_s = 0.0
    for data in _stream(min(events, 200_000)):
        begun = time.perf_counter()
        bare.feed(data)
        raw_s += time.perf_counter() - begun
    raw = seen / raw_s
    with tempfile.TemporaryDirectory(prefix="kaw-bench-") as folder:
        db.connect(f"sqlite:///{folder}/calls.sqlite")
        upgrade.upgrade()
        rate, memory, calls = _recorded(events)
    return [
        {"name": "events absorbed, records written", "value": rate, "raw": raw, "ratio": rate / raw, "unit": "1/s",
         "least_ratio": LEAST_OF_BARE},
        {"name": f"memory after {events} events against a fifth of them", "value": memory[1], "raw": memory[0],
         "ratio": memory[1] / memory[0], "unit": "MiB", "most_ratio": FLAT},
        {"name": "calls recorded", "value": calls, "raw": None, "ratio": None, "unit": ""},
    ]  # fmt: skip


def _recorded(events: int) -> tuple[float, tuple[float, float], int]:
    recorder, waiting = Recorder(Parties), list[PbxEvent]()
    seen, early = 0, 0.0

    def take(message: Message) -> None:
        nonlocal seen
        seen += 1
        waiting.extend(translate(message, 0.0))
        if seen % BATCH == 0:
            recorder.absorb(waiting)
            waiting.clear()

    line, spent = _Bare(take), 0.0
    for data in _stream(events):
        begun = time.perf_counter()
        line.feed(data)
        spent += time.perf_counter() - begun
        if not early and seen >= events / 5:
            early = _resident()
    recorder.absorb(waiting)
    with db.reading() as session:
        calls = session.connection().execute(sa.text("SELECT count(*) FROM call")).scalar_one()
    return seen / spent, (early or _resident(), _resident()), calls


def _resident() -> float:
    """MiB of this process now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _looked_up(rows: int) -> list[Figure]:
    base.connect(rows, None, fresh=False)
    with db.reading() as session:
        keys = session.connection().execute(sa.text("SELECT digits10 FROM partner_phone LIMIT 100000")).scalars().all()
    some = keys[:: max(1, len(keys) // LOOKUPS)][:LOOKUPS]
    spent = []
    for key in some:
        begun = time.perf_counter()
        with db.reading() as session:
            assert call_partners.with_number(session, f"7{key}")
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    p95 = spent[int(len(spent) * 0.95)]
    name = f"partner by number among {rows}, p95"
    return [{"name": name, "value": p95, "raw": None, "ratio": None, "unit": "ms", "most": 5}]

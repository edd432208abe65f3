"""Plays a recorded stream of the manager interface to whoever is connected to the simulator."""

import gzip
from functools import partial
from pathlib import Path

from kaw.telephony.simulator.server import AmiServer

END = b"\r\n\r\n"


def play(server: AmiServer, recorded: Path, *, speed: float = 1.0) -> float:
    """Send the events of a file (``.gz`` too) as the server's clock passes; how many seconds that takes.

    Actions and answers of the recording are left out: the server answers by itself.
    """
    raw = recorded.read_bytes()
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    begin, last = 0.0, 0.0
    for block in raw.split(END)[:-1]:
        if not block.startswith(b"Event: ") or block.startswith(b"Event: FullyBooted"):
            continue
        if b"\r\nActionID: " in block and b"\r\nTimestamp: " not in block:
            continue  # an item of a list
        at = _time(block) or begin + last
        begin = begin or at
        last = max(last, at - begin)
        server.sim.clock.later(last / speed, partial(server.send_raw, block + END))
    return last / speed


def _time(block: bytes) -> float | None:
    for line in block.split(b"\r\n"):
        if line.startswith(b"Timestamp: "):
            return float(line[11:])
    return None

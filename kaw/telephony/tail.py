"""The end of a file that a PBX appends to, without reading its beginning.

Files are read as they are found after a power cut: with lines that were cut, zeros in them, or no line end for long.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO

BLOCK = 256 * 1024
LONGEST = 64 * 1024  # bytes of a line; Asterisk writes 8 KB at most
SAMPLE = 20  # lines of a block whose times are looked at

TimeOf = Callable[[str], float | None]


def lines_since(path: Path, since: float, time_of: TimeOf, slack: float) -> Iterator[str]:
    """Lines from the first that may be younger than ``since - slack`` (Unix seconds) on; OSError if unreadable.

    Lines stand nearly in the order of their times. A file that was rotated in between continues in ``path.1``.
    """
    limit = since - slack
    rotated = path.with_name(f"{path.name}.1")
    if _first_time(path, time_of, limit) >= limit and rotated.exists():
        yield from _from_offset(rotated, _offset(rotated, limit, time_of))
    yield from _from_offset(path, _offset(path, limit, time_of))


def last_lines(path: Path) -> list[str]:
    """Whole lines of the last block; OSError if unreadable."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - BLOCK))
        lines = [_decoded(line) for line in _whole_lines(file)]
    return lines[1:] if size > BLOCK else lines


def _first_time(path: Path, time_of: TimeOf, limit: float) -> float:
    with path.open("rb") as file:
        known = _times(_whole_lines(file), time_of)
    return known[0] if known else limit


def _offset(path: Path, limit: float, time_of: TimeOf) -> int:
    """Where to begin: blocks are skipped from the end until one begins with lines from before the limit."""
    end = path.stat().st_size
    with path.open("rb") as file:
        while end > 0:
            start = max(0, end - BLOCK)
            file.seek(start)
            block = file.read(end - start)
            cut = 0 if start == 0 else block.find(b"\n") + 1
            known = _times(block[cut:].split(b"\n", SAMPLE)[:SAMPLE], time_of) if start == 0 or cut else []
            if start == 0 or (known and max(known) < limit):
                return start + cut
            end = start + cut if 0 < cut < len(block) else start
    return 0


def _times(lines: Iterable[bytes], time_of: TimeOf) -> list[float]:
    found = (time_of(_decoded(line)) for line in islice(lines, SAMPLE))
    return [time for time in found if time is not None]


def _from_offset(path: Path, offset: int) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(offset)
        yield from map(_decoded, _whole_lines(file))


def _whole_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines with an end: one that is just being written is read the next time. What is too long is cut."""
    line = b""
    while piece := file.readline(LONGEST):
        line = _behind_zeros(line + piece)
        if piece.endswith(b"\n"):
            yield line[:LONGEST]
            line = b""
        line = line[:LONGEST]


def _behind_zeros(line: bytes) -> bytes:
    """What was written after a power cut, which leaves zeros in place of what it took."""
    return line.rpartition(b"\0")[2]


def _decoded(line: bytes) -> str:
    return _behind_zeros(line).decode("utf-8", "replace").rstrip("\r\n")

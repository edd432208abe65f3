"""The end of a file that a PBX appends to, without reading its beginning."""

from collections.abc import Callable, Iterator
from pathlib import Path

BLOCK = 256 * 1024


def lines_since(path: Path, since: float, time_of: Callable[[str], float | None], slack: float) -> Iterator[str]:
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
        lines = file.read(BLOCK).split(b"\n")
    whole = lines[1:-1] if size > BLOCK else lines[:-1]
    return [line.decode("utf-8", "replace").rstrip("\r") for line in whole]


def _first_time(path: Path, time_of: Callable[[str], float | None], limit: float) -> float:
    with path.open("rb") as file:
        for _attempt in range(20):
            found = time_of(file.readline().decode("utf-8", "replace"))
            if found is not None:
                return found
    return limit


def _offset(path: Path, limit: float, time_of: Callable[[str], float | None]) -> int:
    """Where to begin: blocks are skipped from the end until one begins before the limit."""
    end = path.stat().st_size
    with path.open("rb") as file:
        while end > 0:
            start = max(0, end - BLOCK)
            file.seek(start)
            block = file.read(end - start)
            cut = 0 if start == 0 else block.find(b"\n") + 1
            first = time_of(block[cut:].partition(b"\n")[0].decode("utf-8", "replace"))
            if start == 0 or (first is not None and first < limit):
                return start + cut
            end = start + cut if 0 < cut < len(block) else start
    return 0


def _from_offset(path: Path, offset: int) -> Iterator[str]:
    with path.open("rb") as file:
        file.seek(offset)
        for line in file:
            if line.endswith(b"\n"):  # a line that is just being written is read the next time
                yield line.decode("utf-8", "replace").rstrip("\r\n")

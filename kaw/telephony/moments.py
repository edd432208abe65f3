"""Moments as a PBX writes them: Unix seconds, or its local time without a zone.

In the hour that its clocks go back over, a local time stands for two moments. The id of a channel, which holds the
Unix second it was created in, and the length of the call tell which one is meant.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from kaw.telephony.names import LONGEST_S

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp(), datetime(2100, 1, 1, tzinfo=UTC).timestamp()
APART = 60.0  # seconds two clocks of one event may differ

_BORN = re.compile(r"(?:^|-)(\d{9,10})\.\d+$", re.ASCII)
_UNIX = re.compile(r"\d{9,10}(?:\.\d*)?", re.ASCII)


def unix(text: str) -> float | None:
    """Unix seconds; None if they are none of this century."""
    return _known(float(text)) if _UNIX.fullmatch(text) else None


def born(uniqueid: str) -> int | None:
    """When a channel was created, by its id, before which the name of the system may stand."""
    found = _BORN.search(uniqueid)
    return int(found[1]) if found else None


def fits(at: float, uniqueid: str) -> bool:
    """Whether a channel with this id can have lived at that moment; a digit that fell over makes it centuries old."""
    since = born(uniqueid)
    return since is None or abs(at - since) <= LONGEST_S


def readings(text: str, zone: ZoneInfo) -> list[float]:
    """The moments a local time may stand for, the earlier first; none if it cannot be read."""
    try:
        local = datetime.fromisoformat(text.strip())
    except ValueError:
        return []
    if not 2000 <= local.year < 2100:
        return []
    if local.tzinfo is not None:
        return [local.timestamp()]
    return sorted({local.replace(tzinfo=zone, fold=fold).timestamp() for fold in (0, 1)})


def following(found: Sequence[float], floor: float | None) -> float | None:
    """The first reading that is not before something known; None without any."""
    later = [at for at in found if floor is None or at >= floor - APART]
    return later[0] if later else max(found, default=None)


def nearest(found: Sequence[float], about: float) -> float | None:
    """The reading next to what is expected."""
    return min(found, key=lambda at: abs(at - about), default=None)


def _known(at: float) -> float | None:
    return at if EARLIEST <= at < LATEST else None

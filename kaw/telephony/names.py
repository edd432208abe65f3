"""Asterisk's names of channels, interfaces and endpoints, and whatever else it writes, as KAW's tables can hold it.

A text that is too long for its column is clipped here and nowhere else, so that the same thing is called the same
whether an event, the present, the queue log or the CDR tells of it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

_LOCAL = re.compile(r"Local/([^@/]+)@")
_ENDPOINT = re.compile(r"[^/]+/(.+?)(?:-[0-9a-fA-F]{6,}(?:;[12])?)?(?:/n)?$")
_EXTENSION = re.compile(r"\d{2,6}")
ID, NAME, ENDPOINT = 64, 80, 40  # characters of a Uniqueid, of a queue or a pause's reason, of an operator
LONGEST_S = 2_000_000.0  # columns hold lengths in milliseconds
NOBODY = frozenset({"", "<unknown>", "unknown", "anonymous", "restricted", "private", "unavailable", "none"})


@lru_cache(maxsize=20_000)
def endpoint(name: str) -> str:
    """Who is behind a channel or interface: PJSIP/1010-0000002d → 1010, Local/1011@internal/n → 1011."""
    local = _LOCAL.match(name)
    if local:
        return local[1][:ENDPOINT]
    found = _ENDPOINT.match(name)
    return (found[1].rpartition("/")[2] if found else name)[:ENDPOINT]


def is_local(name: str) -> bool:
    """Whether a channel is Asterisk's own loop and no phone or line."""
    return name.startswith("Local/")


def is_extension(text: str) -> bool:
    """Whether a text looks like an operator's number: 2 to 6 digits."""
    return _EXTENSION.fullmatch(text) is not None


def digits(number: str) -> str:
    """A number as digits; "" when the network hid it."""
    if number.strip().lower() in NOBODY:
        return ""
    return "".join(c for c in number if c.isascii() and c.isdigit())[:40]


def text(message: Mapping[str, Any], header: str) -> str:
    """A header of a message, "" if it has none; of one that came twice the first."""
    value = message.get(header, "")
    value = str(value[0] if isinstance(value, list) else value)
    if header.endswith(("Uniqueid", "Linkedid")):
        return unique_id(value)
    return short(value) if header in ("Queue", "PausedReason") else value


def unique_id(text: str) -> str:
    """A Uniqueid or Linkedid: of one with a long system name its end, which tells it from the others."""
    return text[-ID:]


def short(text: str) -> str:
    """The name of a queue, or why somebody pauses."""
    return text[:NAME]


def whole(text: str) -> int:
    """A whole number; 0 if it is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def seconds(text: str, per_second: int = 1) -> float:
    """A length, written in seconds or parts of them; 0 if no call can have it."""
    try:
        value = float(text) / per_second
    except ValueError:
        return 0.0
    return value if 0 <= value <= LONGEST_S else 0.0


def elapsed(text: str) -> int:
    """Seconds of "00:02:10", or of plain seconds."""
    total = 0
    for part in text.split(":"):
        total = total * 60 + whole(part)
    return total

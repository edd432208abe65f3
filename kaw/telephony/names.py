"""Asterisk's names of channels, interfaces and endpoints."""

import re
from functools import lru_cache

_LOCAL = re.compile(r"Local/([^@/]+)@")
_ENDPOINT = re.compile(r"[^/]+/(.+?)(?:-[0-9a-fA-F]{6,}(?:;[12])?)?(?:/n)?$")
_EXTENSION = re.compile(r"\d{2,6}")
NOBODY = frozenset({"", "<unknown>", "unknown", "anonymous", "restricted", "private", "unavailable", "none"})


@lru_cache(maxsize=20_000)
def endpoint(name: str) -> str:
    """Who is behind a channel or interface: PJSIP/1010-0000002d → 1010, Local/1011@internal/n → 1011."""
    local = _LOCAL.match(name)
    if local:
        return local[1]
    found = _ENDPOINT.match(name)
    return found[1].rpartition("/")[2] if found else name


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

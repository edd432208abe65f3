"""Recorded streams of the manager interface: raw text as it was sent and received, cut at any byte."""

import gzip
from collections.abc import Iterator
from pathlib import Path

from panoramisk.message import Message

END = b"\r\n\r\n"


def messages(path: Path) -> Iterator[Message]:
    """Whole messages of a file (``.gz`` too) in their order; actions and a message cut at the end are left out.

    A file edited by hand may have bare line feeds.
    """
    raw = _read(path)
    if b"\r\n" not in raw:
        raw = raw.replace(b"\n", b"\r\n")
    blocks = raw.split(END)
    for block in blocks[:-1]:
        message = Message.from_line(block.decode("utf-8", "replace").strip())
        if message is not None:
            yield message


def _read(path: Path) -> bytes:
    raw = path.read_bytes()
    if raw[:2] != b"\x1f\x8b":
        return raw
    try:
        return gzip.decompress(raw)
    except EOFError:  # the compressed file itself was cut
        with gzip.open(path) as file:
            found = bytearray()
            try:
                while block := file.read(65536):
                    found += block
            except EOFError:
                pass
            return bytes(found)

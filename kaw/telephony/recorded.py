"""Recorded streams of the manager interface: raw text as it was sent and received, cut at any byte."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

from panoramisk.message import Message

END = b"\r\n\r\n"


def messages(path: Path) -> Iterator[Message]:
    """Whole messages of a file (``.gz`` too) in their order; actions and a message cut at the end are left out.

    A file edited by hand may have bare line feeds.
    """
    data = raw(path)
    if b"\r\n" not in data:
        data = data.replace(b"\n", b"\r\n")
    blocks = data.split(END)
    for block in blocks[:-1]:
        message = Message.from_line(block.decode("utf-8", "replace").strip())
        if message is not None:
            yield message


def raw(path: Path) -> bytes:
    """The bytes of a file, unpacked if it is a ``.gz``; of one that was cut what is there. OSError, ValueError."""
    packed = path.read_bytes()
    if packed[:2] != b"\x1f\x8b":
        return packed
    found = bytearray()
    try:
        with gzip.open(path) as file:
            while block := file.read(65536):
                found += block
    except EOFError:  # the compressed file itself was cut
        pass
    except zlib.error as error:
        raise ValueError(f"{path} is no whole gzip file: {error}") from error
    return bytes(found)

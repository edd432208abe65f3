"""One file being written so that it is either whole on the disk or not there."""

import errno
import os
import secrets
from pathlib import Path

from kaw.errors import Unavailable
from kaw.i18n import N_

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


class FileWriter:
    """Bytes on their way into a file with a random name in ``directory``.

    ``keep`` puts the file there, safe against a power cut; ``settle`` says that something points to it now;
    ``discard`` removes whatever has not settled.
    """

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._path = directory / secrets.token_hex(16)
        self._writing = self._path.with_suffix(".part")
        self._file = self._writing.open("xb")
        self._settled = False
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Add bytes; Unavailable when the disk is full."""
        with _RoomNeeded():
            self._file.write(chunk)
        self.size += len(chunk)

    def keep(self) -> str:
        """Bring everything to the disk under the final name, which is returned."""
        with _RoomNeeded():
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        self._writing.rename(self._path)
        _sync_directory(self._path.parent)
        return self._path.name

    def settle(self) -> None:
        """A row points to the file: it stays."""
        self._settled = True

    def discard(self) -> None:
        """Remove the file unless it has settled."""
        if self._settled:
            return
        try:
            self._file.close()
        except OSError as fault:  # what is still buffered finds no room either
            if fault.errno not in NO_ROOM:
                raise
        self._writing.unlink(missing_ok=True)
        self._path.unlink(missing_ok=True)


class _RoomNeeded:
    """A full disk within the block becomes ``Unavailable``."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, fault: BaseException | None, _trace: object) -> None:
        if isinstance(fault, OSError) and fault.errno in NO_ROOM:
            raise Unavailable(N_("There is no room left on the server's disk. Tell the administrator.")) from fault


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

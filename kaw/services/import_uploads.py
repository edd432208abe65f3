"""Files of partners between being chosen and being loaded («Загрузка базы»).

Each lies in a folder of the administrator who sent it and is known by a token, so that a reload of the page finds it
again. What nobody loads is removed after a day.
"""

import re
import time
from pathlib import Path

from kaw.config import config
from kaw.errors import InvalidValue, NotFound
from kaw.i18n import N_
from kaw.services import access, settings
from kaw.services.access import Actor
from kaw.services.file_writing import FileWriter

KEPT_SECONDS = 24 * 3600
MEGABYTE = 1024 * 1024


class ImportUpload:
    """A file on its way in: ``write`` its bytes, then ``finish``; ``discard`` drops what has not been finished."""

    def __init__(self, actor: Actor) -> None:
        access.require_admin(actor)
        self._limit = size_limit()
        self._file = FileWriter(_folder(actor))

    def write(self, chunk: bytes) -> None:
        """Add bytes; InvalidValue once the file is larger than the setting allows."""
        if self._file.size + len(chunk) > self._limit:
            raise too_large(self._limit)
        self._file.write(chunk)

    def finish(self) -> str:
        """Keep the file; its token."""
        token = self._file.keep()
        self._file.settle()
        return token

    def discard(self) -> None:
        """Drop the bytes; nothing after ``finish``."""
        self._file.discard()


def path_of(actor: Actor, token: str) -> Path:
    """Where the file with this token lies; NotFound when it is somebody else's or has gone."""
    access.require_admin(actor)
    if not re.fullmatch(r"[0-9a-f]{32}", token):
        raise NotFound
    path = _folder(actor) / token
    if not path.is_file():
        raise NotFound(N_("The chosen file is no longer on the server. Please choose it again."))
    return path


def drop(actor: Actor, token: str) -> None:
    """The file has been loaded, or another one was chosen."""
    try:
        path_of(actor, token).unlink(missing_ok=True)
    except NotFound:
        return


def size_limit() -> int:
    """Bytes a file may have."""
    return int(settings.value("upload_limit_mb")) * MEGABYTE


def too_large(limit: int) -> InvalidValue:
    """The error for a file of more than ``limit`` bytes."""
    return InvalidValue("file", N_("The file is larger than {limit} MB."), limit=limit // MEGABYTE)


def sweep() -> int:
    """Remove files nobody has loaded for a day. For the start; how many."""
    old = [path for path in _root().glob("*/*") if time.time() - path.stat().st_mtime > KEPT_SECONDS]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _folder(actor: Actor) -> Path:
    return _root() / str(actor.user_id)


def _root() -> Path:
    return config().data_dir / "uploads"

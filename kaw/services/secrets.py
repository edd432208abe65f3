"""Encryption of what must be kept and never shown: SIP, SMTP and PBX passwords (R4.3).

The key is outside the database: ``KAW_SECRET_KEY`` or a file that only KAW's user may read. A stolen dump is of no use
without it.
"""

import base64
import hashlib
import os
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from kaw.config import config
from kaw.errors import Unavailable
from kaw.i18n import N_

KEY_FILE = "secret.key"


def encrypt(text: str) -> str:
    """The text, readable only with this installation's key."""
    return _fernet().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The inverse; Unavailable when the key is another one."""
    try:
        return _fernet().decrypt(token.encode()).decode()
    except InvalidToken:
        raise Unavailable(N_("A stored password cannot be read: the secret key has changed. Enter it anew.")) from None


def key() -> bytes:
    """This installation's key, made at first use."""
    configured = config().secret_key.get_secret_value()
    return configured.encode() if configured else _key_of(config().data_dir / KEY_FILE)


@cache
def _key_of(path: Path) -> bytes:
    if not path.exists():
        _make(path)
    found = path.read_bytes().strip()
    if not found:
        raise Unavailable(N_("The file of the secret key is empty: {path}"), path=path)
    return found


def _make(path: Path) -> None:
    """Written whole under another name first: neither a crash nor a second process may meet half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(prefix=".secret-", dir=path.parent)  # readable by KAW's own user only
    with os.fdopen(descriptor, "wb") as file:
        file.write(base64.urlsafe_b64encode(os.urandom(32)))
        file.flush()
        os.fsync(file.fileno())
    with suppress(FileExistsError):  # another process was quicker: its key is the key
        os.link(draft, path)
    Path(draft).unlink()


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key()).digest()))

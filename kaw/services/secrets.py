"""Encryption of what must be kept and never shown: SIP, SMTP and PBX passwords (R4.3).

The key is outside the database: ``KAW_SECRET_KEY`` or a file that only KAW's user may read. A stolen dump is of no use
without it.
"""

import base64
import hashlib
import os
from functools import cache

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
    return configured.encode() if configured else _key_of_file()


@cache
def _key_of_file() -> bytes:
    path = config().data_dir / KEY_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    made = base64.urlsafe_b64encode(os.urandom(32))
    with os.fdopen(descriptor, "wb") as file:
        file.write(made)
    return made


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key()).digest()))

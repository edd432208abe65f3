"""Passwords: what is accepted, how they are kept."""

import secrets
from functools import cache

from passlib.hash import argon2

from kaw.errors import InvalidValue
from kaw.i18n import N_

MIN_LENGTH, MAX_LENGTH = 8, 200
# OWASP's figures for argon2id (19 MiB, 2 passes, 1 lane); the library's own 64 MiB on 4 cores let a flood of sign-ins
# take the memory and the processor of everybody else.
_argon2 = argon2.using(type="ID", memory_cost=19_456, rounds=2, parallelism=1)
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def hashed(password: str) -> str:
    """The argon2id hash to store; takes some tens of milliseconds on purpose."""
    return str(_argon2.hash(password))


def matches(password: str, password_hash: str | None) -> bool:
    """Whether it is the password. Without a hash (no such user) it takes as long and is never right."""
    try:
        right = bool(_argon2.verify(password[:MAX_LENGTH], password_hash or _nobodys()))
    except ValueError:
        return False
    return right and password_hash is not None


def require_good(password: str, login: str, field: str = "password") -> None:
    """InvalidValue unless it is long enough and not the login."""
    if len(password) < MIN_LENGTH:
        raise InvalidValue(field, N_("A password has at least {length} characters."), length=MIN_LENGTH)
    if len(password) > MAX_LENGTH:
        raise InvalidValue(field, N_("A password has at most {length} characters."), length=MAX_LENGTH)
    if password.casefold() == login.casefold() or len(set(password)) < 4:
        raise InvalidValue(field, N_("This password is too easy to guess."))


def one_time() -> str:
    """A password to be typed once: no look-alike letters, in groups."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


@cache
def _nobodys() -> str:
    return hashed(secrets.token_hex())

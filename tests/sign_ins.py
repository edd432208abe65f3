"""Passwords and sign-ins of the people of the test stories."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Barrier, BrokenBarrierError
from types import ModuleType
from typing import Any

import pytest

from kaw import db, live
from kaw.models import User
from kaw.services import passwords, sessions
from kaw.services.sessions import SignedIn
from tests.conftest import People

PASSWORD = "long-word-17"
LOGINS = ("oleg", "anna", "boris", "vera")


class Clock:
    """The time as KAW sees it, moved on by the test."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 2, 9, 0)

    def pass_(self, **span: float) -> None:
        """``clock.pass_(minutes=5)``"""
        self.now += timedelta(**span)


def give_passwords(people: People) -> People:
    """Everybody's password is PASSWORD."""
    hashed = passwords.hashed(PASSWORD)
    with db.transaction() as tx:
        for login in LOGINS:
            tx.session.get(User, getattr(people, login).user_id).password_hash = hashed
    return people


def enter(login: str, password: str = PASSWORD, address: str = "10.0.0.7") -> SignedIn:
    """Sign in from one of the office's browsers."""
    return sessions.sign_in(login, password, address, "Firefox")


def meet(monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str, *, after: bool = False) -> None:
    """Let two threads wait for each other at the call of this function, so that both are in the middle of their deed at
    once; where a lock keeps one of them back, the other one goes on after a moment."""
    original, barrier = getattr(module, name), Barrier(2)

    def met(*args: Any, **named: Any) -> Any:
        result = original(*args, **named) if after else None
        with suppress(BrokenBarrierError):
            barrier.wait(0.5)
        return result if after else original(*args, **named)

    monkeypatch.setattr(module, name, met)


@contextmanager
def heard(kind: type[live.LiveEvent]) -> Iterator[list[live.LiveEvent]]:
    """What is announced of this kind within the block."""
    events: list[live.LiveEvent] = []
    listening = True
    live.listen(lambda event: events.append(event) if listening and isinstance(event, kind) else None)
    yield events
    listening = False

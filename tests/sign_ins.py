"""Passwords and sign-ins of the people of the test stories."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

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


@contextmanager
def heard(kind: type[live.LiveEvent]) -> Iterator[list[live.LiveEvent]]:
    """What is announced of this kind within the block."""
    events: list[live.LiveEvent] = []
    listening = True
    live.listen(lambda event: events.append(event) if listening and isinstance(event, kind) else None)
    yield events
    listening = False

"""Slows down guessing: after some failures a login, and an address, has to wait longer and longer (R5.1)."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db
from kaw.errors import KawError
from kaw.i18n import N_
from kaw.models import SignInFailure

FREE_TRIES = {"login": 5, "address": 20}  # an office shares one address
FIRST_WAIT = 15  # seconds; doubles with each further failure
LONGEST_WAIT = 15 * 60
FORGET_AFTER = timedelta(hours=1)


class TooManyTries(KawError):
    """Somebody has to wait; ``seconds`` until the next try counts."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(N_("Too many attempts. Try again in {seconds} s."), seconds=seconds)


def require_turn(session: Session, login: str, address: str) -> None:
    """TooManyTries while this login or this address has to wait."""
    now = db.now()
    for subject in _subjects(login, address):
        row = session.exec(select(SignInFailure).where(SignInFailure.subject == subject)).first()
        if row is None or row.last_at < now - FORGET_AFTER:
            continue
        left = wait_after(row.failures, subject) - (now - row.last_at).total_seconds()
        if left > 0:
            raise TooManyTries(int(left) + 1)


def failed(session: Session, login: str, address: str) -> None:
    """Count one failure; what is old is forgotten on the way, so that the table stays small under a flood."""
    now = db.now()
    session.connection().execute(sa.delete(SignInFailure).where(col(SignInFailure.last_at) < now - FORGET_AFTER))
    for subject in _subjects(login, address):
        row = session.exec(select(SignInFailure).where(SignInFailure.subject == subject).with_for_update()).first()
        if row is None:
            row = SignInFailure(subject=subject, last_at=now)
        row.failures += 1
        row.last_at = now
        session.add(row)


def succeeded(session: Session, login: str) -> None:
    """The right password clears its login; the address keeps its count, or one known account would reset it."""
    session.connection().execute(sa.delete(SignInFailure).where(col(SignInFailure.subject) == f"login:{login}"))


def wait_after(failures: int, subject: str) -> int:
    """Seconds to wait after so many failures."""
    over = failures - FREE_TRIES[subject.partition(":")[0]]
    return 0 if over < 0 else min(FIRST_WAIT * 2 ** min(over, 10), LONGEST_WAIT)


def _subjects(login: str, address: str) -> tuple[str, str]:
    return f"login:{login[:64]}", f"address:{address[:64]}"

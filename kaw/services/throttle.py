"""Slows down guessing: after some failures a login, and an address, has to wait longer and longer (R5.1).

A try is counted before its password is checked and taken back when it was right, so that tries sent all at once do not
pass together. The counts are in the database: a restart forgets nothing.
"""

from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv6Address, IPv6Network, ip_address

import sqlalchemy as sa
from sqlmodel import Session, col, func, select

from kaw import db
from kaw.errors import Busy, KawError
from kaw.i18n import N_
from kaw.models import SignInFailure
from kaw.services.upsert import put

FIRST_WAIT = 15  # seconds; doubles with each further failure
FORGET_AFTER = timedelta(hours=1)
RETRIES = 10
MOST_SUBJECTS = 20_000  # a flood of invented logins from many addresses fills no disk


@dataclass(frozen=True)
class Patience:
    """How many failures are free, and how long the longest wait is, in seconds."""

    free: int
    longest_wait: int


LOGIN = Patience(5, 15 * 60)
ADDRESS = Patience(20, 60)  # a whole office shares one address: one colleague must not lock the others out


class TooManyTries(KawError):
    """Somebody has to wait; ``seconds`` until the next try counts."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(N_("Too many attempts. Try again in {seconds} s."), seconds=seconds)


def take_turn(login: str, address: str = "") -> None:
    """Count a try as failed until ``succeeded``; TooManyTries, and nothing counted, while one of both has to wait."""
    for left in reversed(range(RETRIES)):
        try:
            _count(login, address)
            break
        except Busy:  # MariaDB takes back one of several who make the same new row at once
            if not left:
                raise
    forget_old()


def succeeded(session: Session, login: str, address: str = "") -> None:
    """The try was right: its login starts anew. The address only gets this try back, or one known account would let
    somebody guess the others."""
    forgive(session, login)
    if address:
        mine = col(SignInFailure.subject) == _address_subject(address)
        fewer = {"failures": col(SignInFailure.failures) - 1}
        session.connection().execute(sa.update(SignInFailure).where(mine).values(fewer))


def forgive(session: Session, login: str) -> None:
    """Forget the failures of a login: its user, or an administrator, has given it a new password."""
    mine = col(SignInFailure.subject) == _login_subject(login)
    session.connection().execute(sa.update(SignInFailure).where(mine).values(failures=0))  # DELETE would lock a gap


def wait_after(failures: int, patience: Patience) -> int:
    """Seconds to wait after so many failures."""
    over = failures - patience.free
    return 0 if over < 0 else min(FIRST_WAIT * 2 ** min(over, 10), patience.longest_wait)


def forget_old(most: int = MOST_SUBJECTS) -> None:
    """Drop what is an hour old and, beyond ``most`` rows, those that failed least."""
    with db.reading() as session:
        old = session.exec(select(SignInFailure.id).where(SignInFailure.last_at < db.now() - FORGET_AFTER).limit(most))
        ids = list(old)
        beyond = session.exec(select(func.count(col(SignInFailure.id)))).one() - len(ids) - most
        if beyond > 0:
            least = select(SignInFailure.id).order_by(col(SignInFailure.failures), col(SignInFailure.last_at))
            ids += session.exec(least.limit(beyond)).all()
    if ids:
        with db.transaction() as tx:
            tx.session.connection().execute(sa.delete(SignInFailure).where(col(SignInFailure.id).in_(ids)))


def _count(login: str, address: str) -> None:
    now = db.now()
    with db.transaction() as tx:
        for subject, patience in _subjects(login, address).items():
            row = _locked(tx.session, subject)
            if row.last_at < now - FORGET_AFTER:
                row.failures = 0
            wait = wait_after(row.failures, patience)
            left = min(wait, wait - (now - row.last_at).total_seconds())  # a clock set back makes nobody wait longer
            if left > 0:
                raise TooManyTries(int(left) + 1)
            row.failures += 1
            row.last_at = now
            tx.session.add(row)


def _locked(session: Session, subject: str) -> SignInFailure:
    """The row of a subject, made when it is not there. Nobody else counts it until the transaction ends."""
    put(session, SignInFailure(subject=subject, last_at=db.now()), by=["subject"], keep=["failures", "last_at"])
    return session.exec(select(SignInFailure).where(SignInFailure.subject == subject).with_for_update()).one()


def _subjects(login: str, address: str) -> dict[str, Patience]:
    found = {_login_subject(login): LOGIN}
    if address:
        found[_address_subject(address)] = ADDRESS
    return found


def _login_subject(login: str) -> str:
    return f"login:{login[:64]}"


def _address_subject(address: str) -> str:
    """An IPv6 customer has a whole /64 to come from; it counts as one address."""
    try:
        found = ip_address(address)
    except ValueError:
        return f"address:{address[:64]}"
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or IPv6Network((found, 64), strict=False).network_address
    return f"address:{found}"

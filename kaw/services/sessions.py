"""Sign-ins: KAW's own session table, ended from the server at any moment (R5.1, R5.2, R4.2)."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from kaw import db, live
from kaw.config import config
from kaw.errors import AccessDenied, InvalidValue, KawError, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, Setting, User, UserSession
from kaw.services import access, audit, passwords, settings, throttle
from kaw.services.access import Actor

COOKIE = "kaw_session"
SEEN_EVERY = timedelta(minutes=1)
PRESENT_FOR = timedelta(minutes=10)  # a browser heard of within it counts against the limit
NOBODY = Actor(0)


class SignInRefused(KawError):
    """Wrong login or password: one message that does not tell which."""

    default_text = N_("Wrong login or password.")


class SessionLimitReached(KawError):
    """As many users work as the installation allows."""

    default_text = N_("As many users are signed in as allowed. Ask your administrator to end a session.")


@dataclass(frozen=True)
class SignedIn:
    """A new sign-in: the token goes into the browser's cookie and is stored nowhere else."""

    token: str
    actor: Actor
    must_change_password: bool


@dataclass(frozen=True)
class SessionRow:
    """A signed-in browser in a list."""

    id: int
    user_id: int
    user_name: str
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str


def sign_in(login: str, password: str, address: str, browser: str) -> SignedIn:
    """Start a session for the right password; SignInRefused, TooManyTries or SessionLimitReached otherwise."""
    login = login.strip().casefold()[:64]
    throttle.take_turn(login, address)
    with db.reading() as session:
        user = session.exec(
            select(User).where(User.login == login, col(User.active).is_(True), col(User.deleted_at).is_(None))
        ).first()
    if not passwords.matches(password, user.password_hash if user else None) or user is None:
        with db.transaction() as tx:
            audit.record(tx, NOBODY, AuditAction.SIGN_IN_FAILED, subject=login, address=address, user_name=login)
        raise SignInRefused
    with db.transaction() as tx:
        _require_unchanged(tx.session, user)
        throttle.succeeded(tx.session, login, address)
        made = _begin(tx, user, address, browser) if _has_room(tx.session, user.id or 0) else None
        if made is None:
            audit.record(tx, Actor(user.id or 0), AuditAction.SIGN_IN_FAILED, subject=login, address=address)
    if made is None:
        raise SessionLimitReached
    return made


def actor_for(token: str) -> Actor | None:
    """Who a cookie's token belongs to; None: nobody any more."""
    now = db.now()
    with db.reading() as session:
        row = session.exec(
            select(UserSession).where(UserSession.token_hash == hash_of(token), col(UserSession.ended_at).is_(None))
        ).first()
    if row is None or row.seen_at < now - timedelta(days=config().session_days):
        return None
    if row.seen_at < now - SEEN_EVERY and not touch(row.id or 0):
        return None
    return Actor(row.user_id, row.id or 0)


def touch(session_id: int) -> bool:
    """Note that a browser is still there; False when its sign-in holds no longer.

    One not heard of for ``PRESENT_FOR`` has given up its place under the session limit; when all are taken by the time
    it comes back, its sign-in ends.
    """
    with db.transaction() as tx:
        row = tx.session.get(UserSession, session_id, with_for_update=True)
        if row is None or row.ended_at is not None:
            return False
        if row.seen_at < db.now() - PRESENT_FOR and not _has_room(tx.session, row.user_id):
            owner = tx.session.get(User, row.user_id)
            name = owner.full_name if owner else ""
            audit.record(tx, NOBODY, AuditAction.SESSION_ENDED, subject=name, address=row.address, user_name="KAW")
            end_sessions(tx, [row])
            return False
        row.seen_at = db.now()
        return True


def lately_here() -> list[int]:
    """Users whose browsers were heard of in the last minutes that any was: who was here when KAW stopped."""
    alive = col(UserSession.ended_at).is_(None), col(UserSession.seen_at) > _oldest()
    with db.reading() as session:
        last = session.exec(select(func.max(UserSession.seen_at)).where(*alive)).one()
        if last is None:
            return []
        return list(
            session.exec(select(UserSession.user_id).distinct().where(*alive, UserSession.seen_at > last - PRESENT_FOR))
        )


def must_change_password(actor: Actor) -> bool:
    """Whether the user has to choose a password of his own before anything else."""
    access.rights(actor)
    with db.reading() as session:
        user = session.get(User, actor.user_id)
        return bool(user and user.must_change_password)


def sign_out(actor: Actor) -> None:
    """End this browser's session, in all its windows."""
    with db.transaction() as tx:
        row = tx.session.get(UserSession, actor.session_id)
        if row is not None and row.user_id == actor.user_id and row.ended_at is None:
            audit.record(tx, actor, AuditAction.SIGN_OUT)
            end_sessions(tx, [row])


def open_sessions(actor: Actor, user_id: int | None = None) -> list[SessionRow]:
    """Signed-in browsers, of one user or of all: an administrator sees everybody's, others their own."""
    if user_id != actor.user_id:
        access.require_admin(actor)
    access.rights(actor)
    query = (
        select(UserSession, User.full_name)
        .join(User, col(User.id) == col(UserSession.user_id))
        .where(col(UserSession.ended_at).is_(None), col(UserSession.seen_at) > _oldest())
        .order_by(col(UserSession.seen_at).desc())
        .limit(1000)
    )
    if user_id is not None:
        query = query.where(UserSession.user_id == user_id)
    with db.reading() as session:
        return [_row(row, name) for row, name in session.exec(query)]


def end(actor: Actor, session_id: int) -> None:
    """End a session: one's own, or anybody's for an administrator."""
    rights = access.rights(actor)
    with db.transaction() as tx:
        row = tx.session.get(UserSession, session_id)
        if row is None or (row.user_id != actor.user_id and not rights.is_admin):
            raise NotFound
        if row.ended_at is None:
            owner = tx.session.get(User, row.user_id)
            audit.record(tx, actor, AuditAction.SESSION_ENDED, subject=owner.full_name if owner else "")
            end_sessions(tx, [row])


def end_all_of(tx: db.Transaction, user_id: int, *, but: int = 0) -> None:
    """End every session of a user in the running transaction; ``but`` is spared."""
    rows = tx.session.exec(
        select(UserSession).where(
            UserSession.user_id == user_id, col(UserSession.ended_at).is_(None), UserSession.id != but
        )
    ).all()
    end_sessions(tx, list(rows))


def end_sessions(tx: db.Transaction, rows: list[UserSession]) -> None:
    """Mark sessions as ended and tell their browsers."""
    for row in rows:
        row.ended_at = db.now()
        tx.session.add(row)
    if rows:
        tx.announce(live.SessionsEnded(tuple(row.id or 0 for row in rows)))


def change_password(actor: Actor, old: str | None, new: str) -> None:
    """Choose a password of one's own; the old one is asked except right after an administrator's one-time password.

    Every other browser of the user is signed out. Guessing the old one is slowed as signing in is.
    """
    access.rights(actor)
    with db.reading() as session:
        user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound
    if not user.must_change_password:
        throttle.take_turn(user.login)
        if not passwords.matches(old or "", user.password_hash):
            raise InvalidValue("old_password", N_("This is not your present password."))
    passwords.require_good(new, user.login, "new_password")
    if passwords.matches(new, user.password_hash):
        raise InvalidValue("new_password", N_("Choose a password other than the present one."))
    new_hash = passwords.hashed(new)
    with db.transaction() as tx:
        row = tx.session.get(User, actor.user_id, with_for_update=True)
        if row is None or row.password_hash != user.password_hash:
            raise AccessDenied
        row.password_hash, row.must_change_password = new_hash, False
        throttle.forgive(tx.session, row.login)
        audit.record(tx, actor, AuditAction.PASSWORD_CHANGED, subject=row.full_name)
        end_all_of(tx, actor.user_id, but=actor.session_id)


def hash_of(token: str) -> str:
    """What the table keeps of a token: it cannot be turned back into a cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def _begin(tx: db.Transaction, user: User, address: str, browser: str) -> SignedIn:
    token, now = secrets.token_urlsafe(32), db.now()
    row = UserSession(
        token_hash=hash_of(token),
        user_id=user.id or 0,
        created_at=now,
        seen_at=now,
        address=address[:64],
        browser=browser[:255],
    )
    tx.session.add(row)
    tx.session.flush()
    actor = Actor(user.id or 0, row.id or 0)
    audit.record(tx, actor, AuditAction.SIGN_IN, address=address)
    return SignedIn(token, actor, user.must_change_password)


def _require_unchanged(session: Session, user: User) -> None:
    """The account is still as it was when its password was checked. Locked, so that whoever changes the password or
    deactivates it afterwards finds the new session and ends it."""
    now = session.get(User, user.id, with_for_update=True)
    if now is None or not now.active or now.deleted_at is not None or now.password_hash != user.password_hash:
        raise SignInRefused


def _has_room(session: Session, user_id: int) -> bool:
    """Whether one more user may work now. Administrators always may; a user's second browser takes no second place."""
    limit = int(settings.value("session_limit"))
    if not limit:
        return True
    # A set limit has a row. Locked, or two could take the last place at once; before the first plain read, whose
    # picture of the other sessions MariaDB would keep.
    session.exec(select(Setting.key).where(Setting.key == "session_limit").with_for_update()).all()
    user = session.get(User, user_id)
    if user is not None and user.is_admin:
        return True
    others = session.exec(
        select(func.count(func.distinct(UserSession.user_id))).where(
            col(UserSession.ended_at).is_(None),
            col(UserSession.seen_at) > db.now() - PRESENT_FOR,
            UserSession.user_id != user_id,
        )
    ).one()
    return others < limit


def _oldest() -> datetime:
    return db.now() - timedelta(days=config().session_days)


def _row(row: UserSession, name: str) -> SessionRow:
    return SessionRow(row.id or 0, row.user_id, name, row.created_at, row.seen_at, row.address, row.browser)

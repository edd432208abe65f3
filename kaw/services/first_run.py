"""The first administrator (R5.3). Once anybody exists, nobody becomes administrator this way."""

from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from kaw import db
from kaw.config import config
from kaw.errors import Busy
from kaw.i18n import N_, translations
from kaw.models import AuditAction, User
from kaw.services import audit, passwords
from kaw.services.access import SYSTEM

LOGIN = "admin"


def ensure_administrator() -> str | None:
    """Make the administrator of an empty database; the one-time password to print, or None."""
    if _is_anybody():
        return None
    chosen = config().admin_password.get_secret_value()
    password = chosen or passwords.one_time()
    try:
        _create(password, must_change=not chosen)
    except (IntegrityError, Busy):
        if _is_anybody():  # two processes met the empty database at once, and the other one was quicker
            return None
        raise
    return None if chosen else password


def _is_anybody() -> bool:
    """Whether there is any account, a deleted one included."""
    with db.reading() as session:
        return session.exec(select(User.id).limit(1)).first() is not None


def _create(password: str, *, must_change: bool) -> None:
    administrator = User(
        login=LOGIN,
        full_name=translations(config().language).gettext(N_("Administrator")),
        password_hash=passwords.hashed(password),
        must_change_password=must_change,
        is_admin=True,
        language=config().language,
        created_at=db.now(),
    )
    with db.transaction() as tx:
        tx.session.add(administrator)  # its login is unique
        audit.record(tx, SYSTEM, AuditAction.USER_CREATED, subject=LOGIN, user_name="KAW")

"""The first administrator (R5.3). Once anybody exists, nobody becomes administrator this way."""

from sqlmodel import select

from kaw import db
from kaw.config import config
from kaw.i18n import N_, translations
from kaw.models import AuditAction, User
from kaw.services import audit, passwords
from kaw.services.access import SYSTEM

LOGIN = "admin"


def ensure_administrator() -> str | None:
    """Make the administrator of an empty database; the one-time password to print, or None."""
    with db.reading() as session:
        if session.exec(select(User.id).limit(1)).first() is not None:
            return None
    chosen = config().admin_password.get_secret_value()
    password = chosen or passwords.one_time()
    password_hash = passwords.hashed(password)
    with db.transaction() as tx:
        if tx.session.exec(select(User.id).limit(1).with_for_update()).first() is not None:
            return None
        name = translations(config().language).gettext(N_("Administrator"))
        tx.session.add(
            User(
                login=LOGIN,
                full_name=name,
                password_hash=password_hash,
                must_change_password=not chosen,
                is_admin=True,
                language=config().language,
                created_at=db.now(),
            )
        )
        audit.record(tx, SYSTEM, AuditAction.USER_CREATED, subject=LOGIN, user_name="KAW")
    return None if chosen else password

"""What has to go after a time goes: old lines of the audit log, purged fields and cards, dead sign-ins."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw import db
from kaw.config import config
from kaw.errors import KawError
from kaw.models import OpenTabs, UserSession
from kaw.services import audit, bin, fields, settings
from kaw.services.calls import journal

log = logging.getLogger(__name__)


def run() -> None:
    """Every chore; one that cannot be done now is logged and does not keep the others back."""
    for chore in CHORES:
        try:
            chore()
        except KawError as error:
            log.warning("housekeeping: %s could not be done: %s", chore.__name__, error)


def forget_old_log() -> None:
    """Lines of the audit log older than the setting keeps them."""
    audit.purge_old(int(settings.value("audit_days")))


def forget_dead_sessions() -> None:
    """Sign-ins that ended, or were not heard of, longer than a sign-in may rest; their open tabs with them."""
    limit = db.now() - timedelta(days=config().session_days)
    with db.transaction() as tx:
        connection = tx.session.connection()
        old = sa.or_(col(UserSession.ended_at) < limit, col(UserSession.seen_at) < limit)
        ids = connection.execute(sa.select(col(UserSession.id)).where(old)).scalars().all()
        newest = sa.select(sa.func.max(col(OpenTabs.updated_at))).group_by(col(OpenTabs.user_id))
        keep = connection.execute(newest).scalars().all()  # the next sign-in begins with these tabs
        for start in range(0, len(ids), 500):
            some = ids[start : start + 500]
            tabs = sa.delete(OpenTabs).where(col(OpenTabs.session_id).in_(some), col(OpenTabs.updated_at).not_in(keep))
            connection.execute(tabs)
            connection.execute(sa.delete(UserSession).where(col(UserSession.id).in_(some)))


CHORES: tuple[Callable[[], Any], ...] = (
    forget_old_log,
    forget_dead_sessions,
    fields.purge_old,
    bin.purge_old,
    journal.purge,
)

"""Sign-ins and failed attempts to sign in."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime


class UserSession(SQLModel, table=True):
    """One signed-in browser. The cookie holds the token, the table only its hash."""

    __tablename__ = "user_session"

    id: int | None = Column(default=None, primary_key=True)
    token_hash: str = Column(max_length=64, unique=True)
    user_id: int = Column(foreign_key="user_account.id", index=True)
    created_at: datetime = Column(sa_type=UtcDateTime)
    seen_at: datetime = Column(sa_type=UtcDateTime)
    ended_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    address: str = Column(default="", max_length=64)
    browser: str = Column(default="", max_length=255)


class SignInFailure(SQLModel, table=True):
    """How often a login or an address failed lately; the wait grows with it."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (sa.UniqueConstraint("subject"),)

    id: int | None = Column(default=None, primary_key=True)
    subject: str = Column(max_length=128)  # "login:anna" or "address:10.0.0.7"
    failures: int = 0
    last_at: datetime = Column(sa_type=UtcDateTime)

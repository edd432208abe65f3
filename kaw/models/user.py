"""People who sign in."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime


class Right(StrEnum):
    """A right that is switched on per user (R7.1.2). Everything else follows from field levels."""

    ADMIN = "admin"
    CONTACTS = "contacts"
    TASKS = "tasks"
    REPORTS = "reports"


class User(SQLModel, table=True):
    __tablename__ = "user_account"

    id: int | None = Column(default=None, primary_key=True)
    login: str = Column(max_length=64, unique=True)  # casefolded
    full_name: str = Column(max_length=120)
    password_hash: str = Column(max_length=255)
    must_change_password: bool = False
    active: bool = True
    is_admin: bool = False
    right_contacts: bool = False
    right_tasks: bool = False
    right_reports: bool = False
    extension: str | None = Column(default=None, max_length=16, unique=True)  # internal number on the PBX
    sip_secret: str | None = Column(default=None, max_length=512)  # encrypted, see services/secrets.py
    language: str = Column(default="ru", max_length=8)
    theme: str = Column(default="auto", max_length=8)  # light, dark, auto
    notification_sound: bool = True
    working_hours: str = Column(default="", max_length=255)  # JSON: {"1": ["09:00", "18:00"], ...}, 1 is Monday
    created_at: datetime = Column(sa_type=UtcDateTime)
    deleted_at: datetime | None = Column(default=None, sa_type=UtcDateTime)  # the row stays: history names him


class QueueMembership(SQLModel, table=True):
    """An ACD queue a user serves: static (the PBX's own list) or dynamic (he joins by signing in)."""

    __tablename__ = "queue_membership"
    __table_args__ = (sa.UniqueConstraint("user_id", "queue"),)

    id: int | None = Column(default=None, primary_key=True)
    user_id: int = Column(foreign_key="user_account.id", index=True)
    queue: str = Column(max_length=64)
    dynamic: bool = True

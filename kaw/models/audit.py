"""What administrators can look up later (R5.4)."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime, enum_column


class AuditAction(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    USER_CREATED = "user_created"
    USER_CHANGED = "user_changed"
    USER_DELETED = "user_deleted"
    GROUP_CREATED = "group_created"
    GROUP_CHANGED = "group_changed"
    GROUP_DELETED = "group_deleted"
    FIELD_CREATED = "field_created"
    FIELD_CHANGED = "field_changed"
    FIELD_DELETED = "field_deleted"
    FIELD_RESTORED = "field_restored"
    LIST_CREATED = "list_created"
    LIST_CHANGED = "list_changed"
    LIST_DELETED = "list_deleted"
    SETTING_CHANGED = "setting_changed"
    PARTNER_DELETED = "partner_deleted"
    PARTNER_RESTORED = "partner_restored"
    ATTACHMENT_DELETED = "attachment_deleted"
    IMPORT = "import"
    IMPORT_REMOVED = "import_removed"
    EXPORT = "export"
    LISTENED_IN = "listened_in"
    RECORDING_HEARD = "recording_heard"
    MISSED_CALL_CLOSED = "missed_call_closed"
    REFUSED = "refused"


class AuditEntry(SQLModel, table=True):
    __tablename__ = "audit_entry"

    id: int | None = Column(default=None, primary_key=True)
    at: datetime = Column(sa_type=UtcDateTime, index=True)
    user_id: int | None = Column(default=None, index=True)
    user_name: str = Column(default="", max_length=120)  # as it was then; a failed sign-in has the login tried
    address: str = Column(default="", max_length=64)
    action: AuditAction = Column(sa_column=enum_column(AuditAction, index=True))
    subject: str = Column(default="", max_length=255)  # what it was done to, in words
    details: str = Column(default="", sa_type=LongText)  # JSON, never a secret and never a card's value
    folded: str = Column(default="", sa_type=LongText)  # its words as search compares them: SQLite folds only Latin

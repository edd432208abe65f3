"""Loads of partners from files («Загрузка базы»)."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime, enum_column


class ImportState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    REMOVED = "removed"


class Import(SQLModel, table=True):
    __tablename__ = "partner_import"

    id: int | None = Column(default=None, primary_key=True)
    file_name: str = Column(max_length=255)
    sha256: str = Column(max_length=64, index=True)
    user_id: int | None = None
    state: ImportState = Column(sa_column=enum_column(ImportState))
    started_at: datetime = Column(sa_type=UtcDateTime)
    finished_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    rows_total: int = 0
    rows_added: int = 0
    rows_wrong: int = 0
    errors: str = Column(default="[]", sa_type=LongText)  # JSON: [[row number, field name, message id, values], ...]
    message: str = Column(default="", max_length=500)  # why it failed

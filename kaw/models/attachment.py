"""Files of a card."""

from datetime import datetime

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime


class Attachment(SQLModel, table=True):
    __tablename__ = "attachment"

    id: int | None = Column(default=None, primary_key=True)
    partner_id: int = Column(index=True)
    name: str = Column(max_length=255)  # as the user's file was called, cleaned of control characters
    size: int  # bytes
    stored_name: str = Column(max_length=64, unique=True)  # random, in Config.files_dir
    uploaded_by: int | None = None
    uploaded_at: datetime = Column(sa_type=UtcDateTime)

"""What a user had open, so that a reload or a restart brings it back."""

from datetime import datetime

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime


class OpenTabs(SQLModel, table=True):
    """The tabs of one signed-in browser."""

    __tablename__ = "open_tabs"

    session_id: int = Column(primary_key=True)
    user_id: int = Column(index=True)
    tabs: str = Column(default="[]", sa_type=LongText)  # JSON: [["partner", "15"], ["users", ""], ...]
    active: str = Column(default="", max_length=64)  # "partner/15"
    updated_at: datetime = Column(sa_type=UtcDateTime)


class Draft(SQLModel, table=True):
    """What a user typed into a tab and has not saved."""

    __tablename__ = "draft"

    user_id: int = Column(primary_key=True)
    tab: str = Column(max_length=64, primary_key=True)  # "partner/15"
    content: str = Column(sa_type=LongText)  # JSON: {input name: value as typed, "version": 7}
    updated_at: datetime = Column(sa_type=UtcDateTime)

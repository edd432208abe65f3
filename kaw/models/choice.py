"""Choice lists («Списки») and their items."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime


class ChoiceList(SQLModel, table=True):
    __tablename__ = "choice_list"

    id: int | None = Column(default=None, primary_key=True)
    name: str = Column(max_length=120, unique=True)
    version: int = 1


class Choice(SQLModel, table=True):
    __tablename__ = "choice"
    __table_args__ = (
        sa.Index("ix_choice_list_order", "list_id", "sort_order", "id"),
        {"sqlite_autoincrement": True},  # ids of items are in the history of cards
    )

    id: int | None = Column(default=None, primary_key=True)
    list_id: int = Column(foreign_key="choice_list.id")
    name: str = Column(max_length=120)
    sort_order: int = 0
    hidden_by_default: bool = False  # partners with it are left out of the table until that filter is switched
    deleted_at: datetime | None = Column(default=None, sa_type=UtcDateTime)

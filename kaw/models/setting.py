"""One setting of «Настройки»."""

from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText


class Setting(SQLModel, table=True):
    __tablename__ = "setting"

    key: str = Column(max_length=64, primary_key=True)
    value: str = Column(sa_type=LongText)  # JSON; secrets are encrypted before

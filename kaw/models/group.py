"""Groups of users and the field levels they give."""

from enum import IntEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel


class Access(IntEnum):
    """How far a value is open to somebody: the widest level of his groups counts (R7.3.1)."""

    HIDDEN = 0
    VIEW = 1
    EDIT = 2


class Group(SQLModel, table=True):
    __tablename__ = "user_group"

    id: int | None = Column(default=None, primary_key=True)
    name: str = Column(max_length=120, unique=True)


class GroupMember(SQLModel, table=True):
    __tablename__ = "group_member"

    group_id: int = Column(foreign_key="user_group.id", primary_key=True)
    user_id: int = Column(foreign_key="user_account.id", primary_key=True, index=True)


class GroupAccess(SQLModel, table=True):
    """The level of one field for one group; no row means hidden."""

    __tablename__ = "group_access"

    group_id: int = Column(foreign_key="user_group.id", primary_key=True)
    field_id: int = Column(foreign_key="field.id", primary_key=True, index=True)
    level: Access = Column(sa_column=sa.Column(sa.SmallInteger, nullable=False))

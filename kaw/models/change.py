"""History of a card: who changed which field from what to what."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime, enum_column


class ChangeKind(StrEnum):
    CREATED = "created"
    EDITED = "edited"
    RESTORED_VALUE = "restored_value"
    IMPORTED = "imported"
    DELETED = "deleted"
    RESTORED = "restored"
    CONVERTED = "converted"  # the type of the field was changed


class Change(SQLModel, table=True):
    """One field of one save; rows of one save share partner and version. Without a field: the card as a whole."""

    __tablename__ = "card_change"
    __table_args__ = (sa.Index("ix_card_change_partner", "partner_id", "version"),)

    id: int | None = Column(default=None, primary_key=True)
    partner_id: int
    version: int  # of the card after the change
    at: datetime = Column(sa_type=UtcDateTime, index=True)
    user_id: int | None = None
    kind: ChangeKind = Column(sa_column=enum_column(ChangeKind))
    field_id: int | None = None
    field_name: str = Column(default="", max_length=120)  # as it was then
    old_value: str | None = Column(default=None, sa_type=LongText)  # as FieldType.store_text writes it
    new_value: str | None = Column(default=None, sa_type=LongText)
    old_shown: str | None = Column(default=None, sa_type=LongText)  # in words, as it was then: names of choices change
    new_shown: str | None = Column(default=None, sa_type=LongText)

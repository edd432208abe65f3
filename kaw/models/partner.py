"""What belongs to a partner beside his card. The card itself has a column per field: services/card_schema.py."""

from datetime import datetime
from enum import IntEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime


class CardState(IntEnum):
    """Where a card is; part of every sort index, so that lists never visit rows they leave out."""

    SHOWN = 0
    HIDDEN_BY_CHOICE = 1  # one of its choices is «скрывать по умолчанию»
    IN_BIN = 2


class PartnerCard(SQLModel, table=True):
    """The columns every card has. Those of the administrator's fields are added beside them by ALTER TABLE."""

    __tablename__ = "partner_card"
    __table_args__ = (
        sa.Index("ix_partner_card_state", "state", "id"),
        sa.Index("ix_partner_card_created", "created_at", "id"),
        {"sqlite_autoincrement": True},  # the number of a purged card is never given again: history would mix
    )

    id: int | None = Column(default=None, primary_key=True)
    version: int = 1  # grows with every save; a save against an older one is a conflict
    state: CardState = Column(sa_column=sa.Column(sa.SmallInteger, nullable=False, server_default="0"))
    created_at: datetime = Column(sa_type=UtcDateTime)
    created_by: int | None = None
    updated_at: datetime = Column(sa_type=UtcDateTime)
    updated_by: int | None = None
    deleted_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    deleted_by: int | None = None
    import_id: int | None = Column(default=None, index=True)


class PartnerChoice(SQLModel, table=True):
    """One chosen item of a field that allows several."""

    __tablename__ = "partner_choice"
    __table_args__ = (sa.Index("ix_partner_choice_choice", "field_id", "choice_id", "partner_id"),)

    partner_id: int = Column(primary_key=True)
    field_id: int = Column(primary_key=True)
    choice_id: int = Column(primary_key=True)


class PartnerPhone(SQLModel, table=True):
    """One number of a card, normalised, so that an incoming call finds its partner in one index look-up."""

    __tablename__ = "partner_phone"
    __table_args__ = (
        sa.Index("ix_partner_phone_digits", "digits10", "partner_id"),
        sa.Index("ix_partner_phone_partner", "partner_id", "field_id", "number"),  # a page of the table reads only it
    )

    id: int | None = Column(default=None, primary_key=True)
    partner_id: int
    field_id: int
    digits10: str = Column(max_length=15)  # last ten digits, or the whole number when it is shorter
    number: str = Column(max_length=24)  # E.164 where it is a possible number, the digits as given otherwise
    extension: str = Column(default="", max_length=12)
    label: str = Column(default="", max_length=60)


class PartnerWord(SQLModel, table=True):
    """MariaDB only: the suffixes of a card's words per field, under a FULLTEXT index (it has no n-gram parser)."""

    __tablename__ = "partner_word"
    __table_args__ = (sa.Index("ft_partner_word", "suffixes", mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT"),)

    partner_id: int = Column(primary_key=True)
    suffixes: str = Column(default="", sa_type=LongText)

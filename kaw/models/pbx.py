"""What the PBX told, kept for a set time, and how KAW caught up with it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime


class PbxJournal(SQLModel, table=True):
    """Neutral PBX events of one subject that arrived together, as JSON lines in the order of arrival.

    The subject is a call's Linkedid or ``operator:1010``. Records are made from nothing else.
    """

    __tablename__ = "pbx_journal"
    __table_args__ = (sa.Index("ix_pbx_journal_subject", "subject", "id"), sa.Index("ix_pbx_journal_at", "written_at"))

    id: int | None = Column(default=None, primary_key=True)
    subject: str = Column(max_length=80)
    written_at: datetime = Column(sa_type=UtcDateTime)
    lines: str = Column(sa_type=LongText)


class PbxReconciliation(SQLModel, table=True):
    """One catching up with queue log and CDR after a gap."""

    __tablename__ = "pbx_reconciliation"

    id: int | None = Column(default=None, primary_key=True)
    at: datetime = Column(sa_type=UtcDateTime, index=True)
    since: datetime | None = Column(default=None, sa_type=UtcDateTime)  # begin of the gap
    seen_live: int = 0  # calls of the period that KAW had seen by itself
    recovered: int = 0  # calls made or completed from log and CDR
    differing: int = 0  # calls where log or CDR say something else than KAW saw
    closed: int = 0  # calls whose end was nowhere
    problem: str = Column(default="", max_length=255)  # why log or CDR could not be read


class TelephonyLease(SQLModel, table=True):
    """Which KAW process talks to the PBX: exactly one."""

    __tablename__ = "telephony_lease"

    id: int = Column(default=1, primary_key=True)
    holder: str = Column(max_length=64)
    until: datetime = Column(sa_type=UtcDateTime)
    state: str = Column(default="", max_length=32)  # of the line, for the other processes
    detail: str = Column(default="", max_length=255)

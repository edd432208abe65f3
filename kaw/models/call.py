"""What happened on the telephone: calls, their legs and their entries into queues.

Figures are queries over these tables. Lengths are whole milliseconds; None: no source told.
"""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import LongText, UtcDateTime, enum_column


class CallDirection(StrEnum):
    """From where the first channel came."""

    INBOUND = "inbound"  # from a trunk
    OUTBOUND = "outbound"  # from an operator to a trunk
    INTERNAL = "internal"


class CallResult(StrEnum):
    """How a call ended."""

    ANSWERED = "answered"  # an operator talked with the other side
    ABANDONED = "abandoned"  # the caller left while waiting
    MISSED = "missed"  # timeout, empty queue, nobody there
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CANCELLED = "cancelled"  # the operator gave up before the other side answered
    FAILED = "failed"  # the PBX, the trunk, or no such number

    @property
    def reached(self) -> bool:
        """Whether two people talked."""
        return self is CallResult.ANSWERED


class VisitOutcome(StrEnum):
    """How a queue entry ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    TIMEOUT = "timeout"
    EMPTY = "empty"
    KEY = "key"
    FAILED = "failed"  # the PBX stopped under a waiting caller


class HungUpBy(StrEnum):
    """Who ended the last operator's talk."""

    PARTNER = "partner"
    OPERATOR = "operator"
    TRANSFER = "transfer"
    PBX = "pbx"


class LegResult(StrEnum):
    """How an operator's phone took part in a call."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    CANCELLED = "cancelled"  # another answered, or the caller left
    FAILED = "failed"


class Call(SQLModel, table=True):
    """All channels with one Asterisk Linkedid."""

    __tablename__ = "call"
    __table_args__ = (
        sa.Index("ix_call_started", "started_at", "id"),
        sa.Index("ix_call_partner", "partner_id", "started_at"),
        sa.Index("ix_call_user", "user_id", "started_at"),
        sa.Index("ix_call_digits", "digits10", "started_at"),
        sa.Index("ix_call_open", "ended_at"),
        sa.Index("ix_call_missed", "direction", "result", "closed_at", "digits10", "started_at"),
    )

    id: int | None = Column(default=None, primary_key=True)
    linkedid: str = Column(max_length=64, unique=True)
    direction: CallDirection = Column(sa_column=enum_column(CallDirection))
    number: str = Column(default="", max_length=80)  # of the other side, as the network gave it; "": hidden
    digits10: str = Column(default="", max_length=10)  # its key, see fields/phone.py
    dialled: str = Column(default="", max_length=80)  # what was dialled: one's own number of an inbound call
    partner_id: int | None = None
    result: CallResult | None = Column(
        default=None, sa_column=enum_column(CallResult, nullable=True)
    )  # None: it goes on, or nobody knows
    operator: str | None = Column(default=None, max_length=40)  # extension of who talked last
    user_id: int | None = None  # whose extension it was then
    hung_up_by: HungUpBy | None = Column(default=None, sa_column=enum_column(HungUpBy, nullable=True))
    started_at: datetime = Column(sa_type=UtcDateTime)
    answered_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    talk_ms: int | None = None
    wait_ms: int | None = None
    hold_ms: int | None = None
    recording: str | None = Column(default=None, max_length=255)  # path as the PBX told it
    closed_by_kaw: bool = False  # no source told its end
    recovered: bool = False  # at least partly from queue log or CDR
    origin: str = Column(default="", max_length=64)  # ChannelId KAW gave it, when KAW placed the call
    disposition: str = Column(default="", max_length=80)  # outcome the operator chose
    note: str = Column(default="", sa_type=LongText)
    noted_by: int | None = None
    noted_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    claimed_by: int | None = None  # a missed call somebody takes care of
    claimed_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Column(default=None, sa_type=UtcDateTime)  # the missed caller was reached
    closed_by_call: int | None = None


class CallLeg(SQLModel, table=True):
    """One channel of a call: an operator's phone or an outside line."""

    __tablename__ = "call_leg"
    __table_args__ = (
        sa.UniqueConstraint("call_id", "uniqueid"),
        sa.Index("ix_call_leg_operator", "operator", "started_at"),
        sa.Index("ix_call_leg_user", "user_id", "started_at"),
    )

    id: int | None = Column(default=None, primary_key=True)
    call_id: int = Column(foreign_key="call.id", index=True)
    uniqueid: str = Column(max_length=64)
    channel: str = Column(max_length=120)
    operator: str | None = Column(default=None, max_length=40)  # extension; None: an outside line
    user_id: int | None = None
    number: str = Column(default="", max_length=80)
    called: bool = True  # it was rung; else it called
    result: LegResult | None = Column(default=None, sa_column=enum_column(LegResult, nullable=True))
    started_at: datetime = Column(sa_type=UtcDateTime)  # began to ring or to dial
    answered_at: datetime | None = Column(default=None, sa_type=UtcDateTime)  # talk with the other side began
    ended_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    hold_ms: int | None = None
    hung_up_by: HungUpBy | None = Column(default=None, sa_column=enum_column(HungUpBy, nullable=True))


class QueueVisit(SQLModel, table=True):
    """One entry of a call into a queue."""

    __tablename__ = "queue_visit"
    __table_args__ = (
        sa.UniqueConstraint("uniqueid", "queue", "ordinal"),
        sa.Index("ix_queue_visit_queue", "queue", "joined_at"),
        sa.Index("ix_queue_visit_joined", "joined_at"),
    )

    id: int | None = Column(default=None, primary_key=True)
    call_id: int = Column(foreign_key="call.id", index=True)
    uniqueid: str = Column(max_length=64)
    queue: str = Column(max_length=80)
    ordinal: int = 0  # of this channel's entries into this queue
    joined_at: datetime = Column(sa_type=UtcDateTime)
    left_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    outcome: VisitOutcome | None = Column(default=None, sa_column=enum_column(VisitOutcome, nullable=True))
    operator: str | None = Column(default=None, max_length=40)
    user_id: int | None = None
    wait_ms: int | None = None
    talk_ms: int | None = None
    closed_by_kaw: bool = False
    recovered: bool = False


class VisitRing(SQLModel, table=True):
    """One try to reach one member for a queue entry, in the order of ``started_at``."""

    __tablename__ = "visit_ring"
    __table_args__ = (sa.UniqueConstraint("visit_id", "ordinal"),)

    id: int | None = Column(default=None, primary_key=True)
    visit_id: int = Column(foreign_key="queue_visit.id", index=True)
    ordinal: int
    operator: str = Column(max_length=40)
    user_id: int | None = None
    started_at: datetime = Column(sa_type=UtcDateTime)
    ended_at: datetime | None = Column(default=None, sa_type=UtcDateTime)
    result: LegResult | None = Column(default=None, sa_column=enum_column(LegResult, nullable=True))

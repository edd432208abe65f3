"""Operators' time, without overlap or hole."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field as Column
from sqlmodel import SQLModel

from kaw.models.columns import UtcDateTime, enum_column


class OperatorState(StrEnum):
    """What an operator is doing. Where sources overlap, the first in this order holds."""

    TALKING = "talking"
    DIALLING = "dialling"
    RINGING = "ringing"
    AFTER_CALL = "after_call"
    PAUSED = "paused"
    WAITING = "waiting"
    OFFLINE = "offline"

    @property
    def busy(self) -> bool:
        """Whether he is occupied with a call (metrics: occupancy)."""
        return self in (
            OperatorState.TALKING,
            OperatorState.DIALLING,
            OperatorState.RINGING,
            OperatorState.AFTER_CALL,
        )


class OperatorInterval(SQLModel, table=True):
    """An operator's time in exactly one state; ``ended_at`` None: the present one."""

    __tablename__ = "operator_interval"
    __table_args__ = (
        sa.UniqueConstraint("operator", "started_at"),
        sa.Index("ix_operator_interval_user", "user_id", "started_at"),
        sa.Index("ix_operator_interval_started", "started_at"),
        sa.Index("ix_operator_interval_open", "ended_at"),
    )

    id: int | None = Column(default=None, primary_key=True)
    operator: str = Column(max_length=40)  # extension
    user_id: int | None = None
    state: OperatorState = Column(sa_column=enum_column(OperatorState))
    pause_type: str | None = Column(default=None, max_length=80)
    started_at: datetime = Column(sa_type=UtcDateTime)
    ended_at: datetime | None = Column(default=None, sa_type=UtcDateTime)

"""Telephony"""

import sqlalchemy as sa
from alembic import op

from kaw.models.columns import LongText, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("linkedid", sa.String(length=64), nullable=False),
        sa.Column("direction", sa.String(length=32), nullable=False),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("digits10", sa.String(length=10), nullable=False),
        sa.Column("dialled", sa.String(length=80), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=True),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column("operator", sa.String(length=40), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("hung_up_by", sa.String(length=32), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("talk_ms", sa.Integer(), nullable=True),
        sa.Column("wait_ms", sa.Integer(), nullable=True),
        sa.Column("hold_ms", sa.Integer(), nullable=True),
        sa.Column("recording", sa.String(length=255), nullable=True),
        sa.Column("closed_by_kaw", sa.Boolean(), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.Column("origin", sa.String(length=64), nullable=False),
        sa.Column("disposition", sa.String(length=80), nullable=False),
        sa.Column("note", LongText, nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=True),
        sa.Column("noted_at", UtcDateTime, nullable=True),
        sa.Column("claimed_by", sa.Integer(), nullable=True),
        sa.Column("claimed_at", UtcDateTime, nullable=True),
        sa.Column("closed_at", UtcDateTime, nullable=True),
        sa.Column("closed_by_call", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("linkedid"),
    )
    with op.batch_alter_table("call", schema=None) as batch_op:
        batch_op.create_index("ix_call_digits", ["digits10", "started_at"], unique=False)
        batch_op.create_index("ix_call_open", ["ended_at"], unique=False)
        batch_op.create_index("ix_call_partner", ["partner_id", "started_at"], unique=False)
        batch_op.create_index("ix_call_started", ["started_at", "id"], unique=False)
        batch_op.create_index("ix_call_user", ["user_id", "started_at"], unique=False)

    op.create_table(
        "operator_interval",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("pause_type", sa.String(length=80), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("operator", "started_at"),
    )
    with op.batch_alter_table("operator_interval", schema=None) as batch_op:
        batch_op.create_index("ix_operator_interval_open", ["ended_at"], unique=False)
        batch_op.create_index("ix_operator_interval_started", ["started_at"], unique=False)
        batch_op.create_index("ix_operator_interval_user", ["user_id", "started_at"], unique=False)

    op.create_table(
        "pbx_journal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("written_at", UtcDateTime, nullable=False),
        sa.Column("lines", LongText, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pbx_journal", schema=None) as batch_op:
        batch_op.create_index("ix_pbx_journal_at", ["written_at"], unique=False)
        batch_op.create_index("ix_pbx_journal_subject", ["subject", "id"], unique=False)

    op.create_table(
        "pbx_reconciliation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("since", UtcDateTime, nullable=True),
        sa.Column("seen_live", sa.Integer(), nullable=False),
        sa.Column("recovered", sa.Integer(), nullable=False),
        sa.Column("differing", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("pbx_reconciliation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pbx_reconciliation_at"), ["at"], unique=False)

    op.create_table(
        "telephony_lease",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("until", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("detail", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "call_leg",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("uniqueid", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=120), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=80), nullable=False),
        sa.Column("called", sa.Boolean(), nullable=False),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("answered_at", UtcDateTime, nullable=True),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("hold_ms", sa.Integer(), nullable=True),
        sa.Column("hung_up_by", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["call.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("call_id", "uniqueid"),
    )
    with op.batch_alter_table("call_leg", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_call_leg_call_id"), ["call_id"], unique=False)
        batch_op.create_index("ix_call_leg_operator", ["operator", "started_at"], unique=False)
        batch_op.create_index("ix_call_leg_user", ["user_id", "started_at"], unique=False)

    op.create_table(
        "queue_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("uniqueid", sa.String(length=64), nullable=False),
        sa.Column("queue", sa.String(length=80), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("joined_at", UtcDateTime, nullable=False),
        sa.Column("left_at", UtcDateTime, nullable=True),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("operator", sa.String(length=40), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("wait_ms", sa.Integer(), nullable=True),
        sa.Column("talk_ms", sa.Integer(), nullable=True),
        sa.Column("closed_by_kaw", sa.Boolean(), nullable=False),
        sa.Column("recovered", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["call.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("uniqueid", "queue", "ordinal"),
    )
    with op.batch_alter_table("queue_visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_queue_visit_call_id"), ["call_id"], unique=False)
        batch_op.create_index("ix_queue_visit_joined", ["joined_at"], unique=False)
        batch_op.create_index("ix_queue_visit_queue", ["queue", "joined_at"], unique=False)

    op.create_table(
        "visit_ring",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("operator", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("started_at", UtcDateTime, nullable=False),
        sa.Column("ended_at", UtcDateTime, nullable=True),
        sa.Column("result", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["visit_id"],
            ["queue_visit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("visit_id", "ordinal"),
    )
    with op.batch_alter_table("visit_ring", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_ring_visit_id"), ["visit_id"], unique=False)

"""Missed calls that are open are found without looking at all others"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_call_missed", "call", ["direction", "result", "closed_at", "digits10", "started_at"])

"""First tables"""

import sqlalchemy as sa
from alembic import op

from kaw.models.columns import LongText, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("stored_name", sa.String(length=64), nullable=False),
        sa.Column("uploaded_by", sa.Integer(), nullable=True),
        sa.Column(
            "uploaded_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("stored_name"),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_partner_id"), ["partner_id"], unique=False)

    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("user_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column(
            "action",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column(
            "details",
            LongText,
            nullable=False,
        ),
        sa.Column(
            "folded",
            LongText,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("audit_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_entry_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_entry_user_id"), ["user_id"], unique=False)

    op.create_table(
        "card_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("field_id", sa.Integer(), nullable=True),
        sa.Column("field_name", sa.String(length=120), nullable=False),
        sa.Column(
            "old_value",
            LongText,
            nullable=True,
        ),
        sa.Column(
            "new_value",
            LongText,
            nullable=True,
        ),
        sa.Column(
            "old_shown",
            LongText,
            nullable=True,
        ),
        sa.Column(
            "new_shown",
            LongText,
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("card_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_card_change_at"), ["at"], unique=False)
        batch_op.create_index("ix_card_change_partner", ["partner_id", "version"], unique=False)

    op.create_table(
        "choice_list",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "draft",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("tab", sa.String(length=64), nullable=False),
        sa.Column(
            "content",
            LongText,
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("user_id", "tab"),
    )
    op.create_table(
        "open_tabs",
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "tabs",
            LongText,
            nullable=False,
        ),
        sa.Column("active", sa.String(length=64), nullable=False),
        sa.Column(
            "updated_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("session_id"),
    )
    with op.batch_alter_table("open_tabs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_tabs_user_id"), ["user_id"], unique=False)

    op.create_table(
        "partner_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column(
            "created_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column("created_by", sa.Integer(), nullable=True),
        sa.Column(
            "updated_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column("updated_by", sa.Integer(), nullable=True),
        sa.Column(
            "deleted_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.Column("deleted_by", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("partner_card", schema=None) as batch_op:
        batch_op.create_index("ix_partner_card_created", ["created_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_partner_card_import_id"), ["import_id"], unique=False)
        batch_op.create_index("ix_partner_card_state", ["state", "id"], unique=False)

    op.create_table(
        "partner_choice",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("choice_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "field_id", "choice_id"),
    )
    with op.batch_alter_table("partner_choice", schema=None) as batch_op:
        batch_op.create_index("ix_partner_choice_choice", ["field_id", "choice_id", "partner_id"], unique=False)

    op.create_table(
        "partner_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file_name", sa.String(length=255), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column(
            "state",
            sa.String(32),
            nullable=False,
        ),
        sa.Column(
            "started_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column(
            "finished_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("rows_added", sa.Integer(), nullable=False),
        sa.Column("rows_wrong", sa.Integer(), nullable=False),
        sa.Column(
            "errors",
            LongText,
            nullable=False,
        ),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("partner_import", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partner_import_sha256"), ["sha256"], unique=False)

    op.create_table(
        "partner_phone",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("digits10", sa.String(length=15), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("extension", sa.String(length=12), nullable=False),
        sa.Column("label", sa.String(length=60), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("partner_phone", schema=None) as batch_op:
        batch_op.create_index("ix_partner_phone_digits", ["digits10", "partner_id"], unique=False)
        batch_op.create_index("ix_partner_phone_partner", ["partner_id", "field_id", "number"], unique=False)

    op.create_table(
        "partner_word",
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("suffixes", LongText, nullable=False),
        sa.PrimaryKeyConstraint("partner_id"),
    )
    with op.batch_alter_table("partner_word", schema=None) as batch_op:
        batch_op.create_index(
            "ft_partner_word", ["suffixes"], unique=False, mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT"
        )

    op.create_table(
        "setting",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column(
            "value",
            LongText,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column(
            "last_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("subject"),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change_password", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("is_admin", sa.Boolean(), nullable=False),
        sa.Column("right_contacts", sa.Boolean(), nullable=False),
        sa.Column("right_tasks", sa.Boolean(), nullable=False),
        sa.Column("right_reports", sa.Boolean(), nullable=False),
        sa.Column("extension", sa.String(length=16), nullable=True),
        sa.Column("sip_secret", sa.String(length=512), nullable=True),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("theme", sa.String(length=8), nullable=False),
        sa.Column("notification_sound", sa.Boolean(), nullable=False),
        sa.Column("working_hours", sa.String(length=255), nullable=False),
        sa.Column(
            "created_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column(
            "deleted_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("extension"),
        sa.UniqueConstraint("login"),
    )
    op.create_table(
        "user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("list_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("hidden_by_default", sa.Boolean(), nullable=False),
        sa.Column(
            "deleted_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.ForeignKeyConstraint(
            ["list_id"],
            ["choice_list.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("choice", schema=None) as batch_op:
        batch_op.create_index("ix_choice_list_order", ["list_id", "sort_order", "id"], unique=False)

    op.create_table(
        "field",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("unique_name", sa.String(length=48), nullable=False),
        sa.Column("section", sa.String(length=120), nullable=False),
        sa.Column(
            "kind",
            sa.String(32),
            nullable=False,
        ),
        sa.Column("sort_order", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("hint", sa.String(length=255), nullable=False),
        sa.Column("choice_list_id", sa.Integer(), nullable=True),
        sa.Column("side", sa.String(32), nullable=False),
        sa.Column("on_main_page", sa.Boolean(), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("former_kind", sa.String(length=32), nullable=True),
        sa.Column("former_list_id", sa.Integer(), nullable=True),
        sa.Column("former_generation", sa.Integer(), nullable=False),
        sa.Column("phones_stale", sa.Boolean(), nullable=False),
        sa.Column(
            "state",
            sa.String(32),
            nullable=False,
        ),
        sa.Column(
            "deleted_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["choice_list_id"],
            ["choice_list.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("unique_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["user_group.id"],
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("group_id", "user_id"),
    )
    with op.batch_alter_table("group_member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_member_user_id"), ["user_id"], unique=False)

    op.create_table(
        "queue_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("dynamic", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("user_id", "queue"),
    )
    with op.batch_alter_table("queue_membership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_queue_membership_user_id"), ["user_id"], unique=False)

    op.create_table(
        "user_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column(
            "seen_at",
            UtcDateTime,
            nullable=False,
        ),
        sa.Column(
            "ended_at",
            UtcDateTime,
            nullable=True,
        ),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("token_hash"),
    )
    with op.batch_alter_table("user_session", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_user_session_user_id"), ["user_id"], unique=False)

    op.create_table(
        "group_access",
        sa.Column("group_id", sa.Integer(), nullable=False),
        sa.Column("field_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["field_id"],
            ["field.id"],
        ),
        sa.ForeignKeyConstraint(
            ["group_id"],
            ["user_group.id"],
        ),
        sa.PrimaryKeyConstraint("group_id", "field_id"),
    )
    with op.batch_alter_table("group_access", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_access_field_id"), ["field_id"], unique=False)

"""Column types that mean the same on SQLite and MariaDB."""

from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import mysql

# MariaDB's plain DATETIME has whole seconds and its TEXT ends at 64 KiB.
UtcDateTime = sa.DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql", "mariadb")
LongText = sa.Text().with_variant(mysql.MEDIUMTEXT(), "mysql", "mariadb")
# Sort keys compare as bytes on both, so that both databases order the same way.
SortText = sa.String(64).with_variant(mysql.VARCHAR(64, collation="utf8mb4_bin"), "mysql", "mariadb")


def enum_column(kind: type[Enum], *, nullable: bool = False, **options: Any) -> sa.Column[Any]:
    """An enum kept as its value in a VARCHAR, so that adding a member needs no migration."""
    return sa.Column(
        sa.Enum(
            kind, native_enum=False, length=32, create_constraint=False, values_callable=lambda e: [m.value for m in e]
        ),
        nullable=nullable,
        **options,
    )

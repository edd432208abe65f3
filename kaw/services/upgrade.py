"""Brings the database to the schema this version of KAW expects (R4.4)."""

import logging
import sqlite3
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from kaw import db, models

log = logging.getLogger(__name__)

MIGRATIONS = Path(models.__file__).parent / "migrations"


def upgrade() -> None:
    """Apply what is missing; before that an SQLite file that already holds something is copied beside itself."""
    database = db.database()
    config = alembic_config()
    head = ScriptDirectory.from_config(config).get_current_head()
    with database.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return
    if database.is_sqlite and current is not None:
        _copy_sqlite(Path(str(database.url.database)), current)
    log.info("upgrading the database from %s to %s", current or "nothing", head)
    with database.engine.connect().execution_options(kaw_writes=True) as connection:
        if not database.is_sqlite:
            connection.execute(sa.text("ALTER DATABASE CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def alembic_config() -> AlembicConfig:
    """Alembic, pointed at KAW's migrations."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _copy_sqlite(path: Path, revision: str) -> None:
    target = path.with_name(f"{path.stem}-before-{revision}{path.suffix}")
    with sqlite3.connect(path) as source, sqlite3.connect(target) as copy:
        source.backup(copy)
    log.info("the database before the upgrade is kept in %s", target)

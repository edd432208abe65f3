"""The database: schema upgrades, commit then announce."""

import pytest
import sqlalchemy as sa

from kaw import db, live
from kaw.models import Setting
from kaw.services import upgrade


def test_upgrade_makes_all_tables_and_is_repeatable(database: db.Database) -> None:  # R4.1, R4.4
    upgrade.upgrade()
    tables = set(sa.inspect(database.engine).get_table_names())
    assert {"user_account", "partner_card", "field", "card_change"} <= tables


def test_upgraded_schema_is_the_models_schema(database: db.Database) -> None:  # R4.4
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []


def test_only_what_is_committed_is_announced(database: db.Database) -> None:
    heard: list[live.LiveEvent] = []
    live.listen(heard.append)
    with pytest.raises(RuntimeError), db.transaction() as tx:
        tx.session.add(Setting(key="a", value="1"))
        tx.announce(live.SettingsChanged(("a",)))
        raise RuntimeError
    assert heard == []
    with db.transaction() as tx:
        tx.session.add(Setting(key="b", value="1"))
        tx.announce(live.SettingsChanged(("b",)))
        assert heard == []
    assert heard == [live.SettingsChanged(("b",))]
    with db.reading() as session:
        assert session.get(Setting, "a") is None

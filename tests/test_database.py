"""The database: schema upgrades, commit then announce."""

import contextlib
import socket
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw import db, live
from kaw.errors import Busy
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


def test_a_busy_file_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another program writes into it for longer than KAW waits: a second try may go through."""
    monkeypatch.setattr(db, "BUSY_TIMEOUT_MS", 1)
    busy = db.Database(f"sqlite:///{tmp_path / 'kaw.sqlite'}")
    with contextlib.closing(sqlite3.connect(tmp_path / "kaw.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Busy), busy.transaction() as tx:
            tx.session.connection()
        other.execute("ROLLBACK")
    with busy.transaction() as tx:
        tx.session.connection()
    busy.close()


def test_two_who_wait_for_each_other_are_told_so(mysql_database: sa.URL) -> None:
    """MariaDB takes one of them back."""
    server = db.Database(mysql_database.render_as_string(hide_password=False))
    with server.transaction() as tx:
        tx.session.connection().exec_driver_sql("CREATE OR REPLACE TABLE wanted (id INT PRIMARY KEY, times INT)")
        tx.session.connection().exec_driver_sql("INSERT INTO wanted VALUES (1, 0), (2, 0)")
    both_have_one = threading.Barrier(2, timeout=20)

    def change(first: int, second: int) -> bool:
        try:
            with server.transaction() as tx:
                connection = tx.session.connection()
                connection.exec_driver_sql(f"UPDATE wanted SET times = times + 1 WHERE id = {first}")
                both_have_one.wait()
                connection.exec_driver_sql(f"UPDATE wanted SET times = times + 1 WHERE id = {second}")
        except Busy:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        done = [pool.submit(change, 1, 2), pool.submit(change, 2, 1)]
    assert sorted(each.result() for each in done) == [False, True]
    with server.transaction() as tx:
        tx.session.connection().exec_driver_sql("DROP TABLE wanted")
    server.close()


def test_a_server_that_vanished_without_a_word_is_noticed(mysql_database: sa.URL) -> None:
    """Threats, faults: the operating system asks whether it is there, however long a statement takes."""
    server = db.Database(mysql_database.render_as_string(hide_password=False))
    with server.reading() as session:
        line = session.connection().connection.dbapi_connection._sock
        assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == db.SILENCE_S * 1000
    server.close()

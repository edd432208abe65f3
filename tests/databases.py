"""Empty, upgraded databases for tests, much quicker than upgrading each from nothing.

The schema is made once per test run by the real upgrade; a test's database is a copy of that file, or is brought back
to that schema. Migrations themselves are tested in ``test_database.py``, on databases that begin with nothing.
"""

import re
import shutil
from pathlib import Path

import sqlalchemy as sa

from kaw import db
from kaw.services import upgrade


class SqliteTemplate:
    """An upgraded file to copy."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.sqlite"
        made = db.connect(f"sqlite:///{self._file}")
        upgrade.upgrade()
        made.engine.dispose()
        with sa.create_engine(f"sqlite:///{self._file}").connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def connect(self, file: Path) -> db.Database:
        """A database of this schema in ``file``, which KAW uses from now on."""
        shutil.copyfile(self._file, file)
        return db.connect(f"sqlite:///{file}")


class MariadbTemplate:
    """One database whose tables are put back to what the upgrade made of them."""

    def __init__(self, url: sa.URL) -> None:
        self._url = url
        self._engine = sa.create_engine(url)
        drop_all_tables(self._engine)
        self.connect_as_it_is()
        upgrade.upgrade()
        with self._engine.connect() as connection:
            self._tables = _definitions(connection)
            self._rows = {name: _rows(connection, name) for name in self._tables}

    def connect(self) -> db.Database:
        """KAW uses it from now on."""
        with self._engine.begin() as connection:
            connection.execute(sa.text("SET FOREIGN_KEY_CHECKS=0"))
            found = _definitions(connection)
            other = [name for name in found if found[name] != self._tables.get(name)]
            for name in other:
                connection.execute(sa.text(f"DROP TABLE `{name}`"))
            for name in self._tables.keys() - (found.keys() - other):
                connection.execute(sa.text(self._tables[name]))
            for name in _filled(connection, self._tables):
                if _rows(connection, name) != self._rows[name]:
                    connection.execute(sa.text(f"DELETE FROM `{name}`"))
            for name, rows in self._rows.items():
                if rows and not _rows(connection, name):
                    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
                    connection.execute(
                        sa.insert(table), [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
                    )
        return self.connect_as_it_is()

    def connect_as_it_is(self) -> db.Database:
        """The same without putting anything back."""
        return db.connect(self._url.render_as_string(hide_password=False))


def drop_all_tables(engine: sa.Engine) -> None:
    """Nothing is left."""
    with engine.begin() as connection:
        connection.execute(sa.text("SET FOREIGN_KEY_CHECKS=0"))
        for name in _names(connection):
            connection.execute(sa.text(f"DROP TABLE `{name}`"))


def _names(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.text("SHOW TABLES")).scalars())


def _definitions(connection: sa.Connection) -> dict[str, str]:
    """How each table is made; where its numbering stands does not matter."""
    made = {name: connection.execute(sa.text(f"SHOW CREATE TABLE `{name}`")).one()[1] for name in _names(connection)}
    return {name: re.sub(r" AUTO_INCREMENT=\d+", "", text) for name, text in made.items()}


def _filled(connection: sa.Connection, names: dict[str, str]) -> list[str]:
    probes = " UNION ALL ".join(f"(SELECT '{name}' FROM `{name}` LIMIT 1)" for name in names)
    return list(connection.execute(sa.text(probes)).scalars())


def _rows(connection: sa.Connection, name: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in connection.execute(sa.text(f"SELECT * FROM `{name}` LIMIT 1000"))]

"""Databases and the few named people every test story uses."""

import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymysql
import pytest
import sqlalchemy as sa

from kaw import db, live
from kaw.config import config
from kaw.models import Access, Group, GroupAccess, GroupMember, User
from kaw.services.access import Actor
from tests.databases import MariadbTemplate, SqliteTemplate
from tests.pbx import PaperPbx, connected

MYSQL_URL = os.environ.get("KAW_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/")
IN_CI = bool(os.environ.get("CI"))


def mysql_is_there() -> bool:
    url = sa.make_url(MYSQL_URL)
    try:
        pymysql.connect(
            host=url.host, port=url.port or 3306, user=url.username, password=url.password or "", connect_timeout=2
        ).close()
    except pymysql.Error:
        return False
    return True


@pytest.fixture(scope="session")
def mysql_database() -> Iterator[sa.URL]:
    """An empty MariaDB database of this test run's own."""
    if not mysql_is_there():
        if IN_CI:
            pytest.fail(f"CI requires MariaDB at {MYSQL_URL}")
        pytest.skip(f"no MariaDB at {MYSQL_URL}; set KAW_TEST_MYSQL_URL")
    name = f"kaw_test_{uuid.uuid4().hex[:10]}"
    url = sa.make_url(MYSQL_URL)
    server = sa.create_engine(url)
    with server.begin() as connection:
        connection.execute(sa.text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"))
    yield url.set(database=name)
    with server.begin() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> SqliteTemplate:
    return SqliteTemplate(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def mariadb_template(mysql_database: sa.URL) -> MariadbTemplate:
    return MariadbTemplate(mysql_database)


@pytest.fixture(params=["sqlite", "mariadb"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Database]:
    """A fresh, upgraded database; each test that uses it runs on both kinds."""
    if request.param == "sqlite":
        connected = request.getfixturevalue("sqlite_template").connect(tmp_path / "kaw.sqlite")
    else:
        connected = request.getfixturevalue("mariadb_template").connect()
    forget_caches()
    yield connected
    forget_caches()


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where KAW keeps files during this test."""
    monkeypatch.setenv("KAW_DATA_DIR", str(tmp_path / "data"))
    config.cache_clear()
    yield tmp_path / "data"
    config.cache_clear()


@dataclass(frozen=True)
class People:
    """The same four in every story: an administrator, one who may edit, one who may view, an outsider in no group."""

    oleg: Actor  # administrator
    anna: Actor  # operator: may edit what her group may
    boris: Actor  # viewer: sees what his group sees
    vera: Actor  # in no group: sees nothing
    editors: int  # Anna's group
    viewers: int  # Boris's group


@pytest.fixture
def people(database: db.Database) -> People:
    names = {"oleg": "Олег Админов", "anna": "Анна Иванова", "boris": "Борис Петров", "vera": "Вера Чужова"}
    with db.transaction() as tx:
        users = {
            login: User(
                login=login,
                full_name=name,
                password_hash="!",
                is_admin=login == "oleg",
                right_contacts=login == "anna",
                created_at=db.now(),
            )
            for login, name in names.items()
        }
        editors, viewers = Group(name="Операторы"), Group(name="Наблюдатели")
        tx.session.add_all([*users.values(), editors, viewers])
        tx.session.flush()
        tx.session.add(GroupMember(group_id=editors.id, user_id=users["anna"].id))
        tx.session.add(GroupMember(group_id=viewers.id, user_id=users["boris"].id))
        tx.session.flush()
        actors = {login: Actor(user.id) for login, user in users.items()}
        return People(**actors, editors=editors.id, viewers=viewers.id)


@pytest.fixture
def pbx(monkeypatch: pytest.MonkeyPatch) -> Iterator[PaperPbx]:
    """A PBX that writes down what it is asked for."""
    with connected(monkeypatch) as made:
        yield made


def allow(group_id: int, levels: dict[int, Access]) -> None:
    """Give a group these levels, by field id."""
    with db.transaction() as tx:
        for field_id, level in levels.items():
            tx.session.merge(GroupAccess(group_id=group_id, field_id=field_id, level=level))
        tx.announce(live.RightsChanged())


def forget_caches() -> None:
    live.announce([live.RightsChanged(), live.FieldsChanged(), live.SettingsChanged()])

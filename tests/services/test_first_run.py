"""The first administrator (R5.3)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from kaw import db
from kaw.config import config
from kaw.models import User
from kaw.services import first_run, sessions, users
from tests.conftest import People
from tests.sign_ins import enter


@pytest.fixture(autouse=True)
def fresh_config(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("KAW_ADMIN_PASSWORD", raising=False)
    config.cache_clear()
    yield
    config.cache_clear()


def accounts() -> list[User]:
    with db.reading() as session:
        return list(session.exec(select(User)).all())


def test_an_empty_database_gets_an_administrator_with_a_one_time_password(database: db.Database) -> None:
    password = first_run.ensure_administrator()
    assert password is not None
    assert len(password) >= 16
    made = enter("admin", password)
    assert made.must_change_password
    assert password not in str(vars(accounts()[0]))
    sessions.change_password(made.actor, None, "own-word-123")
    assert users.all_users(made.actor)[0].login == "admin"


def test_a_given_password_need_not_be_changed(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAW_ADMIN_PASSWORD", "given-word-1")
    config.cache_clear()
    assert first_run.ensure_administrator() is None
    assert not enter("admin", "given-word-1").must_change_password


# threats.md: no way to make an administrator once one exists
def test_a_second_start_makes_nobody(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    first = first_run.ensure_administrator()
    monkeypatch.setenv("KAW_ADMIN_PASSWORD", "given-word-1")
    config.cache_clear()
    assert first_run.ensure_administrator() is None
    assert len(accounts()) == 1
    enter("admin", first or "")


def test_where_anybody_is_nobody_is_made(people: People) -> None:
    with db.transaction() as tx:
        for user in tx.session.exec(select(User)):
            user.active, user.deleted_at = False, db.now()
    assert first_run.ensure_administrator() is None
    assert "admin" not in [user.login for user in accounts()]


def test_two_processes_start_at_once(database: db.Database) -> None:
    with ThreadPoolExecutor(4) as threads:
        printed = list(threads.map(lambda _number: first_run.ensure_administrator(), range(4)))
    (password,) = [line for line in printed if line]
    assert len(accounts()) == 1
    enter("admin", password)

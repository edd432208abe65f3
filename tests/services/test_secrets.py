"""Passwords and keys are in clear neither in the database nor in the log (R4.3)."""

import logging
from contextlib import suppress
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw import db
from kaw.services import account, sessions, settings
from kaw.services.account import AccountDraft
from kaw.services.sessions import SignInRefused
from tests.conftest import People
from tests.sign_ins import PASSWORD, enter

SIP_WORD, NEW_WORD, WRONG_WORD = "sip-word-31", "another-long-word-52", "mistyped-word-77"


def dump() -> str:
    """Every value of every table."""
    with db.reading() as session:
        connection = session.connection()
        tables = sa.inspect(connection).get_table_names()
        quoted = connection.dialect.identifier_preparer.quote
        return "\n".join(repr(connection.execute(sa.text(f"SELECT * FROM {quoted(name)}")).all()) for name in tables)


# R4.3
def test_no_password_is_found_in_a_dump_or_the_log(
    with_passwords: People, data_dir: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    settings.change(with_passwords.oleg, {"sip_self_service": True})
    anna = enter("anna")
    with suppress(SignInRefused):
        enter("anna", WRONG_WORD)
    draft = AccountDraft("Анна Иванова", "ru", "light", extension="204", sip_password=SIP_WORD)
    account.update(anna.actor, draft)
    sessions.change_password(anna.actor, PASSWORD, NEW_WORD)
    dumped = dump()
    assert "Анна Иванова" in dumped
    files = [path.read_bytes() for path in tmp_path.glob("kaw.sqlite*")]
    for word in (PASSWORD, NEW_WORD, WRONG_WORD, SIP_WORD, anna.token):
        assert word not in dumped
        assert word not in caplog.text
        assert not any(word.encode() in file for file in files)

"""What stories of services need beside the people."""

import pytest

from kaw import db
from tests.conftest import People
from tests.sign_ins import Clock, give_passwords


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time stands still until the test moves it on."""
    made = Clock()
    monkeypatch.setattr(db, "now", lambda: made.now)
    return made


@pytest.fixture
def with_passwords(people: People) -> People:
    """The people, with PASSWORD for everybody's password."""
    return give_passwords(people)

"""Values that are read once and used for a while (design: nothing blocks the event loop)."""

import threading

import pytest

from kaw import db, live
from kaw.services import cache
from kaw.services.cache import Cache
from tests.pages.forms import eventually


class Shelf:
    """What is read, and how often; ``silent`` holds every reading up."""

    def __init__(self) -> None:
        self.value, self.readings = "old", 0
        self.silent = threading.Event()
        self.silent.set()

    def read(self, _key: None) -> str:
        self.readings += 1
        self.silent.wait(20)
        return self.value


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    monkeypatch.setattr(cache, "MAX_AGE", -1.0)  # everything is too old at once
    return Shelf()


async def test_a_database_that_does_not_answer_stops_no_browser(database: db.Database, shelf: Shelf) -> None:
    known: Cache[None, str] = Cache(shelf.read, (), patient=True)
    assert known.get(None) == "old"
    shelf.value = "new"
    shelf.silent.clear()
    assert [known.get(None) for _time in range(5)] == ["old"] * 5
    shelf.silent.set()
    await eventually(lambda: known.get(None) == "new")


async def test_what_somebody_may_do_is_never_old(database: db.Database, shelf: Shelf) -> None:
    """R5.2"""
    known: Cache[None, str] = Cache(shelf.read, ())
    assert known.get(None) == "old"
    shelf.value = "new"
    assert known.get(None) == "new"


async def test_what_an_event_dropped_is_read_before_it_is_used(database: db.Database, shelf: Shelf) -> None:
    """R6.5: whoever hears of a change reads the changed value."""
    known: Cache[None, str] = Cache(shelf.read, (live.SettingsChanged,), patient=True)
    assert known.get(None) == "old"
    shelf.value = "new"
    live.announce([live.SettingsChanged(())])
    assert known.get(None) == "new"

"""The database fails while calls are being recorded: nothing is lost, double or another's (R12.7)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest

from kaw import db, live, replay
from kaw.errors import Unavailable
from kaw.services.calls import store
from kaw.services.calls.news import Hooks
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.telephony.events import CallEvent, PbxEvent
from tests.services.calls.streams import TRACES, TRUTHS, Records, events_of, stream_of

STORIES = (
    (TRACES, "c_queue_rna_then_second"),
    (TRACES, "f1_blind_ami_BlindTransfer"),
    (TRACES, "g1_members_pause_devstate_register"),
    (TRUTHS, "f4_attended_SIP_REFER_replaces"),
)
Events = list[PbxEvent]


def batches(number: int = 5) -> Iterator[Events]:
    for directory, name in STORIES:
        events = events_of(stream_of(directory, name))
        for start in range(0, len(events), number):
            yield events[start : start + number]


def told() -> Records:
    with db.reading() as session:
        return replay.report(session.connection())


def whole(recorder: Recorder) -> Records:
    for batch in batches():
        recorder.absorb(batch)
    return told()


@contextmanager
def failing(database: db.Database, monkeypatch: pytest.MonkeyPatch, fails: Callable[[], str]) -> Iterator[None]:
    """``fails()`` says of each transaction when it breaks off: "before" its commit, "after" it, or never ("")."""
    real_transaction, real_reading = database.transaction, database.reading

    @contextmanager
    def transaction() -> Iterator[db.Transaction]:
        when = fails()
        with real_transaction() as tx:
            yield tx
            if when == "before":
                raise Unavailable
        if when == "after":  # it was done, and the answer was lost with the connection
            raise Unavailable

    @contextmanager
    def reading() -> Iterator[Any]:
        if fails() == "before":
            raise Unavailable
        with real_reading() as session:
            yield session

    with monkeypatch.context() as patch:
        patch.setattr(database, "transaction", transaction)
        patch.setattr(database, "reading", reading)
        yield


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_database_that_goes_away_again_and_again_costs_nothing(
    database: db.Database, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    undisturbed = whole(Recorder(Parties))
    forget(database)
    chance, breaks = Random(7), 0

    def fails() -> str:
        return when if chance.random() < 0.3 else ""

    recorder = Recorder(Parties)
    for batch in batches():
        while True:
            try:
                with failing(database, monkeypatch, fails):
                    recorder.absorb(batch)
            except Unavailable:
                breaks += 1
            else:
                break
    assert breaks > 10
    assert told() == undisturbed


def test_what_cannot_be_written_costs_no_other_call(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    events = [event for batch in batches() for event in batch]
    wrong = next(event.call for event in events if isinstance(event, CallEvent))
    undisturbed = whole(Recorder(Parties))
    forget(database)
    real = store.write_calls

    def write(session: Any, held: Any, users: Any) -> None:
        real(session, held, users)
        if any(each.linkedid == wrong for each in held):
            raise ValueError("out of range")

    monkeypatch.setattr(store, "write_calls", write)
    found = whole(Recorder(Parties))
    assert [call for call in undisturbed["calls"] if call["linkedid"] != wrong] == found["calls"]
    assert undisturbed["intervals"] == found["intervals"]


def test_who_has_lost_the_line_writes_nothing_more(database: db.Database) -> None:
    """Another process has taken over: what both heard is written once."""
    undisturbed = whole(Recorder(Parties))
    forget(database)
    lost = False

    def guard(_session: Any) -> None:
        if lost:
            raise Unavailable

    old, *rest = Recorder(Parties, guard=guard), *batches()
    for batch in rest[:10]:
        old.absorb(batch)
    new, lost = Recorder(Parties), True
    new.load()
    with pytest.raises(Unavailable):
        old.absorb(rest[10])
    for batch in rest[10:]:
        new.absorb(batch)
    assert told() == undisturbed


def test_what_went_on_at_the_start_opens_no_card_again(database: db.Database) -> None:
    """R12.5: a restart, or another process that takes over, is no news to the screens."""
    events = events_of(stream_of(TRACES, "a_queue_answered_caller_hangs"))
    talking = next(place for place, event in enumerate(events) if type(event).__name__ == "MemberConnected") + 1
    Recorder(Parties).absorb(events[:talking])
    heard: list[str] = []
    live.listen(lambda event: heard.append(type(event).__name__))
    taken_up = Recorder(Parties, Hooks(ended=lambda call, operator: heard.append("ended")))
    taken_up.load()
    assert not {"CallRinging", "CallAnswered", "CallEnded", "ended"} & set(heard)
    taken_up.absorb(events[talking:])
    assert {"CallEnded", "ended"} <= set(heard)


def forget(database: db.Database) -> None:
    """Empty tables."""
    tables = ("visit_ring", "queue_visit", "call_leg", "call", "operator_interval", "pbx_journal")
    with database.transaction() as tx:
        for table in tables:
            tx.session.connection().exec_driver_sql(f"DELETE FROM `{table}`")

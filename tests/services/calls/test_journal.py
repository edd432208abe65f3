"""What the journal keeps of operators: enough to know how one stood, without reading his past from its beginning."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from sqlmodel import col

from kaw import db
from kaw.models import OperatorInterval, OperatorState, PbxJournal
from kaw.services.calls import journal
from kaw.services.calls.parties import Parties
from kaw.services.calls.people import Person
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.records import Span
from kaw.telephony.events import MemberState, PbxEvent, Source

MORNING = datetime(2026, 11, 2, 6, tzinfo=UTC).timestamp()
ANNA = "PJSIP/1010"
DAY, HOUR = 86_400.0, 3_600.0


@pytest.fixture(autouse=True)
def _database(database: object) -> None:
    """All of them keep something."""


def state(at: float, queue: str = "support", **more: object) -> MemberState:
    """What the PBX tells of Anna."""
    told = {"paused": False, "reachable": True, "name": "Анна Иванова", **more}
    return MemberState(MORNING + at, Source.LIVE, ANNA, queue, **told)  # type: ignore[arg-type]


@contextmanager
def clock(at: float) -> Iterator[None]:
    """KAW's own time."""
    moment = datetime.fromtimestamp(MORNING + at, UTC).replace(tzinfo=None)
    with patch.object(db, "now", lambda: moment):
        yield


def tell(recorder: Recorder, *events: PbxEvent) -> None:
    """Events that come as they happen."""
    for event in events:
        with clock(event.at - MORNING):
            recorder.absorb([event])


def rows() -> list[list[str]]:
    """Anna's rows, by the queues they tell of."""
    with db.reading() as session:
        query = sa.select(col(PbxJournal.lines)).order_by(col(PbxJournal.id))
        told = session.connection().execute(query).scalars().all()
    return [sorted(json.loads(line)[4] for line in lines.split("\n")) for lines in told]


def test_what_says_nothing_new_is_not_kept() -> None:
    """R12.7: a queue tells a phone's state several times a call, and every call of it tells that he is a member."""
    recorder = Recorder(Parties)
    tell(recorder, state(0), state(5), state(6, paused_known=False, reachable=None), state(9))
    assert rows() == [["support"]]


def test_a_late_word_does_not_outlive_a_restart_as_the_last() -> None:
    """R12.7: what was repeated after it is kept with it."""
    recorder = Recorder(Parties)
    tell(recorder, state(0), state(60))
    with clock(61):
        recorder.absorb([state(30, paused=True, reason="обед")])
        again = Recorder(Parties)
        again.load()
    assert now_doing() is OperatorState.WAITING


def test_days_of_an_operator_are_not_read_for_the_last_minutes() -> None:
    """R12.7: a start of KAW after two weeks takes no longer than after an hour, and knows the queue nobody spoke of."""
    recorder = Recorder(Parties)
    tell(recorder, state(0, "sales", paused=True, reason="обучение"))
    tell(recorder, *(state(day * DAY + hour * HOUR, paused=hour % 2 == 0) for day in range(14) for hour in range(24)))
    since = datetime.fromtimestamp(MORNING + 14 * DAY - 600, UTC).replace(tzinfo=None)
    with db.reading() as session:
        told = journal.of_operator(session, "1010", since)
        everything = journal.of_operator(session, "1010")
    assert len(everything) > 14 * 24
    assert len(told) < 10
    assert {event.queue for event in told if isinstance(event, MemberState)} == {"support", "sales"}


def test_a_phone_that_was_lost_long_ago_is_still_lost() -> None:
    """R12.7: what the log says of pauses afterwards does not find it again."""
    anna = Person("1010")
    pauses = [state(20 + 10 * n, paused=n % 2 == 0, reachable=None) for n in range(300)]
    for event in (state(0), state(10, reachable=False), *pauses):
        anna.add(event)
    anna.take("1795.1", [Span("1010", OperatorState.TALKING, MORNING + 3000, MORNING + 3010)])
    anna.settle(anna.intervals(), MORNING + 2 * HOUR)
    assert anna.since == MORNING + 3010
    assert [part.state for part in anna.intervals()] == [OperatorState.OFFLINE]


def test_housekeeping_leaves_how_an_operator_stands() -> None:
    """R12.7: in all his queues."""
    recorder = Recorder(Parties)
    tell(recorder, state(0, "sales"), state(HOUR), state(2 * HOUR, paused=True, reason="обед"))
    with clock(60 * DAY):
        journal.purge()
        assert rows() == [["sales", "support"]]
        again = Recorder(Parties)
        again.load()
    assert set(again.memberships()) == {(ANNA, "sales"), (ANNA, "support")}
    assert now_doing() is OperatorState.PAUSED


def test_operators_are_found_among_calls() -> None:
    """R12.7: calls' ids stand before and behind them."""
    told = {"1795.1": [state(0)], "operator:1010": [state(0)], "operator:1011": [state(0)], "pbx-1795.2": [state(0)]}
    with db.transaction() as tx:
        journal.write(tx.session, told)
    with db.reading() as session:
        assert journal.operators(session) == ["operator:1010", "operator:1011"]


def now_doing() -> OperatorState:
    """Anna's present state as it stands in the table."""
    with db.reading() as session:
        query = sa.select(col(OperatorInterval.state)).where(col(OperatorInterval.ended_at).is_(None))
        return OperatorState(session.connection().execute(query).scalar_one())

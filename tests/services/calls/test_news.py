"""What the recorder tells other services of calls, besides those that ring at a phone (R8.2.8, R12.7)."""

from collections.abc import Sequence

import pytest
from sqlmodel import col, select

from kaw import db, live
from kaw.models import Call, HungUpBy
from kaw.services.calls.news import Hooks
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import cdr, queue_log
from kaw.telephony import events as e
from kaw.telephony.port import Snapshot
from tests.services.calls.streams import TRACES, Bench, events_of, stream_of


def numbers(ids: Sequence[int]) -> list[str]:
    with db.reading() as session:
        return list(session.exec(select(Call.number).where(col(Call.id).in_(ids))))


@pytest.mark.parametrize("batch", [1, 500])
def test_a_call_that_rings_at_nobody_is_told_once_when_it_is_over(bench: Bench, batch: int) -> None:
    """All members are paused: the queue gives up."""
    with bench.empty():
        told: list[list[str]] = []
        recorder = Recorder(Parties, Hooks(over=lambda ids: told.append(numbers(ids))))
        events = events_of(stream_of(TRACES, "d_queue_all_paused_timeout"))
        for start in range(0, len(events), batch):
            recorder.absorb(events[start : start + batch])
        assert told == [["79161234567"]]


def test_a_call_of_long_ago_is_told_when_it_becomes_known(bench: Bench) -> None:
    """Queue log and CDR tell of it two days later."""
    with bench.empty():
        told: list[list[str]] = []
        recorder = Recorder(Parties, Hooks(over=lambda ids: told.append(numbers(ids))))
        name = "a_queue_answered_caller_hangs"
        past = Past(
            queue_log.parse((TRACES / f"{name}.queue_log").read_text().splitlines()),
            cdr.parse((TRACES / f"{name}.cdr.csv").read_text().splitlines(), "UTC"),
        )
        now = max(row.ended_at for row in past.rows) + 2 * 86400
        for _twice in range(2):
            catch_up(recorder, Parties(), past, Snapshot(at=now, started_at=now - 3 * 86400), None)
        assert told == [["79161234567"]]


@pytest.mark.parametrize("batch", [1, 7])
def test_screens_hear_of_who_waits_also_when_the_clock_of_the_pbx_was_set_back(
    bench: Bench, batch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was a day and more ahead, and is told anew with each connection."""
    told: list[live.LiveEvent] = []
    monkeypatch.setattr(live, "announce", told.extend)
    with bench.empty():
        recorder = Recorder(Parties)
        events = events_of(stream_of(TRACES, "b_queue_abandon"))
        recorder.hear_clock(events[0].at + 2 * 86400)
        recorder.hear_clock(events[0].at)
        for start in range(0, len(events), batch):
            recorder.absorb(events[start : start + batch])
    assert [each for each in told if isinstance(each, live.QueuesChanged)] == 2 * [live.QueuesChanged(("support",))]
    assert len([each for each in told if isinstance(each, live.CallRinging)]) == 1


def test_who_pressed_the_button_ended_the_call(bench: Bench) -> None:
    """R12.2b: an AMI hang-up of a call out that still rings looks like the PBX's own."""
    with bench.empty():
        events = events_of(stream_of(TRACES, "e3_c2c_callee_no_answer"))
        rings = next(place for place, event in enumerate(events) if isinstance(event, e.DialBegan) and event.channel)
        at, call = events[rings].at + 2, events[rings].call
        closed = [event.channel for event in events if isinstance(event, e.ChannelClosed)]
        recorder = Recorder(Parties)
        recorder.absorb(events[: rings + 1])
        recorder.absorb([e.HangupAsked(at, e.Source.KAW, call, call, by_phone=True, cause=16)])
        recorder.absorb([e.ChannelClosed(at + 0.01, e.Source.LIVE, call, channel, 16) for channel in closed])
        with db.reading() as session:
            assert session.exec(select(Call.hung_up_by)).one() is HungUpBy.OPERATOR

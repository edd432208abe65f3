"""The simulator tells a story as the recorded Asterisk told it: same events, same fields, same order of a life."""

from pathlib import Path

import pytest

from kaw.telephony.simulator.shape import PRIVILEGE
from tests.telephony.recordings import (
    FOLDER,
    NOT_PLAYED,
    begin,
    cdr_rows,
    events,
    lives,
    log_lines,
    recorded,
    shape,
    shapes,
)
from tests.telephony.stories import STORIES, laboratory


def played(name: str) -> tuple[bytes, list[str], list[str]]:
    """A story's events, queue log and CDR out of the simulator."""
    sim = laboratory(begin(recorded(name).read_bytes()))
    told: list[str] = []
    sim.pbx.listeners.append(lambda _name, text: told.append(text))
    STORIES[name](sim)
    sim.clock.advance(2)
    assert not sim.pbx.channels, "the story does not end"
    return "".join(told).encode(), sim.records.queue_log, sim.records.cdr


@pytest.fixture(scope="module")
def known() -> dict[str, set[tuple[str, ...]]]:
    """Every shape of every event in all recordings."""
    return shapes(path.read_bytes() for path in FOLDER.iterdir() if ".ami" in path.name)


@pytest.mark.parametrize("name", STORIES)
def test_every_event_has_the_fields_of_the_real_one_in_their_order(
    name: str, known: dict[str, set[tuple[str, ...]]]
) -> None:
    """R12.7"""
    raw, _log, _cdr = played(name)

    for event in events(raw):
        assert shape(event) in known[event[0][1]], event[0][1]


@pytest.mark.parametrize("name", STORIES)
def test_a_story_has_the_events_of_its_recording(name: str) -> None:
    """R12.7"""
    raw, _log, _cdr = played(name)

    real = {event[0][1] for event in events(recorded(name).read_bytes())} - NOT_PLAYED - {"QueueMemberPenalty"}
    assert {event[0][1] for event in events(raw)} == real


@pytest.mark.parametrize("name", STORIES)
def test_a_channel_lives_as_in_the_recording(name: str) -> None:
    """R12.7"""
    raw, _log, _cdr = played(name)

    assert lives(raw) == lives(recorded(name).read_bytes())


@pytest.mark.parametrize("name", STORIES)
def test_the_queue_log_is_the_recorded_one(name: str) -> None:
    """R12.7"""
    _raw, log, _cdr = played(name)

    real = log_lines(beside(name, ".queue_log").read_text().splitlines())
    assert log_lines(log) == [line for line in real if "|PENALTY|" not in line]


@pytest.mark.parametrize("name", STORIES)
def test_the_cdr_is_the_recorded_one(name: str) -> None:
    """R12.7"""
    _raw, _log, cdr = played(name)

    assert sorted(cdr_rows(cdr)) == sorted(cdr_rows(beside(name, ".cdr.csv").read_text().splitlines()))


def test_each_event_has_the_right_an_account_needs_for_it() -> None:
    """Which classes of events an account reads decides what it is told (R4.3)."""
    for path in FOLDER.glob("*.ami"):
        for event in events(path.read_bytes()):
            name, kind = event[0][1], event[1][1].partition(",")[0]
            if name in PRIVILEGE or name in ("Newchannel", "Hangup", "DialBegin", "BridgeEnter"):
                assert PRIVILEGE.get(name, "call") == kind, name


def beside(name: str, ending: str) -> Path:
    """The file of the same recording with another ending."""
    path = recorded(name)
    return path.with_name(path.name.partition(".")[0] + ending)

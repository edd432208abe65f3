"""Records do not depend on the order or the repetition of events, nor on restarts and lost lines (R12.7)."""

import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaw.telephony.events import PbxEvent
from tests.services.calls.streams import TRACES, TRUTHS, Bench, Records, events_of, raw, seconds, stream_of

EACH = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# One of each kind: answered, left, unanswered first, timeout, transfers, joined by a phone, two queues, chaos.
STREAMS = [
    TRACES / "a_queue_answered_caller_hangs.ami",
    TRACES / "b_queue_abandon.ami",
    TRACES / "c_queue_rna_then_second.ami",
    TRACES / "d2_queue_nobody_answers_timeout.ami",
    TRACES / "e1_c2c_answered.ami",
    TRACES / "e9_outbound_from_handset_unavailable.ami",
    TRACES / "f1_blind_ami_BlindTransfer.ami",
    TRACES / "f3_attended_ami_Atxfer.ami",
    TRACES / "g1_members_pause_devstate_register.ami",
    TRACES / "i1_core_stop_now_midcall.ami",
    TRACES / "j1_sales_monitor_local_member_wrapup.ami",
    TRUTHS / "d7_same_queue_twice_answered.ami.gz",
    TRUTHS / "f4_attended_SIP_REFER_replaces.ami.gz",
    TRUTHS / "f7b_blind_SIP_REFER_into_second_queue_two_operators.ami.gz",
    TRUTHS / "m3b_pickup_of_a_queue_call.ami.gz",
]
STREAM = pytest.mark.parametrize("stream", STREAMS, ids=lambda path: path.name.partition(".")[0])


def batches(events: list[PbxEvent], sizes: Iterator[int]) -> list[list[PbxEvent]]:
    found, rest = [], list(events)
    while rest:
        size = next(sizes)
        found.append(rest[:size])
        rest = rest[size:]
    return found


@STREAM
@EACH
@given(seed=st.integers(0, 10_000))
def test_order_and_repetition_change_nothing(stream: Path, seed: int, bench: Bench) -> None:
    """R12.7: events in any order, some of them twice, in batches of any size give the same records."""
    chance = random.Random(seed)
    told = events_of(stream)
    expected = bench.records([told])
    mixed = told + chance.choices(told, k=len(told) // 3)
    chance.shuffle(mixed)
    found = bench.records(batches(mixed, iter(lambda: chance.randint(1, 40), 0)))
    assert found == expected


@STREAM
@EACH
@given(seed=st.integers(0, 10_000))
def test_restarts_of_kaw_change_nothing(stream: Path, seed: int, bench: Bench) -> None:
    """R12.7: KAW is killed between any two batches and takes up what it has journalled."""
    chance = random.Random(seed)
    told = events_of(stream)
    found = bench.records(batches(told, iter(lambda: chance.randint(5, 60), 0)), restarts=True)
    assert found == bench.records([told])


NAMES = [
    "a_queue_answered_caller_hangs",
    "b3_caller_exits_with_key",
    "b_queue_abandon",
    "c_queue_rna_then_second",
    "d2_queue_nobody_answers_timeout",
    "e1_c2c_answered",
    "e2_c2c_callee_busy",
    "e9_outbound_from_handset_unavailable",
    "f1_blind_ami_BlindTransfer",
    "f2_blind_ami_Redirect",
    "f3_attended_ami_Atxfer",
    "f5_blind_sip_REFER",
    "h_resync_actions",
    "i1_core_stop_now_midcall",
    "k2_channelvars_queue",
]


@pytest.mark.parametrize("name", NAMES)
@EACH
@given(share=st.floats(0, 1))
def test_a_line_cut_at_any_byte_is_mended_by_log_and_cdr(name: str, share: float, bench: Bench, tmp_path: Path) -> None:
    """R12.7: the same calls, entries, outcomes and operators; times within a second, or told to be unknown."""
    stream = stream_of(TRACES, name)
    whole = raw(stream)
    cut = tmp_path / "cut.ami"
    cut.write_bytes(whole[: int(len(whole) * share)])
    log, rows = TRACES / f"{name}.queue_log", TRACES / f"{name}.cdr.csv"
    same(bench.replay(stream), bench.replay(cut, log=log, rows=rows))


def same(expected: Records, found: Records) -> None:
    """Whether a recovered record tells what was seen, as far as log and CDR can."""
    calls = {call["linkedid"]: call for call in found["calls"]}
    assert set(calls) == {call["linkedid"] for call in expected["calls"]}
    for call in expected["calls"]:
        mine = calls[call["linkedid"]]
        assert [mine[key] for key in ("direction", "number", "result", "operator")] == [
            call[key] for key in ("direction", "number", "result", "operator")
        ]
        assert mine["answered_at"] is None or within(mine["answered_at"], call["answered_at"])
        assert within(mine["started_at"], call["started_at"])
        assert within(mine["ended_at"], call["ended_at"])
    keys = ("linkedid", "queue", "outcome", "operator")
    assert [[visit[key] for key in keys] for visit in found["visits"]] == [
        [visit[key] for key in keys] for visit in expected["visits"]
    ]
    for visit, other in zip(found["visits"], expected["visits"], strict=True):
        assert within(visit["joined_at"], other["joined_at"])
        assert within(visit["left_at"], other["left_at"])


def within(one: str | None, other: str | None) -> bool:
    first, second = seconds(one), seconds(other)
    return first == second or (first is not None and second is not None and abs(first - second) <= 1)


def test_reading_log_and_cdr_twice_changes_nothing(bench: Bench) -> None:
    """R12.7: the same log after every reconnect."""
    stream, base = TRACES / "x2_chaos.ami.gz", TRACES / "x2_chaos"
    log, rows = base.with_suffix(".queue_log"), Path(f"{base}.cdr.csv")
    once = bench.replay(stream, log=log, rows=rows)
    assert bench.replay(stream, stream, log=log, rows=rows)["calls"] == once["calls"]
    assert bench.replay(stream)["calls"] == once["calls"]


def test_the_sums_hold(bench: Bench) -> None:
    """metrics: offered = answered + abandoned + short + exits + still waiting + failed."""
    visits = bench.replay(TRACES / "x2_chaos.ami.gz")["visits"]
    outcomes = [visit["outcome"] for visit in visits]
    known = {"answered", "abandoned", "timeout", "empty", "key", "failed"}
    assert len(visits) == sum(outcome in known for outcome in outcomes)
    assert (outcomes.count("answered"), outcomes.count("abandoned")) == (40, 33)


@pytest.mark.parametrize(
    "stream", [TRACES / "x2_chaos.ami.gz", TRUTHS / "x3_chaos.ami.gz", *STREAMS], ids=lambda p: p.name
)
def test_an_operators_time_has_neither_hole_nor_overlap(stream: Path, bench: Bench) -> None:
    """metrics: every moment since the first membership belongs to exactly one state; only the last is open."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for part in bench.replay(stream)["intervals"]:
        parts.setdefault(part["operator"], []).append(part)
    for mine in parts.values():
        for before, after in pairwise(mine):
            assert before["ended_at"] == after["started_at"]
            assert (before["state"], before["pause_type"]) != (after["state"], after["pause_type"])
        assert mine[-1]["ended_at"] is None

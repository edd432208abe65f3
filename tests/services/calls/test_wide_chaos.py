"""Two and a half minutes of everything at once on a real Asterisk, against the phones' own ledger (R12.7).

Six operators, seven queues (also behind Asterisk's own loops, and with members who come and go), transfers of every
kind, consultations, holds, calls out and inside the house; in the second recording the line is lost twice.
"""

import json
from typing import Any

import pytest

from tests.services.calls.streams import TRUTHS, Bench, Records, seconds

WIDE = ("x7_wide", "x8_wide_line_lost_twice")
QUEUES = {
    "500": ["support"], "501": ["support"], "506": ["duo"], "508": ["support", "duo"], "505": ["leaver"],
    "511": ["loop"], "512": ["dyn"],
}  # fmt: skip
BLIND = ("refer", "referq", "referext", "amiblind")
BY = {"caller": "partner", "operator": "operator"}
OUT = {"answer": "answered", "busy": "busy", "ring": "no_answer", "notfound": "failed", "unavail": "failed"}
Row = dict[str, Any]


@pytest.fixture(params=WIDE)
def story(request: pytest.FixtureRequest, bench: Bench) -> tuple[Row, Records]:
    """What the phones saw, and what the records say."""
    name = request.param
    later = sorted(TRUTHS.glob(f"{name}.part*.ami.gz"))
    files = [TRUTHS / f"{name}.ami.gz", *later]
    found = bench.replay(*files, log=TRUTHS / f"{name}.queue_log", rows=TRUTHS / f"{name}.cdr.csv")
    return json.loads((TRUTHS / f"{name}.ledger.json").read_text()), found


def test_every_caller_has_one_call_that_is_right(story: tuple[Row, Records]) -> None:
    ledger, found = story
    for told in ledger["callers"]:
        (call,) = (each for each in found["calls"] if each["number"] == told["number"])
        talks, moves = told["pickups"], told["moves"]
        assert call["direction"] == "inbound"
        assert near(call["started_at"], told["started_at"])
        assert near(call["ended_at"], told["ended_at"])
        assert call["operator"] == (talks[-1]["operator"] if talks else None), told
        if talks:
            assert call["result"] == "answered"
            assert near(call["answered_at"], talks[0]["at"])
            given_away = moves and moves[-1]["kind"] in BLIND and not moves[-1].get("taken")
            if given_away or told["ended_by"] in BY:
                assert call["hung_up_by"] == ("transfer" if given_away else BY[told["ended_by"]]), told
        elif told.get("gave_up"):
            timed_out = [each["outcome"] for each in visits_of(found, call)][-1:] == ["timeout"]
            assert call["result"] == ("missed" if timed_out else "abandoned"), told
        else:
            assert call["result"] == "missed"


def test_every_entry_into_a_queue_is_right(story: tuple[Row, Records]) -> None:
    ledger, found = story
    for told in ledger["callers"]:
        (call,) = (each for each in found["calls"] if each["number"] == told["number"])
        moved = [{"506": "duo", "500": "support"}[each["to"]] for each in told["moves"] if each["kind"] == "referq"]
        entered = visits_of(found, call)
        assert {each["queue"] for each in entered} <= {*QUEUES.get(told["exten"], ()), *moved}
        assert all(each["outcome"] for each in entered)
        assert [each["operator"] for each in entered if each["outcome"] == "answered"] == by_queues(told), told


def test_calls_of_the_house_are_right(story: tuple[Row, Records]) -> None:
    ledger, found = story
    known = {each["number"] for each in (*ledger["callers"], *ledger["out"])}
    outside = [call for call in found["calls"] if call["direction"] != "internal"]
    assert {call["number"] for call in outside} <= known
    assert len(found["calls"]) - len(outside) == len(ledger["internal"])
    assert all(call["linkedid"] for call in found["calls"])
    for told in ledger["out"]:
        calls = [call for call in outside if call["number"] == told["number"]]
        if told["kind"] == "handset" and "reached_line" not in told and not calls:
            continue  # the phone was hung up before the PBX heard of it
        (call,) = calls
        assert call["direction"] == "outbound"
        assert call["result"] in results_of(told), told
        if call["result"] == "answered":
            assert call["operator"] == told["operator"]
            assert near(call["answered_at"], told["answered_at"])
            if not ledger["cuts"] and "ended_by" in told:
                assert call["hung_up_by"] == told["ended_by"]


def visits_of(found: Records, call: Row) -> list[Row]:
    return [visit for visit in found["visits"] if visit["linkedid"] == call["linkedid"]]


def by_queues(told: Row) -> list[str]:
    """Who picked up what a queue gave him, in order."""
    ways = ["queue" if told["exten"] in QUEUES else "phone"]
    ways += ["queue" if move["kind"] == "referq" else "phone" for move in told["moves"] if move["kind"] != "hold"]
    return [talk["operator"] for talk, way in zip(told["pickups"], ways, strict=False) if way == "queue"]


def results_of(told: Row) -> set[str]:
    """What a call out may have come to, as far as the phones can tell."""
    rang_there = told["kind"] == "handset" or "op_up" in told
    if "answered_at" in told and rang_there:
        return {"answered"}
    if "cancelled_at" in told:
        return {"cancelled", OUT.get(told.get("policy", ""), "cancelled")}
    if "policy" in told and rang_there:
        return {OUT[told["policy"]]}
    return {"no_answer", "busy"}  # the operator's own phone was not picked up, or refused


def near(text: str | None, moment: float) -> bool:
    found = seconds(text)
    return found is not None and abs(found - moment) <= 1.2

"""Every recorded stream gives the records that its queue log and CDR imply, and that the phones saw (R12.7)."""

import json
from typing import Any

import pytest

from kaw.telephony import cdr, queue_log
from tests.services.calls.streams import TRACES, TRUTHS, Bench, seconds, stream_of, truth_of

NAMES = sorted({path.name.removesuffix(".cdr.csv") for path in TRACES.glob("*.cdr.csv")})
TRUE_NAMES = sorted(path.name.removesuffix(".truth.json") for path in TRUTHS.glob("*.truth.json"))
OUTCOME = {
    "CONNECT": "answered",
    "ABANDON": "abandoned",
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "empty",
    "EXITWITHKEY": "key",
}
# Asterisk logs whoever waits as having left when it is stopped; the phone did not hang up.
STOPPED = {("i1_core_stop_now_midcall", "1795433727.181"): "failed"}
AGAIN = {  # the next connection to the same PBX
    name: next(path.name.removeprefix(f"{name}.").removesuffix(".ami.gz") for path in TRUTHS.glob(f"{name}.after_*"))
    for name in TRUE_NAMES
    if any(TRUTHS.glob(f"{name}.after_*"))
}


def lines(name: str) -> list[queue_log.LogLine]:
    path = TRACES / f"{name}.queue_log"
    return queue_log.parse(path.read_text().splitlines()) if path.exists() else []


@pytest.mark.parametrize("name", NAMES)
def test_queue_entries_are_those_of_the_log(name: str, bench: Bench) -> None:
    """R12.7: per call and queue as many entries as the log has, with its outcomes, waiting within a second."""
    visits = bench.replay(stream_of(TRACES, name))["visits"]
    for call in {line.call for line in lines(name) if line.event == "ENTERQUEUE"}:
        told = [line for line in lines(name) if line.call == call]
        ends = [line for line in told if line.event in OUTCOME]
        mine = [visit for visit in visits if visit["linkedid"] == call]
        assert len(mine) == sum(line.event == "ENTERQUEUE" for line in told)
        assert [visit["outcome"] for visit in mine] == [STOPPED.get((name, call), OUTCOME[end.event]) for end in ends]
        for visit, end in zip(mine, ends, strict=True):
            assert abs(seconds(visit["left_at"]) - end.at) <= 1


@pytest.mark.parametrize("name", NAMES)
def test_calls_are_those_of_the_cdr(name: str, bench: Bench) -> None:
    """R12.7: one call per Linkedid of the CDR, none lost and none twice, beginning and ending with its rows."""
    rows = cdr.parse((TRACES / f"{name}.cdr.csv").read_text().splitlines(), "UTC")
    calls = bench.replay(stream_of(TRACES, name))["calls"]
    found = [call["linkedid"] for call in calls]
    assert len(found) == len(set(found))
    # in w_webrtc the CDR of two recordings stands together
    assert set(found) == {row.call for row in rows} or name.startswith("w_")
    for call in calls:
        mine = [row for row in rows if row.call == call["linkedid"]]
        if mine:
            assert abs(seconds(call["started_at"]) - min(row.at for row in mine)) <= 1
            assert abs(seconds(call["ended_at"]) - max(row.ended_at for row in mine)) <= 1


def one(bench: Bench, name: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    found = bench.replay(stream_of(TRACES, name))
    return found["calls"][0], found["visits"]


def test_a_button_in_kaw_is_the_operators_hang_up(bench: Bench) -> None:
    """R12.7, trace a3: AMI Hangup of the operator's channel. The log says COMPLETECALLER, but the caller stayed."""
    call, _visits = one(bench, "a3_queue_ami_hangup_of_agent_channel")
    assert (call["result"], call["operator"], call["hung_up_by"]) == ("answered", "1010", "operator")


def test_a_redirected_caller_leaves_his_operator_at_once(bench: Bench) -> None:
    """R12.7, trace f2: after a Redirect the log counts 6 s of talk with 1010, who talked 1.5; 1011 talked the rest."""
    found = bench.replay(stream_of(TRACES, "f2_blind_ami_Redirect"))
    talks = {part["operator"]: part for part in found["intervals"] if part["state"] == "talking"}
    length = {who: seconds(part["ended_at"]) - seconds(part["started_at"]) for who, part in talks.items()}
    assert length["1010"] == pytest.approx(1.5, abs=0.1)
    assert length["1011"] == pytest.approx(3.94, abs=0.1)
    assert found["calls"][0]["operator"] == "1011"


def test_a_pbx_that_stops_lets_nobody_leave(bench: Bench) -> None:
    """R12.7, trace i1: "core stop now". The log says ABANDON and COMPLETECALLER; both were ended by the PBX."""
    calls = bench.replay(stream_of(TRACES, "i1_core_stop_now_midcall"))["calls"]
    assert [(call["result"], call["hung_up_by"]) for call in calls] == [("answered", "pbx"), ("failed", "pbx")]


@pytest.mark.parametrize(
    ("name", "result", "by", "talk"),
    [
        ("e1_c2c_answered", "answered", "partner", 4),
        ("e2_c2c_callee_busy", "busy", "partner", None),
        ("e3_c2c_callee_no_answer", "no_answer", "pbx", None),
        ("e4_c2c_agent_does_not_answer", "no_answer", "pbx", None),
        ("e5_c2c_agent_rejects", "busy", "operator", None),
        ("e9_outbound_from_handset_unavailable", "failed", "partner", None),
        ("e10_sync_originate", "answered", "operator", 2),
        ("k1_channelvars_c2c", "answered", "partner", 4),
    ],
)
def test_outgoing_calls(name: str, result: str, by: str, talk: int | None, bench: Bench) -> None:
    """R12.4: direction, number, result and talk; ringing is no talk, whatever the CDR bills."""
    call, _visits = one(bench, name)
    assert (call["direction"], call["number"]) == ("outbound", "79161112233")
    assert (call["result"], call["hung_up_by"], call["talk_s"]) == (result, by, talk)
    assert call["operator"] == ("1010" if result == "answered" else None)


def test_recordings_are_known_by_their_file(bench: Bench) -> None:
    """R8.2.8: by VarSet, and by channelvars."""
    assert one(bench, "a_queue_answered_caller_hangs")[0]["recording"] == "20261123-112830-79161234567-1795433310.6.wav"
    assert one(bench, "k2_channelvars_queue")[0]["recording"].endswith(".wav")


def test_who_rang_in_order(bench: Bench) -> None:
    """R12.7: every try, in the order of calling; a member behind a loop by his name there."""
    assert one(bench, "c_queue_rna_then_second")[1][0]["rang"] == ["1010", "1011"]
    assert one(bench, "j1_sales_monitor_local_member_wrapup")[1][0]["rang"] == ["1010", "agent1"]


def test_chaos_agrees_with_its_ledger(bench: Bench) -> None:
    """R12.7: call by call with what the phones saw."""
    found = bench.replay(TRACES / "x2_chaos.ami.gz")
    agree_with_ledger(found["calls"], json.loads((TRACES / "x2_chaos.ledger.json").read_text()))


def test_another_chaos_agrees_with_its_ledger(bench: Bench) -> None:
    """R12.7: the same with other people."""
    found = bench.replay(TRUTHS / "x3_chaos.ami.gz")
    agree_with_ledger(found["calls"], json.loads((TRUTHS / "x3_chaos.ledger.json").read_text()))


def agree_with_ledger(calls: list[dict[str, Any]], ledger: dict[str, Any]) -> None:
    by_number = {call["number"]: call for call in calls}
    assert len(calls) == len(by_number) == len(ledger["calls"]) + len(ledger["originated"])
    for row in ledger["calls"]:
        call = by_number[row["number"]]
        answered = row["operator"] is not None and "abandoned_at" not in row
        assert call["result"] == ("answered" if answered else "abandoned"), row
        assert call["operator"] == (row["operator"] if answered else None)
        assert call["hung_up_by"] == ("operator" if row["ended_by"] == "operator" else "partner"), row
        assert abs(seconds(call["ended_at"]) - row["ended_at"]) < 1
        if answered:
            assert abs(seconds(call["answered_at"]) - row["operator_pick_up"]) < 1
    for row in ledger["originated"]:
        assert by_number[row["number"]]["linkedid"] == row["channel_id"]


def test_calls_out_that_are_found_running_keep_number_and_begin(bench: Bench) -> None:
    """R12.7: dialled and answered while the line was away, by the present and, when it is over, the CDR."""
    name = "i4_line_lost_handset_calls_found_running"
    streams = TRUTHS / f"{name}.ami.gz", TRUTHS / f"{name}.after_reconnect.ami.gz"
    told = {call["number"]: call for call in truth_of(name)["calls"]}
    for rows in (None, TRUTHS / f"{name}.cdr.csv"):
        calls = {call["number"]: call for call in bench.replay(*streams, rows=rows)["calls"]}
        for number in ("74951114001", "74951114002", "1014"):
            assert calls[number]["result"] == told[number]["result"]
            assert near(calls[number]["ended_at"], told[number]["ended_at"])
            answered = calls[number]["answered_at"]
            assert (
                near(answered, told[number]["picked_up_at"])
                if rows and "picked_up_at" in told[number]
                else not answered
            )
    assert calls["1014"]["direction"] == "internal"
    assert calls["74951114003"]["result"] == "answered"  # begun and ended while the line was away


@pytest.mark.parametrize("name", TRUE_NAMES)
def test_records_are_what_the_phones_saw(name: str, bench: Bench) -> None:
    """R12.7: who talked with whom, when he picked up and who hung up, by the phones themselves."""
    streams = [TRUTHS / f"{name}.ami.gz"]
    log = rows = None
    if name in AGAIN:
        streams.append(TRUTHS / f"{name}.{AGAIN[name]}.ami.gz")
        log, rows = TRUTHS / f"{name}.queue_log", TRUTHS / f"{name}.cdr.csv"
    found = bench.replay(*streams, log=log, rows=rows)
    for told in truth_of(name)["calls"]:
        if told["direction"] == "internal":
            continue
        number = None if told["number"] == "hidden" else told["number"]
        mine = [call for call in found["calls"] if call["number"] == number and call["direction"] != "internal"]
        assert len(mine) == (2 if name.startswith("l5_") else 1), told
        check_call(mine, told, found["visits"], live=name not in AGAIN)


def check_call(mine: list[dict[str, Any]], told: dict[str, Any], visits: list[dict[str, Any]], *, live: bool) -> None:
    calls = [call for call in mine if told.get("ended_at") is None or near(call["ended_at"], told["ended_at"])]
    assert calls or not live, told
    if not calls:
        return
    call = calls[0]
    picked = picked_up(told)
    assert (call["result"] == "answered") == bool(picked)
    if picked and call["answered_at"]:
        assert near(call["answered_at"], picked[0])
    if picked and "operator" in told:
        assert call["operator"] == told["operator"]
    outcomes = [visit["outcome"] for visit in visits if visit["linkedid"] == call["linkedid"]]
    expected = [visit["result"] for visit in told.get("visits", ()) if visit["result"] != "joinempty"]
    if expected:
        words = {"leaveempty": "empty", "lost": "failed"}
        assert outcomes == [words.get(outcome, outcome) for outcome in expected]


def picked_up(told: dict[str, Any]) -> list[float]:
    """When operators (or, of an outgoing call, the partner) picked up."""
    if "partner_rang_at" in told or told["direction"] == "out":
        times = [told.get("partner_picked_up_at"), told.get("picked_up_at")]
        return [time for time in times if time is not None]
    times = [visit.get("picked_up_at") for visit in told.get("visits", ())]
    times += [told.get("picked_up_at"), *(leg["t"] for leg in told.get("legs", ()))]
    return sorted(time for time in times if time is not None)


def near(text: str | None, moment: float) -> bool:
    found = seconds(text)
    return found is not None and abs(found - moment) <= 1.1

"""``python -m kaw.replay`` as an administrator calls it: its arguments, its answer, its refusals."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from kaw import replay

AMI, TRUTH = (Path(__file__).parent / "fixtures" / name for name in ("ami", "ami_truth"))
CALL = {
    "linkedid", "direction", "number", "result", "operator", "hung_up_by", "started_at", "answered_at", "ended_at",
    "talk_s", "wait_s", "recording", "closed_by_kaw",
}  # fmt: skip
VISIT = {"linkedid", "queue", "joined_at", "left_at", "outcome", "operator", "rang"}
INTERVAL = {"operator", "state", "pause_type", "started_at", "ended_at"}
WORDS = {
    "direction": {"inbound", "outbound", "internal"},
    "result": {"answered", "abandoned", "missed", "busy", "no_answer", "cancelled", "failed", None},
    "hung_up_by": {"partner", "operator", "transfer", "pbx", None},
    "outcome": {"answered", "abandoned", "timeout", "empty", "key", "failed", None},
    "state": {"waiting", "ringing", "talking", "dialling", "after_call", "paused", "offline"},
}


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, list[dict[str, Any]]]:
    """What the command prints."""
    assert replay.main([str(argument) for argument in arguments]) == 0
    return json.loads(capsys.readouterr().out)


def names(found: dict[str, list[dict[str, Any]]], list_name: str) -> set[str]:
    return set().union(*(row.keys() for row in found[list_name]))


def test_the_answer_has_the_promised_names_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    found = answer(capsys, AMI / "x2_chaos.ami.gz")
    assert set(found) == {"calls", "visits", "intervals"}
    assert (names(found, "calls"), names(found, "visits"), names(found, "intervals")) == (CALL, VISIT, INTERVAL)
    for row in (*found["calls"], *found["visits"], *found["intervals"]):
        for name, words in WORDS.items():
            assert row.get(name, next(iter(words))) in words
        for name in ("started_at", "answered_at", "ended_at", "joined_at", "left_at"):
            assert (row.get(name) or "Z").endswith("Z")
    assert all(call["number"] is None or call["number"].isdigit() for call in found["calls"])
    assert all("/" not in (call["recording"] or "") for call in found["calls"])


def test_log_and_cdr_may_be_packed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = "a_queue_answered_caller_hangs"
    plain = [AMI / f"{name}.queue_log", AMI / f"{name}.cdr.csv"]
    packed = [tmp_path / f"{path.name}.gz" for path in plain]
    for path, made in zip(plain, packed, strict=True):
        made.write_bytes(gzip.compress(path.read_bytes()))
    empty = tmp_path / "empty.ami"
    empty.write_bytes(b"")
    told = [
        answer(capsys, empty, "--queue-log", log, "--cdr", rows, "--cdr-timezone", "UTC")
        for log, rows in (plain, packed)
    ]
    assert told[0] == told[1]
    assert [call["result"] for call in told[0]["calls"]] == ["answered"]


def test_lines_and_operators_by_any_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """--trunk and --operator, where an endpoint's name does not tell."""
    stream = tmp_path / "stream.ami"
    text = (AMI / "a_queue_answered_caller_hangs.ami").read_text(encoding="utf-8")
    stream.write_text(text.replace("PJSIP/trunk", "PJSIP/9999").replace("PJSIP/1010", "PJSIP/anna"), encoding="utf-8")
    call = answer(capsys, stream, "--trunk", "9999", "--operator", "anna=Анна Иванова")["calls"][0]
    assert (call["direction"], call["operator"], call["result"]) == ("inbound", "anna", "answered")


def test_members_are_known_from_the_present_on(capsys: pytest.CaptureFixture[str]) -> None:
    """The first connection asks for the present, too: who serves a queue before anything happens."""
    found = answer(capsys, AMI / "j4_min_permissions.kawmin.ami")
    first = {row["operator"]: row["state"] for row in reversed(found["intervals"])}
    assert first["1010"] == first["1011"] == "waiting"
    assert all(row["started_at"] > "2026" for row in found["intervals"])


def test_a_stream_that_begins_in_the_middle_of_a_talk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The first that is heard is the present: a talk goes on, and its caller is known."""
    again = gzip.decompress((TRUTH / "i3b_line_lost_waiting_and_talking.after_reconnect.ami.gz").read_bytes())
    stream = tmp_path / "middle.ami"
    stream.write_bytes(again)
    calls = {call["number"]: call for call in answer(capsys, stream)["calls"]}
    assert calls["79165550821"]["direction"] == "inbound"
    assert (calls["79165550821"]["result"], calls["79165550821"]["operator"]) == ("answered", "1010")


@pytest.mark.parametrize(
    ("content", "arguments"),
    [
        (None, ()),
        (b"\x1f\x8b\x08\x00" + b"\xff" * 60, ()),
        (b"", ("--cdr-timezone", "Moscow/Red Square")),
        (b"", ("--queue-log", "/nowhere/queue_log")),
    ],
)
def test_what_cannot_be_read_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None, arguments: tuple[str, ...]
) -> None:
    stream = tmp_path / "stream.ami.gz"
    if content is not None:
        stream.write_bytes(content)
    assert replay.main([str(stream), *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("kaw.replay: ")
    assert told.err.count("\n") == 1


def test_a_packed_stream_that_was_cut_gives_what_it_has(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = (AMI / "x2_chaos.ami.gz").read_bytes()
    stream = tmp_path / "cut.ami.gz"
    stream.write_bytes(whole[: len(whole) // 2])
    assert len(answer(capsys, stream)["calls"]) > 10

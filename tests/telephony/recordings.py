"""The recorded streams in tests/fixtures/ami, and how a simulated story is compared with one."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "fixtures" / "ami"
Fields = list[tuple[str, str]]

# sound quality and sign-in are not simulated
NOT_PLAYED = {"RTCPSent", "RTCPReceived", "SuccessfulAuth", "ChallengeSent", "FullyBooted"}
# what a channel lives through, in an order that is the same in every recording
LIFE = {
    "Newchannel",
    "Newstate",
    "QueueCallerJoin",
    "QueueCallerAbandon",
    "QueueCallerLeave",
    "AgentCalled",
    "AgentConnect",
    "DialBegin",
    "BridgeEnter",
    "HangupRequest",
    "Hangup",
}


def recorded(name: str) -> Path:
    """A recording by the beginning of its name."""
    return next(path for path in sorted(FOLDER.iterdir()) if path.name.startswith(name) and ".ami" in path.name)


def blocks(raw: bytes) -> Iterator[Fields]:
    """Messages as their header lines, in order."""
    if raw[:2] == b"\x1f\x8b":
        raw = gzip.decompress(raw)
    for block in raw.decode("utf-8", "replace").split("\r\n\r\n"):
        lines = [line.partition(":") for line in block.split("\r\n") if ":" in line]
        if lines:
            yield [(name, value.strip()) for name, _colon, value in lines]


def events(raw: bytes) -> Iterator[Fields]:
    """Only events, without items of lists."""
    return (block for block in blocks(raw) if block[0][0] == "Event" and block[1][0] == "Privilege")


def shape(event: Fields) -> tuple[str, ...]:
    """Names of an event's fields in their order, without those of channelvars."""
    return tuple(name for name, _value in event if "ChanVariable" not in name)


def shapes(raws: Iterable[bytes]) -> dict[str, set[tuple[str, ...]]]:
    """Every shape an event was seen in."""
    found: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for raw in raws:
        for event in events(raw):
            found[event[0][1]].add(shape(event))
    return found


def begin(raw: bytes) -> float:
    """When the first channel came to be: whole seconds in the log depend on the fraction."""
    return next(float(dict(event)["Timestamp"]) for event in events(raw) if event[0][1] == "Newchannel")


def lives(raw: bytes) -> list[list[str]]:
    """What each channel lived through, channels in the order they came to be."""
    found: dict[str, list[str]] = {}
    for event in events(raw):
        fields = dict(reversed(event))
        name = fields["Event"]
        if name not in LIFE:
            continue
        detail = f" {fields['ChannelStateDesc']}" if name in ("Newchannel", "Newstate") else ""
        detail = f" {fields['Cause']}" if name == "Hangup" else detail
        for key in ("Uniqueid", "DestUniqueid"):
            if key in fields:
                found.setdefault(fields[key], []).append(name + detail)
    return list(found.values())


def log_lines(lines: Iterable[str]) -> list[str]:
    """Queue log without times and ids; milliseconds and seconds are rounded to what a story says."""
    return [line for line in (_log_line(line) for line in lines) if line]


def _log_line(line: str) -> str:
    parts = line.strip().split("|")
    if len(parts) < 5:
        return ""
    _time, _call, queue, member, event, *data = parts
    if event in ("RINGNOANSWER", "RINGCANCELED"):
        data = [str(round(int(data[0]) / 1000))]
    if event == "CONNECT":
        data[1] = "channel"
    return "|".join([queue, member, event, *data])


def cdr_rows(lines: Iterable[str]) -> list[list[str]]:
    """CDR without times and ids: who, whom, by which application, how long, with which end."""
    return [_cdr_row(cells) for cells in csv.reader(lines) if cells]


def _cdr_row(cells: list[str]) -> list[str]:
    channel, other = (cell.partition("-")[0] for cell in cells[5:7])
    answered = "answered" if cells[10] else ""
    data = cells[8].replace(",8,", ",60,")
    return [*cells[1:5], channel, other, cells[7], data, answered, *cells[12:15], cells[17]]

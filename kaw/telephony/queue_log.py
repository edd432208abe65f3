"""Asterisk's queue log: what queues did while nobody listened to their events.

Source: docs.asterisk.org, "Queue Logs"; a line is ``time|call|queue|member|event|data1|…``. Times are whole seconds;
lines of one second are told apart by a microsecond per line, so that their order is kept. A member stands there
by his name or by his interface; ``members`` knows which name belongs to whom.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kaw.telephony import events as e
from kaw.telephony import tables
from kaw.telephony.names import digits
from kaw.telephony.tail import last_lines, lines_since

LOG = e.Source.LOG
STEP = 1e-6  # seconds between two lines of one second
SLACK = 5.0
LEFT = {"EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "empty", "EXITWITHKEY": "key"}
COMPLETED = {
    "COMPLETECALLER": "caller",
    "COMPLETEAGENT": "agent",
    "BLINDTRANSFER": "transfer",
    "ATTENDEDTRANSFER": "transfer",
    "TRANSFER": "transfer",
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line; ``at`` Unix seconds."""

    at: float
    call: str
    queue: str
    member: str
    event: str
    data: tuple[str, ...]

    def value(self, place: int) -> str:
        """One of its data fields, "" if it has none there."""
        return self.data[place] if place < len(self.data) else ""

    def number(self, place: int) -> float:
        """The same as a number."""
        try:
            return float(self.value(place))
        except ValueError:
            return 0.0


def parse(lines: Iterable[str]) -> list[LogLine]:
    """Lines of the file, in their order; what is no line of it is left out."""
    found: list[LogLine] = []
    last, step = 0.0, 0
    for line in lines:
        time = time_of(line)
        parts = line.split("|")
        if time is None or len(parts) < 5:
            continue
        step = step + 1 if time == last else 0
        last = time
        call, queue, member, event, *data = parts[1:]
        found.append(LogLine(time + step * STEP, call, queue, member, event, tuple(data)))
    return found


def time_of(line: str) -> float | None:
    """When a line was written; None if it is none."""
    text = line.partition("|")[0]
    try:
        return float(text)
    except ValueError:
        return None


def read(source: str, since: float) -> list[LogLine]:
    """Lines since a moment from a file, or from a table (``mysql+pymysql://user:secret@host/asterisk#queue_log``).

    OSError or sqlalchemy.exc.SQLAlchemyError when it cannot be read.
    """
    if "://" not in source:
        return [line for line in parse(lines_since(Path(source), since, time_of, SLACK)) if line.at >= since - SLACK]
    address, _hash, table = source.partition("#")
    return parse(_table_lines(address, table or "queue_log", since - SLACK))


def newest(source: str, patience_s: int) -> list[LogLine]:
    """The last line (of a file also some before it). Errors as of ``read``."""
    if "://" not in source:
        return parse(last_lines(Path(source)))
    address, _hash, table = source.partition("#")
    query = _query(table or "queue_log").order_by(sa.column("id").desc()).limit(1)
    return parse(_lines_of(tables.engine(address, patience_s=patience_s), query, 0.0))


def _table_lines(address: str, table: str, since: float) -> Iterator[str]:
    yield from _lines_of(tables.engine(address), _query(table).order_by(sa.column("id")), since)


def _query(table: str) -> sa.Select[Any]:
    """The columns of app_queue's realtime table; ``time`` holds epoch seconds or a date and time."""
    names = ["time", "callid", "queuename", "agent", "event", *(f"data{number}" for number in range(1, 6))]
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in names]
    return sa.select(*columns).select_from(sa.table(table))  # type: ignore[return-value]


def _lines_of(engine: sa.Engine, query: sa.Select[Any], since: float) -> Iterator[str]:
    try:
        with engine.connect() as connection:
            for row in connection.execute(query):
                time = _epoch(row[0])
                if time >= since:
                    yield "|".join([f"{int(time)}", *("" if cell is None else str(cell) for cell in row[1:])])
    finally:
        engine.dispose()


def _epoch(value: object) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    try:
        return float(str(value))
    except ValueError:
        return datetime.fromisoformat(str(value)).timestamp()


def names_in(lines: Iterable[LogLine]) -> set[str]:
    """Members as the log writes them."""
    return {line.member for line in lines if line.member not in ("", "NONE")}


def as_events(lines: Iterable[LogLine], members: Mapping[str, str]) -> list[e.PbxEvent]:
    """The same as facts. ``members`` maps names to interfaces; what looks like an interface is one."""
    found: list[e.PbxEvent] = []
    for line in lines:
        interface = line.member if "/" in line.member else members.get(line.member, "")
        found += _events_of(line, interface)
    return _with_stops(found)


def _events_of(line: LogLine, interface: str) -> list[e.PbxEvent]:
    about = (line.at, LOG, line.call, line.call)
    match line.event:
        case "ENTERQUEUE":
            return [e.QueueJoined(*about, line.queue, digits(line.value(1)))]
        case "CONNECT":
            return [e.MemberConnected(*about, line.queue, interface, line.value(1), line.number(0), line.number(2))]
        case "RINGNOANSWER":
            return [e.MemberSilent(*about, line.queue, interface, "", line.number(0) / 1000)]
        case "RINGCANCELED":
            return [
                e.MemberCalled(line.at - line.number(0) / 1000, LOG, line.call, line.call, line.queue, interface, "")
            ]
        case "ABANDON":
            return [e.QueueLeft(*about, line.queue, "abandoned")]
        case "QUEUESTART":
            return [e.PbxStarted(line.at, LOG)]
        case event if event in LEFT:
            return [e.QueueLeft(*about, line.queue, LEFT[event])]
        case event if event in COMPLETED:
            # TRANSFER and both kinds of it have two fields before waiting and talking
            place = 1 if event.startswith("COMPLETE") else 3
            return [e.MemberCompleted(*about, line.queue, interface, line.number(place), COMPLETED[event])]
    return _member_events(line, interface)


def _member_events(line: LogLine, interface: str) -> list[e.PbxEvent]:
    if not interface or line.queue == "NONE":  # PAUSEALL and its like: a line per queue follows
        return []
    match line.event:
        case "ADDMEMBER":
            paused = line.value(0) == "PAUSED"
            return [e.MemberState(line.at, LOG, interface, line.queue, paused=paused)]
        case "REMOVEMEMBER":
            return [e.MemberState(line.at, LOG, interface, line.queue, present=False)]
        case "PAUSE" | "UNPAUSE":
            paused = line.event == "PAUSE"
            return [e.MemberState(line.at, LOG, interface, line.queue, paused=paused, reason=line.value(0))]
    return []


RESTART_WITHIN = 15.0  # seconds from the last line of a stopping PBX to its next start


def _with_stops(found: list[e.PbxEvent]) -> list[e.PbxEvent]:
    """A PBX that stops writes every waiting caller as abandoned: those of the last second before a quick start
    did not leave by themselves."""
    result = list(found)
    for place, event in enumerate(found):
        if not isinstance(event, e.PbxStarted):
            continue
        before = [other for other in found[:place] if isinstance(other, e.CallEvent)]
        if not before or event.at - before[-1].at > RESTART_WITHIN:
            continue
        last = int(before[-1].at)
        for index, other in enumerate(found[:place]):
            if isinstance(other, e.QueueLeft) and other.outcome == "abandoned" and int(other.at) == last:
                result[index] = e.QueueLeft(other.at, LOG, other.call, other.channel, other.queue, "failed")
    return result

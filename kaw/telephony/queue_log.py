"""Asterisk's queue log: what queues did while nobody listened to their events.

Source: docs.asterisk.org, "Queue Logs"; a line is ``time|call|queue|member|event|data1|…``. Times are whole seconds;
lines of one second are told apart by a microsecond per line, so that their order is kept. A file holds Unix seconds,
a table the PBX's local time. A member stands there by his name or by his interface; ``members`` knows which name
belongs to whom. What cannot be read is left out and counted.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kaw.telephony import events as e
from kaw.telephony import moments, tables
from kaw.telephony.names import digits, seconds, short, unique_id
from kaw.telephony.tail import last_lines, lines_since

log = logging.getLogger(__name__)

LOG = e.Source.LOG
STEP = 1e-6  # seconds between two lines of one second
SLACK = 5.0
PAGE = 2_000  # rows of a table at once
LEFT = {"EXITWITHTIMEOUT": "timeout", "EXITEMPTY": "empty", "EXITWITHKEY": "key", "WITHDRAW": "key"}
COMPLETED = {
    "COMPLETECALLER": "caller",
    "COMPLETEAGENT": "agent",
    "BLINDTRANSFER": "transfer",
    "ATTENDEDTRANSFER": "transfer",
    "TRANSFER": "transfer",
}
ENDS = {"ABANDON", "SYSCOMPAT", *LEFT, *COMPLETED}  # of a stay in a queue and of the talk after it


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

    def seconds(self, place: int, per_second: int = 1) -> float:
        """The same as a length, written in seconds or parts of them."""
        return seconds(self.value(place), per_second)


def parse(lines: Iterable[str]) -> list[LogLine]:
    """Lines of the file, in their order."""
    return _told((time_of(line), line.split("|")[1:]) for line in lines if line)


def time_of(line: str) -> float | None:
    """When a line was written; None if it is none."""
    return moments.unix(line.partition("|")[0])


def _told(found: Iterable[tuple[float | None, Sequence[str]]]) -> list[LogLine]:
    """Lines with their times; what has no possible time, or too few fields, is none."""
    told: list[LogLine] = []
    last, step, unreadable = 0.0, 0, 0
    for time, cells in found:
        if time is None or len(cells) < 4 or not moments.fits(time, cells[0]):
            unreadable += 1
            continue
        step = step + 1 if time == last else 0
        last = time
        call, queue, member, event, *data = cells
        told.append(LogLine(time + step * STEP, unique_id(call), short(queue), member, event[:40], tuple(data)))
    if unreadable:
        log.warning("queue log: %d lines cannot be read and are left out", unreadable)
    return told


def read(source: str, since: float, zone: str) -> list[LogLine]:
    """Lines since a moment from a file, or from a table (``mysql+pymysql://user:secret@host/asterisk#queue_log``)
    that is written in ``zone``.

    OSError or sqlalchemy.exc.SQLAlchemyError when it cannot be read.
    """
    if "://" in source:
        lines = _of_table(source, since - SLACK, ZoneInfo(zone), tables.PATIENCE_S)
    else:
        lines = parse(lines_since(Path(source), since, time_of, SLACK))
    return [line for line in lines if line.at >= since - SLACK]


def newest(source: str, zone: str, patience_s: int) -> list[LogLine]:
    """The last lines, oldest first. ``zone`` and errors as of ``read``."""
    if "://" in source:
        return _of_table(source, float("inf"), ZoneInfo(zone), patience_s)
    return parse(last_lines(Path(source)))


def _of_table(source: str, since: float, zone: ZoneInfo, patience_s: int) -> list[LogLine]:
    """From a page that begins before a moment to the end; of the hour that stands there twice the order tells which
    one is meant, and the id of the call."""
    address, _hash, table = source.partition("#")
    engine = tables.engine(address, patience_s=patience_s)
    try:
        with engine.connect() as connection:
            rows = [row for page in _pages(connection, table or "queue_log", since, zone) for row in page][::-1]
    finally:
        engine.dispose()
    return _told(_in_order(rows, zone))


def _in_order(rows: Iterable[Sequence[Any]], zone: ZoneInfo) -> Iterator[tuple[float | None, Sequence[str]]]:
    last = 0.0
    for _id, time, *cells in rows:
        told = [tables.text(cell) for cell in cells]
        at = moments.following(_readings(time, zone), max(last, moments.born(told[0]) or 0))
        last = at or last
        yield (None if at is None else float(int(at))), told


def _pages(connection: sa.Connection, table: str, since: float, zone: ZoneInfo) -> Iterator[Sequence[Sequence[Any]]]:
    """Rows from the newest on, until a page is older than ``since``: ids have an index, times have none."""
    key: sa.ColumnClause[int] = sa.column("id")
    query = _query(table).order_by(key.desc()).limit(PAGE)
    rows = connection.execute(query).all()
    while rows:
        yield rows
        known = [at for row in rows for at in _readings(row[1], zone)]
        if len(rows) < PAGE or (known and max(known) < since):
            return
        rows = connection.execute(query.where(key < rows[-1][0])).all()


def _query(table: str) -> sa.Select[Any]:
    """The columns of app_queue's realtime table; ``time`` holds a date and time, or epoch seconds."""
    names = ["id", "time", "callid", "queuename", "agent", "event", *(f"data{number}" for number in range(1, 6))]
    columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in names]
    return sa.select(*columns).select_from(sa.table(table))  # type: ignore[return-value]


def _readings(time: object, zone: ZoneInfo) -> list[float]:
    written = tables.text(time)
    epoch = moments.unix(written)
    return moments.readings(written, zone) if epoch is None else [epoch]


def names_in(lines: Iterable[LogLine]) -> set[str]:
    """Members as the log writes them."""
    return {line.member for line in lines if line.member not in ("", "NONE")}


def as_events(lines: Iterable[LogLine], members: Mapping[str, str]) -> list[e.PbxEvent]:
    """The same as facts. ``members`` maps names to interfaces; what looks like an interface is one."""
    lines = list(lines)
    found: list[e.PbxEvent] = []
    stops = _stops(lines)
    for place, line in enumerate(lines):
        interface = line.member if "/" in line.member else members.get(line.member, "")
        told = [event for event in _events_of(line, interface) if not _of_no_call(event)]
        found += [_by_stop(event, several=stops[place]) for event in told] if place in stops else told
    return found


def _of_no_call(event: e.PbxEvent) -> bool:
    return isinstance(event, e.CallEvent) and event.call in ("", "NONE")


def _events_of(line: LogLine, interface: str) -> list[e.PbxEvent]:
    about = (line.at, LOG, line.call, line.call)
    match line.event:
        case "ENTERQUEUE":
            return [e.QueueJoined(*about, line.queue, digits(line.value(1)))]
        case "CONNECT":
            dest, waited, rang = unique_id(line.value(1)), line.seconds(0), line.seconds(2)
            return [e.MemberConnected(*about, line.queue, interface, dest, waited, rang)]
        case "RINGNOANSWER":
            return [e.MemberSilent(*about, line.queue, interface, "", line.seconds(0, 1000))]
        case "RINGCANCELED":
            began = line.at - line.seconds(0, 1000)
            return [e.MemberCalled(began, LOG, line.call, line.call, line.queue, interface, "")]
        case "ABANDON":
            return [e.QueueLeft(*about, line.queue, "abandoned")]
        case "QUEUESTART":
            return [e.PbxStarted(line.at, LOG)]
        case event if event in LEFT:
            return [e.QueueLeft(*about, line.queue, LEFT[event])]
        case event if event in COMPLETED:
            # TRANSFER and both kinds of it have two fields before waiting and talking
            place = 1 if event.startswith("COMPLETE") else 3
            return [e.MemberCompleted(*about, line.queue, interface, line.seconds(place), COMPLETED[event])]
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
            return [e.MemberState(line.at, LOG, interface, line.queue, paused=paused, reason=short(line.value(0)))]
    return []


RESTART_WITHIN, ALL_WITHIN = 15.0, 600.0  # seconds from the end of one call, or of several, to the next start
STOPPED = {"ABANDON", "COMPLETECALLER", "COMPLETEAGENT"}


def _stops(lines: Sequence[LogLine]) -> dict[int, bool]:
    """Lines that a stopping PBX wrote, by their places; whether it ended several calls.

    It writes every waiting caller as abandoned and every talk as ended by one of the two. It leaves nobody in the log,
    as one that is killed does, and writes nothing after it; and either several calls ended in that second, or it was
    started again at once.
    """
    found: dict[int, bool] = {}
    inside: Counter[str] = Counter()
    last, ends = float("-inf"), list[int]()  # of the last second
    for place, line in enumerate(lines):
        if line.event == "QUEUESTART":
            several = len({lines[end].call for end in ends}) > 1
            if not inside.total() and line.at - last <= (ALL_WITHIN if several else RESTART_WITHIN):
                found.update(dict.fromkeys(ends, several))
            inside, ends = Counter(), []
            continue
        if line.at >= last + 1:
            ends = []
        last = max(last, float(int(line.at)))
        if line.event == "ENTERQUEUE":
            inside[line.call] += 1
        elif line.event == "CONNECT":
            inside[line.call] = max(1, inside[line.call])
        elif line.event in ENDS:
            inside[line.call] = max(0, inside[line.call] - 1)
        if line.event in STOPPED:
            ends.append(place)
    return found


def _by_stop(event: e.PbxEvent, *, several: bool) -> e.PbxEvent:
    if isinstance(event, e.QueueLeft):
        return replace(event, outcome="failed")
    return replace(event, reason="pbx") if several and isinstance(event, e.MemberCompleted) else event

"""Asterisk's CDR: a row per dial try, in the PBX's local time.

Source: docs.asterisk.org, "CDR Specification". The csv needs ``loguniqueid = yes`` and ``newcdrcolumns = yes`` in
cdr.conf: without Uniqueid and Linkedid no row can be matched. A row's answer time is when its *first* channel was
answered, so ringing of the second may be in it.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kaw.telephony import events as e
from kaw.telephony import tables
from kaw.telephony.names import digits
from kaw.telephony.tail import last_lines, lines_since

COLUMNS: tuple[str, ...] = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount"),
    *("linkedid", "sequence"),
)
SLACK = 4 * 3600.0  # a row is written when its call ends, and stands by its begin
FORMAT = "%Y-%m-%d %H:%M:%S"


def read(source: str, since: float, zone: str) -> list[e.CdrRow]:
    """Rows that ended since a moment, from a csv file or a table (``mysql+pymysql://…/asteriskcdrdb#cdr``).

    OSError or sqlalchemy.exc.SQLAlchemyError when it cannot be read.
    """
    place = ZoneInfo(zone)
    if "://" in source:
        address, _hash, table = source.partition("#")
        told = (_event(row, place) for row in _table_rows(address, table or "cdr", since, place))
        rows = [row for row in told if row is not None]
    else:

        def time_of(line: str) -> float | None:
            cells = next(csv.reader([line]), [])
            return _time(cells[9], place) if len(cells) > 9 else None

        rows = parse(lines_since(Path(source), since, time_of, SLACK), zone)
    return [row for row in rows if row.ended_at >= since - 1]


def newest(source: str, patience_s: int, count: int) -> list[dict[str, str]]:
    """The last rows as they are written, oldest first, whether they can be matched or not. Errors as of ``read``."""
    if "://" in source:
        address, _hash, table = source.partition("#")
        return list(_newest_rows(address, table or "cdr", patience_s, count))[::-1]
    lines = last_lines(Path(source))[-count:]
    return [dict(zip(COLUMNS, cells, strict=False)) for cells in csv.reader(lines) if len(cells) > COLUMNS.index("end")]


def local_seconds(text: str) -> float | None:
    """A time of the CDR as if it were UTC."""
    return _time(text, ZoneInfo("UTC"))


def parse(lines: Iterable[str], zone: str) -> list[e.CdrRow]:
    """Rows of the csv file; those without Uniqueid and Linkedid are left out."""
    place = ZoneInfo(zone)
    found = (_event(dict(zip(COLUMNS, cells, strict=False)), place) for cells in csv.reader(lines))
    return [row for row in found if row is not None]


def _event(row: Mapping[str, str], place: ZoneInfo) -> e.CdrRow | None:
    start, end = _time(row.get("start", ""), place), _time(row.get("end", ""), place)
    call, channel = row.get("linkedid", ""), row.get("uniqueid", "")
    if start is None or end is None or not call or not channel:
        return None
    return e.CdrRow(
        start,
        e.Source.CDR,
        call,
        channel,
        row["channel"],
        row["dstchannel"],
        digits(row["src"]),
        digits(row["dst"]),
        _time(row.get("answer", ""), place),
        end,
        row["disposition"].upper(),
        row["lastapp"],
        row["lastdata"],
        int(row["sequence"]) if row.get("sequence", "").isdigit() else 0,
    )


def _time(text: str, place: ZoneInfo) -> float | None:
    try:
        return datetime.strptime(text, FORMAT).replace(tzinfo=place).timestamp()
    except ValueError:
        return None


def _newest_rows(address: str, table: str, patience_s: int, count: int) -> Iterator[dict[str, str]]:
    engine = tables.engine(address, patience_s=patience_s)
    try:
        stored = sa.Table(table, sa.MetaData(), autoload_with=engine)
        with engine.connect() as connection:
            for row in connection.execute(sa.select(stored).order_by(_begin(stored).desc()).limit(count)).mappings():
                yield _named(dict(row))
    finally:
        engine.dispose()


def _begin(stored: sa.Table) -> sa.ColumnElement[Any]:
    """The column of the begin; NoSuchColumnError if this is no CDR."""
    for name in ("start", "calldate"):
        if name in stored.c:
            return stored.c[name]
    raise sa.exc.NoSuchColumnError("no begin of a call")


def _table_rows(address: str, table: str, since: float, place: ZoneInfo) -> Iterator[dict[str, str]]:
    """Rows by their column names; FreePBX writes ``calldate`` with durations instead of three times."""
    engine = tables.engine(address)
    try:
        stored = sa.Table(table, sa.MetaData(), autoload_with=engine)
        begin = _begin(stored)
        limit = datetime.fromtimestamp(since - SLACK, place).replace(tzinfo=None)
        with engine.connect() as connection:
            for row in connection.execute(sa.select(stored).where(begin >= limit).order_by(begin)).mappings():
                yield _named(dict(row))
    finally:
        engine.dispose()


def _named(row: Mapping[str, Any]) -> dict[str, str]:
    named = {name: "" if row.get(name) is None else str(row[name]) for name in COLUMNS}
    if "calldate" in row:
        start = row["calldate"]
        end = start + timedelta(seconds=int(row["duration"] or 0))
        billed = int(row["billsec"] or 0)
        answer = (end - timedelta(seconds=billed)).strftime(FORMAT) if billed else ""
        named |= {"start": start.strftime(FORMAT), "end": end.strftime(FORMAT), "answer": answer}
    return named

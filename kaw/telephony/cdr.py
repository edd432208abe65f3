"""Asterisk's CDR: a row per dial try, in the PBX's local time.

Source: docs.asterisk.org, "CDR Specification". The csv needs ``loguniqueid = yes`` and ``newcdrcolumns = yes`` in
cdr.conf: without Uniqueid and Linkedid no row can be matched. A row's answer time is when its *first* channel was
answered, so ringing of the second may be in it. What cannot be read is left out and counted.
"""

import csv
import logging
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kaw.telephony import events as e
from kaw.telephony import moments, tables
from kaw.telephony.names import LONGEST_S, digits, seconds, unique_id, whole
from kaw.telephony.tail import last_lines, lines_since

log = logging.getLogger(__name__)

COLUMNS: tuple[str, ...] = (
    *("accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start"),
    *("answer", "end", "duration", "billsec", "disposition", "amaflags", "uniqueid", "userfield", "peeraccount"),
    *("linkedid", "sequence"),
)
BEGINS = ("start", "calldate")  # FreePBX writes ``calldate`` with lengths instead of three times
SLACK = 4 * 3600.0  # a row is written when its call ends; a table finds it by its begin
TWICE = 3600.0  # the hour that clocks go back over

Row = Mapping[str, str]


def read(source: str, since: float, zone: str) -> list[e.CdrRow]:
    """Rows that ended since a moment, from a csv file or a table (``mysql+pymysql://…/asteriskcdrdb#cdr``).

    OSError or sqlalchemy.exc.SQLAlchemyError when it cannot be read.
    """
    place = ZoneInfo(zone)
    if "://" in source:
        limit = datetime.fromtimestamp(since - SLACK - TWICE, place).replace(tzinfo=None)
        rows = _events(_stored(source, tables.PATIENCE_S, since=limit), place)
    else:
        rows = parse(lines_since(Path(source), since, lambda line: _end(_cells(line), place), SLACK), zone)
    return [row for row in rows if row.ended_at >= since - 1]


def newest(source: str, patience_s: int, count: int) -> list[Row]:
    """The last rows as they are written, oldest first, whether they can be matched or not. Errors as of ``read``."""
    if "://" in source:
        return _stored(source, patience_s, count=count)[::-1]
    return [row for row in map(_cells, last_lines(Path(source))[-count:]) if "end" in row]


def local_seconds(text: str) -> float | None:
    """A time of the CDR as if it were UTC."""
    return next(iter(moments.readings(text, ZoneInfo("UTC"))), None)


def parse(lines: Iterable[str], zone: str) -> list[e.CdrRow]:
    """Rows of the csv file; those without Uniqueid and Linkedid are left out."""
    return _events((_cells(line) for line in lines if line), ZoneInfo(zone))


def _cells(line: str) -> Row:
    """One row, empty if it is none; a quote that a cut line left open does not swallow the next."""
    try:
        return dict(zip(COLUMNS, next(csv.reader([line]), []), strict=False))
    except csv.Error:
        return {}


def _events(rows: Iterable[Row], place: ZoneInfo) -> list[e.CdrRow]:
    told = [_event(row, place) for row in rows]
    found = [row for row in told if row is not None]
    if len(found) < len(told):
        log.warning("CDR: %d rows cannot be read or have no ids and are left out", len(told) - len(found))
    return found


def _event(row: Row, place: ZoneInfo) -> e.CdrRow | None:
    start, end = _start(row, place), _end(row, place)
    call, channel = unique_id(row.get("linkedid", "")), unique_id(row.get("uniqueid", ""))
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
        _answer(row, start, end, place),
        end,
        row["disposition"].upper(),
        row["lastapp"],
        row["lastdata"],
        whole(row.get("sequence", "")),
    )


def _start(row: Row, place: ZoneInfo) -> float | None:
    """No row begins before its channel did."""
    uniqueid = row.get("uniqueid", "")
    born = moments.born(uniqueid) or moments.born(row.get("linkedid", ""))
    start = moments.following(moments.readings(row.get("start", ""), place), born)
    return start if start is None or moments.fits(start, uniqueid) else None


def _end(row: Row, place: ZoneInfo) -> float | None:
    """The column has it to the second, the length tells which of two moments it stands for."""
    start, lasted = _start(row, place), row.get("duration", "")
    if start is None:
        return None
    about = start + seconds(lasted)
    end = moments.nearest(moments.readings(row.get("end", ""), place), about)
    if end is not None and 0 <= end - start <= LONGEST_S:
        return end
    return about if lasted else None


def _answer(row: Row, start: float, end: float, place: ZoneInfo) -> float | None:
    billed = seconds(row.get("billsec", ""))
    told = moments.nearest(moments.readings(row.get("answer", ""), place), end - billed)
    if told is not None and start <= told <= end:
        return told
    return max(start, end - billed) if billed else None


def _stored(source: str, patience_s: int, *, since: datetime | None = None, count: int | None = None) -> list[Row]:
    """Rows of a table that began since a local time, or the last ones, newest first."""
    address, _hash, table = source.partition("#")
    engine = tables.engine(address, patience_s=patience_s)
    try:
        names = [column["name"] for column in sa.inspect(engine).get_columns(table or "cdr")]
        first = next((name for name in BEGINS if name in names), None)
        if first is None:
            raise sa.exc.NoSuchColumnError("no begin of a call")
        begin = sa.column(first, sa.DateTime())
        chosen = [name for name in names if name in (*COLUMNS, first)]
        columns: list[sa.ColumnClause[str]] = [sa.column(name) for name in chosen]
        query = sa.select(*columns).select_from(sa.table(table or "cdr")).order_by(begin.desc()).limit(count)
        if since is not None:
            query = query.where(begin >= since)
        with engine.connect() as connection:
            return [_named(dict(zip(chosen, row, strict=True))) for row in connection.execute(query)]
    finally:
        engine.dispose()


def _named(row: Mapping[str, object]) -> Row:
    named = {name: tables.text(row.get(name)) for name in COLUMNS}
    return named if "start" in row else named | {"start": tables.text(row["calldate"])}

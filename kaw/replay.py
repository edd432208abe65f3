"""Recorded PBX streams through the real code into an empty database: ``python -m kaw.replay FILE.ami …``.

Several files are the same PBX after a reconnect. Prints the records as JSON. For an administrator who sends a trace
of a wrong figure, and for tests.
"""

import argparse
import contextlib
import json
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa
from panoramisk.message import Message
from sqlmodel import col

from kaw import db
from kaw.models import Call, OperatorInterval, QueueVisit, VisitRing
from kaw.services import upgrade
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up, until
from kaw.telephony import cdr, queue_log
from kaw.telephony import events as e
from kaw.telephony.listed import PresentReader
from kaw.telephony.recorded import messages, raw
from kaw.telephony.translate import translate

BATCH = 500  # events written at once


def main(arguments: Sequence[str] | None = None) -> int:
    """The command."""
    options = _parser().parse_args(arguments)
    try:
        ZoneInfo(options.cdr_timezone)
        with tempfile.TemporaryDirectory() as directory:
            result = replay(
                options.stream,
                Path(directory),
                log=options.queue_log,
                rows=options.cdr,
                zone=options.cdr_timezone,
                trunks=options.trunk,
                operators=dict(_named(text) for text in options.operator),
            )
    except (OSError, ZoneInfoNotFoundError, ValueError) as error:
        print(f"kaw.replay: {error}", file=sys.stderr)
        return 2
    json.dump(result, sys.stdout, ensure_ascii=False, indent=1)
    print()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m kaw.replay", description=__doc__)
    parser.add_argument("stream", nargs="+", type=Path, metavar="FILE.ami", help="recorded stream, .gz too")
    parser.add_argument(
        "--queue-log", type=Path, metavar="FILE", help="queue log, picked up after each stream; .gz too"
    )
    parser.add_argument("--cdr", type=Path, metavar="FILE", help="CDR as csv, picked up after each stream; .gz too")
    parser.add_argument("--cdr-timezone", default="UTC", metavar="ZONE", help="time zone of the CDR (UTC)")
    parser.add_argument("--trunk", action="append", default=[], metavar="ENDPOINT", help="endpoint that is a trunk")
    parser.add_argument("--operator", action="append", default=[], metavar="1010=NAME", help="operator and his name")
    return parser


def _named(text: str) -> tuple[str, str]:
    extension, _equals, name = text.partition("=")
    return extension, name


def replay(
    streams: Sequence[Path],
    directory: Path,
    *,
    log: Path | None = None,
    rows: Path | None = None,
    zone: str = "UTC",
    trunks: Sequence[str] = (),
    operators: dict[str, str] | None = None,
) -> dict[str, list[dict[str, Any]]]:
    """The records of these streams; an SQLite file is made in ``directory``. OSError if a file cannot be read."""
    known = operators or {}
    _open(directory)
    parties = Parties(frozenset(trunks), frozenset(known))
    player = _Player(Recorder(lambda: parties), parties, _past(log, rows, zone), known, zone)
    for place, stream in enumerate(streams):
        player.play(stream, again=place > 0)
    player.end()
    with db.reading() as session:
        return report(session.connection())


def _open(directory: Path) -> None:
    """An empty database there, unless this process works in it already."""
    path = directory / "replay.sqlite"
    if not path.exists():
        db.connect(f"sqlite:///{path}")
        upgrade.upgrade()


def _past(log: Path | None, rows: Path | None, zone: str) -> Past:
    lines = queue_log.parse(_lines(log)) if log is not None else []
    return Past(lines, cdr.parse(_lines(rows), zone) if rows is not None else [])


def _lines(path: Path) -> list[str]:
    return raw(path).decode("utf-8", "replace").splitlines()


class _Player:
    """Feeds one stream after the other, as the adapter would."""

    def __init__(self, recorder: Recorder, parties: Parties, past: Past, names: dict[str, str], zone: str) -> None:
        self._recorder, self._parties, self._past, self._zone = recorder, parties, past, zone
        self._names = {name: f"PJSIP/{extension}" for extension, name in names.items()}
        self._now = 0.0  # the PBX's clock
        self._uptime = 0.0  # at the login, seconds
        self._waiting: list[e.PbxEvent] = []

    def play(self, stream: Path, *, again: bool) -> None:
        """One connection. After a reconnect what is told waits until the past is caught up with, by the present; at
        the first one a client may ask for the present before anything happens, or not at all."""
        reader = PresentReader(self._zone)
        caught_up = False
        for message in messages(stream):
            if reader.hear(message):
                if reader.is_complete and not caught_up and (again or not self._has_calls()):
                    caught_up = self._catch_up(reader, self._past if again else Past())
                continue
            self._hear_clock(message)
            self._waiting += translate(message, self._now)
            if len(self._waiting) >= BATCH and (caught_up or not again):
                self._absorb()
        if again and not caught_up:
            self._catch_up(reader, self._past)
        self._absorb()

    def end(self) -> None:
        """What log and CDR know beyond the last stream."""
        if self._past.lines or self._past.rows:
            catch_up(self._recorder, self._parties, self._past, None, None, self._names)

    def _absorb(self) -> None:
        self._recorder.absorb(self._waiting)
        self._waiting.clear()

    def _has_calls(self) -> bool:
        """Whether calls were heard of on this connection: later lists say nothing that events have not told."""
        return bool(self._recorder.newest) or any(isinstance(event, e.CallEvent) for event in self._waiting)

    def _hear_clock(self, message: Message) -> None:
        with contextlib.suppress(ValueError):
            self._now = max(self._now, float(message.get("Timestamp", "")))
        with contextlib.suppress(ValueError):
            self._uptime = float(message.get("Uptime", ""))

    def _catch_up(self, reader: PresentReader, past: Past) -> bool:
        """False when nothing tells what time it is."""
        started = reader.snapshot(self._now).started_at
        at = max(self._now, started + self._uptime if started is not None else 0.0, reader.latest)
        if not at:
            return False
        snapshot = reader.snapshot(at)
        self._now = at
        if started is not None:
            self._waiting.insert(0, e.PbxStarted(started, e.Source.LIVE))
        catch_up(
            self._recorder,
            self._parties,
            until(past, at),
            snapshot if reader.is_complete else None,
            None,
            self._names,
        )
        return True


def report(connection: sa.Connection) -> dict[str, list[dict[str, Any]]]:
    """What the tables say, in the form of the command's answer."""
    calls = connection.execute(sa.select(*Call.__table__.c).order_by(col(Call.started_at), col(Call.id))).mappings()
    found = {row["id"]: row for row in calls}
    return {
        "calls": [_call(row) for row in found.values()],
        "visits": _visits(connection, found),
        "intervals": _intervals(connection),
    }


def _call(row: Any) -> dict[str, Any]:
    return {
        "linkedid": row["linkedid"],
        "direction": row["direction"],
        "number": row["number"] or None,
        "result": row["result"],
        "operator": row["operator"],
        "hung_up_by": row["hung_up_by"],
        "started_at": _time(row["started_at"]),
        "answered_at": _time(row["answered_at"]),
        "ended_at": _time(row["ended_at"]),
        "talk_s": _seconds(row["talk_ms"]),
        "wait_s": _seconds(row["wait_ms"]),
        "recording": row["recording"].rpartition("/")[2] if row["recording"] else None,
        "closed_by_kaw": row["ended_at"] is None,
    }


def _visits(connection: sa.Connection, calls: dict[int, Any]) -> list[dict[str, Any]]:
    rang: dict[int, list[str]] = {}
    rings = sa.select(col(VisitRing.visit_id), col(VisitRing.operator)).order_by(
        col(VisitRing.visit_id), col(VisitRing.ordinal)
    )
    for visit_id, operator in connection.execute(rings):
        rang.setdefault(visit_id, []).append(operator)
    visits = sa.select(*QueueVisit.__table__.c).order_by(col(QueueVisit.joined_at), col(QueueVisit.id))
    return [
        {
            "linkedid": calls[row["call_id"]]["linkedid"],
            "queue": row["queue"],
            "joined_at": _time(row["joined_at"]),
            "left_at": _time(row["left_at"]),
            "outcome": row["outcome"],
            "operator": row["operator"],
            "rang": rang.get(row["id"], []),
        }
        for row in connection.execute(visits).mappings()
    ]


def _intervals(connection: sa.Connection) -> list[dict[str, Any]]:
    query = sa.select(*OperatorInterval.__table__.c).order_by(
        col(OperatorInterval.operator), col(OperatorInterval.started_at)
    )
    return [
        {
            "operator": row["operator"],
            "state": row["state"],
            "pause_type": row["pause_type"] or None,
            "started_at": _time(row["started_at"]),
            "ended_at": _time(row["ended_at"]),
        }
        for row in connection.execute(query).mappings()
    ]


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="milliseconds") + "Z"


def _seconds(milliseconds: int | None) -> int | None:
    return None if milliseconds is None else round(milliseconds / 1000)


if __name__ == "__main__":
    sys.exit(main())

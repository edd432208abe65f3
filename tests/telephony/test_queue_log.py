"""The queue log as it is found: in the PBX's time, long, and damaged (R12.7)."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw.telephony import events as e
from kaw.telephony import queue_log, tail
from kaw.telephony.tail import BLOCK
from tests.telephony.pbx_tables import QUEUE_LOG, line, write

NOON = int(datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp())  # 12:00 in Moscow
ZONE = "Europe/Moscow"


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """KAW's computer has a time zone of its own."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'pbx.sqlite'}"


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("written", ["2026-11-23 12:00:00.654321", "2026-11-23 12:00:00", str(NOON)])
def test_a_table_is_read_in_the_time_zone_of_the_pbx(address: str, written: str) -> None:
    """R12.7: not in KAW's; Unix seconds need none."""
    write(address, QUEUE_LOG, [line(written, "ENTERQUEUE")])
    (found,) = queue_log.read(f"{address}#queue_log", NOON - 10, ZONE)
    assert found.at == NOON
    assert [each.at for each in queue_log.newest(address, ZONE, 4)] == [NOON]


def test_a_table_in_the_hour_that_comes_twice(address: str) -> None:
    """R12.7: an id tells when its call began, and no line was written before the one above it."""
    first, second = utc("2026-10-25 00:30:00"), utc("2026-10-25 01:30:00")  # both 02:30 in Berlin
    early, late = f"{first - 5:.0f}.1", f"pbx-1-{second - 5:.0f}.2"
    rows = [
        line("2026-10-25 02:30:00", "ENTERQUEUE", early),
        line("2026-10-25 02:31:00", "PAUSE", "NONE"),
        line("2026-10-25 02:30:00", "ENTERQUEUE", late),
        line("2026-10-25 02:31:00", "PAUSE", "NONE"),
    ]
    write(address, QUEUE_LOG, rows)
    found = queue_log.read(address, first - 60, "Europe/Berlin")
    assert [each.at for each in found] == [first, first + 60, second, second + 60]
    assert [each.at for each in queue_log.read(address, second - 5, "Europe/Berlin")] == [second, second + 60]


def test_of_a_long_table_only_its_end_is_read(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12.7: by id, which has an index; one line with a wrong time in the page does not end the reading."""
    monkeypatch.setattr(queue_log, "PAGE", 10)
    pages: list[int] = []
    real = queue_log._pages
    monkeypatch.setattr(queue_log, "_pages", lambda *about: (pages.append(len(page)) or page for page in real(*about)))
    rows = [line(str(NOON + number), "ENTERQUEUE", f"{number}.1") for number in range(1000)]
    rows[990]["time"] = "2001-01-01 00:00:00"
    write(address, QUEUE_LOG, rows)
    found = queue_log.read(address, NOON + 980, "UTC")
    assert [each.call for each in found] == [f"{n}.1" for n in range(975, 1000) if n != 990]
    assert pages == [10, 10, 10, 10]
    assert queue_log.newest(address, "UTC", 4)[-1].call == "999.1"


@pytest.mark.parametrize("wrong", [None, "0000-00-00 00:00:00", "", "nan", "9" * 400, "12.5.2026", "0001-01-01"])
def test_a_row_without_a_time_costs_no_other(address: str, wrong: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """R12.7: it is counted in one line of the log."""
    rows = [line(NOON, "ENTERQUEUE"), line(wrong, "CONNECT"), line(wrong, "CONNECT"), line(NOON + 9, "ABANDON")]
    write(address, QUEUE_LOG, rows)
    with caplog.at_level(logging.WARNING):
        found = queue_log.read(address, NOON - 10, ZONE)
    assert [each.event for each in found] == ["ENTERQUEUE", "ABANDON"]
    assert caplog.messages == ["queue log: 2 lines cannot be read and are left out"]


def test_zero_dates_of_mariadb_cost_no_other(mysql_database: sa.URL) -> None:
    """R12.7: whose texts may be bytes to the driver."""
    address = mysql_database.set(query={"init_command": "SET sql_mode=''"}).render_as_string(hide_password=False)
    rows = [line("0000-00-00 00:00:00", "CONNECT"), line("2026-11-23 12:00:00", "ENTERQUEUE"), line(None, "CONNECT")]
    definition = QUEUE_LOG.replace("id integer", "id integer auto_increment").replace(
        "event varchar", "event varbinary"
    )
    write(address, definition, rows, time="datetime(6)")
    try:
        assert [(each.at, each.event) for each in queue_log.read(address, NOON - 10, ZONE)] == [(NOON, "ENTERQUEUE")]
    finally:
        engine = sa.create_engine(address)
        with engine.begin() as connection:
            connection.exec_driver_sql("drop table queue_log")
        engine.dispose()


def test_a_file_after_a_power_cut(tmp_path: Path) -> None:
    """R12.7: lines that were cut, zeros, a megabyte without an end, bytes that are no text: the other lines count."""
    good = [f"{NOON + number}|{number}.1|support|NONE|ENTERQUEUE||7916|1".encode() for number in range(6)]
    parts = [
        b"\0" * 5000 + good[0],
        f"{NOON}|1.1|supp".encode(),
        b"\xff\xfe|" + b"\xc3" * 50,
        good[1],
        b"5|0.9|support|NONE|ABANDON|",
        b"x" * 1_000_000,
        good[2],
        f"{NOON}|1.1|support".encode() + b"\0" * 300_000 + good[3],
        b"nan|1.1|support|NONE|ABANDON|",
        b"",
        good[4],
    ]
    path = tmp_path / "queue_log"
    path.write_bytes(b"\n".join(parts) + b"\r\n" + good[5])
    for since in (NOON - 60, NOON):
        found = queue_log.read(str(path), since, ZONE)
        assert [each.call for each in found] == [f"{number}.1" for number in range(5)]
    assert queue_log.newest(str(path), ZONE, 4)[-1].call == "4.1"


def test_a_block_is_judged_by_more_than_its_first_line(tmp_path: Path) -> None:
    """R12.7: a line of long ago at its begin does not hide what was written before it."""
    lines = [f"{NOON}|{number:05}.1|support|NONE|ENTERQUEUE||7916|1|{'x' * 80}" for number in range(9000)]
    begin = 9000 - BLOCK // len(f"{lines[0]}\n")
    for place in range(begin - 2, begin + 3):
        lines[place] = lines[place].replace(f"{NOON}", f"{NOON - 90_000}")
    path = tmp_path / "queue_log"
    path.write_text("\n".join(lines) + "\n")
    assert len(queue_log.read(str(path), NOON, ZONE)) == 9000 - 5


def test_the_middle_of_a_line_tells_no_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12.7: of one that is longer than a block."""
    monkeypatch.setattr(tail, "BLOCK", 110)
    path = tmp_path / "queue_log"
    path.write_text(f"{NOON}|1.1|support|NONE|ENTERQUEUE||7916|1\n" + "1000000000|" * 40)
    assert [each.call for each in queue_log.read(str(path), NOON, ZONE)] == ["1.1"]


def test_impossible_lengths_and_calls_are_no_facts() -> None:
    """R12.7: they would move a call to another century, or make one without an id."""
    lines = queue_log.parse(
        [
            f"{NOON}|1.1|support|PJSIP/1010|RINGNOANSWER|inf",
            f"{NOON}|1.1|support|PJSIP/1010|RINGCANCELED|1e300",
            f"{NOON}|1.1|support|PJSIP/1010|COMPLETECALLER|nan|99999999999|1",
            f"{NOON}||support|NONE|ABANDON|1|1|1",
            f"{NOON - 500_000_000}|{NOON}.1|support|NONE|ABANDON|1|1|1",
            f"{NOON}|NONE|support|NONE|ENTERQUEUE||7916|1",
        ]
    )
    silent, called, completed = queue_log.as_events(lines, {})
    assert isinstance(silent, e.MemberSilent) and silent.rang == 0
    assert isinstance(called, e.MemberCalled) and called.at == pytest.approx(NOON, abs=1)
    assert isinstance(completed, e.MemberCompleted) and completed.talked == 0


WAITS = "1795000100|1.1|support|NONE|ENTERQUEUE||79161234567|1"
TALKS = "1795000101|2.1|support|PJSIP/1010|CONNECT|1|2.2|1"
ABANDONS = "1795000130|1.1|support|NONE|ABANDON|1|1|30"
LATER = ABANDONS.replace("130|", "131|")
COMPLETES = "1795000130|2.1|support|PJSIP/1010|COMPLETECALLER|1|29|1"
GIVES = "1795000130|3.1|support|PJSIP/1011|BLINDTRANSFER|1012|internal|1|1|1"
JOINS = "1795000090|3.1|support|NONE|ENTERQUEUE||79031545546|1"


@pytest.mark.parametrize(
    ("lines", "started", "ends"),
    [
        pytest.param([WAITS, TALKS, COMPLETES, ABANDONS], 200, {"pbx", "failed"}, id="all at once, and nobody stays"),
        pytest.param([WAITS, TALKS, COMPLETES, ABANDONS, JOINS], 200, {"caller", "abandoned"}, id="one stays: killed"),
        pytest.param([WAITS, ABANDONS], 135, {"failed"}, id="one alone, and a quick start"),
        pytest.param([WAITS, ABANDONS], 200, {"abandoned"}, id="one alone, long before"),
        pytest.param([TALKS, COMPLETES], 135, {"caller"}, id="a talk alone"),
        pytest.param([WAITS, TALKS, COMPLETES, ABANDONS], 900, {"caller", "abandoned"}, id="at once, and long before"),
        pytest.param(
            [WAITS, TALKS, COMPLETES, ABANDONS, "1795000140|NONE|support|Анна|PAUSE|"],
            200,
            {"caller", "abandoned"},
            id="and somebody worked on",
        ),
        pytest.param(
            [JOINS, WAITS, GIVES, ABANDONS],
            200,
            {"transfer", "abandoned"},
            id="one of them was given away",
        ),
        pytest.param(
            [JOINS, WAITS, TALKS, "1795000130|3.1|sales|NONE|ENTERQUEUE||79031545546|1", GIVES, COMPLETES, ABANDONS],
            200,
            {"transfer", "caller", "abandoned"},
            id="one waits again",
        ),
        pytest.param(
            [JOINS, WAITS, TALKS, "1795000126|3.1|support|NONE|WITHDRAW|1|1|36", COMPLETES, ABANDONS],
            200,
            {"key", "pbx", "failed"},
            id="one was withdrawn before",
        ),
        pytest.param([WAITS, TALKS, COMPLETES, LATER], 200, {"caller", "abandoned"}, id="one by one"),
    ],
)
def test_a_stopping_pbx_ends_all_calls_at_once(lines: list[str], started: int, ends: set[str]) -> None:
    """R12.7, trace i1: ABANDON and COMPLETECALLER stand for its own doing."""
    told = queue_log.as_events(queue_log.parse([*lines, f"1795000{started}|NONE|NONE|NONE|QUEUESTART|"]), {})
    found = {event.outcome for event in told if isinstance(event, e.QueueLeft)}
    assert found | {event.reason for event in told if isinstance(event, e.MemberCompleted)} == ends

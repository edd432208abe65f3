"""The CDR as it is found: in the PBX's time, in the hour that comes twice, and damaged (R12.7)."""

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw.telephony import cdr
from kaw.telephony.tail import BLOCK
from tests.telephony.pbx_tables import ASTERISK, CDR, FREEPBX, call, write

BERLIN = "Europe/Berlin"
BORN = 1_795_420_800  # 2026-11-23 08:00:00 UTC


def utc(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def row(
    uniqueid: str, start: str, answer: str, end: str, lasted: object, billed: object = 0, sequence: str = "1"
) -> str:
    cells = ["", "79161234567", "500", "in", "", "PJSIP/trunk-1", "PJSIP/1010-2", "Queue", "support", start, answer]
    cells += [end, str(lasted), str(billed), "ANSWERED", "DOCUMENTATION", uniqueid, "", "", uniqueid, sequence]
    return ",".join(f'"{cell}"' for cell in cells)


@pytest.mark.parametrize("system", ["", "pbx-1-"])
@pytest.mark.parametrize("began", ["2026-10-25 00:30:00", "2026-10-25 01:30:00"])  # both 02:30 in Berlin
def test_the_hour_that_comes_twice_is_told_by_the_id(tmp_path: Path, system: str, began: str) -> None:
    """R12.7: before and after the clocks went back."""
    uniqueid = f"{system}{utc(began):.0f}.12"
    path = tmp_path / "Master.csv"
    path.write_text(row(uniqueid, "2026-10-25 02:30:00", "2026-10-25 02:30:05", "2026-10-25 02:31:00", 60, 55) + "\n")
    (found,) = cdr.read(str(path), utc(began) + 50, BERLIN)
    assert (found.at, found.answered_at, found.ended_at) == (utc(began), utc(began) + 5, utc(began) + 60)


def test_a_call_across_the_change_ends_after_it_began(tmp_path: Path) -> None:
    """R12.7: 02:59:50 + 30 s = 02:00:20; lengths are cut to whole seconds, so the columns know better by one."""
    began = utc("2026-10-25 00:59:50")
    uniqueid = f"{began:.0f}.3"
    (found,) = cdr.parse(
        [row(uniqueid, "2026-10-25 02:59:50", "2026-10-25 02:59:58", "2026-10-25 02:00:20", 29, 21)], BERLIN
    )
    assert (found.at, found.answered_at, found.ended_at) == (began, began + 8, began + 30)
    address = f"sqlite:///{tmp_path / 'pbx.sqlite'}"
    write(
        address,
        CDR.replace("{times}", FREEPBX),
        [call(uniqueid, calldate="2026-10-25 02:59:50", duration=30, billsec=22)],
    )
    (found,) = cdr.read(f"{address}#cdr", began + 25, BERLIN)
    assert (found.at, found.answered_at, found.ended_at) == (began, began + 8, began + 30)


def test_a_row_that_cannot_be_read_costs_no_other(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """R12.7: a line that was cut does not swallow the next one; what is left out is counted in one line of the log."""
    times = ("2026-11-23 08:00:00", "", "2026-11-23 08:00:09", 9)
    lines = [
        row("1.1", *times),
        row("1.2", *times)[:90],
        row("1.3", *times),
        row("1.4", *times).replace('"in"', "in\rto"),
        row("1.5", "0000-00-00 00:00:00", "", "", 5),
        row("1.6", *times, sequence="²"),
        row("1.7", *times, sequence="9" * 5000),
        "x" * 1_000_000,
        "\0" * 4096 + row("1.8", *times),
        row("1.9", "2026-11-23 08:00:00", "2006-11-23 08:00:02", "2026-11-23 07:00:00", 9),
        row(f"{BORN}.10", "2016-11-23 08:00:00", "", "2026-11-23 08:00:09", 9),
        row(f"{BORN}.11", "2026-11-23 08:00:00", "", "2046-11-23 08:00:09", 9),
    ]
    path = tmp_path / "Master.csv"
    path.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
    with caplog.at_level(logging.WARNING):
        found = cdr.read(str(path), BORN, "UTC")
    assert [each.channel for each in found] == ["1.1", "1.3", "1.6", "1.7", "1.8", "1.9", f"{BORN}.11"]
    assert {(each.at, each.answered_at, each.ended_at) for each in found} == {(BORN, None, BORN + 9)}
    assert {each.sequence for each in found} == {0, 1}
    assert caplog.messages == ["CDR: 6 rows cannot be read or have no ids and are left out"]
    assert cdr.newest(str(path), 4, 50)


def test_long_calls_at_the_begin_of_a_block_hide_no_row(tmp_path: Path) -> None:
    """R12.7: rows stand in the file by their ends."""
    told = [row(f"{number}.1", "2026-11-23 08:00:00", "", "2026-11-23 08:00:09", 9) for number in range(3000)]
    length = len(told[-1]) + 1
    for place in range(3000 - BLOCK // length - 3, 3000 - BLOCK // length + 24):
        told[place] = row(f"{place}.1", "2026-11-22 20:00:00", "", "2026-11-23 08:00:09", 12 * 3600 + 9)
    path = tmp_path / "Master.csv"
    path.write_text("\n".join(told) + "\n")
    assert len(cdr.read(str(path), BORN, "UTC")) == 3000


@pytest.mark.parametrize(("times", "begin"), [(ASTERISK, "start"), (FREEPBX, "calldate")])
def test_a_table_with_rows_that_cannot_be_read(mysql_database: sa.URL, times: str, begin: str) -> None:
    """R12.7: of the rows since then those that can be read; older ones are not fetched."""
    address = mysql_database.set(query={"init_command": "SET sql_mode=''"}).render_as_string(hide_password=False)
    rest = {"answer": "0000-00-00 00:00:00", "end": "0000-00-00 00:00:00"} if begin == "start" else {}
    rows = [
        call("1.1", duration=9, billsec=4, **{begin: "2026-11-23 11:00:00"}, **rest),
        call("1.2", duration=9, billsec=4, **{begin: None}),
        call("1.3", duration=9, billsec=4, **{begin: "0000-00-00 00:00:00"}),
        call("1.4", duration=None, billsec=None, **{begin: "2026-11-23 11:00:00"}),
        call("1.5", duration=9, billsec=4, **{begin: "2026-11-23 01:00:00"}),
    ]
    write(address, CDR.replace("{times}", times), rows, time="datetime")
    try:
        (found,) = cdr.read(f"{address}#cdr", BORN, "Europe/Moscow")
        assert (found.channel, found.at, found.answered_at, found.ended_at) == ("1.1", BORN, BORN + 5, BORN + 9)
        assert len(cdr._stored(f"{address}#cdr", 4, since=datetime(2026, 11, 23, 6))) == 2
        assert len(cdr.newest(f"{address}#cdr", 4, 50)) == 5
    finally:
        engine = sa.create_engine(address)
        with engine.begin() as connection:
            connection.exec_driver_sql("drop table cdr")
        engine.dispose()


def test_a_name_that_is_no_text_in_a_table_of_sqlite(tmp_path: Path) -> None:
    """R12.7: SQLite stores whatever bytes a caller sent."""
    address = f"sqlite:///{tmp_path / 'pbx.sqlite'}"
    write(address, CDR.replace("{times}", ASTERISK), [call("1.1", start="2026-11-23 08:00:00", duration=9)])
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql("update cdr set lastdata = cast(x'ff41' as text), dst = x'3530ff30'")
    engine.dispose()
    (found,) = cdr.read(f"{address}#cdr", BORN, "UTC")
    assert (found.data, found.dialled) == ("�A", "500")

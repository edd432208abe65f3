"""«Проверить» of queue log, CDR and recordings: what is wrong, in one sentence, and no password in it (R4.3)."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from kaw.telephony import web_check
from kaw.telephony.port import Check, Outcome
from kaw.telephony.records_check import check_cdr, check_queue_log
from kaw.telephony.web_check import check_address, check_directory, check_websocket

BORN = 1_795_420_800  # 2026-11-23 08:00:00 UTC
LOG = f"{BORN - 60}|NONE|NONE|NONE|QUEUESTART|\n{BORN}|1.1|support|NONE|ENTERQUEUE||79161234567|1\n"


def words(*checks: Check) -> str:
    return "\n".join(check.text.format_map(check.values) for check in checks)


def row(start: str, *, born: float = BORN, ids: bool = True) -> str:
    cells = ["", "79161234567", "500", "from-trunk", "", "PJSIP/trunk-1", "", "Queue", "support", start, "", start]
    cells += ["5", "0", "NO ANSWER", "DOCUMENTATION"]
    unique = f"pbx-{born:.0f}.7" if ids else ""
    return ",".join(f'"{cell}"' for cell in [*cells, unique, "", "", unique, "1"]) + "\n"


def test_a_queue_log_says_when_it_was_written_last(tmp_path: Path) -> None:
    """R4.3: in the company's time; a line that is just being written does not count."""
    (tmp_path / "queue_log").write_text(LOG + "179542", encoding="utf-8")
    found = check_queue_log(str(tmp_path / "queue_log"), "Europe/Moscow", "Asia/Tokyo")
    assert found.is_ok
    assert words(found) == "Can be read; the last line is of 23.11.2026 11:00 (ENTERQUEUE)."


def test_what_is_wrong_with_a_file(tmp_path: Path) -> None:
    """R4.3"""
    assert "There is no file" in words(check_queue_log(str(tmp_path / "gone"), "UTC"))
    assert "is a directory" in words(check_queue_log(str(tmp_path), "UTC"))
    (tmp_path / "new").touch()
    assert check_queue_log(str(tmp_path / "new"), "UTC").outcome is Outcome.UNKNOWN
    assert check_queue_log("", "UTC").outcome is Outcome.UNKNOWN
    assert "no row yet" in words(*check_cdr(str(tmp_path / "new"), "UTC"))


@pytest.mark.parametrize(
    ("start", "zone", "said"),
    [
        ("2026-11-23 11:00:00", "Europe/Moscow", "Its times fit the time zone Europe/Moscow."),
        ("2026-11-23 08:00:00", "Europe/Moscow", "Is written in UTC+00:00, and KAW reads it as Europe/Moscow"),
        ("2026-11-23 02:00:00", "America/Los_Angeles", "Is written in UTC-06:00, and KAW reads it as America/Los"),
        ("2026-11-23 13:30:02", "Asia/Kolkata", "Its times fit the time zone Asia/Kolkata."),
    ],
)
def test_the_time_zone_of_the_cdr_shows_by_its_ids(tmp_path: Path, start: str, zone: str, said: str) -> None:
    """R4.3: an id holds the second of its channel's birth."""
    later = row(start[:11] + "23:59:00", born=BORN + 1)  # a second try to dial, long after the channel was born
    (tmp_path / "Master.csv").write_text(row(start) + row(start) + later, encoding="utf-8")
    _last, about = check_cdr(str(tmp_path / "Master.csv"), zone)
    assert words(about).startswith(said)
    assert about.is_ok is said.startswith("Its times fit")


def test_a_cdr_without_ids_says_what_to_set(tmp_path: Path) -> None:
    """R12.7: such rows can be matched with nothing."""
    (tmp_path / "Master.csv").write_text(row("2026-11-23 11:00:00", ids=False), encoding="utf-8")
    assert "loguniqueid = yes" in words(*check_cdr(str(tmp_path / "Master.csv"), "UTC"))


def test_tables_are_looked_at_as_files_are(tmp_path: Path) -> None:
    """R4.3: FreePBX writes calldate."""
    address = f"sqlite:///{tmp_path / 'pbx.sqlite'}"
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "create table queue_log (id integer primary key, time, callid, queuename, agent, event, "
            "data1, data2, data3, data4, data5)"
        )
        for moment, event in ((f"{BORN}", "ENTERQUEUE"), ("2026-11-23 17:01:00.5", "ABANDON"), (None, "CONNECT")):
            connection.exec_driver_sql(
                "insert into queue_log (time, callid, queuename, agent, event) values (?, '1.1', 'support', 'NONE', ?)",
                (moment, event),
            )
        connection.exec_driver_sql(
            "create table cdr (calldate datetime, duration int, billsec int, uniqueid text, linkedid text)"
        )
        connection.exec_driver_sql(
            "insert into cdr values ('2026-11-23 11:00:00.000000', 5, 0, ?, ?)", (f"{BORN}.7", f"{BORN}.7")
        )
        connection.exec_driver_sql("create table other (id integer)")
    engine.dispose()
    assert "23.11.2026 08:01 (ABANDON)" in words(check_queue_log(f"{address}#queue_log", "UTC", "Asia/Tokyo"))
    assert all(check.is_ok for check in check_cdr(f"{address}#cdr", "Europe/Moscow"))
    assert "no such table" in words(*check_cdr(f"{address}#gone", "UTC"))
    assert check_cdr(f"{address}#other", "UTC")[0].outcome is Outcome.MISSING


def test_a_database_that_refuses_is_told_without_the_password(mysql_database: sa.URL) -> None:
    """R4.3"""
    where = f"{mysql_database.host}:{mysql_database.port or 3306}"
    unwanted = check_queue_log(f"mysql://nobody-{BORN}:secret-word@{where}/asterisk#queue_log", "UTC")
    assert "does not accept user and password" in words(unwanted)
    known = mysql_database.set(drivername="mysql")
    no_table = check_queue_log(f"{known.render_as_string(hide_password=False)}#queue_log", "UTC")
    assert "no such table" in words(no_table)
    no_database = check_queue_log(f"{known.set(database='kaw_none').render_as_string(hide_password=False)}#q", "UTC")
    assert "no such database" in words(no_database)
    away = check_queue_log("mysql://kaw:secret-word@127.0.0.1:1/asterisk#queue_log", "UTC")
    assert "does not answer" in words(away)
    assert "no address of a database" in words(check_queue_log("://kaw:secret-word@x", "UTC"))
    assert "secret-word" not in repr([unwanted, away])


def test_the_directory_of_recordings(tmp_path: Path) -> None:
    """R4.3"""
    assert check_directory(str(tmp_path)).outcome is Outcome.UNKNOWN
    (tmp_path / "2026").mkdir()
    assert check_directory(str(tmp_path)).is_ok
    assert "There is no directory" in words(check_directory(str(tmp_path / "gone")))
    (tmp_path / "a.wav").touch()
    assert "is a file" in words(check_directory(str(tmp_path / "a.wav")))


@asynccontextmanager
async def web(answer: Callable[[str], Awaitable[bytes]]) -> AsyncIterator[str]:
    """A web server that answers by the head of what it is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.read(65536)).decode("latin-1")
        writer.write(await answer(head))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


def always(status: str, *headers: str) -> Callable[[str], Awaitable[bytes]]:
    async def answer(_head: str) -> bytes:
        return "\r\n".join([f"HTTP/1.1 {status}", "Content-Length: 0", *headers, "", ""]).encode()

    return answer


@pytest.mark.parametrize(
    ("status", "outcome", "said"),
    [
        ("200 OK", Outcome.OK, "answers"),
        ("403 Forbidden", Outcome.OK, "answers"),
        ("401 Unauthorized", Outcome.MISSING, "user and a password"),
        ("404 Not Found", Outcome.UNKNOWN, "nothing at this address"),
        ("302 Found", Outcome.MISSING, "sends elsewhere"),
        ("502 Bad Gateway", Outcome.MISSING, "error 502"),
    ],
)
async def test_the_server_of_recordings(status: str, outcome: Outcome, said: str) -> None:
    """R4.3: one request."""
    async with web(always(status, "Location: http://127.0.0.1:1/")) as where:
        found = await check_address(f"http://{where}/monitor", None)
    assert (found.outcome, said in words(found)) == (outcome, True)


async def test_the_server_of_recordings_is_asked_with_its_account(monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: one that does not answer is not waited for, and one that is none is told."""
    asked: list[str] = []

    async def remember(head: str) -> bytes:
        asked.append(head)
        return await always("200 OK")(head)

    async with web(remember) as where:
        assert (await check_address(f"http://{where}/monitor/", ("kaw", "слово"))).is_ok
        over_tls = await check_address(f"https://{where}/", None)
    assert asked[0].startswith("GET /monitor/ ") and "Authorization: Basic" in asked[0]
    assert "does not speak TLS" in words(over_tls)

    async def never(_head: str) -> bytes:
        await asyncio.Event().wait()
        return b""

    monkeypatch.setattr(web_check, "PATIENCE_S", 0.2)
    async with web(never) as where:
        assert "No answer within" in words(await check_address(f"http://{where}", None))
    assert "Nothing answers there" in words(await check_address("http://127.0.0.1:1", None))
    assert (await check_address("http://[", None)).outcome is Outcome.MISSING


async def test_the_websocket_for_softphones() -> None:
    """R12.2: Asterisk's own, something else, and the path forgotten."""
    upgrade = always(
        "101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Protocol: sip"
    )
    async with web(upgrade) as where:
        assert (await check_websocket(f"ws://{where}/ws")).is_ok
    async with web(always("404 Not Found")) as where:
        assert "ends in /ws" in words(await check_websocket(f"ws://{where}/"))
    async with web(always("200 OK")) as where:
        assert "takes no softphones (200)" in words(await check_websocket(f"ws://{where}/ws"))

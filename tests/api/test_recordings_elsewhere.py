"""Recordings on the PBX's own web server, over real HTTP; folders by day; how long they are offered (R8.2.8, R7.8)."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from kaw import db
from kaw.api import recordings as routes
from kaw.services import call_history, housekeeping, recordings, settings
from kaw.services.call_history import CallQuery
from tests.calls import change_call, give_extension, insert_call
from tests.conftest import People

SOUND = bytes(range(256)) * 800
HEAD = b"RIFF\0\0\0\0WAVEfmt " + bytes(20) + b"data\0\0\0\0"
Answer = Callable[[Request], Response]


class Served:
    """A web server in front of a directory; ``answer`` can be another one, ``asked`` is what came."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked, self.address = folder, list[Request](), ""
        self.answer: Answer = self.file
        self.held: asyncio.Event | None = None

    def file(self, request: Request) -> Response:
        path = self.folder / request.path_params["path"]
        return FileResponse(path) if path.is_file() else PlainTextResponse("gone", 404)

    async def serve(self, request: Request) -> Response:
        self.asked.append(request)
        if self.held is not None:
            await self.held.wait()
        return self.answer(request)

    def paths(self) -> list[str]:
        return [request.url.path for request in self.asked]


@asynccontextmanager
async def running(served: Served) -> AsyncIterator[Served]:
    app = FastAPI()
    app.add_api_route("/monitor/{path:path}", served.serve, methods=["GET", "HEAD"])
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    listening = socket.create_server(("127.0.0.1", 0))
    task = asyncio.create_task(server.serve([listening]))
    served.address = f"http://127.0.0.1:{listening.getsockname()[1]}/monitor"
    try:
        yield served
    finally:
        if served.held is not None:
            served.held.set()
        server.should_exit = True
        await task
        listening.close()


@pytest.fixture
async def pbx_files(people: People, tmp_path: Path) -> AsyncIterator[Served]:
    """The PBX's recordings behind HTTP, and the setting that points there."""
    folder = tmp_path / "monitor"
    (folder / "2026" / "11" / "24").mkdir(parents=True)
    (folder / "2026" / "11" / "24" / "разговор 1.wav").write_bytes(HEAD + SOUND)
    give_extension(people.anna, "101")
    async with running(Served(folder)) as served:
        settings.change(people.oleg, {"pbx_recordings": f"{served.address}/"})
        yield served


def recorded(people: People, told: str = "/var/spool/asterisk/monitor/2026/11/24/разговор 1.wav") -> str:
    return f"/recordings/{insert_call(people.anna, recording=told)}"


async def test_parts_are_passed_through(listener: httpx.AsyncClient, people: People, pbx_files: Served) -> None:
    """R8.2.8: whole, any part of it, nothing behind its end; lengths of a stopped PBX are mended on the way."""
    address = recorded(people)
    whole = await listener.get(address)
    assert (whole.status_code, whole.content[44:]) == (200, SOUND)
    assert int.from_bytes(whole.content[40:44], "little") == len(SOUND)
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["x-content-type-options"] == "nosniff"
    for first, last in ((0, 9), (0, 99), (70_000, 150_000)):
        part = await listener.get(address, headers={"Range": f"bytes={first}-{last}"})
        assert part.status_code == 206
        assert part.headers["content-range"] == f"bytes {first}-{last}/{len(whole.content)}"
        expected = whole.content if first or last > 44 else HEAD
        assert part.content == expected[first : last + 1]
    assert (await listener.get(address, headers={"Range": "bytes=99999999-"})).status_code == 416
    head = await listener.head(address)
    assert (head.status_code, head.headers["content-length"]) == (200, str(len(whole.content)))
    assert set(pbx_files.paths()) == {"/monitor/2026/11/24/разговор 1.wav"}


async def test_the_browser_tells_the_pbx_nothing_about_itself(
    listener: httpx.AsyncClient, people: People, pbx_files: Served
) -> None:
    """R4.3: KAW signs in with its own account; no cookie of the user goes there."""
    settings.change(people.oleg, {"pbx_recordings_user": "kaw", "pbx_recordings_secret": "слово"})
    assert (await listener.get(recorded(people))).status_code == 200
    (asked,) = pbx_files.asked
    assert asked.headers["authorization"].startswith("Basic ")
    assert "cookie" not in asked.headers


async def test_a_file_is_found_in_the_folder_of_its_day(
    listener: httpx.AsyncClient, people: People, pbx_files: Served
) -> None:
    """R8.2.8: the PBX told a name alone; the day is that of its own time zone."""
    settings.change(people.oleg, {"pbx_time_zone": "Asia/Vladivostok"})
    begun = datetime(2026, 11, 24, 0, 5, tzinfo=ZoneInfo("Asia/Vladivostok")).astimezone(UTC).replace(tzinfo=None)
    call = insert_call(people.anna, recording="разговор 1.wav")
    change_call(call, started_at=begun, ended_at=begun + timedelta(minutes=3))
    assert (await listener.get(f"/recordings/{call}")).status_code == 200
    assert pbx_files.paths()[-1] == "/monitor/2026/11/24/разговор 1.wav"
    before_midnight = insert_call(people.anna, recording="разговор 1.wav")
    change_call(before_midnight, started_at=begun - timedelta(minutes=10), ended_at=begun)
    assert (await listener.get(f"/recordings/{before_midnight}")).status_code == 200


async def test_what_is_not_there_is_said(listener: httpx.AsyncClient, people: People, pbx_files: Served) -> None:
    """R8.2.8: 404 of the server is a file that is gone."""
    gone = await listener.get(recorded(people, "2026/11/24/нет.wav"))
    assert (gone.status_code, gone.json()["error"]) == (404, "Файла этой записи нет на месте.")


@pytest.mark.parametrize(
    ("status", "words"),
    [(401, "не пускает KAW"), (403, "не пускает KAW"), (500, "отвечает ошибкой"), (302, "отсылает на другой адрес")],
)
async def test_a_server_that_refuses_is_told_apart(
    listener: httpx.AsyncClient, people: People, pbx_files: Served, status: int, words: str
) -> None:
    """R4.3, R8.2.8: KAW does not follow anywhere."""
    canary = pbx_files.address.replace("/monitor", "/monitor/canary.wav")
    (pbx_files.folder / "canary.wav").write_bytes(HEAD + b"canary")
    pbx_files.answer = lambda _r: RedirectResponse(canary) if status == 302 else PlainTextResponse("", status)
    refused = await listener.get(recorded(people))
    assert refused.status_code == 503
    assert words in refused.json()["error"]
    assert not any("canary" in path for path in pbx_files.paths())


async def test_a_server_that_is_too_slow_or_away(
    listener: httpx.AsyncClient, people: People, pbx_files: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4.3: nobody waits for it for long."""
    monkeypatch.setattr(routes, "TIMEOUT", 0.3)
    pbx_files.held = asyncio.Event()
    slow = await listener.get(recorded(people))
    assert (slow.status_code, slow.json()["error"]) == (503, "Сервер записей не отвечает.")
    for away in ("http://127.0.0.1:1/monitor", "http://["):
        settings.change(people.oleg, {"pbx_recordings": away})
        gone = await listener.get(recorded(people))
        assert (gone.status_code, gone.json()["error"]) == (503, "Нет связи с сервером записей.")


async def test_no_password_is_logged(
    listener: httpx.AsyncClient, people: People, pbx_files: Served, caplog: pytest.LogCaptureFixture
) -> None:
    """R4.3"""
    caplog.set_level(logging.DEBUG)
    settings.change(people.oleg, {"pbx_recordings_user": "kaw", "pbx_recordings_secret": "secret-word"})
    pbx_files.answer = lambda _request: PlainTextResponse("", 401)
    await listener.get(recorded(people))
    assert "does not let KAW in" in caplog.text
    assert "secret-word" not in caplog.text


@pytest.fixture
def folder(people: People, tmp_path: Path) -> Path:
    """A directory of this machine, by year, month and day."""
    day = tmp_path / "monitor" / "2026" / "03" / "10"
    day.mkdir(parents=True)
    (day / "a.wav").write_bytes(HEAD + SOUND)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "canary.wav").write_bytes(HEAD + b"canary")
    settings.change(people.oleg, {"pbx_recordings": str(tmp_path / "monitor")})
    give_extension(people.anna, "101")
    return tmp_path / "monitor"


async def test_folders_by_day(listener: httpx.AsyncClient, people: People, folder: Path) -> None:
    """R8.2.8: with the PBX's own path, with a part of it, and links that lead within or out of the directory."""
    (folder / "out").symlink_to(folder.parent / "other")
    (folder / "within").symlink_to(folder / "2026" / "03")
    for told, status in (
        ("/var/spool/asterisk/monitor/2026/03/10/a.wav", 200),
        ("2026/03/10/a.wav", 200),
        ("within/10/a.wav", 200),
        ("out/canary.wav", 404),
        ("2026/03/11/a.wav", 404),
        ("2026/03/10/" + "a" * 240 + ".wav", 404),
    ):
        assert (await listener.get(recorded(people, told))).status_code == status, told


async def test_a_file_that_kaw_may_not_read_is_said(
    listener: httpx.AsyncClient, people: People, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R8.2.8: Asterisk writes for its own group."""
    monkeypatch.setattr(recordings.os, "access", lambda _path, _mode: False)
    refused = await listener.get(recorded(people, "2026/03/10/a.wav"))
    assert (refused.status_code, "Это может исправить администратор" in refused.json()["error"]) == (503, True)


async def test_after_their_time_recordings_are_offered_no_more_and_stay(
    listener: httpx.AsyncClient, people: People, folder: Path
) -> None:
    """R7.8: KAW deletes no file of the PBX, and a call of that age shows no player."""
    settings.change(people.oleg, {"recordings_days": 30})
    young = insert_call(people.anna, ago=29 * 86_400, recording="2026/03/10/a.wav")
    old = insert_call(people.anna, ago=31 * 86_400, recording="2026/03/10/a.wav")
    await db.in_thread(housekeeping.run)
    assert (await listener.get(f"/recordings/{young}")).status_code == 200
    assert (await listener.get(f"/recordings/{old}")).status_code == 404
    assert offered(people) == {young: True, old: False}
    files = [path.name for path in folder.parent.rglob("*.wav")]
    assert sorted(files) == ["a.wav", "canary.wav"]
    settings.change(people.oleg, {"recordings_days": 0})
    assert offered(people) == {young: True, old: True}
    settings.change(people.oleg, {"pbx_recordings": ""})
    assert offered(people) == {young: False, old: False}


def offered(people: People) -> dict[int, bool]:
    return {row.id: row.has_recording for row in call_history.calls(people.anna, CallQuery()).rows}

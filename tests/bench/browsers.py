"""Figures with many browsers: how soon a page hears of a call, and of a change that all pages show.

A browser is a socket.io client that loaded the page. KAW is a process of its own on one core, they are on the others;
the times are those of arrival at the client.
"""

import asyncio
import gc
import hashlib
import json
import os
import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp
from playwright.async_api import async_playwright
from sqlmodel import select

from kaw import db
from kaw.models import Group, GroupMember, QueueMembership, Setting, User, UserSession
from kaw.services import partners
from kaw.services.access import SYSTEM
from kaw.services.sessions import COOKIE
from tests.bench import base
from tests.e2e.conftest import CHROMIUM, CHROMIUM_ARGUMENTS, ROOT, free_port
from tests.ringing import NUMBER, OBSERVE, QUEUE, RingingPbx

PARTNERS = 2_000
CALLS, CALLS_PER_MINUTE, UPDATES = 60, 50, 40
FIRST_EXTENSION = 2001
NAMES = (
    "notice of a call in 100 browsers, p95",
    "notice drawn in Chromium, 99 browsers beside it, p95",
    "queue counter in 500 browsers, p95",
)
NOTICE_MS, UPDATE_MS = 100, 150
Figure = dict[str, Any]


def measure(*, only: str = "") -> list[Figure]:
    """The notice of a call with 100 browsers open, also in a real one, and one update a second in each of 500."""
    stories = zip(NAMES, (100, 100, 500), (_notices, _drawn, _counters), (NOTICE_MS, NOTICE_MS, UPDATE_MS), strict=True)
    return [_figure(name, _run(number, story), most) for name, number, story, most in stories if only in name]


def _figure(name: str, times: list[float], most: float) -> Figure:
    times.sort()
    p95, median = times[int(len(times) * 0.95)] * 1000, statistics.median(times) * 1000
    name = f"{name} of {len(times)}"
    return {"name": name, "value": p95, "raw": None, "ratio": None, "unit": "ms", "most": most, "median": median}


class Browser:
    """One page of one operator; it speaks socket.io itself, since a whole client in Python is slower than KAW."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token, self._headers = url, token, {"Cookie": f"{COOKIE}={token}"}
        self._next = 0
        self._wanted, self._heard = "", asyncio.get_running_loop().create_future()

    async def open(self, http: aiohttp.ClientSession) -> None:
        """Load the workspace and connect."""
        async with http.get(self.url, headers=self._headers) as answer:
            page = await answer.text()
        found = re.search(r"query: \{'client_id': '([^']+)', 'next_message_id': (\d+)", page)
        if found is None:
            raise SystemExit(f"no page: {page[:300]}")
        self._id, self._next = found[1], int(found[2])
        query = {
            "EIO": "4", "transport": "websocket", "client_id": self._id, "next_message_id": str(self._next),
            "implicit_handshake": "true", "document_id": str(random.random()), "tab_id": str(random.random()),
            "old_tab_id": "",
        }  # fmt: skip
        at = f"{self.url}_nicegui_ws/socket.io/"
        self._socket = await http.ws_connect(at, params=query, headers=self._headers, max_msg_size=0)
        await self._socket.send_str("40")
        self._life = asyncio.create_task(self._listen())

    def listen_for(self, text: str) -> None:
        """``arrival`` waits for a message that holds this."""
        self._wanted, self._heard = text, asyncio.get_running_loop().create_future()

    async def arrival(self) -> float:
        """When it came, Unix seconds."""
        return await asyncio.wait_for(asyncio.shield(self._heard), 20)

    async def acknowledge(self) -> None:
        """As the page does every few seconds."""
        said = json.dumps(["ack", {"client_id": self._id, "next_message_id": self._next}])
        await self._socket.send_str(f"42{said}")

    async def close(self) -> None:
        """The page is left."""
        self._life.cancel()
        await self._socket.close()

    async def _listen(self) -> None:
        async for message in self._socket:
            text = message.data
            if text == "2":
                await self._socket.send_str("3")
            elif text.startswith("42"):
                if self._wanted and not self._heard.done() and self._wanted in text:
                    self._heard.set_result(time.time())
                numbered = text.rfind('"_id":')
                self._next = int(text[numbered + 6 :].rstrip("}]")) + 1 if numbered > 0 else self._next
        if not self._heard.done():
            self._heard.set_exception(ConnectionError(f"KAW closed the page's line: {self._socket.close_code}"))


def _run(browsers: int, story: Any) -> list[float]:
    with tempfile.TemporaryDirectory(prefix="kaw-bench-") as folder:
        tokens = _office(Path(folder), browsers)
        pbx = RingingPbx()
        with _server(Path(folder), pbx) as url:
            try:
                return asyncio.run(_with_browsers(url, tokens, story, pbx))
            finally:
                pbx.close()


def _office(folder: Path, number: int) -> list[str]:
    """Partners, and so many operators who are signed in; their cookies."""
    base.connect(PARTNERS, f"sqlite:///{folder / 'kaw.sqlite'}", fresh=True)
    partners.create(SYSTEM, {"name": "ООО Замер", "phone": NUMBER})
    tokens = [secrets.token_hex(16) for _ in range(number)]
    with db.transaction() as tx:
        group = tx.session.exec(select(Group)).first()
        tx.session.merge(Setting(key="session_limit", value=str(number + 10)))
        users = [
            User(
                login=f"operator{place}", full_name=f"Оператор {place}", password_hash="!",
                extension=str(FIRST_EXTENSION + place), created_at=db.now(),
            )
            for place in range(number)
        ]  # fmt: skip
        tx.session.add_all(users)
        tx.session.flush()
        for user, token in zip(users, tokens, strict=True):
            tx.session.add(GroupMember(group_id=group.id, user_id=user.id))
            tx.session.add(QueueMembership(user_id=user.id, queue=QUEUE, dynamic=False))
            hashed = hashlib.sha256(token.encode()).hexdigest()
            tx.session.add(UserSession(token_hash=hashed, user_id=user.id, created_at=db.now(), seen_at=db.now()))
    return tokens


@contextmanager
def _server(folder: Path, pbx: RingingPbx) -> Iterator[str]:
    """KAW, alone on the first core."""
    port = free_port()
    environment = {
        **os.environ, **pbx.environment, "KAW_DATA_DIR": str(folder), "KAW_HOST": "127.0.0.1", "KAW_PORT": str(port),
    }  # fmt: skip
    cores = sorted(os.sched_getaffinity(0))
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py")], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    os.sched_setaffinity(process.pid, cores[:1])
    os.sched_setaffinity(0, cores[1:] or cores)
    try:
        deadline = time.monotonic() + 60
        while not pbx.connected:
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit((folder / "server.log").read_text())
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(30)
        os.sched_setaffinity(0, cores)


async def _with_browsers(url: str, tokens: list[str], story: Any, pbx: RingingPbx) -> list[float]:
    browsers = [Browser(url, token) for token in tokens]
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector) as http:
        for browser in browsers:
            await browser.open(http)
        gc.collect()
        gc.freeze()  # its own collections would be counted as KAW's time
        acknowledging = asyncio.create_task(_acknowledge(browsers))
        await asyncio.sleep(5)
        try:
            return await story(browsers, pbx)
        finally:
            acknowledging.cancel()
            for browser in browsers:
                await browser.close()


async def _acknowledge(browsers: list[Browser]) -> None:
    while True:
        for browser in browsers:
            await browser.acknowledge()
            await asyncio.sleep(3 / len(browsers))


async def _notices(browsers: list[Browser], pbx: RingingPbx) -> list[float]:
    """Calls ring at one operator after the other: from the line to his page."""
    took = []
    for call in range(CALLS):
        place = call % len(browsers)
        browsers[place].listen_for("ООО Замер")
        began = pbx.ring(str(FIRST_EXTENSION + place))
        took.append(await browsers[place].arrival() - began)
        pbx.give_up()
        await asyncio.sleep(60 / CALLS_PER_MINUTE - (time.time() - began) % 1)
    return took


async def _drawn(browsers: list[Browser], pbx: RingingPbx) -> list[float]:
    """Calls ring at the last operator, who sees his page in Chromium: from the line to the notice on his screen."""
    await browsers[-1].close()
    took = []
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
        context = await chromium.new_context()
        await context.add_cookies([{"name": COOKIE, "value": browsers[-1].token, "url": browsers[-1].url}])
        page = await context.new_page()
        await page.goto(browsers[-1].url)
        await page.wait_for_selector(".kaw-cell-title")
        await page.evaluate(OBSERVE)
        for _call in range(CALLS):
            began = pbx.ring(str(FIRST_EXTENSION + len(browsers) - 1))
            await page.wait_for_function("window.noticed !== null")
            took.append(await page.evaluate("window.noticed") / 1000 - began)
            pbx.give_up()
            await page.wait_for_function("window.noticed === null")
            await asyncio.sleep(60 / CALLS_PER_MINUTE - (time.time() - began) % 1)
        await chromium.close()
    return took


async def _counters(browsers: list[Browser], pbx: RingingPbx) -> list[float]:
    """A caller comes into the queue that all of them serve, or leaves it, once a second."""
    took = []
    for turn in range(UPDATES):
        for browser in browsers:
            browser.listen_for('42["update"')
        began = pbx.give_up() if turn % 2 else pbx.ring("1999")
        took += await _arrivals(browsers, began)
    return took


async def _arrivals(browsers: list[Browser], began: float) -> list[float]:
    arrived = await asyncio.gather(*(browser.arrival() for browser in browsers))
    await asyncio.sleep(max(0.0, 1 - (time.time() - began)))
    return [at - began for at in arrived]

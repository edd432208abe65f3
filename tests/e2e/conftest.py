"""A real KAW process and a real Chromium."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e.simulated_office import Office

ROOT = Path(__file__).parents[2]
CHROMIUM = os.environ.get("KAW_TEST_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]
ANNA, PAVEL = ("201", "Анна Иванова"), ("202", "Павел Кузнецов")
IN_CI = bool(os.environ.get("CI"))
NOT_FOR_IT = ("KAW_", "PYTEST_", "NICEGUI_")  # NiceGUI would take the server for a test of its own

expect.set_options(timeout=10_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder and run them last: Playwright keeps an event loop running in the main thread."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@dataclass
class Server:
    """One KAW process on a data directory of its own."""

    data_dir: Path
    port: int
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return (self.data_dir / "server.log").read_text(encoding="utf-8")

    def start(self, *arguments: str) -> float:
        """Start it and return the seconds until its first page could be asked for."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_IT)},
            "KAW_DATA_DIR": str(self.data_dir),
            "KAW_HOST": "127.0.0.1",
            "KAW_PORT": str(self.port),
            "KAW_DEMO_CALLS": "false",  # nobody's screen changes by itself; the stories of calls turn it on
            "PYTHONUNBUFFERED": "1",
            **self.environment,
        }
        started = time.monotonic()
        with (self.data_dir / "server.log").open("a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "main.py"), *arguments],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        self._wait_until_it_answers(started + 60)
        return time.monotonic() - started

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; SIGKILL is the power cut."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def one_time_password(self) -> str:
        """The administrator's password that the first start prints."""
        found = re.search(r"(?:Пароль|Password):?\s+(\S+)", self.log)
        assert found, self.log
        return found.group(1)

    def _wait_until_it_answers(self, deadline: float) -> None:
        assert self.process is not None
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                pytest.fail(f"KAW ended with {self.process.returncode}:\n{self.log}")
            try:
                with urllib.request.urlopen(f"{self.url}/health", timeout=1):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)  # the port cannot be waited for otherwise
        pytest.fail(f"KAW did not answer:\n{self.log}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A KAW on an empty data directory, not started yet."""
    made = Server(tmp_path / "data", free_port())
    yield made
    made.stop()


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running KAW with the demonstration company, shared by the tests that change little."""
    made = Server(tmp_path_factory.mktemp("demo"), free_port())
    made.start("--demo")
    yield made
    made.stop()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A simulated PBX with two operators of the demonstration company."""
    made = Office(tmp_path, ANNA, PAVEL)
    yield made
    made.close()


@pytest.fixture
def company(tmp_path: Path, office: Office) -> Iterator[Server]:
    """The demonstration company, whose PBX is the office."""
    made = Server(tmp_path / "data", free_port(), office.environment)
    made.start("--demo")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def driver() -> Iterator[Playwright]:
    """Playwright itself; a process can have it once."""
    if not Path(CHROMIUM).exists():
        if IN_CI:
            pytest.fail("CI requires Chromium")
        pytest.skip("no Chromium; set KAW_TEST_CHROMIUM")
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(driver: Playwright) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=CHROMIUM, args=CHROMIUM_ARGUMENTS)
    yield browser
    browser.close()


@pytest.fixture
def browser_of(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Make a page in a browser of its own (own cookies): ``browser_of(width=360, scheme="dark")``."""
    contexts: list[BrowserContext] = []

    def make(width: int = 1440, height: int = 900, scheme: str = "light", locale: str = "ru-RU") -> Page:
        context = chromium.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale=locale, accept_downloads=True
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    errors: list[str] = []
    yield make
    for context in contexts:
        context.close()
    assert errors == [], "errors in the browser's console"


def sign_in(page: Page, server: Server, login: str, password: str) -> None:
    page.goto(f"{server.url}/login")
    page.get_by_label("Логин").fill(login)
    page.get_by_label("Пароль", exact=True).fill(password)
    page.get_by_role("button", name="Войти").click()

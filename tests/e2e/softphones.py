"""What the tests of the softphone stand on: Kamailio, a wire to it that can be cut, and people with browsers."""

import os
import re
import select
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.e2e.conftest import NOT_FOR_IT, free_port

ROOT = Path(__file__).parents[2]
CONFIGURATION = Path(__file__).with_name("kamailio.cfg")
WITHIN = 30  # seconds


class Kamailio:
    """A registrar and proxy for SIP over WebSocket on a free port."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self._log = port, log

    def start(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                ["kamailio", "-f", str(CONFIGURATION), "-A", f"LISTEN=tcp:127.0.0.1:{self.port}", "-DD", "-E"],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: _listens(self.port), f"Kamailio does not listen:\n{self._log.read_text()}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=WITHIN)


class Wire:
    """A TCP forwarder on a port of its own: browsers reach Kamailio through it, until it is cut."""

    def __init__(self, port: int, target: int) -> None:
        self.port, self._target = port, target
        self._joined: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self._flows = threading.Event()
        self.mend()

    def cut(self) -> None:
        """Break all connections and take no new ones."""
        if self._listener is not None:
            self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for joined in self._joined:
            with suppress(OSError):
                joined.shutdown(socket.SHUT_RDWR)
        self._joined.clear()

    def freeze(self) -> None:
        """Carry nothing, without closing: a network that went away."""
        self._flows.clear()

    def mend(self) -> None:
        """Take connections again, and carry what comes."""
        self._flows.set()
        if self._listener is not None:
            return
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, args=[self._listener], daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _address = listener.accept()
                there = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                return
            self._joined += [here, there]
            threading.Thread(target=self._join, args=[here, there], daemon=True).start()

    def _join(self, one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError), one, other:
            while True:
                for source in select.select([one, other], [], [])[0]:
                    data = source.recv(65536)
                    if not data:
                        return
                    self._flows.wait()
                    (other if source is one else one).sendall(data)


class Program:
    """tests/e2e/softphone_program.py in a process of its own."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self._log = port, log

    def start(self) -> None:
        with self._log.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.e2e.softphone_program", str(self.port)],
                cwd=ROOT,
                env={name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_IT)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for(lambda: _answers(f"http://127.0.0.1:{self.port}/health"), self._log.read_text)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=WITHIN)


class Person:
    """Somebody with an extension, a page and a wire to Kamailio."""

    def __init__(self, page: Page, extension: str, wire: Wire) -> None:
        self.page, self.extension, self.wire = page, extension, wire

    def part(self, name: str) -> Locator:
        """A part of the page by its label: state, reason, microphone, role, calls, events."""
        return self.page.get_by_label(name, exact=True)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def type(self, number: str) -> None:
        self.page.get_by_label("number").fill(number)

    def call(self, number: str) -> None:
        self.type(number)
        self.press("call")

    def is_registered(self) -> None:
        expect(self.part("state")).to_have_text("Зарегистрирован", timeout=WITHIN * 1000)

    def sees(self, *calls: str) -> None:
        """Exactly these calls, each as "to 102 talking held"."""
        expect(self.part("calls").locator("> *")).to_have_text(list(calls), timeout=WITHIN * 1000)

    def was_told(self, event: str) -> None:
        """An event as "ended 102 busy"."""
        happened = self.part("events").get_by_text(re.compile(f"^{re.escape(event)}$")).last
        expect(happened).to_be_attached(timeout=WITHIN * 1000)

    def hears(self) -> None:
        """Sound of the other side arrives: fake microphones of Chromium beep."""
        self._moves("Собеседник")

    def is_heard(self) -> None:
        self._moves("Вы")

    def choose_microphone(self, name: str) -> None:
        """In «Extension settings»; ``name`` is a regular expression."""
        self.press("settings")
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Микрофон", exact=True).click()
        self.page.get_by_role("option", name=re.compile(name)).click()
        dialog.get_by_role("button", name="Сохранить").click()
        expect(dialog).to_be_hidden()

    def _moves(self, meter: str) -> None:
        bar = self.page.get_by_role("meter", name=meter).locator("i")
        expect(bar).not_to_have_attribute("style", "transform: scaleX(0);", timeout=WITHIN * 1000)


class Office:
    """Makes people, each with a browser of his own unless told otherwise."""

    def __init__(self, url: str, sip_port: int, new_context: Callable[[], BrowserContext]) -> None:
        self.url, self._sip_port, self._new_context = url, sip_port, new_context
        self._wires: list[Wire] = []

    def person(self, extension: str, *, password: str = "", beside: Person | None = None) -> Person:
        """``beside``: a second tab in this person's browser."""
        if beside is None:
            self._wires.append(Wire(free_port(), self._sip_port))
        wire = beside.wire if beside else self._wires[-1]
        page = (beside.page.context if beside else self._new_context()).new_page()
        line = f"ws://127.0.0.1:{wire.port}"
        login = {"login": extension, "password": password or f"secret-{extension}", "line": line}
        page.goto(f"{self.url}/?{urlencode(login)}")
        return Person(page, extension, wire)

    def close(self) -> None:
        """Break all wires."""
        for wire in self._wires:
            wire.cut()

    def people(self, *extensions: str) -> list[Person]:
        made = [self.person(extension) for extension in extensions]
        for each in made:
            each.is_registered()
        return made


def in_talk(caller: Person, callee: Person) -> None:
    """They call, answer and talk."""
    caller.call(callee.extension)
    callee.sees(f"from {caller.extension} ringing")
    callee.press("answer")
    caller.sees(f"to {callee.extension} talking")
    callee.sees(f"from {caller.extension} talking")


def wait_for(there: Callable[[], bool], otherwise: str | Callable[[], str]) -> None:
    """Until a process answers; there is nothing to wait on but asking."""
    deadline = time.monotonic() + WITHIN
    while not there():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise if isinstance(otherwise, str) else otherwise())
        time.sleep(0.05)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        return False

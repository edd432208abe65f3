"""One connection to Asterisk's manager interface: Panoramisk with its traps closed.

A line is opened once and never again by itself; an action is sent only while it lives, and what was not answered
when it ends is never repeated. Every wait has an end.
"""

import asyncio
import contextlib
import logging
import socket
import ssl
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager
from panoramisk.message import Message

from kaw.i18n import N_
from kaw.telephony.commands import wire
from kaw.telephony.port import PbxUnavailable
from kaw.telephony.refusals import refused

log = logging.getLogger(__name__)
_library_log = log.getChild("panoramisk")
_library_log.setLevel(logging.WARNING)  # below that it writes every message with its names and numbers
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: what the kernel still holds is thrown away


@dataclass(frozen=True)
class AsteriskOptions:
    """Where Asterisk's manager interface is, and how patient to be; times in seconds."""

    host: str
    port: int = 5038
    user: str = "kaw"
    secret: str = field(default="", repr=False)
    tls: bool = False
    tls_ca: str = ""  # file with the certificate of whoever signed the PBX's; "": those this machine trusts
    listen_context: str = "kaw-listen"
    contexts: tuple[str, ...] = ()  # which «Проверить» looks for
    trunks: tuple[str, ...] = ()  # likewise
    connect_s: float = 10
    answer_s: float = 10  # for the answer to any action
    boot_s: float = 30  # from the login until FullyBooted
    ping_s: float = 15
    retry_s: float = 1  # before the first new attempt; doubles
    retry_max_s: float = 30
    wrong_password_s: float = 60
    steady_s: float = 60  # a line that lived so long begins again with retry_s
    backlog: int = 20_000  # events that may wait before the line is told to wait


class WrongPassword(Exception):
    """Asterisk does not accept user and password (or the address they come from)."""


class LineLost(Exception):
    """The connection is gone; the text says how."""


class _Protocol(AMIProtocol):  # type: ignore[misc]
    """Characters that TCP cut in two are put together; the end is told once, with its reason."""

    def __init__(self, gone: "asyncio.Future[str]") -> None:
        self._gone = gone
        self._cut = b""

    def data_received(self, data: bytes) -> None:
        whole, self._cut = whole_characters(self._cut + data)
        if whole:
            super().data_received(whole)

    def connection_lost(self, exc: BaseException | Message | None) -> None:
        if isinstance(exc, Message):  # "Shutdown": the line itself still lives, and Asterisk may have more to say
            return
        if not self._gone.done():
            self._gone.set_result(str(exc) if exc else "closed by the PBX")
        self.closed = True


class _Manager(Manager):  # type: ignore[misc]
    """Neither tries again by itself nor pings blindly; one receiver for all messages."""

    on_message: Callable[[Message], None]

    def connection_made(self, opened: "asyncio.Task[Any]") -> None:
        if not opened.cancelled() and opened.exception() is None:
            super().connection_made(opened)

    def connection_lost(self, exc: object) -> None:
        """Whoever opened the line decides what follows."""

    def ping(self) -> None:
        """The line looks at its answers, see ``Line.watch``."""

    def login(self, future: "asyncio.Future[Message]") -> bool:
        return bool(future.cancelled() or super().login(future))

    def dispatch(self, event: Message) -> list[str]:
        self.on_message(event)
        return []


class Line:
    """One connection. ``on_message`` gets every event in the order of arrival and must not raise."""

    def __init__(self, options: AsteriskOptions, on_message: Callable[[Message], None]) -> None:
        self._options = options
        self._on_message = on_message
        self._booted: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self.gone: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._paused = False
        self._manager = _Manager(
            host=options.host,
            port=options.port,
            protocol_factory=lambda: _Protocol(self.gone),
            log=_library_log,
            **wire({"username": options.user, "secret": options.secret}),
        )
        self._manager.on_message = self._received
        self.uptime_s: int | None = None
        self.is_accepted = False  # user and password are right

    async def open(self) -> None:
        """Connect, log in, wait until Asterisk has started. OSError, WrongPassword, LineLost or TimeoutError."""
        async with asyncio.timeout(self._options.connect_s):
            self._manager.config["ssl"] = await tls_context(self._options)
            await self._manager.connect()
        login = await self._first(self._manager.authenticated_future, self._options.answer_s)
        if not login.success:
            raise WrongPassword(login.message)
        self.is_accepted = True
        booted = await self._first(self._booted, self._options.boot_s)
        with contextlib.suppress(ValueError):
            self.uptime_s = int(booted.get("Uptime", ""))

    async def ask(self, action: Mapping[str, str], *, listed: bool = False) -> list[Message]:
        """Send an action and wait for its answer; ``listed``: the answer may be followed by a list of events.

        PbxRefused when the PBX says no; PbxUnavailable when the line is gone or goes meanwhile. No answer at all ends
        the line, so that the PBX does not do minutes later what nobody waits for any more.
        """
        if self.gone.done():
            raise PbxUnavailable
        sent = Action(wire(action))
        # Panoramisk takes "Added interface to queue" for the beginning of a list and then waits for ever
        future = self._manager.send_action(sent, as_list=None if listed else False)
        try:
            answer = await self._first(future, self._options.answer_s)
        except (TimeoutError, LineLost) as lost:
            if not self._paused:
                self.drop("no answer to an action")
            raise PbxUnavailable(N_("The PBX does not answer.")) from lost
        answers: list[Message] = answer if isinstance(answer, list) else [answer]
        if not answers[0].success:
            raise refused(action, answers[0].get("Message", ""))
        return answers

    async def watch(self) -> None:
        """Ping until the line is lost; then LineLost."""
        while True:
            _done, _pending = await asyncio.wait({self.gone}, timeout=self._options.ping_s)
            if self.gone.done():
                raise LineLost(self.gone.result())
            if not self._paused:  # its answer would not be read
                try:
                    await self.ask({"Action": "Ping"})
                except PbxUnavailable as silent:
                    raise LineLost(self.gone.result() if self.gone.done() else str(silent)) from silent

    def slow(self, slow: bool) -> None:
        """Let Asterisk wait with further events, or go on."""
        self._paused = slow
        transport = self._transport
        if transport is not None and not transport.is_closing():
            (transport.pause_reading if slow else transport.resume_reading)()

    def drop(self, why: str) -> None:
        """End the line now; what was not sent yet is not sent any more."""
        if not self.gone.done():
            self.gone.set_result(why)
        self._manager.close()
        if (transport := self._transport) is None:
            return
        plug = transport.get_extra_info("socket")
        if plug is not None:
            with contextlib.suppress(OSError):
                plug.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        transport.abort()

    @property
    def _transport(self) -> asyncio.Transport | None:
        protocol = self._manager.protocol
        return None if protocol is None else protocol.transport

    def _received(self, message: Message) -> None:
        if not self._booted.done() and message.get("Event") == "FullyBooted":
            self._booted.set_result(message)
        self._on_message(message)

    async def _first(self, future: "asyncio.Future[Any]", seconds: float) -> Any:
        """The answer, unless the line goes first."""
        await asyncio.wait({future, self.gone}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if future.done():
            return future.result()
        if self.gone.done():
            raise LineLost(self.gone.result())
        raise TimeoutError(f"no answer within {seconds:g} s")


async def tls_context(options: AsteriskOptions) -> ssl.SSLContext | None:
    """How to speak TLS to the PBX, whose certificate and name are checked; None without TLS. OSError for a bad file."""
    if not options.tls:
        return None
    return await asyncio.to_thread(ssl.create_default_context, cafile=options.tls_ca or None)


def whole_characters(data: bytes) -> tuple[bytes, bytes]:
    """Bytes up to the last complete UTF-8 character, and the rest (at most three)."""
    for back in range(1, min(3, len(data)) + 1):
        byte = data[-back]
        if byte & 0xC0 == 0x80:
            continue
        wanted = 4 if byte >= 0xF0 else 3 if byte >= 0xE0 else 2 if byte >= 0xC0 else 1
        return (data[:-back], data[-back:]) if wanted > back else (data, b"")
    return data, b""

"""A manager interface over real TCP in front of a simulated PBX, which can also behave badly."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from kaw.telephony.simulator.answers import Account, Answers
from kaw.telephony.simulator.listings import Answer, error
from kaw.telephony.simulator.shape import PRIVILEGE, event, lines
from kaw.telephony.simulator.simulation import Simulation

BANNER = "Asterisk Call Manager/11.0.0\r\n"


class AmiServer:
    """``accounts`` may log in. What it can do wrong: ``stalled`` (neither reads nor writes, the line stays),
    ``drop``, ``close`` and ``open`` again, ``cut`` (where to cut what is sent), ``booted`` False."""

    def __init__(self, simulation: Simulation, accounts: Sequence[Account] = (Account(),)) -> None:
        self.sim = simulation
        self.accounts = {account.user: account for account in accounts}
        self.answers = Answers(simulation)
        self.booted = True
        self.stalled = False
        self.cut: Callable[[bytes], list[bytes]] = lambda data: [data]
        self.actions: list[dict[str, str]] = []  # as they came, for tests
        self.sessions: list[Session] = []
        self.arrived = asyncio.Event()  # set with every action
        self.port = 0
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[None]] = set()
        simulation.pbx.listeners.append(self._tell)

    async def open(self, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; the port."""
        self._server = await asyncio.start_server(self._serve, host, port or self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Stop listening and drop everybody; ``open`` takes the same port again."""
        if self._server is not None:
            self._server.close()
        self.drop()
        if self._serving:
            await asyncio.wait(self._serving)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def drop(self) -> None:
        """Every line breaks."""
        for session in list(self.sessions):
            session.abort()

    def boot_completed(self) -> None:
        """Asterisk has started: everybody who logged in before is told."""
        self.booted = True
        for session in self.sessions:
            session.fully_booted()

    def send_raw(self, data: bytes) -> None:
        """Bytes for everybody, as a recorded stream has them."""
        for session in self.sessions:
            session.put(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session, task = Session(self, reader, writer), asyncio.current_task()
        self.sessions.append(session)
        if task is not None:
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        try:
            await session.run()
        finally:
            self.sessions.remove(session)

    def _tell(self, name: str, text: str) -> None:
        for session in self.sessions:
            session.tell(name, text)


class Session:
    """One client."""

    def __init__(self, server: AmiServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.account: Account | None = None
        self._reader, self._writer = reader, writer
        self._out: asyncio.Queue[bytes | None] = asyncio.Queue()

    async def run(self) -> None:
        """Serve until either side goes."""
        sending = asyncio.create_task(self._send())
        self.put(BANNER.encode())
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while (action := await self._read()) is not None:
                if not self._take(action):
                    break
        self._out.put_nowait(None)
        with contextlib.suppress(ConnectionError):
            await sending
        self._writer.close()

    def tell(self, name: str, text: str) -> None:
        """An event, if this account reads its kind."""
        if self.account is not None and PRIVILEGE.get(name, "call") in self.account.read:
            self.put(text.encode())

    def put(self, data: bytes) -> None:
        """Bytes for this client; they vanish while the line is half open."""
        if not self.server.stalled:
            self._out.put_nowait(data)

    def fully_booted(self) -> None:
        """Tell that Asterisk has started."""
        if self.account is not None:
            uptime = int(self.server.sim.clock.now - self.server.sim.pbx.started_at)
            about = {"Uptime": uptime, "LastReload": uptime, "Status": "Fully Booted"}
            self.put(event("FullyBooted", None, [about]).encode())

    def abort(self) -> None:
        """The line breaks."""
        self._writer.transport.abort()
        self._out.put_nowait(None)

    async def _send(self) -> None:
        while (data := await self._out.get()) is not None:
            for piece in self.server.cut(data):
                if self._writer.is_closing():
                    return
                self._writer.write(piece)
                await self._writer.drain()
                await asyncio.sleep(0)

    async def _read(self) -> dict[str, str] | None:
        action: dict[str, str] = {}
        while line := await self._reader.readline():
            text = line.decode("utf-8", "replace").rstrip("\r\n")
            if not text:
                if action:
                    return action
                continue
            name, _colon, value = text.partition(":")
            action.setdefault(name.strip(), value.strip())
        return None

    def _take(self, action: dict[str, str]) -> bool:
        """Answer one action; False ends the session."""
        if self.server.stalled:
            return True
        self.server.actions.append(action)
        self.server.arrived.set()
        if self.account is None:
            return self._log_in(action)
        answer = self.server.answers.answer(self.account, action)
        if not self.server.booted and action.get("Action", "").lower().startswith(("queue", "core")):
            answer = error("Asterisk is not ready")
        self._answer(action, answer)
        return not answer.goodbye

    def _log_in(self, action: dict[str, str]) -> bool:
        if action.get("Action", "").lower() != "login":
            self._answer(action, error("Permission denied"))
            return False
        account = self.server.accounts.get(action.get("Username", ""))
        if account is None or account.secret != action.get("Secret", ""):
            self._answer(action, error("Authentication failed"))
            return False
        self._answer(action, Answer({"Response": "Success", "Message": "Authentication accepted"}))
        self.account = account
        if self.server.booted:
            self.fully_booted()
        return True

    def _answer(self, action: dict[str, str], answer: Answer) -> None:
        given = {"ActionID": action["ActionID"]} if "ActionID" in action else {}
        first = {"Response": answer.fields["Response"], **given}
        text = lines(first | answer.fields) + "\r\n"
        for name, fields in answer.items or []:
            # Asterisk writes the id first for some lists and last for others; both are valid
            text += f"Event: {name}\r\n{lines(given)}{fields if isinstance(fields, str) else lines(fields)}\r\n"
        if answer.items is not None:
            end = {"EventList": "Complete", "ListItems": len(answer.items)}
            text += f"Event: {answer.complete}\r\n{lines(given)}{lines(end)}\r\n"
        self.put(text.encode())

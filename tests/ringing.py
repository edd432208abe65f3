"""A manager interface that plays a recorded call again and again, at whichever phone one likes."""

import asyncio
import re
import threading
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from kaw.telephony.simulator.answers import Account
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.server import AmiServer
from kaw.telephony.simulator.simulation import Simulation

TRACE = Path(__file__).parent / "fixtures" / "ami" / "b_queue_abandon.ami"
QUEUE, NUMBER = "support", "79161234567"  # of the recorded call
# In a page: when its operator's notice was drawn, milliseconds; null while there is none.
OBSERVE = """() => {
  window.noticed = null;
  const look = () => {
    const strip = document.querySelector('.kaw-call-strip.ringing');
    const rings = strip && !strip.classList.contains('kaw-hidden') && strip.textContent.trim();
    window.noticed = rings ? (window.noticed ?? Date.now()) : null;
  };
  new MutationObserver(look).observe(document.body, {subtree: true, childList: true, attributes: true});
  look();
}"""
T = TypeVar("T")


class RingingPbx:
    """It lives in a thread of its own. A call waits in the queue and rings until it gives up."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._server = self._do(self._open())
        blocks = [block for block in TRACE.read_text().split("\n\n") if block.startswith("Event: ")]
        ringing = next(n for n, block in enumerate(blocks) if block.startswith("Event: DialState"))
        self._halves = blocks[1 : ringing + 1], blocks[ringing + 1 :]
        self._call, self._extension = 0, ""

    @property
    def environment(self) -> dict[str, str]:
        """Settings that lead KAW here."""
        where = {"HOST": "127.0.0.1", "PORT": str(self._server.port), "USER": "kaw", "SECRET": "secret"}
        return {f"KAW_PBX_{name}": value for name, value in where.items()}

    def ring(self, extension: str) -> float:
        """A call begins to ring there; when its last line was written, Unix seconds."""
        self._call, self._extension = self._call + 1, extension
        self._send(self._halves[0])
        return time.time()

    def give_up(self) -> float:
        """The caller leaves; when that was written."""
        self._send(self._halves[1])
        return time.time()

    @property
    def connected(self) -> bool:
        """Whether KAW is there."""
        return bool(self._server.sessions)

    def close(self) -> None:
        """The end."""
        self._do(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)

    def _send(self, blocks: list[str]) -> None:
        text = "".join(f"{block}\n\n" for block in blocks).replace("1010", self._extension)
        text = re.sub(r"17954333\d\d\.(\d+)(?!\d*\n?\d{5})", rf"1900000{self._call:03d}.\1", text)
        text = re.sub(r"Timestamp: \S+", f"Timestamp: {time.time():.6f}", text)
        data = text.replace("\n", "\r\n").encode()
        self._loop.call_soon_threadsafe(self._server.send_raw, data)

    async def _open(self) -> AmiServer:
        server = AmiServer(Simulation(Clock(time.time())), [Account()])
        await server.open()
        return server

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

"""The manager interface over TLS: the same line, and no password to whoever has no trusted certificate (R4.3)."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kaw.telephony import reach
from kaw.telephony.asterisk import Asterisk
from kaw.telephony.events import MemberState
from kaw.telephony.port import Check, LinkState
from tests import certificates
from tests.telephony.lines import QUICK, Ends, line
from tests.telephony.stories import CLIENT, NAME


@asynccontextmanager
async def behind_tls(ends: Ends, files: tuple[Path, Path]) -> AsyncIterator[int]:
    """A port that speaks TLS and passes everything on to the PBX."""
    passing: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", ends.server.port)
        ways = ((reader, inner_writer), (inner_reader, writer))
        passing.update(asyncio.create_task(pass_on(*way)) for way in ways)

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=certificates.server_context(files))
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)


async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


def words(checks: list[Check]) -> str:
    return "\n".join(check.text.format_map(check.values) for check in checks)


@asynccontextmanager
async def over_tls(folder: Path, *, name: str = "127.0.0.1", trusted: bool = True) -> AsyncIterator[Ends]:
    """A PBX behind TLS and KAW's side of the line to it, not started yet."""
    files = certificates.make(folder / "pbx", name)
    async with line(ready=False) as ends, behind_tls(ends, files) as port:
        options = replace(QUICK, port=port, tls=True, tls_ca=str(files[0]) if trusted else "")
        ends.asterisk = Asterisk(options, ends._events, ends._ready, ends._link)
        try:
            yield ends
        finally:
            await ends.asterisk.stop()


async def test_the_line_over_tls_is_the_same_line(tmp_path: Path) -> None:
    """R4.3, R12.7: events, commands, a PBX that falls silent, a lost line."""
    async with over_tls(tmp_path) as ends:
        await ends.asterisk.start()
        await ends.until(lambda: ends.ready)
        ends.sim.people.call_in(CLIENT, to="500", name=NAME)
        await ends.until(lambda: "QueueJoined" in ends.kinds())
        await ends.asterisk.pause("PJSIP/1010", paused=True, reason="Технический сбой", queue="support")
        await ends.until(lambda: any(isinstance(e, MemberState) and e.reason == "Технический сбой" for e in ends.told))
        ends.server.drop()
        await ends.until(lambda: len(ends.ready) == 2)
        ends.server.stalled = True
        with pytest.raises(Exception, match="does not answer"):
            await ends.asterisk.pause("PJSIP/1010", paused=False)
        ends.server.stalled = False
        await ends.until(lambda: len(ends.ready) == 3)
        assert len(ends.asked("QueuePause")) == 1


@pytest.mark.parametrize(("name", "trusted"), [("127.0.0.1", False), ("pbx.example", True)])
async def test_a_stranger_gets_no_password(tmp_path: Path, name: str, trusted: bool) -> None:
    """R4.3: a certificate that nobody vouches for, or of another host."""
    async with over_tls(tmp_path, name=name, trusted=trusted) as ends:
        await ends.asterisk.start()
        await ends.until_state(LinkState.LOST)
        assert ends.asterisk.link.detail.startswith("SSLCertVerificationError")
        assert not ends.asked("Login")
        (found,) = await reach.check(ends.asterisk._options)
        assert "certificate is not trusted" in found.text


async def test_the_check_tells_tls_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: both ways round, and a file that is no certificate."""
    async with over_tls(tmp_path) as ends:
        options = ends.asterisk._options
        assert "Connected to Asterisk 22.10.1." in words(await reach.check(options))
        logins = len(ends.asked("Login"))
        assert "does not speak TLS" in words(await reach.check(replace(options, port=ends.server.port)))
        (tmp_path / "no.pem").write_text("no certificate")
        for file in ("no.pem", "gone.pem"):
            broken = await reach.check(replace(options, tls_ca=str(tmp_path / file)))
            assert "is no certificate that KAW can read" in words(broken)
        monkeypatch.setattr(reach, "GREETING_S", 0.3)
        assert "expects TLS" in words(await reach.check(replace(options, tls=False)))
        assert len(ends.asked("Login")) == logins

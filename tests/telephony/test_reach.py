"""«Проверить» by a connection of its own: each thing that stands in the way has its own words (R4.3)."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from kaw.telephony import reach
from kaw.telephony.port import Check, Outcome
from kaw.telephony.simulator.answers import Account
from tests.telephony.lines import QUICK, line


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GREETING_S", "STEP_S", "ALL_S"):
        monkeypatch.setattr(reach, name, 0.5)


def words(checks: list[Check]) -> str:
    return "\n".join(check.text.format_map(check.values) for check in checks)


@asynccontextmanager
async def somebody(greeting: bytes) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Another program at the port; what it was told."""
    told: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        told.append(await reader.read(1000))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], told
    finally:
        server.close()


async def test_all_is_found_by_a_new_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: version, rights, queues, contexts; events cannot have come yet, which is no fault."""
    monkeypatch.setattr(reach, "ALL_S", 5)
    async with line(ready=False) as ends:
        options = replace(QUICK, port=ends.server.port, contexts=("outbound",), trunks=("trunk",))
        found = await reach.check(options)
        assert ends.asked("Login")

    said = words(found)
    assert "Connected to Asterisk 22.10.1." in said
    assert "The dialplan has the context outbound." in said
    assert "The PBX knows the lines outside: trunk." in said
    no_event = [check for check in found if "has come yet" in check.text]
    assert {check.outcome for check in no_event} == {Outcome.UNKNOWN}
    assert len(no_event) == 3


async def test_a_line_outside_that_the_pbx_does_not_know_is_named() -> None:
    """R4.3: an account without the right to see endpoints is told that it cannot be known."""
    few = frozenset({"call", "agent", "originate", "reporting"})
    for account, outcome in ((Account(), Outcome.MISSING), (Account(write=few), Outcome.UNKNOWN)):
        async with line(QUICK, account, ready=False) as ends:
            found = await reach.check(replace(QUICK, port=ends.server.port, trunks=("trunk", "mango")))
        (about,) = [check for check in found if "mango" in check.values.get("trunks", "")]
        assert about.outcome is outcome


async def test_a_wrong_password_is_told_apart() -> None:
    """R4.3"""
    async with line(ready=False) as ends:
        found = await reach.check(replace(QUICK, port=ends.server.port, secret="тайна"))
    assert [check.outcome for check in found] == [Outcome.OK, Outcome.MISSING]
    assert "does not accept user kaw with this password" in words(found)
    assert "тайна" not in repr(found)


async def test_nothing_listens() -> None:
    """R4.3"""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        found = await reach.check(replace(QUICK, port=port))
    assert words(found).startswith(f"Nothing listens at 127.0.0.1:{port}")


async def test_an_unknown_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3"""

    async def unknown(*_args: object, **_named: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", unknown, raising=False)
    found = await reach.check(replace(QUICK, host="pbx.invalid"))
    assert words(found) == "The name pbx.invalid is not known: correct «Address of the PBX»."


async def test_another_program_gets_no_password() -> None:
    """R4.3: a mistyped port."""
    async with somebody(b"SSH-2.0-OpenSSH_9.2\r\n") as (port, told):
        found = await reach.check(replace(QUICK, port=port))
    assert "is not Asterisk's manager interface" in words(found)
    assert b"".join(told) == b""


async def test_a_silent_port() -> None:
    """R4.3: such as one that waits for TLS."""
    async with somebody(b"") as (port, told):
        found = await reach.check(replace(QUICK, port=port))
    assert "is open and silent" in words(found)
    assert b"".join(told) == b""


async def test_a_pbx_that_is_still_starting() -> None:
    """R4.3"""
    async with line(ready=False) as ends:
        ends.server.booted = False
        found = await reach.check(replace(QUICK, port=ends.server.port))
    assert "does not tell that it has started" in words(found)


async def test_a_pbx_that_falls_silent_is_not_waited_for() -> None:
    """R4.3: what was found before is shown."""
    async with line(ready=False) as ends:
        checking = asyncio.create_task(reach.check(replace(QUICK, port=ends.server.port)))
        await ends.until_asked("CoreSettings")
        ends.server.stalled = True
        found = await checking
    assert found[0].is_ok
    assert found[-1].outcome is Outcome.UNKNOWN
    assert "too slowly" in found[-1].text


async def test_an_answer_that_takes_long_ends_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: nobody waits for the sum of slow answers."""
    monkeypatch.setattr(reach, "STEP_S", 60)
    async with line(ready=False) as ends:
        ends.server.booted = False
        async with asyncio.timeout(10):
            found = await reach.check(replace(QUICK, port=ends.server.port))
    assert found[-1].outcome is not Outcome.OK

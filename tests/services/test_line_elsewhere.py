"""Commands from a process that does not hold the line to the PBX, over a real Redis (R12.3, R12.4)."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from kaw.services import line_elsewhere
from kaw.services.line_elsewhere import LineElsewhere
from kaw.telephony.port import Check, Commands, Outcome, PbxRefused, PbxUnavailable
from tests.pbx import PaperPbx
from tests.test_live_redis import start_redis

Process = Callable[..., Awaitable[LineElsewhere]]


@pytest.fixture
def redis_url() -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = start_redis(port)
    yield f"redis://127.0.0.1:{port}"
    server.terminate()
    server.wait()


@pytest.fixture
async def process(redis_url: str) -> AsyncIterator[Process]:
    """``await process(pbx)``: one that holds the line; without it: one that does not."""
    made: list[LineElsewhere] = []

    async def make(line: Commands | None = None) -> LineElsewhere:
        one = LineElsewhere(redis_url, lambda: line)
        one.start()
        made.append(one)
        await asyncio.wait_for(one.hears.wait(), 10)
        return one

    yield make
    for one in made:
        await one.stop()


async def test_a_pause_asked_for_here_is_done_there(process: Process) -> None:
    pbx = PaperPbx()
    await process(pbx)
    here = await process()
    await here.commands.pause("PJSIP/101", paused=True, reason="Перерыв")
    assert pbx.asked == [("pause", {"interface": "PJSIP/101", "paused": True, "reason": "Перерыв", "queue": ""})]


async def test_every_command_has_the_same_details_there(process: Process) -> None:
    pbx = PaperPbx()
    await process(pbx)
    here = (await process()).commands
    await here.originate(interface="PJSIP/101", number="7903", context="c", origin="kaw-1", caller_id="7903", ring_s=20)
    await here.hang_up("PJSIP/101-1")
    await here.transfer("PJSIP/101-1", number="102", context="c")
    await here.join("support", "PJSIP/101", name="Анна")
    await here.leave("support", "PJSIP/101")
    await here.listen_in("PJSIP/102", "101", mode="whisper")
    assert pbx.names() == ["originate", "hang_up", "transfer", "join", "leave", "listen_in"]
    assert pbx.asked[0][1]["ring_s"] == 20


async def test_a_refusal_comes_back_in_its_own_words(process: Process) -> None:
    pbx = PaperPbx()
    pbx.refuse = PbxRefused("There is no queue {queue}.", queue="продажи")
    await process(pbx)
    here = await process()
    with pytest.raises(PbxRefused) as refused:
        await here.commands.join("продажи", "PJSIP/101", name="Анна")
    assert (refused.value.text, refused.value.values) == ("There is no queue {queue}.", {"queue": "продажи"})


async def test_what_is_missing_is_told_here_too(process: Process) -> None:
    found = [Check("The clocks are {seconds} s apart.", Outcome.MISSING, {"seconds": "9"})]

    class Checked(PaperPbx):
        async def check(self) -> list[Check]:
            return found

    await process(Checked())
    assert await (await process()).commands.check() == found


async def test_without_a_process_that_has_the_line_nothing_is_done_later(
    process: Process, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call placed late rings a partner nobody wants to talk to."""
    monkeypatch.setattr(line_elsewhere, "BEGIN_S", 0.1)
    here = await process()
    with pytest.raises(PbxUnavailable):
        await here.commands.hang_up("PJSIP/101-1")
    assert await here._redis.keys("*") == []


async def test_a_command_whose_asker_gave_up_is_not_begun(process: Process) -> None:
    pbx = PaperPbx()
    there, here = await process(pbx), await process()
    asked = {"token": "gone", "by": here._name, "deed": "hang_up", "details": {"name": "PJSIP/101-1"}}
    await there._do(asked)
    assert pbx.asked == []
    await here._redis.set(line_elsewhere.OPEN.format("gone"), "1")
    await there._do(asked)
    assert pbx.names() == ["hang_up"]


async def test_only_commands_can_be_asked_for(process: Process) -> None:
    pbx = PaperPbx()
    there = await process(pbx)
    await there._redis.set(line_elsewhere.OPEN.format("odd"), "1")
    await there._do({"token": "odd", "by": "x", "deed": "_note", "details": {"name": "x", "values": {}}})
    assert pbx.asked == []


async def test_redis_goes_away(process: Process, redis_url: str) -> None:
    here = await process()
    await here._redis.aclose()
    here._redis = line_elsewhere.redis.Redis.from_url("redis://127.0.0.1:1")
    with pytest.raises(PbxUnavailable):
        await here.commands.hang_up("PJSIP/101-1")

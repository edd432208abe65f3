"""Commands to the PBX from a process that does not hold the line: asked of the one that does, through Redis.

A command is done once or not at all. Whoever asks leaves a mark that its doer takes away before he begins; when
nobody has begun in time, the asker takes the mark away himself, and the command can never be done late.
"""

import asyncio
import contextlib
import json
import logging
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from redis import asyncio as redis
from redis.exceptions import RedisError

from kaw.errors import KawError
from kaw.telephony.port import Check, Commands, Outcome, PbxRefused, PbxUnavailable

log = logging.getLogger(__name__)

ASK, ANSWER, OPEN = "kaw.pbx.ask", "kaw.pbx.answer.{}", "kaw.pbx.open.{}"
BEGIN_S, END_S = 3.0, 30.0  # until somebody has begun, and until he is ready: a phone that rings is waited for
AGAIN_S = 2.0
DEEDS = ("originate", "hang_up", "transfer", "pause", "join", "leave", "listen_in", "check")
ERRORS: dict[str, type[KawError]] = {each.__name__: each for each in (PbxUnavailable, PbxRefused)}


class LineElsewhere:
    """Both sides of one process: ``commands`` asks, and ``line`` (when it is here) does what others ask."""

    def __init__(self, url: str, line: Callable[[], Commands | None]) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_connect_timeout=5, health_check_interval=15)
        self._name = uuid.uuid4().hex
        self._line = line
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._doing: set[asyncio.Task[None]] = set()
        self._listening: asyncio.Task[None] | None = None
        self._ended = False
        self.hears = asyncio.Event()  # others can be asked, and can ask

    def start(self) -> None:
        """Listen, on the running loop, until ``stop``."""
        self._listening = asyncio.get_running_loop().create_task(self._listen())

    async def stop(self) -> None:
        """The process ends."""
        self._ended = True
        for task in (self._listening, *self._doing):
            if task is not None:
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await task
        await self._redis.aclose()

    @property
    def commands(self) -> Commands:
        """The PBX as this process can use it."""
        return _Asked(self._ask)

    # -- asking

    async def _ask(self, deed: str, **details: Any) -> Any:
        token = uuid.uuid4().hex
        answer = self._waiting[token] = asyncio.get_running_loop().create_future()
        asked = json.dumps({"token": token, "by": self._name, "deed": deed, "details": details})
        try:
            await self._redis.set(OPEN.format(token), "1", px=int(END_S * 1000))
            if not await self._redis.publish(ASK, asked):
                raise PbxUnavailable
            return _result(await self._answered(token, answer))
        except (RedisError, OSError, TimeoutError) as error:
            log.warning("a command could not be passed to the process with the line: %s", type(error).__name__)
            raise PbxUnavailable from error
        finally:
            del self._waiting[token]

    async def _answered(self, token: str, answer: asyncio.Future[dict[str, Any]]) -> dict[str, Any]:
        with contextlib.suppress(TimeoutError):
            return await asyncio.wait_for(asyncio.shield(answer), BEGIN_S)
        if await self._redis.delete(OPEN.format(token)):
            raise PbxUnavailable  # nobody has begun, and now nobody will
        return await asyncio.wait_for(answer, END_S)

    # -- doing

    async def _listen(self) -> None:
        while not self._ended:  # a cancellation can be lost in the middle of connecting
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.subscribe(ASK, ANSWER.format(self._name))
                    self.hears.set()
                    async for message in subscription.listen():
                        self._hear_text(message["data"])
            except (RedisError, OSError) as error:
                log.warning("Redis is not available: %s", error)
                self.hears.clear()
                await asyncio.sleep(AGAIN_S)

    def _hear_text(self, text: str | bytes) -> None:
        try:
            self._hear(json.loads(text))
        except (ValueError, KeyError, TypeError) as error:
            log.warning("a message of another process could not be read: %s", type(error).__name__)

    def _hear(self, message: dict[str, Any]) -> None:
        if "deed" in message:
            if self._line() is not None:
                task = asyncio.get_running_loop().create_task(self._do(message))
                self._doing.add(task)
                task.add_done_callback(self._doing.discard)
            return
        waiting = self._waiting.get(message["token"])
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def _do(self, asked: dict[str, Any]) -> None:
        token, line = asked["token"], self._line()
        try:
            if line is None or asked["deed"] not in DEEDS or not await self._redis.delete(OPEN.format(token)):
                return
            answer = await _done(line, asked["deed"], asked["details"])
            await self._redis.publish(ANSWER.format(asked["by"]), json.dumps({"token": token, **answer}))
        except (RedisError, OSError) as error:
            log.warning("the answer to a command of another process was lost: %s", error)


async def _done(line: Commands, deed: str, details: dict[str, Any]) -> dict[str, Any]:
    try:
        result = await getattr(line, deed)(**details)
    except KawError as error:
        kind = type(error).__name__ if type(error).__name__ in ERRORS else PbxRefused.__name__
        return {"error": kind, "text": error.text, "values": {name: str(it) for name, it in error.values.items()}}
    return {"checks": [asdict(check) for check in result]} if deed == "check" else {}


def _result(answer: dict[str, Any]) -> Any:
    if "error" in answer:
        raise ERRORS[answer["error"]](answer["text"], **answer["values"])
    return [Check(**{**check, "outcome": Outcome(check["outcome"])}) for check in answer.get("checks", ())]


class _Asked:
    """``Commands`` whose every deed is asked of the other process."""

    def __init__(self, ask: Callable[..., Any]) -> None:
        self._ask = ask

    async def originate(
        self, *, interface: str, number: str, context: str, origin: str, caller_id: str, ring_s: float = 30
    ) -> None:
        await self._ask(
            "originate",
            interface=interface, number=number, context=context, origin=origin, caller_id=caller_id, ring_s=ring_s,
        )  # fmt: skip

    async def hang_up(self, name: str, *, call: str = "", channel: str = "") -> None:
        await self._ask("hang_up", name=name, call=call, channel=channel)

    async def transfer(self, name: str, *, number: str, context: str) -> None:
        await self._ask("transfer", name=name, number=number, context=context)

    async def pause(self, interface: str, *, paused: bool, reason: str = "", queue: str = "") -> None:
        await self._ask("pause", interface=interface, paused=paused, reason=reason, queue=queue)

    async def join(self, queue: str, interface: str, *, name: str, paused: bool = False) -> None:
        await self._ask("join", queue=queue, interface=interface, name=name, paused=paused)

    async def leave(self, queue: str, interface: str) -> None:
        await self._ask("leave", queue=queue, interface=interface)

    async def listen_in(self, interface: str, target: str, *, mode: str) -> None:
        await self._ask("listen_in", interface=interface, target=target, mode=mode)

    async def check(self) -> Sequence[Check]:
        found: Sequence[Check] = await self._ask("check")
        return found

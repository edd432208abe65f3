"""Asterisk behind the port, by its manager interface (AMI).

A connection is made, the present is read and handed on (``on_ready``), then events follow in their order; when the
line is lost it is made again, later each time. Commands go out only while the line is ready: nothing is kept.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Sequence
from functools import partial

from panoramisk.message import Message

from kaw.errors import KawError
from kaw.telephony import commands, pbx_check, present, refusals
from kaw.telephony.ami_line import AsteriskOptions, Line, LineLost, WrongPassword
from kaw.telephony.events import ChannelOpened, HangupAsked, OriginateAsked, OriginateFailed, PbxEvent, Source
from kaw.telephony.inbox import Inbox, Ready
from kaw.telephony.members import Members
from kaw.telephony.port import Check, Events, Link, LinkState, PbxRefused, PbxUnavailable, Snapshot
from kaw.telephony.translate import translate

log = logging.getLogger(__name__)
PLACING_S = 3.0  # a phone that cannot be rung is told about at once; longer nobody waits
STOPPING_S = 10.0
NORMAL = 16  # Q.850: normal clearing

__all__ = ["Asterisk", "AsteriskOptions"]


class Asterisk:
    """One Asterisk. ``on_link`` is called whenever the line changes its state."""

    def __init__(
        self,
        options: AsteriskOptions,
        on_events: Events,
        on_ready: Ready,
        on_link: Callable[[Link], None] | None = None,
    ) -> None:
        self._options = options
        self._on_events, self._on_ready, self._on_link = on_events, on_ready, on_link
        self._link = Link(LinkState.OFF)
        self._line: Line | None = None  # ready for commands
        self._open: Line | None = None  # perhaps only being opened
        self._seen = pbx_check.Seen()
        self._ahead = 0.0  # the PBX's clock minus this machine's
        self._placed: dict[str, asyncio.Future[str]] = {}
        self._members = Members()
        self._inbox: Inbox
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def link(self) -> Link:
        """The line now."""
        return self._link

    async def start(self) -> None:
        """Connect and stay connected; returns at once."""
        if self._tasks:
            return
        self._tell(LinkState.CONNECTING)
        self._inbox = Inbox(
            self._on_events, self._on_ready, limit=self._options.backlog, slow=self._slow, failed=self._begin_anew
        )
        self._tasks = [asyncio.create_task(self._inbox.deliver()), asyncio.create_task(self._stay_connected())]

    async def stop(self) -> None:
        """Hang up the line; what it told already is handed on first."""
        if not self._tasks:
            return
        delivery, connection = self._tasks
        self._tasks = []
        connection.cancel()
        await asyncio.wait({connection})
        self._inbox.finish()
        _done, late = await asyncio.wait({delivery}, timeout=STOPPING_S)
        for task in late:
            task.cancel()
        self._tell(LinkState.OFF)

    async def originate(
        self, *, interface: str, number: str, context: str, origin: str, caller_id: str, ring_s: float = 30
    ) -> None:
        """Ring the operator's own phone, then dial ``number``; ``origin`` is the id of the first channel."""
        action = commands.originate(
            interface=interface, exten=number, context=context, origin=origin, caller_id=caller_id, ring_s=ring_s
        )
        line = self._ready_line()
        self._inbox.put([OriginateAsked(self._now(), Source.KAW, origin, origin, interface, action["Exten"])])
        await self._place(line, action, interface)

    async def listen_in(self, interface: str, target: str, *, mode: str) -> None:
        """Ring ``interface`` and let it hear ``target`` (an endpoint): mode "listen", "whisper" or "join"."""
        context = self._options.listen_context
        action = commands.listen(interface=interface, target=target, mode=mode, context=context)
        await self._place(self._ready_line(), action, interface)

    async def hang_up(self, name: str, *, call: str = "", channel: str = "") -> None:
        """End a channel by its name; the PBX tells of no phone that asked, so with its ids KAW does."""
        at = self._now()
        await self._do(commands.hang_up(name))
        if call and channel:
            self._inbox.put([HangupAsked(at, Source.KAW, call, channel, by_phone=True, cause=NORMAL)])

    async def transfer(self, name: str, *, number: str, context: str) -> None:
        """Give away whoever talks with this (the operator's) channel, without announcement."""
        await self._do(commands.transfer(name, to=number, context=context))

    async def pause(self, interface: str, *, paused: bool, reason: str = "", queue: str = "") -> None:
        """Take a member out of the distribution of calls, or back; ``queue`` "": in all his queues."""
        asked = partial(commands.pause, paused=paused, reason=reason, queue=queue)
        await self._do_as_member(asked, interface, queue)

    async def join(self, queue: str, interface: str, *, name: str, paused: bool = False) -> None:
        """Make a member of a queue."""
        await self._do(commands.join(queue, interface, name=name, paused=paused))

    async def leave(self, queue: str, interface: str) -> None:
        """End a dynamic membership."""
        await self._do_as_member(partial(commands.leave, queue), interface, queue)

    async def snapshot(self) -> Snapshot:
        """The present state."""
        return await present.read(self._ready_line())

    async def check(self) -> Sequence[Check]:
        """What of the PBX's configuration KAW needs and whether it is there."""
        return await pbx_check.check(self._ready_line(), self._options, self._seen)

    def _ready_line(self) -> Line:
        if self._line is None or self._line.gone.done():
            raise PbxUnavailable
        return self._line

    async def _do(self, action: commands.Action) -> None:
        await self._ready_line().ask(action)

    async def _do_as_member(self, make: Callable[[str], commands.Action], phone: str, queue: str) -> None:
        """By every name the queues have for this phone; done when one is, else the first refusal tells why not."""
        make(phone)  # what could mean something else to the PBX is refused before it is looked up
        done, refused = False, None
        for interface in self._members.interfaces(phone, queue):
            try:
                await self._do(make(interface))
                done = True
            except PbxRefused as refusal:
                refused = refused or refusal
        if refused is not None and not done:
            raise refused

    async def _place(self, line: Line, action: commands.Action, interface: str) -> None:
        """Send an Originate and wait until its phone rings, or it is clear that it does not.

        When the line is lost meanwhile nobody knows; the next look at the PBX's present tells.
        """
        origin = action["ActionID"]
        outcome = self._placed[origin] = asyncio.get_running_loop().create_future()
        try:
            await line.ask(action)
            await asyncio.wait({outcome, line.gone}, timeout=PLACING_S, return_when=asyncio.FIRST_COMPLETED)
            if outcome.done() and outcome.result():
                raise refusals.unreachable(interface)
            if line.gone.done() and not outcome.done():
                raise PbxUnavailable
        except PbxRefused as refusal:
            self._failed_to_place(origin, outcome.result() if outcome.done() else str(refusal))
            raise
        finally:
            del self._placed[origin]

    def _failed_to_place(self, origin: str, reason: str) -> None:
        if not origin.startswith(commands.LISTENING_ID):
            self._inbox.put([OriginateFailed(self._now(), Source.KAW, origin, origin, reason)])

    async def _stay_connected(self) -> None:
        wait = self._options.retry_s
        while True:
            began = time.monotonic()
            state, detail = await self._one_line()
            if state != self._link.state or detail != self._link.detail:
                log.warning("No line to the PBX: %s", detail)
            self._tell(state, detail)
            if time.monotonic() - began > self._options.steady_s:
                wait = self._options.retry_s
            pause = self._options.wrong_password_s if state is LinkState.WRONG_PASSWORD else wait
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311 - many clients must not come at once
            wait = min(wait * 2, self._options.retry_max_s)

    async def _one_line(self) -> tuple[LinkState, str]:
        """Live through one connection; the state after it and why it ended."""
        try:
            line = self._open = Line(self._options, self._received)
            self._inbox.hold()
            try:
                await self._use(line)
            finally:
                self._line = self._open = None
                self._inbox.release()
                line.drop("closed by KAW")
        except WrongPassword as wrong:
            return LinkState.WRONG_PASSWORD, str(wrong)
        except LineLost as lost:
            return LinkState.LOST, str(lost)
        except (OSError, KawError) as failure:  # TimeoutError is an OSError
            return LinkState.LOST, f"{type(failure).__name__}: {failure}"
        except Exception as surprise:
            log.exception("The line to the PBX ended by an error of KAW")
            return LinkState.LOST, f"{type(surprise).__name__}: {surprise}"
        return LinkState.LOST, ""

    async def _use(self, line: Line) -> None:
        await line.open()
        self._seen = pbx_check.Seen()
        version = await pbx_check.version(line)
        snapshot = await present.read(line)
        self._ahead = snapshot.at - time.time()
        self._members.take(snapshot)
        self._line = line
        self._tell(LinkState.READY, version)
        self._inbox.ready(snapshot)
        if self._inbox.is_slow:
            line.slow(True)
        await line.watch()

    def _received(self, message: Message) -> None:
        self._seen.note(message)
        try:
            events = translate(message, self._now())
        except Exception:
            log.exception("An event %s could not be read", message.get("Event", ""))
            return
        self._members.note(events)
        if self._placed:
            self._note_placed(message, events)
        if events:
            self._inbox.put(events)

    def _note_placed(self, message: Message, events: Sequence[PbxEvent]) -> None:
        """Whether a call that was just asked for rings, or failed without a channel."""
        origin, outcome = "", ""
        if message.get("Event") == "OriginateResponse" and message.get("Response") == "Failure":
            origin, outcome = message.get("ActionID", ""), f"reason {message.get('Reason', '')}"
        for event in events:
            if isinstance(event, ChannelOpened):
                origin = event.channel
        waiting = self._placed.get(origin)
        if waiting is not None and not waiting.done():
            waiting.set_result(outcome)

    def _slow(self, slow: bool) -> None:
        log.warning("The PBX tells more than KAW can take: %s", "it has to wait" if slow else "it goes on")
        if self._line is not None:
            self._line.slow(slow)

    def _begin_anew(self) -> None:
        if self._open is not None:
            self._open.drop("what the PBX told could not be recorded")

    def _now(self) -> float:
        """Unix seconds by the PBX's clock."""
        return time.time() + self._ahead

    def _tell(self, state: LinkState, detail: str = "") -> None:
        if (state, detail) == (self._link.state, self._link.detail):
            return
        self._link = Link(state, time.time(), detail)
        if self._on_link is not None:
            self._on_link(self._link)

"""Which pages people have open in this process, and which of them each looks at; who is gone is paused (R12.3).

A card opens for a call in the page that its user looked at last and in no other. Whoever has no page any more for as
long as the setting says, after a crash as after closing it, gets no calls from queues until he is back.
"""

import asyncio
import logging
import random

from nicegui import Client, background_tasks

from kaw import db, live
from kaw.errors import KawError, Unavailable
from kaw.models import OperatorState
from kaw.services import operators, sessions, settings, telephony
from kaw.services.access import Actor
from kaw.telephony.port import LinkState

log = logging.getLogger(__name__)

STEP_FORWARD_S = 0.5  # within which a process says that it has another page, when the one in front is gone
NO_CALLS = (OperatorState.OFFLINE, OperatorState.PAUSED)


class Presence:
    """All pages of this process; of other processes it is known which page they had in front last."""

    def __init__(self) -> None:
        self._pages: dict[int, list[str]] = {}  # by user; the one looked at last is the last
        self._front: dict[int, str] = {}  # by user: the page that is in front, as any process told last
        live.listen(self._hear)
        live.follow(self._step_forward)

    def follow(self, actor: Actor, client: Client) -> None:
        """Note when the page being built is there, and when it is not."""
        client.on_connect(lambda: self.look_at(actor))
        client.on_disconnect(lambda: None if client.has_socket_connection else self._left(actor))
        client.on_delete(lambda: self._left(actor))

    async def expect(self) -> None:
        """After a start: whoever had a page open a moment ago and does not come back with it is gone, too.

        For a process that is alone: of others' pages nobody tells before the user looks at them.
        """
        for user_id in await db.in_thread(sessions.lately_here):
            if not self.is_here(user_id):
                background_tasks.create(self._pause_when_gone(user_id), name="pause who is gone")

    def look_at(self, actor: Actor) -> None:
        """The user looks at this page now."""
        pages = self._pages.setdefault(actor.user_id, [])
        if actor.page_id in pages:
            pages.remove(actor.page_id)
        pages.append(actor.page_id)
        if self._front.get(actor.user_id) != actor.page_id:
            live.announce([live.PageInFront(actor.user_id, actor.page_id)])

    def is_in_front(self, actor: Actor) -> bool:
        """Whether this is the page that its user looked at last."""
        front = self._front.get(actor.user_id)
        return front == actor.page_id if front else self._pages.get(actor.user_id, [])[-1:] == [actor.page_id]

    def is_here(self, user_id: int) -> bool:
        """Whether the user has a page open."""
        return user_id in self._pages or user_id in self._front

    def _left(self, actor: Actor) -> None:
        pages = self._pages.get(actor.user_id, [])
        if actor.page_id not in pages:
            return
        pages.remove(actor.page_id)
        if not pages:  # a page of another process says so when it is still there: see ``_step_forward``
            del self._pages[actor.user_id]
            live.announce([live.PageInFront(actor.user_id, "")])
            background_tasks.create(self._pause_when_gone(actor.user_id), name="pause who is gone")
        elif self._front.get(actor.user_id) == actor.page_id:
            live.announce([live.PageInFront(actor.user_id, pages[-1])])

    def _hear(self, event: live.LiveEvent) -> None:
        """Of this process and of others; in any thread."""
        if isinstance(event, live.PageInFront):
            if event.page_id:
                self._front[event.user_id] = event.page_id
            else:
                self._front.pop(event.user_id, None)

    def _step_forward(self, event: live.LiveEvent) -> None:
        if isinstance(event, live.PageInFront) and not event.page_id and event.user_id in self._pages:
            background_tasks.create(self._say_what_is_left(event.user_id), name="page in front")

    async def _say_what_is_left(self, user_id: int) -> None:
        """Of several processes that have another page of the user, the first one to say so has it in front."""
        await asyncio.sleep(random.uniform(0, STEP_FORWARD_S))  # noqa: S311 - a lot is drawn, nothing is kept secret
        if user_id in self._pages and user_id not in self._front:
            live.announce([live.PageInFront(user_id, self._pages[user_id][-1])])

    async def _pause_when_gone(self, user_id: int) -> None:
        """A talk that is going on is waited for; then nobody is there to take the next one."""
        actor = Actor(user_id)
        while telephony.configured() and (seconds := int(settings.value("auto_pause_lost_seconds"))) > 0:
            await asyncio.sleep(seconds)
            if self.is_here(user_id):
                return
            try:
                if await operators.pause_lost(actor) or not await db.in_thread(_may_get_calls, actor):
                    return
            except KawError as error:
                log.info("a user whose browser is gone could not be paused: %s", error)
                if not isinstance(error, Unavailable):
                    return


def _may_get_calls(actor: Actor) -> bool:
    """Whether queues may yet call him; without a line to the PBX nobody knows."""
    own = operators.own(actor)
    return bool(own.extension) and (own.state not in NO_CALLS or telephony.link().state is not LinkState.READY)


presence = Presence()

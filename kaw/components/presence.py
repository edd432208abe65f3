"""Which pages people have open in this process, and which of them each looks at; who is gone is paused (R12.3).

A card opens for a call in the page that its user looked at last and in no other. Whoever has no page any more for as
long as the setting says, after a crash as after closing it, gets no calls from queues until he is back.
"""

import asyncio
import logging

from nicegui import Client, background_tasks

from kaw import live
from kaw.errors import KawError
from kaw.services import operators, settings, telephony
from kaw.services.access import Actor

log = logging.getLogger(__name__)


class Presence:
    """All pages of this process; other processes are heard of by ``PageInFront``."""

    def __init__(self) -> None:
        self._pages: dict[int, list[str]] = {}  # by user; the one looked at last is the last
        self._elsewhere: set[int] = set()  # users who look at a page of another process
        live.listen(self._hear)

    def follow(self, actor: Actor, client: Client) -> None:
        """Note when the page being built is there, and when it is not."""
        client.on_connect(lambda: self.look_at(actor))
        client.on_disconnect(lambda: None if client.has_socket_connection else self._left(actor))
        client.on_delete(lambda: self._left(actor))

    def look_at(self, actor: Actor) -> None:
        """The user looks at this page now."""
        pages = self._pages.setdefault(actor.user_id, [])
        if pages[-1:] == [actor.page_id]:
            return
        if actor.page_id in pages:
            pages.remove(actor.page_id)
        pages.append(actor.page_id)
        live.announce([live.PageInFront(actor.user_id, actor.page_id)])

    def is_in_front(self, actor: Actor) -> bool:
        """Whether this is the page that its user looked at last."""
        return self._pages.get(actor.user_id, [])[-1:] == [actor.page_id] and actor.user_id not in self._elsewhere

    def is_here(self, user_id: int) -> bool:
        """Whether the user has a page open."""
        return bool(self._pages.get(user_id)) or user_id in self._elsewhere

    def _left(self, actor: Actor) -> None:
        pages = self._pages.get(actor.user_id, [])
        if actor.page_id not in pages:
            return
        pages.remove(actor.page_id)
        live.announce([live.PageInFront(actor.user_id, pages[-1] if pages else "")])
        if not pages:
            del self._pages[actor.user_id]
            background_tasks.create(self._pause_when_gone(actor.user_id), name="pause who is gone")

    def _hear(self, event: live.LiveEvent) -> None:
        """Pages of other processes; in any thread."""
        if isinstance(event, live.PageInFront):
            if event.page_id and event.page_id not in self._pages.get(event.user_id, []):
                self._elsewhere.add(event.user_id)
            else:
                self._elsewhere.discard(event.user_id)

    async def _pause_when_gone(self, user_id: int) -> None:
        """A talk that is going on is waited for; then nobody is there to take the next one."""
        while telephony.configured() and (seconds := int(settings.value("auto_pause_lost_seconds"))) > 0:
            await asyncio.sleep(seconds)
            if self.is_here(user_id):
                return
            try:
                if await operators.pause_lost(Actor(user_id)):
                    return
            except KawError as error:
                log.info("a user whose browser is gone could not be paused: %s", error)


presence = Presence()

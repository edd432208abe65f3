"""Tells the telephones of all pages of this process what happened: who is concerned is looked at once per event.

With a handler of its own in each of 500 pages, one more caller in a queue cost a second of every core; here it is one
reading for all of them and a word for each page.
"""

from collections.abc import Mapping
from typing import Protocol

from nicegui import Client, background_tasks

from kaw import db, live
from kaw.services import operator_day


class Desk(Protocol):
    """The telephone of one page."""

    client: Client

    def hear(self, event: live.LiveEvent) -> None:
        """Look whether it concerns this page; called for each event, so it does little."""

    def count_waiting(self, counts: Mapping[str, int]) -> None:
        """So many wait in each queue now."""


class Switchboard:
    """All of them."""

    def __init__(self) -> None:
        self._desks: dict[str, Desk] = {}  # by page
        self._counting = self._again = False
        live.follow(self._hear)

    def enter(self, desk: Desk) -> None:
        """Tell this desk, too, until its page is gone."""
        page = desk.client.id
        self._desks[page] = desk
        desk.client.on_delete(lambda: self._desks.pop(page, None))

    def _hear(self, event: live.LiveEvent) -> None:
        if isinstance(event, live.QueuesChanged):
            self._again = True
            if not self._counting:
                background_tasks.create(self._count(), name="callers who wait")
            return
        for desk in list(self._desks.values()):
            desk.hear(event)

    async def _count(self) -> None:
        """While pages are being told, further news become one."""
        self._counting = True
        try:
            while self._again:
                self._again = False
                counts = await db.in_thread(operator_day.waiting_by_queue)
                for desk in list(self._desks.values()):
                    desk.count_waiting(counts)
        finally:
            self._counting = False


switchboard = Switchboard()

"""The offer of demonstration data at the first sign-in, and the progress of loading it (R5.3)."""

import asyncio

from nicegui import ui

from kaw import db
from kaw.components import buttons, layout
from kaw.components.dialogs import Dialog
from kaw.components.errors import shown
from kaw.components.states import Progress
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.services import demo, demo_offer
from kaw.services.access import Actor


async def offer_demonstration(actor: Actor) -> None:
    """Ask the administrator of an empty installation; nothing for anybody else."""
    if await db.in_thread(demo_offer.is_due, actor):
        _Offer(actor).dialog.open()


class _Offer:
    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.dialog = Dialog(_("Begin with an example?"), persistent=True)
        with self.dialog.body:
            layout.text(
                _(
                    "This installation is empty. To look around, load a demonstration company: partners with history"
                    " and files, groups, fields and lists. Or begin at once with your own fields and partners."
                )
            )
        with self.dialog.actions:
            buttons.plain(_("Begin empty"), self._decline)
            buttons.primary(_("Load demonstration data"), self._load).props("autofocus")

    async def _decline(self) -> None:
        await db.in_thread(demo_offer.answered, self.actor)
        self.dialog.close()

    async def _load(self) -> None:
        self.dialog.actions.clear()
        with self.dialog.body:
            progress = Progress(_("Loading demonstration data"))
        loop = asyncio.get_running_loop()

        def report(part: float) -> None:
            loop.call_soon_threadsafe(progress.set, part)

        with shown() as outcome:
            await db.in_thread(demo.load, self.actor, progress=report)
            await db.in_thread(demo_offer.answered, self.actor)
        self.dialog.close()
        if outcome.ok:
            toast(_("The demonstration company is loaded."), client=ui.context.client)

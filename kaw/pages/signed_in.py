"""The user behind a page, and what happens to the page when he is signed out.

NiceGUI's socket checks no cookie and a page's client id opens it, so a page whose sign-in has ended is deleted here on
the server; the browser goes to the sign-in page.
"""

import asyncio

from nicegui import Client, background_tasks, ui

from kaw import db, live
from kaw.api.signed_in import actor_of
from kaw.components.errors import SIGN_IN_ADDRESS
from kaw.errors import SignedOut
from kaw.services import access, sessions
from kaw.services.access import Actor

__all__ = ["actor_of", "watch"]

GRACE = 0.5  # seconds
SEEN_EVERY = 300  # seconds; an open page counts as being there


def watch(actor: Actor) -> None:
    """Close the page being built as soon as this sign-in, or its user, no longer holds."""
    client = ui.context.client

    def ended(event: live.SessionsEnded) -> None:
        if actor.session_id in event.session_ids:
            close(client)

    async def rights_changed(event: live.RightsChanged) -> None:
        if not event.user_ids or actor.user_id in event.user_ids:
            try:
                await db.in_thread(access.rights, actor)
            except SignedOut:
                close(client)

    async def still_there() -> None:
        if not await db.in_thread(sessions.touch, actor.session_id):
            close(client)

    live.on(live.SessionsEnded).subscribe(ended)
    live.on(live.RightsChanged).subscribe(rights_changed)
    ui.timer(SEEN_EVERY, still_there, immediate=False)


def close(client: Client) -> None:
    """Send a browser to the sign-in page and forget its page on the server."""
    if client.is_deleted:
        return
    client.open(SIGN_IN_ADDRESS)
    background_tasks.create(_delete_soon(client), name="close a signed-out page")


async def _delete_soon(client: Client) -> None:
    """The message that opens the sign-in page has to leave first; what arrives meanwhile is refused by ``access``."""
    await asyncio.sleep(GRACE)
    if not client.is_deleted:
        client.delete()

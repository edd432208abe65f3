"""«Позвонить»: one click calls, by the softphone of this browser when it is registered, else by the user's own phone
through the PBX (R12.4)."""

from collections.abc import Awaitable, Callable
from typing import Any

from nicegui import Client, ui

from kaw import db, live
from kaw.components import icons
from kaw.components.buttons import icon_button
from kaw.components.tabs import TabContext
from kaw.i18n import _
from kaw.services import calling, partner_phones, telephony
from kaw.services.access import Actor

Call = Callable[[str, int | None], Awaitable[None]]
_CALL_KEY = "kaw_call"  # of the page's own storage on the server


def call_button(
    actor: Actor, number: str | Callable[[], str], partner_id: int | None = None, *, small: bool = True
) -> ui.button:
    """Calls ``number`` (a function: whatever it says when clicked); without a PBX it says so and does nothing."""

    async def clicked() -> None:
        await place_call(actor, number() if callable(number) else number, partner_id)

    button = icon_button(icons.PHONE, _("Call"), clicked, small=small).classes("kaw-call")
    if not telephony.configured():
        button.set_enabled(False)
        button.props["title"] = _("Telephony is not connected")
    return button


def may_call() -> bool:
    """Whether there is a PBX: for buttons that the browser draws itself."""
    return telephony.configured()


async def place_call(actor: Actor, number: str, partner_id: int | None = None) -> None:
    """Call from the page of the running handler. InvalidValue, PbxUnavailable or PbxRefused when that cannot be."""
    call: Call | None = ui.context.client.storage.get(_CALL_KEY)
    if call is None:
        await calling.call(actor, number, partner_id)
    else:
        await call(number, partner_id)


async def call_partner(actor: Actor, partner_id: int, number: str) -> None:
    """Call a number that a partner's card shows this user; NotFound when it is none of those."""
    await place_call(actor, await db.in_thread(partner_phones.to_call, actor, partner_id, number), partner_id)


def follow_telephony(tab: TabContext, show: Callable[[bool], Any]) -> None:
    """Call ``show`` when it has become possible to call, or is no longer, while the tab is open."""
    known = may_call()

    def look() -> None:
        nonlocal known
        if may_call() is not known:
            known = may_call()
            show(known)

    tab.on(live.SettingsChanged, look)


def use_for_calls(client: Client, call: Call) -> None:
    """All calls of this page go this way: the telephony block knows which phone there is."""
    client.storage[_CALL_KEY] = call

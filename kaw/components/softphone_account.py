"""What a page gives its softphone to sign in with: read, given anew in time, and explained when it cannot be read."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Client, background_tasks

from kaw import db
from kaw.components.toasts import toast
from kaw.errors import InvalidValue
from kaw.i18n import explain
from kaw.services import softphone_login
from kaw.services.access import Actor
from kaw.services.softphone_login import SoftphoneLogin


class SoftphoneAccount:
    """Of one page. ``renew`` reads again: the relay's part ends after some hours, and a page may be open overnight."""

    def __init__(self, actor: Actor, client: Client, renew: Callable[[], Awaitable[None]]) -> None:
        self._actor, self._client, self._renew = actor, client, renew
        self._problem = ""
        self._timer: asyncio.TimerHandle | None = None
        client.on_delete(self._stop)

    async def read(self) -> SoftphoneLogin | None:
        """None: there is no softphone. A password that cannot be read takes nothing but the softphone away."""
        try:
            login, problem = await db.in_thread(softphone_login.login, self._actor), ""
        except InvalidValue as error:
            login, problem = None, error.text
            if problem != self._problem and not self._client.is_deleted:
                with self._client:
                    toast(explain(error), "error")
        self._problem = problem
        self._stop()
        if login is not None and login.ice_servers and not self._client.is_deleted:
            self._timer = asyncio.get_running_loop().call_later(softphone_login.RENEW_S, self._read_again)
        return login

    def _read_again(self) -> None:
        background_tasks.create(self._renew(), name="account of a softphone")

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

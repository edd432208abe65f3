"""The telephone of one page: its user's state and call, read again with his rights whenever one of them changes.

The call panel and the telephony block are views of it. Of a hundred open pages only those of the operators concerned
read anything: see ``Switchboard``.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from nicegui import background_tasks, ui

from kaw import db, live
from kaw.components.call_button import use_for_calls
from kaw.components.errors import shown
from kaw.components.placed_call import PlacedCall
from kaw.components.presence import presence
from kaw.components.softphone import PhoneEvent, Softphone
from kaw.components.softphone_account import SoftphoneAccount
from kaw.components.switchboard import switchboard
from kaw.components.toasts import toast
from kaw.errors import AccessDenied, KawError, NotFound, Unavailable
from kaw.i18n import _
from kaw.services import call_partners, calling, operator_day, operators, settings, telephony
from kaw.services.access import Actor
from kaw.services.call_partners import Caller
from kaw.services.operators import Own, OwnCall
from kaw.services.softphone_login import SoftphoneLogin
from kaw.telephony.port import Link, LinkState

log = logging.getLogger(__name__)

View = Callable[[], Any]
SETTINGS = ("pause_types", "call_outcomes", "after_call_seconds", "time_zone")
AGAIN_S = 3.0  # seconds until what could not be read is read once more


class PhoneDesk:
    """Made once per page, before its views; ``start`` reads for the first time."""

    def __init__(self, actor: Actor, open_tab: Callable[..., None]) -> None:
        self.actor, self.open_tab = actor, open_tab
        self.client = ui.context.client
        self.own, self.link, self.is_on = Own(), Link(LinkState.OFF), False
        self.is_known = False  # nothing has been read yet
        self.login: SoftphoneLogin | None = None
        self.phone: Softphone | None = None  # made by the telephony block when there is an account for it
        self._placed = PlacedCall()
        self._views: list[View] = []
        self._counters: list[View] = []
        self._everybody: list[View] = []
        self._openers: list[Callable[[], None]] = []
        self._choosers: list[Callable[[Caller], Any]] = []
        self._reading = self._again = self._all = False
        self._account = SoftphoneAccount(actor, self.client, self.refresh)
        use_for_calls(self.client, self.call)
        presence.follow(actor, self.client)
        ui.on("kaw_front", lambda: presence.look_at(actor))
        self._concerned = self._rules()
        switchboard.enter(self)

    # -- for the views

    def watch(self, view: View) -> None:
        """Call ``view`` after every change."""
        self._views.append(view)

    def watch_waiting(self, view: View) -> None:
        """Call ``view`` when more or fewer callers wait; ``watch`` besides, for all other changes.

        It changes what is on the page and makes nothing new: entering the page costs as much as the change, and all
        pages are told at once.
        """
        self._counters.append(view)

    def watch_operators(self, view: View) -> None:
        """Call ``view`` when anybody's state is another one; it is called often and does little."""
        self._everybody.append(view)

    def on_call(self, show: Callable[[], None]) -> None:
        """Call ``show`` when a call begins here, rung or placed."""
        self._openers.append(show)

    def on_choice(self, choose: Callable[[Caller], Any]) -> None:
        """Call ``choose`` when somebody answered whose number several partners have, or asks for it."""
        self._choosers.append(choose)

    def choose(self, caller: Caller) -> None:
        """Have the user say which of several partners it is."""
        for choose in self._choosers:
            choose(caller)

    @property
    def is_lost(self) -> bool:
        """There should be a line to the PBX, and there is none."""
        return self.is_on and self.link.state is not LinkState.READY

    @property
    def key_in(self) -> str:
        """The extension to key in when the call that was placed from here is answered; "" when it has been."""
        call = self.own.call
        return "" if call is not None and call.call_id == self._placed.before else self._placed.key_in

    @key_in.setter
    def key_in(self, digits: str) -> None:
        self._placed.key_in = digits

    async def call(self, number: str, partner_id: int | None = None) -> None:
        """By this browser's softphone when it is registered, else by the user's phone on the desk."""
        dialled, key_in = calling.clean_number(number)
        before = self.own.call.call_id if self.own.call is not None else None
        had, self._placed = self._placed, PlacedCall(dialled, key_in, partner_id, before)
        if self.phone is not None and self.phone.is_registered:
            self.phone.call(dialled)
        else:
            try:
                await calling.call(self.actor, number, partner_id)
            except KawError:
                self._placed = had
                raise
        for show in self._openers:
            show()

    def phone_changed(self, event: PhoneEvent | None = None) -> None:
        """The softphone tells something."""
        if event is not None and self._placed.ends_with(event):
            self._placed = PlacedCall()
        self._show()

    async def leave_queues(self) -> None:
        """He signs out: calls of the queues he joined himself go to others."""
        if self.own.joins and not self.is_lost:
            with suppress(KawError):
                await operators.sign_out(self.actor)

    # -- reading

    async def start(self) -> None:
        """The first look; whoever has just signed in joins his queues."""
        await self.refresh()
        if self.own.joins and not self.is_lost:
            with suppress(KawError):  # the panel says that he is offline, and why
                await operators.arrive(self.actor)

    async def refresh(self) -> None:
        """Read everything anew."""
        self._all = True
        await self._refresh()

    async def _refresh(self) -> None:
        """While a reading goes on, further wishes become one; one that cannot be fulfilled now is kept."""
        self._again = True
        if self._reading:
            return
        self._reading = True
        try:
            while self._again and not self.client.is_deleted:
                everything, self._again, self._all = self._all, False, False
                try:
                    await self._read(everything)
                except Unavailable as error:
                    log.debug("the telephone of a page waits: %s", error)
                    self._again, self._all = True, self._all or everything
                    await asyncio.sleep(AGAIN_S)
        finally:
            self._reading = False

    async def _read(self, everything: bool) -> None:
        had = self.own.call
        with suppress(AccessDenied):  # his sign-in has ended: the frame sees to it
            if everything:
                self.is_on, self.link = await db.in_thread(_read_line)
                self.login = await self._account.read() if self.is_on else None
                self.is_known = True
            if self.is_on:
                self.own = await db.in_thread(operators.own, self.actor)
        call = self.own.call
        if call is not None and (had is None or had.call_id != call.call_id):
            for show in self._openers:
                show()
        if not self._placed.follow(call):
            self._placed = PlacedCall()
        if call is not None and call.call_id == self._placed.call_id:
            await self._assign(call, self._placed)
        self._show()

    async def _assign(self, call: OwnCall, placed: PlacedCall) -> None:
        """He called from a card, and others have the number, too."""
        if placed.partner_id in (partner for partner, _title in call.caller.choices):
            with suppress(NotFound):
                await db.in_thread(call_partners.assign, self.actor, call.call_id, placed.partner_id)
                self.own = await db.in_thread(operators.own, self.actor)
            placed.partner_id = None

    def _show(self) -> None:
        if not self.client.is_deleted:
            with self.client:
                for view in self._views:
                    view()

    # -- live

    def hear(self, event: live.LiveEvent) -> None:
        """Something happened; see ``Switchboard``."""
        concerned = self._concerned.get(type(event))
        work = concerned(event) if concerned is not None else None
        if work is not None:
            background_tasks.create(work, name=f"telephone: {type(event).__name__}")

    def count_waiting(self, counts: Mapping[str, int]) -> None:
        """So many wait in each queue now."""
        waiting = operator_day.sum_waiting(counts, self.own.queues)
        if self.is_on and waiting != self.own.waiting and not self.client.is_deleted:
            self.own = replace(self.own, waiting=waiting)
            for view in self._counters:
                view()

    def _rules(self) -> dict[type[live.LiveEvent], Callable[[Any], Coroutine[Any, Any, None] | None]]:
        """What is to be done when an event of a kind comes; None: it does not concern this page."""
        return {
            live.CallRinging: lambda event: self._if(self._may_be_mine(*event.operators)),
            live.CallAnswered: self._hear_answer,
            live.CallEnded: lambda event: self._if(self._may_be_mine(event.operator)),
            live.CallsChanged: lambda event: self._if(self._shows_call(event.call_ids)),
            live.OperatorsChanged: self._hear_operators,
            live.TelephonyChanged: lambda _event: self.refresh(),
            live.SettingsChanged: lambda event: self.refresh() if _of_telephony(event.keys) else None,
            live.RightsChanged: lambda event: self.refresh() if self._is_user(event.user_ids) else None,
            live.ListenedIn: lambda event: self._listened_in(event) if self._is_mine(event.operator) else None,
        }

    def _if(self, concerned: bool) -> Coroutine[Any, Any, None] | None:
        return self._refresh() if concerned else None

    def _is_mine(self, *extensions: str) -> bool:
        return bool(self.own.extension) and self.own.extension in extensions

    def _may_be_mine(self, *extensions: str) -> bool:
        """Or not known yet whose this page is: what is being read may be from before."""
        return self._is_mine(*extensions) or (self._reading and not self.own.extension)

    def _is_user(self, user_ids: tuple[int, ...]) -> bool:
        return not user_ids or self.actor.user_id in user_ids

    def _shows_call(self, call_ids: tuple[int, ...]) -> bool:
        call, after = self.own.call, self.own.after_call
        return bool({call.call_id if call else 0, after.call_id if after else 0} & set(call_ids))

    def _hear_operators(self, event: live.OperatorsChanged) -> Coroutine[Any, Any, None] | None:
        for view in self._everybody:
            view()
        return self._if(not event.operators or self._may_be_mine(*event.operators))

    def _hear_answer(self, event: live.CallAnswered) -> Coroutine[Any, Any, None] | None:
        return self._answered(event) if self._is_mine(event.operator) else self._if(self._may_be_mine())

    async def _answered(self, event: live.CallAnswered) -> None:
        background_tasks.create(self._refresh(), name="call answered")
        if presence.is_in_front(self.actor):
            with suppress(AccessDenied, NotFound), self.client:
                await self._open_card(event.call_id)

    async def _open_card(self, call_id: int) -> None:
        """Of an inbound call, for who answered it, in the page he looks at."""
        found = await db.in_thread(call_partners.caller, self.actor, call_id)
        if not found.inbound or self.client.is_deleted:
            return
        if found.partner_id is not None:
            self.open_tab("partner", str(found.partner_id))
        elif found.choices:
            self.choose(found)

    async def _listened_in(self, event: live.ListenedIn) -> None:
        if not settings.value("supervision_announced") or self.client.is_deleted:
            return
        with self.client, shown():
            words = {
                "listen": _("A supervisor listens to your talk"),
                "whisper": _("A supervisor speaks to you, your partner does not hear it"),
                "join": _("A supervisor has joined your talk"),
            }
            toast(words[event.mode], "info")


def _of_telephony(keys: tuple[str, ...]) -> bool:
    return not keys or any(key.startswith("pbx_") or key in SETTINGS for key in keys)


def _read_line() -> tuple[bool, Link]:
    return (True, telephony.link()) if telephony.configured() else (False, Link(LinkState.OFF))

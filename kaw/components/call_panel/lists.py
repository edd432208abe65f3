"""The lists behind the counters and the state: calls of the day, who waits, all operators."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui
from nicegui.element import Element

from kaw import db
from kaw.components import buttons, icons, layout
from kaw.components.errors import shown
from kaw.components.local_time import local
from kaw.components.operator_words import state_look, state_words
from kaw.components.phone_desk import PhoneDesk
from kaw.components.popover import Popover
from kaw.components.stopwatch import milliseconds
from kaw.components.toasts import toast
from kaw.i18n import _
from kaw.models import OperatorState
from kaw.services import calling, missed_calls, operator_day, operators
from kaw.services.call_partners import Caller
from kaw.services.operator_day import DayCalls
from kaw.services.operators import Operator


class CallRows(Element, component="call_rows.js"):
    """Rows with ``id`` and what the browser draws of them."""

    def __init__(
        self, rows: Sequence[dict[str, Any]], on_open: Callable[[int], Any], on_call: Callable[[int], Any]
    ) -> None:
        super().__init__()
        self._props["rows"] = list(rows)
        self._props["labels"] = {"call": _("Call")}
        self.on("open", lambda event: on_open(int(event.args)))
        self.on("call", lambda event: on_call(int(event.args)))


class OperatorRows(Element, component="operator_rows.js"):
    """Everybody with a phone."""

    def __init__(
        self, rows: Sequence[dict[str, Any]], on_listen: Callable[..., Any], on_call: Callable[..., Any]
    ) -> None:
        super().__init__()
        self._props["labels"] = {
            "listen": _("Listen"),
            "whisper": _("Whisper to the operator"),
            "join": _("Join the talk"),
            "call": _("Call"),
        }
        self.show(rows)
        self.on("listen", lambda event: on_listen(*(str(part) for part in event.args)))
        self.on("call", lambda event: on_call(str(event.args)))

    def show(self, rows: Sequence[dict[str, Any]]) -> None:
        """Draw these."""
        self._props["rows"] = list(rows)


class CallList:
    """A popover with calls: those behind a counter, or those who wait."""

    def __init__(self, desk: PhoneDesk, button: ui.element, label: str, kind: DayCalls | None) -> None:
        self._desk, self._kind = desk, kind
        self._popover = Popover(button, label, self._fill)
        self._callers: dict[int, Caller] = {}

    def changed(self) -> None:
        """The number at the button is another one."""
        self._popover.refill_soon()

    async def _fill(self) -> None:
        rows = await db.in_thread(_waiting if self._kind is None else _day_calls, self._desk.actor, self._kind)
        self._callers = {caller.call_id: caller for caller, _row in rows}
        if not rows:
            layout.note(_("Nobody waits.") if self._kind is None else _("No calls today."))
        else:
            may_call = self._kind is not None and self._desk.is_on
            drawn = [{**row, "calls": may_call and bool(caller.number)} for caller, row in rows]
            CallRows(drawn, self._open, self._call)
        if self._kind is DayCalls.MISSED:
            await self._link_to_all()

    async def _link_to_all(self) -> None:
        """Those of his queues and of other days, too."""
        count = await db.in_thread(missed_calls.count_open, self._desk.actor)
        words = _("All missed calls") + (f" ({count})" if count else "")
        buttons.quiet(words, self._open_all, icon=icons.MISSED).classes("small").props("align=left")

    def _open_all(self) -> None:
        self._popover.close()
        self._desk.open_tab("missed")

    def _open(self, partner_id: int) -> None:
        self._popover.close()
        self._desk.open_tab("partner", str(partner_id))

    async def _call(self, call_id: int) -> None:
        caller = self._callers.get(call_id)
        if caller is not None:
            with shown():
                await self._desk.call(caller.number, caller.partner_id)
            self._popover.close()


class OperatorList:
    """A popover with everybody's state."""

    def __init__(self, desk: PhoneDesk, button: ui.element) -> None:
        self._desk = desk
        self._popover = Popover(button, _("Operators"), self._fill)
        desk.watch_operators(self._popover.refill_soon)

    async def _fill(self) -> None:
        found = await db.in_thread(operators.states, self._desk.actor)
        if not found:
            layout.note(_("Nobody has an internal number yet."))
            return
        OperatorRows([self._row(each) for each in found], self._listen, self._call)

    def _row(self, operator: Operator) -> dict[str, Any]:
        other = operator.extension != self._desk.own.extension
        return {
            "name": operator.name,
            "extension": operator.extension,
            "state": state_words(operator.state, operator.pause_type),
            "look": state_look(operator.state),
            "since": milliseconds(operator.since),
            "queues": ", ".join(operator.queues),
            "caller": who(operator.caller) if operator.caller is not None else "",
            "listen": self._desk.own.may_supervise and other and operator.state is OperatorState.TALKING,
            "calls": other and bool(self._desk.own.extension) and operator.state is not OperatorState.OFFLINE,
        }

    async def _listen(self, extension: str, mode: Any) -> None:
        with shown() as outcome:
            await calling.listen_in(self._desk.actor, extension, mode)
        if outcome.ok:
            toast(_("Your phone rings: pick it up to listen."), "info")
            self._popover.close()

    async def _call(self, extension: str) -> None:
        with shown():
            await self._desk.call(extension)
        self._popover.close()


def who(caller: Caller) -> str:
    """The other side in one line, as far as the reader may know it."""
    known = " · ".join(part for part in (caller.title, caller.number) if part)
    return known or ("" if caller.hidden_from_him else _("Number hidden"))


def _row(caller: Caller) -> dict[str, Any]:
    title = caller.title
    if not title and caller.hidden_from_him:
        title = _("Incoming call") if caller.inbound else _("Outgoing call")
    number = caller.number or ("" if caller.hidden_from_him else _("Number hidden"))
    return {"id": caller.call_id, "partner": caller.partner_id, "title": title, "number": number}


def _day_calls(actor: Any, kind: DayCalls) -> list[tuple[Caller, dict[str, Any]]]:
    found = operator_day.calls(actor, kind)
    return [(each.caller, {**_row(each.caller), "when": local(each.at).strftime("%H:%M")}) for each in found]


def _waiting(actor: Any, _kind: None) -> list[tuple[Caller, dict[str, Any]]]:
    found = operator_day.waiting(actor)
    return [
        (each.caller, {**_row(each.caller), "since": milliseconds(each.joined_at), "note": each.queue})
        for each in found
    ]

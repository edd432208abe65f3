"""Calls as a table: what happened, whom to call back, and the player of the recording."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui.element import Element

from kaw.components.buttons import busy_with
from kaw.components.call_button import may_call
from kaw.components.local_time import day_time
from kaw.i18n import N_, _
from kaw.models import CallDirection, CallResult
from kaw.services.call_history import CallRow

DIRECTIONS = {
    CallDirection.INBOUND: N_("Incoming"),
    CallDirection.OUTBOUND: N_("Outgoing"),
    CallDirection.INTERNAL: N_("Internal"),
}
RESULTS = {
    CallResult.ANSWERED: N_("answered"),
    CallResult.ABANDONED: N_("caller left"),
    CallResult.MISSED: N_("unanswered"),
    CallResult.BUSY: N_("busy"),
    CallResult.NO_ANSWER: N_("no answer"),
    CallResult.CANCELLED: N_("cancelled"),
    CallResult.FAILED: N_("failed"),
}
HEADS = {
    "at": N_("Date"),
    "event": N_("Event type"),
    "phone": N_("Phone"),
    "partner": N_("Partner"),
    "operator": N_("Operator"),
    "talk": N_("Talk"),
    "outcome": N_("Outcome of the call"),
    "record": N_("Listen to it"),
}
HOUR = 3600


class CallTable(Element, component="call_table.js"):
    """All rows in one element; ``with_partners``: whose call it was stands in a column."""

    def __init__(
        self,
        on_call: Callable[[CallRow], Any],
        on_open: Callable[[int], Any],
        on_note: Callable[[CallRow], Any],
        *,
        with_partners: bool = True,
    ) -> None:
        super().__init__()
        self._rows: dict[int, CallRow] = {}
        self._on_call, self._on_note = on_call, on_note
        names = [name for name in HEADS if with_partners or name != "partner"]
        self._props["heads"] = [{"name": name, "text": _(HEADS[name])} for name in names]
        self._props["partners"] = with_partners
        self._props["rows"] = []
        self._props["labels"] = {
            "table": _("Call history"),
            "call": _("Call"),
            "noPhone": _("Telephony is not connected"),
            "hidden": _("Number hidden"),
            "listen": _("Listen to it"),
            "broken": _("This recording cannot be played."),
            "note": _("Change outcome and note"),
        }
        self.set_calls(may_call())
        self.on("call", busy_with(self, self._call))
        self.on("open", lambda event: on_open(int(event.args)))
        self.on("note", lambda event: self._note(int(event.args)))

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        self._props["calls"] = on

    def show(self, rows: Sequence[CallRow]) -> None:
        """Draw these."""
        self._rows = {row.id: row for row in rows}
        self._props["rows"] = [_drawn(row) for row in rows]

    async def _call(self, call_id: int) -> None:
        row = self._rows.get(call_id)
        if row is not None and row.number:
            await self._on_call(row)

    def _note(self, call_id: int) -> None:
        row = self._rows.get(call_id)
        if row is not None and row.may_note:
            self._on_note(row)


def event_words(row: CallRow) -> str:
    """Incoming, answered"""
    direction = _(DIRECTIONS[row.direction])
    return f"{direction}, {_(RESULTS[row.result])}" if row.result else direction


def length(seconds: int) -> str:
    """1:05, 1:02:03"""
    if not seconds:
        return "—"
    minutes = f"{seconds // 60}" if seconds < HOUR else f"{seconds // HOUR}:{seconds % HOUR // 60:02d}"
    return f"{minutes}:{seconds % 60:02d}"


def _drawn(row: CallRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "at": day_time(row.at),
        "event": event_words(row),
        "direction": row.direction.value,
        "missed": row.is_missed,
        "number": row.number,
        "partner": row.partner_id,
        "title": row.partner,
        "operator": row.operator,
        "talk": length(row.talk_seconds),
        "outcome": row.outcome,
        "note": row.note,
        "noted": row.may_note,
        "recorded": row.has_recording,
    }

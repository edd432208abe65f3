"""Missed callers as a table: who, how often, who takes care of him, and what can be done."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.components.call_button import may_call
from kaw.components.call_history.call_table import length
from kaw.components.errors import shown
from kaw.components.local_time import when
from kaw.i18n import N_, _, ngettext
from kaw.services.missed_calls import MissedRow

Deed = Callable[[MissedRow], Any]
HEADS = {
    "at": N_("Time"),
    "phone": N_("Phone"),
    "partner": N_("Partner"),
    "queue": N_("Queue"),
    "times": N_("Times"),
    "waited": N_("Waited"),
    "who": N_("Taken by"),
}


class MissedTable(Element, component="missed_table.js"):
    """All rows in one element; ``deeds`` by name: call, claim, release, close."""

    def __init__(self, deeds: Mapping[str, Deed], on_open: Callable[[int], Any]) -> None:
        super().__init__()
        self._rows: dict[int, MissedRow] = {}
        self._deeds, self._busy = deeds, set[int]()
        self._props["labels"] = {
            "table": _("Missed calls"),
            "call": _("Call"),
            "noPhone": _("Telephony is not connected"),
            "claim": _("Take"),
            "release": _("Give back"),
            "close": _("Close"),
            "waited": _("Waited"),
        }
        self.show((), closed=False)
        self.set_calls(may_call())
        self.on("deed", self._do)
        self.on("open", lambda event: on_open(int(event.args)))

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        self._props["calls"] = on

    def show(self, rows: Sequence[MissedRow], *, closed: bool) -> None:
        """Draw these; ``closed``: they have been dealt with."""
        self._rows = {row.first_id: row for row in rows}
        heads = {**HEADS, "who": N_("Closed by")} if closed else HEADS
        self._props["heads"] = [
            {"name": name, "text": _(text)} for name, text in heads.items() if not closed or name != "times"
        ]
        self._props["rows"] = [_drawn(row) for row in rows]

    async def _do(self, event: GenericEventArguments) -> None:
        """One thing after the other in a row; a call that the PBX is slow with keeps nobody from the others."""
        name, key = event.args
        row = self._rows.get(int(key))
        if row is None or name not in self._deeds or row.first_id in self._busy:
            return
        self._busy.add(row.first_id)
        try:
            with shown():
                await self._deeds[name](row)
        finally:
            self._busy.discard(row.first_id)


def _drawn(row: MissedRow) -> dict[str, Any]:
    caller = row.caller
    named = [(caller.partner_id, caller.title)] if caller.title else list(caller.choices)
    return {
        "key": row.first_id,
        "at": when(row.last_at),
        "since": _("first {when}").format(when=when(row.first_at)) if row.times > 1 else "",
        "number": caller.number,
        "hidden": "" if caller.number else _("Number hidden"),
        "partners": [{"id": partner_id, "title": title} for partner_id, title in named],
        "queue": row.queue,
        "times": ngettext("{n} time", "{n} times", row.times).format(n=row.times) if row.closed_at is None else "",
        "again": row.times > 1,
        "waited": "" if row.waited_seconds is None else length(row.waited_seconds),
        "who": _closer(row) if row.closed_at is not None else _claimer(row),
        "mine": row.is_mine and row.closed_at is None,
        "free": row.closed_at is not None or row.claimed_at is None or row.is_mine,
        "deeds": _deeds(row),
    }


def _deeds(row: MissedRow) -> list[str]:
    """What this reader may do with it."""
    if row.closed_at is not None:
        return []
    if row.claimed_at is None:
        return ["claim", "close"]
    return ["release", "close"] if row.may_release else []


def _claimer(row: MissedRow) -> str:
    if row.claimed_at is None:
        return ""
    return _at(_("you") if row.is_mine else row.claimed_by, row.claimed_at)


def _closer(row: MissedRow) -> str:
    assert row.closed_at is not None  # noqa: S101 - for the type checker
    words = _at(row.closed_by, row.closed_at)
    return words if row.reached else _("{who}, by hand").format(who=words)


def _at(who: str, moment: datetime) -> str:
    """Анна Иванова, сегодня 10:42"""
    return ", ".join(part for part in (who, when(moment)) if part)

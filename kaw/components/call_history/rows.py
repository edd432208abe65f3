"""The rows of a list of calls: what happened, whom to call back, and the player of the recording."""

from nicegui import ui

from kaw.components.call_button import call_button
from kaw.components.local_time import day_time
from kaw.i18n import N_, _
from kaw.models import CallDirection, CallResult
from kaw.services.access import Actor
from kaw.services.call_history import CallRow

DIRECTIONS = {
    CallDirection.INBOUND: N_("Incoming"),
    CallDirection.OUTBOUND: N_("Outgoing"),
    CallDirection.INTERNAL: N_("Internal"),
}
RESULTS = {
    CallResult.ANSWERED: N_("answered"),
    CallResult.ABANDONED: N_("caller left"),
    CallResult.MISSED: N_("missed"),
    CallResult.BUSY: N_("busy"),
    CallResult.NO_ANSWER: N_("no answer"),
    CallResult.CANCELLED: N_("cancelled"),
    CallResult.FAILED: N_("failed"),
}
COLUMNS = (N_("Date"), N_("Event type"), N_("Phone"), N_("Partner"), N_("Operator"), N_("Talk"), N_("Listen to it"))
# One plays at a time.
ALONE = "(e) => document.querySelectorAll('audio').forEach((one) => one !== e.target && one.pause())"


def show(actor: Actor, rows: list[CallRow], playing: set[int]) -> None:
    """Draw these calls as a table into the place that is being filled; ``playing``: those being listened to."""
    with ui.element("div").classes("kaw-audit"), ui.element("table") as table:
        table.props["aria-label"] = _("Call history")
        with ui.element("thead"), ui.element("tr"):
            for name in COLUMNS:
                with ui.element("th").props("scope=col"):
                    ui.label(_(name))
        with ui.element("tbody"):
            for row in rows:
                _row(actor, row, playing)


def event_words(row: CallRow) -> str:
    """Incoming, answered"""
    direction = _(DIRECTIONS[row.direction])
    return f"{direction}, {_(RESULTS[row.result])}" if row.result else direction


def length(seconds: int) -> str:
    """1:05"""
    return f"{seconds // 60}:{seconds % 60:02d}" if seconds else "—"


def _row(actor: Actor, row: CallRow, playing: set[int]) -> None:
    with ui.element("tr"):
        for text in (day_time(row.at), event_words(row)):
            with ui.element("td"):
                ui.label(text)
        with ui.element("td"), ui.element("div").classes("kaw-line"):
            ui.label(row.number or "—")
            if row.number:
                call_button(actor, row.number, row.partner_id)
        for text in (row.partner, row.operator, length(row.talk_seconds)):
            with ui.element("td"):
                ui.label(text)
        with ui.element("td"):
            if row.has_recording:
                _player(row.id, playing)


def _player(call_id: int, playing: set[int]) -> None:
    player = ui.element("audio").props("controls preload=none")
    player.props["src"] = f"/recordings/{call_id}"
    player.props["aria-label"] = _("Listen to it")
    player.on("play", js_handler=ALONE)
    player.on("play", lambda: playing.add(call_id), [])
    player.on("pause", lambda: playing.discard(call_id), [])  # also at its end

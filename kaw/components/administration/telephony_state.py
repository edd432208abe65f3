"""Below the settings of the PBX: how the line is, «Проверить», and how KAW last caught up (R4.3, R12.7)."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, icons, layout, states
from kaw.components.chips import state
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.local_time import when
from kaw.components.tabs import TabContext
from kaw.i18n import N_, _
from kaw.services import telephony_check
from kaw.services.telephony_check import LineState, Reconciliation
from kaw.telephony.port import Check, LinkState, Outcome

_LINE = {
    LinkState.OFF: (N_("Telephony is not connected"), ""),
    LinkState.CONNECTING: (N_("Connecting to the PBX…"), "ringing"),
    LinkState.READY: (N_("Connected to the PBX"), "waiting"),
    LinkState.WRONG_PASSWORD: (N_("The PBX does not accept user and password"), "danger"),
    LinkState.LOST: (N_("No connection to the PBX"), "danger"),
}
_REASONS = (  # by the beginning of the exact failure
    ("ConnectionRefusedError", N_("Nothing listens at its address and port.")),
    ("TimeoutError", N_("It does not answer.")),
    ("gaierror", N_("The name of its address is not known.")),
    ("SSLCertVerificationError", N_("Its certificate is not trusted.")),
    ("closed by the PBX", N_("The PBX ended the connection.")),
)
_SOURCES = {"queue log": N_("Queue log")}
_WHY = {
    "No such file or directory": N_("there is no such file"),
    "Permission denied": N_("KAW may not read it"),
    "OperationalError": N_("its database does not answer"),
}
_FOUND = {
    Outcome.MISSING: (icons.ERROR, N_("missing")),
    Outcome.UNKNOWN: (icons.UNKNOWN, N_("not known")),
    Outcome.OK: (icons.DONE, N_("in order")),
}


class TelephonyState(ui.element):
    """Follows the line; «Проверить» takes what stands in the form, saved or not."""

    def __init__(self, tab: TabContext, form: Form, values: Callable[[], Mapping[str, Any]]) -> None:
        super().__init__("section")
        self._tab, self._form, self._values = tab, form, values
        self.classes("kaw-line-state")
        self.props["aria-label"] = _("Connection to the PBX")
        with self:
            with layout.line(wrap=True):
                self._line = ui.element("div").classes("kaw-grow")
                buttons.plain(_("Check"), self._check, icon=icons.CHECK)
            self._found = ui.element("div")
            self._found.props["aria-live"] = "polite"
            self._last = layout.stack()
        tab.on(live.TelephonyChanged, self._read)
        tab.on(live.SettingsChanged, self._read)
        ui.timer(0, self._read, once=True)

    async def _read(self) -> None:
        found = await db.in_thread(telephony_check.state, self._tab.actor)
        if self.is_deleted:
            return
        for place, show in ((self._line, _show_line), (self._last, _show_last)):
            place.clear()
            with place:
                show(found)

    async def _check(self) -> None:
        self._found.clear()
        with self._found:
            layout.note(_("Checking…"))
        found: list[Check] = []
        with shown(self._form) as outcome:
            self._form.clear_errors()
            found = await telephony_check.check(self._tab.actor, self._values())
        if self.is_deleted:
            return
        self._found.clear()
        if outcome.ok:
            with self._found:
                _show_found(found)


def _show_line(found: LineState) -> None:
    words, look = _LINE[found.state]
    state(_(words), look)
    told = [when(found.since)] if found.since else []
    if found.state is LinkState.READY and found.detail:
        told.insert(0, f"Asterisk {found.detail}")
    elif found.detail and found.state is not LinkState.READY:
        reason = next((_(text) for begin, text in _REASONS if found.detail.startswith(begin)), found.detail)
        told.insert(0, reason)
    if told:
        layout.note(" · ".join(told)).props["title"] = found.detail


def _show_last(found: LineState) -> None:
    if found.last is None:
        if found.state is not LinkState.OFF:
            layout.note(_("After each connection KAW reads what happened without it. It has not done so yet."))
        return
    _show_reconciliation(found.last)


def _show_reconciliation(last: Reconciliation) -> None:
    sources = ", ".join(_(label) for label in last.sources) or _("nothing: neither queue log nor CDR is set")
    facts = [
        (_("Last reconciliation"), when(last.at)),
        (_("Read from"), sources),
        (_("Calls seen live"), str(last.seen_live)),
        (_("Calls recovered"), str(last.recovered)),
        (_("Calls differing"), str(last.differing)),
    ]
    if last.closed:
        facts.append((_("Calls without an end"), str(last.closed)))
    layout.facts(facts)
    if last.problem:
        states.banner(_("Could not be read: {problem}").format(problem=_problem_words(last.problem)), "warning")


def _problem_words(problem: str) -> str:
    """«queue log: No such file or directory; CDR: …» for the reader."""
    words = []
    for part in problem.split("; "):
        source, _colon, why = part.partition(": ")
        words.append(f"{_(_SOURCES.get(source, source))} ({_(_WHY.get(why, why))})" if why else part)
    return ", ".join(words)


def _show_found(found: list[Check]) -> None:
    """What has to be mended, what is not known, and the rest folded away."""
    wrong = [check for check in found if not check.is_ok]
    with ui.element("ul").classes("kaw-checks"):
        for outcome in (Outcome.MISSING, Outcome.UNKNOWN):
            for check in wrong:
                if check.outcome is outcome:
                    _row(check)
    fold = ui.expansion(_("In order: {n}").format(n=len(found) - len(wrong)), value=not wrong).classes("kaw-fold")
    with fold, ui.element("ul").classes("kaw-checks"):
        for check in found:
            if check.is_ok:
                _row(check)


def _row(check: Check) -> None:
    icon, word = _FOUND[check.outcome]
    about = f"{_(check.about)}. " if check.about else ""
    with ui.element("li").classes(f"kaw-check {check.outcome.value}"):
        mark = ui.icon(icon)
        mark.props.update({"role": "img", "aria-label": _(word)})
        ui.label(about + _(check.text).format_map(check.values))

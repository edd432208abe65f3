"""The bar itself, and the lines above it that come and go with calls."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons
from kaw.components.call_panel.after_call_bar import AfterCallBar
from kaw.components.call_panel.choice import PartnerChoice
from kaw.components.call_panel.lists import CallList, OperatorList
from kaw.components.call_panel.notice import Notice
from kaw.components.call_panel.pauses import PauseButtons
from kaw.components.chips import redraw_state
from kaw.components.inputs import TextElement
from kaw.components.operator_words import desk_phone_look, state_look, state_words
from kaw.components.phone_desk import PhoneDesk
from kaw.components.softphone.words import registration_words
from kaw.components.stopwatch import Stopwatch, use_server_time
from kaw.components.tabs import TABS
from kaw.i18n import _
from kaw.services.operator_day import DayCalls
from kaw.telephony.port import LinkState

YEAR = 2026
HISTORY = "calls"  # the tab of the call history
LOOKS = {"registered": "waiting", "connecting": "ringing", "failed": "danger", "off": ""}


class CallPanel(ui.element):
    """The bottom bar."""

    def __init__(self, desk: PhoneDesk, full_name: str, on_sign_out: Callable[[], Any]) -> None:
        super().__init__("footer")
        self._desk = desk
        use_server_time()
        self.classes("kaw-footer")
        with self:
            Notice(desk)
            AfterCallBar(desk)
            with ui.element("div").classes("kaw-bottombar"):
                ui.label(f"© KAW {YEAR}").classes("kaw-wide-only")
                with ui.element("div").classes("kaw-clip kaw-signed-in"):
                    TextElement("span", _("You are signed in as")).classes("kaw-wide-only")
                    self._name = TextElement("b", full_name)
                self._telephony()
                ui.element("div").classes("kaw-grow")
                self._counters()
                buttons.quiet(_("Sign out"), on_sign_out, icon=icons.SIGN_OUT).classes("small kaw-sign-out")
        desk.watch(self._show)
        desk.watch_waiting(lambda: self._show_count("waiting"))
        desk.on_choice(PartnerChoice(desk).open_for)
        self._show()

    def set_name(self, full_name: str) -> None:
        """The user was renamed."""
        self._name.set_text(full_name)

    def _telephony(self) -> None:
        with ui.element("div").classes("kaw-line") as self._off:
            ui.icon(icons.PHONE_OFF)
            ui.label(_("telephony is not connected")).classes("kaw-wide-only")
        self._off.props["title"] = self._off.props["aria-label"] = _("telephony is not connected")
        self._off.props["role"] = "status"
        self._phone = ui.label().classes("kaw-state kaw-clip kaw-registration")
        self._phone.props["role"] = "status"
        with ui.element("button").classes("kaw-operator-state") as self._state:
            self._words = TextElement("span", "").classes("kaw-state kaw-clip")
            self._timer = Stopwatch(_("In this state for"))
        self._state.props["type"] = "button"
        self._state.props["title"] = _("Operators")
        OperatorList(self._desk, self._state)
        with ui.element("button").classes("kaw-everybody") as self._everybody:
            TextElement("span", _("Operators")).classes("kaw-clip")
        self._everybody.props["type"] = "button"
        OperatorList(self._desk, self._everybody)
        PauseButtons(self._desk)
        self._history = buttons.quiet(f"# {_('History')}", self._open_history).classes("small")

    def _counters(self) -> None:
        with ui.element("div").classes("kaw-counters") as self._counts:
            self._lists = {
                "accepted": self._counter(_("accepted"), _("Calls accepted today"), DayCalls.ACCEPTED),
                "missed": self._counter(_("missed"), _("Calls missed today"), DayCalls.MISSED),
                "waiting": self._counter(_("in queue"), _("Waiting in your queues"), None),
            }

    def _counter(self, words: str, label: str, kind: DayCalls | None) -> tuple[ui.label, CallList]:
        with ui.element("button").classes("kaw-counter") as button:
            TextElement("span", words)
            number = TextElement("b", "0")
        button.props["type"] = "button"
        button.props["title"] = label
        return number, CallList(self._desk, button, label, kind)

    def _show(self) -> None:
        desk, own = self._desk, self._desk.own
        works = desk.is_on
        self._off.set_visibility(desk.is_known and not works)
        has_phone = works and bool(own.extension)
        self._state.set_visibility(has_phone)
        self._everybody.set_visibility(works and not has_phone)  # he has no state of his own to open the list by
        self._counts.set_visibility(works)
        self._history.set_visibility(works and HISTORY in TABS)
        self._phone.set_visibility(works)
        words, look, why = self._registration()
        redraw_state(self._phone, words, look)
        if self._phone.props.get("title") != why:
            self._phone.props["title"] = why
        redraw_state(self._words, state_words(own.state, own.pause_type), state_look(own.state))
        self._timer.run_since(own.since)
        for name in self._lists:
            self._show_count(name)
        missed, _calls = self._lists["missed"]
        missed.classes("kaw-bad" if own.missed else "", remove="" if own.missed else "kaw-bad")

    def _show_count(self, name: str) -> None:
        number, calls = self._lists[name]
        text = str(getattr(self._desk.own, name))
        if number.text != text:
            number.set_text(text)
            calls.changed()

    def _registration(self) -> tuple[str, str, str]:
        """Words, look and explanation of how this user can be reached."""
        desk = self._desk
        if desk.is_lost:
            if desk.link.state is LinkState.CONNECTING:
                return _("Connecting to the PBX…"), "ringing", ""
            return _("No connection to the PBX"), "danger", _("Calls go on at the phones. Trying again by itself.")
        if not desk.own.extension:
            why = _("An administrator can give you an internal number.")
            return _("no internal number"), "", why
        if desk.phone is not None:
            words, why = registration_words(desk.phone.state)
            return words, LOOKS[desk.phone.registration], why
        words = _("Extension {number}").format(number=desk.own.extension)
        return words, desk_phone_look(desk.own.state), _("Calls ring at your own phone.")

    def _open_history(self) -> None:
        self._desk.open_tab(HISTORY)

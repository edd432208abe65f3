"""A program with one page: a softphone, a button for each of its commands, and all it says in words.

``/?login=101&password=…&line=ws://…`` is the page of extension 101.
"""

import hashlib
import sys

from nicegui import ui

from kaw.components import theme
from kaw.components.softphone import PhoneEvent, Softphone, settings_dialog, words

DOMAIN = "kaw.test"


def ha1_of(login: str, password: str) -> str:
    return hashlib.md5(f"{login}:{DOMAIN}:{password}".encode(), usedforsecurity=False).hexdigest()


class PhonePage:
    """What the telephony block does, without its looks."""

    def __init__(self, login: str, password: str, line: str) -> None:
        self.state = ui.label().props("aria-label=state")
        self.reason = ui.label().props("aria-label=reason")
        self.microphone = ui.label().props("aria-label=microphone")
        self.role = ui.label().props("aria-label=role")
        self.calls = ui.column().props("aria-label=calls")
        self.said = ui.column().props("aria-label=events")
        self.number = ui.input("number")
        self.phone = Softphone(on_event=self.heard)
        self._buttons()
        self.phone.configure(
            ws_url=line, aor=f"sip:{login}@{DOMAIN}", login=login, ha1=ha1_of(login, password), realm=DOMAIN
        )

    def _buttons(self) -> None:
        phone, typed = self.phone, self.number
        commands = {
            "call": lambda: phone.call(typed.value, "X-KAW-Origin: test"),
            "answer": phone.answer,
            "reject": phone.reject,
            "hang up": phone.hang_up,
            "hold": lambda: phone.hold(True),
            "unhold": lambda: phone.hold(False),
            "mute": lambda: phone.mute(True),
            "unmute": lambda: phone.mute(False),
            "tones": lambda: phone.dtmf(typed.value),
            "swap": phone.swap,
            "transfer": lambda: phone.transfer(typed.value),
            "consult": lambda: phone.consult(typed.value),
            "complete": phone.complete_consult,
            "cancel": phone.cancel_consult,
            "refresh": phone.refresh_registration,
            "ask": phone.ask_microphone,
            "settings": lambda: settings_dialog.open_for(phone),
        }
        for name, command in commands.items():
            ui.button(name, on_click=command)

    def heard(self, event: PhoneEvent) -> None:
        self.state.text, self.reason.text = words.registration_words(self.phone.state)
        self.microphone.text = self.phone.microphone
        self.role.text = "leads" if self.phone.leads else "follows"
        self.calls.clear()
        with self.calls:
            for call in self.phone.calls:
                marks = [name for name in ("held", "held_there", "muted") if getattr(call, name)]
                way = "from" if call.incoming else "to"
                ui.label(" ".join([way, call.number, call.stage, *marks]))
        with self.said:
            who = event.call.number if event.call else ""
            ui.label(f"{event.kind} {who} {event.reason}".strip())


@ui.page("/")
def phone_page(login: str, password: str, line: str) -> None:
    PhonePage(login, password, line)


@ui.page("/health")
def health() -> None:
    ui.label("here")


theme.install()
port = int(sys.argv[1])
ui.run(host="127.0.0.1", port=port, show=False, reload=False, tailwind=False, reconnect_timeout=45, language="ru")

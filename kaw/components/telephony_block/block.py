"""The panel, its button in the tab bar, and the phone of this browser."""

from dataclasses import asdict
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons, layout
from kaw.components.buttons import icon_button
from kaw.components.chips import redraw_state, state
from kaw.components.operator_words import desk_phone_look
from kaw.components.phone_desk import PhoneDesk
from kaw.components.softphone import Microphone, PhoneEvent, Softphone, settings_dialog, words
from kaw.components.softphone.state import EventKind
from kaw.components.telephony_block.idle import Idle
from kaw.components.telephony_block.talk import Talk
from kaw.components.toasts import toast
from kaw.i18n import _

LOOKS = {"registered": "waiting", "connecting": "ringing", "failed": "danger", "off": ""}


class TelephonyBlock:
    """Built when it is first shown, and anew when the call it shows is another one, or goes on to another stage."""

    def __init__(self, desk: PhoneDesk, tab_bar: ui.element, work: ui.element, *, for_administrator: bool) -> None:
        self._desk, self._for_administrator = desk, for_administrator
        self._view: Idle | Talk | None = None
        self._drawn: Any = None
        self._pad = True
        with tab_bar:
            self.button = icon_button(icons.PHONE, _("Telephony"), self.toggle)
        self.button.props["aria-expanded"] = "false"
        with work, ui.element("section").classes("kaw-phone kaw-hidden") as self.panel:
            self.panel.props["aria-label"] = _("Telephony")
            self._head = ui.element("div").classes("kaw-phone-head")
            self._line = ui.element("div")
            self._content = ui.element("div").classes("kaw-stack")
        desk.watch(self._changed)
        desk.on_call(self.show)

    @property
    def is_shown(self) -> bool:
        """Whether the user sees it."""
        return "kaw-hidden" not in self.panel.classes

    def toggle(self) -> None:
        """Show or hide."""
        self._set_shown(not self.is_shown)

    def show(self) -> None:
        """A call begins."""
        self._set_shown(True)

    def _set_shown(self, shown: bool) -> None:
        self.panel.classes("" if shown else "kaw-hidden", remove="kaw-hidden" if shown else "")
        self.button.props["aria-expanded"] = "true" if shown else "false"
        self.button.classes("pressed" if shown else "", remove="" if shown else "pressed")
        if shown:
            self._changed()

    # -- drawing

    def _changed(self) -> None:
        """Follow the desk; while hidden only the phone itself and the button."""
        self._follow_account()
        rings = self._rings()
        self.button.classes("ringing" if rings else "", remove="" if rings else "ringing")
        if not self.is_shown:
            return
        wanted = self._what_to_draw()
        if wanted == self._drawn:
            if self._desk.phone is None and self._desk.own.extension and not self._desk.is_lost:
                redraw_state(self._reach, self._reach.text, desk_phone_look(self._desk.own.state))
            if isinstance(self._view, Talk):
                self._view.update()
            return
        self._drawn = wanted
        for place in (self._head, self._content):
            place.clear()
        with self._head:
            self._build_head()
        with self._content:
            self._view = self._build_content()

    def _what_to_draw(self) -> Any:
        """What a new drawing depends on: texts that are typed must not go for less."""
        desk = self._desk
        phone, call = desk.phone, desk.own.call
        line = (desk.is_on, desk.is_lost, desk.own.extension, phone and (phone.registration, phone.reason))
        microphone = phone.microphone if phone is not None else None
        if phone is not None and phone.call_now is not None:
            now = phone.call_now
            known = call and (call.call_id, call.caller)
            return line, microphone, now.id, now.stage, bool(phone.consultation), known
        return line, microphone, call and (call.call_id, call.stage, call.caller)

    def _rings(self) -> bool:
        phone, call = self._desk.phone, self._desk.own.call
        return (phone is not None and phone.incoming is not None) or (
            call is not None and call.stage.value == "ringing"
        )

    def _build_head(self) -> None:
        desk, phone = self._desk, self._desk.phone
        if phone is not None:
            text, why = words.registration_words(phone.state)
            look = LOOKS[phone.registration]
        elif desk.is_lost:
            text, why, look = _("No connection to the PBX"), "", "danger"
        elif desk.own.extension:
            text, why = _("Your phone"), _("Calls ring at your own phone.")
            look = desk_phone_look(desk.own.state)
        else:
            text, why, look = _("Telephony"), "", ""
        number = f" · {desk.own.extension}" if desk.own.extension else ""
        self._reach = state(text + number, look).classes("kaw-grow kaw-clip")
        self._reach.props["title"] = why or text
        if isinstance(self._drawn, tuple) and not self._in_call():
            self._pad_button = icon_button(icons.DIAL_PAD, _("Show the keys"), self._toggle_pad, small=True)
            self._pad_button.props["aria-pressed"] = "true" if self._pad else "false"
        if phone is not None:
            self._menu(phone)
        icon_button(icons.CLOSE, _("Hide"), self.toggle, small=True)

    def _in_call(self) -> bool:
        phone = self._desk.phone
        return self._desk.own.call is not None or (phone is not None and phone.call_now is not None)

    def _menu(self, phone: Softphone) -> None:
        with icon_button(icons.SETTINGS, _("Settings of the phone"), small=True), ui.menu():
            ui.menu_item(_("Refresh registration"), phone.refresh_registration)
            ui.menu_item(_("Extension settings"), lambda: settings_dialog.open_for(phone))

    def _build_content(self) -> Idle | Talk | None:
        desk, phone = self._desk, self._desk.phone
        if not desk.is_on:
            layout.note(_("Telephony is not connected"))
            layout.note(_("Calls and recordings are off. Partners, search and everything else work as usual."))
            if self._for_administrator:
                buttons.plain(_("Settings"), lambda: desk.open_tab("settings"), icon=icons.SETTINGS).classes("small")
            return None
        if not desk.own.extension:
            layout.note(_("You have no internal number. An administrator can give you one."))
            return None
        if phone is not None:
            self._microphone(phone)
        if self._in_call():
            return Talk(desk)
        if desk.is_lost and phone is None:
            layout.note(_("Calls cannot be placed from here until the line is back. Your phone works as usual."))
        return Idle(desk, pad=self._pad)

    def _microphone(self, phone: Softphone) -> None:
        text = words.microphone_words(phone.microphone)
        if text:
            layout.note(text)
        if phone.microphone is Microphone.PROMPT:
            buttons.plain(_("Allow the microphone"), phone.ask_microphone).classes("small")

    def _toggle_pad(self) -> None:
        self._pad = not self._pad
        self._pad_button.props["aria-pressed"] = "true" if self._pad else "false"
        if isinstance(self._view, Idle):
            self._view.show_pad(self._pad)

    # -- the phone of this browser

    def _follow_account(self) -> None:
        """The browser is the phone as long as there is an account for it."""
        desk = self._desk
        if desk.login is None:
            if desk.phone is not None:
                desk.phone.switch_off()
                desk.phone.delete()
                desk.phone = None
            return
        if desk.phone is None:
            with self._line:
                desk.phone = Softphone(on_event=self._heard)
        desk.phone.configure(**asdict(desk.login))

    def _heard(self, event: PhoneEvent) -> None:
        if event.kind is EventKind.INCOMING:
            self.show()
        if event.kind in (EventKind.ENDED, EventKind.TRANSFER_FAILED) and event.reason and self._desk.phone is not None:
            with self.panel.client:
                toast(words.ending_words(event.reason), "info")
        self._desk.phone_changed(event)

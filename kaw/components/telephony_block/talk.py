"""The block during a call: who it is, for how long, and what can be done with it (R12.2, R12.2b, R12.8)."""

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import buttons, icons, inputs, layout
from kaw.components.buttons import Handler
from kaw.components.call_panel.notice import last_contact
from kaw.components.errors import shown
from kaw.components.inputs import TextElement
from kaw.components.operator_words import state_look, state_words
from kaw.components.phone_desk import PhoneDesk
from kaw.components.softphone import CallStage, PhoneCall
from kaw.components.stopwatch import Stopwatch
from kaw.components.telephony_block.dial_pad import dial_pad
from kaw.components.telephony_block.transfer import Transfer
from kaw.i18n import _
from kaw.models import OperatorState
from kaw.services import call_notes, calling
from kaw.services.call_partners import Caller

STAGES = {
    CallStage.RINGING: OperatorState.RINGING,
    CallStage.DIALLING: OperatorState.DIALLING,
    CallStage.PROGRESS: OperatorState.DIALLING,
    CallStage.TALKING: OperatorState.TALKING,
}
NOTE_REST = 0.8  # seconds after the last key until a note is written


class Talk:
    """Built for one call in one stage; ``update`` draws what changes within it."""

    def __init__(self, desk: PhoneDesk) -> None:
        self._desk = desk
        self._call_id = desk.own.call.call_id if desk.own.call is not None else None
        self._head()
        self._tools: ui.element | None = None
        if self.stage is OperatorState.RINGING:
            self._answering()
        else:
            self._controls()
        if self._call_id is not None and self.stage is OperatorState.TALKING:
            self._note_field()
        self.update()

    @property
    def stage(self) -> OperatorState:
        """By the softphone where it is the phone, else by the PBX."""
        phone_call = self._phone_call
        if phone_call is not None:
            return STAGES[phone_call.stage]
        return self._desk.own.call.stage if self._desk.own.call is not None else OperatorState.OFFLINE

    @property
    def _phone_call(self) -> PhoneCall | None:
        return self._desk.phone.call_now if self._desk.phone is not None else None

    def update(self) -> None:
        """Mute, hold, consultation."""
        call = self._phone_call
        if call is None or self.stage is OperatorState.RINGING:
            return
        for button, on, words, icon in (
            (self._mute, call.muted, (_("Microphone"), _("Unmute")), (icons.MICROPHONE, icons.MICROPHONE_OFF)),
            (self._hold, call.held, (_("Hold"), _("Take back")), (icons.HOLD, icons.UNHOLD)),
        ):
            button.classes("pressed" if on else "", remove="" if on else "pressed")
            button.props["aria-pressed"] = "true" if on else "false"
            button.text, button.icon = words[on], icon[on]

    def _head(self) -> None:
        desk, call = self._desk, self._desk.own.call
        stage = self.stage
        words = _("Incoming call") if stage is OperatorState.RINGING else state_words(stage)
        ui.label(words).classes(f"kaw-state {state_look(stage)}").props["role"] = "status"
        caller = call.caller if call is not None else self._by_sip()
        if not caller.hidden_from_him:
            TextElement("h2", caller.number or _("Number hidden")).classes("kaw-phone-number")
        if caller.title:
            self._title(caller)
        elif caller.choices:
            layout.note(_("Several partners have this number."))
            if self.stage is OperatorState.TALKING:
                buttons.plain(_("Who is it?"), lambda: self._desk.choose(caller), icon=icons.PARTNER).classes("small")
        note = last_contact(caller)
        if note:
            layout.note(note)
        if call is not None and call.queue and stage is OperatorState.RINGING:
            layout.note(_("queue {name}").format(name=call.queue))
        if desk.key_in and stage is not OperatorState.RINGING:
            self._extension()
        if call is not None and stage is OperatorState.TALKING:
            Stopwatch(_("Talk"), hours=False).classes("kaw-talk-time").run_since(call.since)

    def _by_sip(self) -> Caller:
        """What the softphone alone knows, when there is no line to the PBX's manager."""
        call = self._phone_call
        login = self._desk.login
        if call is None or login is None or not login.show_numbers:
            return Caller(0, True, "", hidden_from_him=True)
        return Caller(0, call.incoming, call.number, title=call.name if call.name != call.number else "")

    def _title(self, caller: Caller) -> None:
        title = TextElement("button" if caller.partner_id else "span", caller.title).classes("kaw-phone-title")
        if caller.partner_id is not None:
            title.props["type"] = "button"
            title.props["title"] = _("Open the card")
            title.on("click", lambda: self._desk.open_tab("partner", str(caller.partner_id)), [])

    def _extension(self) -> None:
        with ui.element("div").classes("kaw-line"):
            ui.label(_("extension {number}").format(number=self._desk.key_in)).classes("kaw-note kaw-grow")
            if self._phone_call is not None:
                buttons.plain(_("Key in"), self._key_in).classes("small")

    def _key_in(self) -> None:
        if self._desk.phone is not None:
            self._desk.phone.dtmf(self._desk.key_in)
            self._desk.key_in = ""

    def _answering(self) -> None:
        phone = self._desk.phone
        if phone is None or phone.incoming is None:
            layout.note(_("Answer on your phone."))
            buttons.danger(_("Reject"), self._hang_up, icon=icons.HANG_UP).classes("kaw-wide")
            return
        buttons.primary(_("Answer"), phone.answer, icon=icons.PHONE).classes("kaw-wide kaw-tall")
        buttons.danger(_("Reject"), phone.reject, icon=icons.HANG_UP).classes("kaw-wide kaw-tall")

    def _controls(self) -> None:
        phone, talks = self._desk.phone, self.stage is OperatorState.TALKING
        by_softphone = self._phone_call is not None
        if by_softphone and phone is not None and phone.consultation is not None:
            self._consulting()
        with ui.element("div").classes("kaw-phone-controls"):
            self._mute = self._tool(_("Microphone"), icons.MICROPHONE, self._toggle_mute, by_softphone)
            self._hold = self._tool(_("Hold"), icons.HOLD, self._toggle_hold, by_softphone and talks)
            self._tool(_("Transfer"), icons.TRANSFER, lambda: self._open_tools("transfer"), talks)
            self._tool(_("Keys"), icons.DIAL_PAD, lambda: self._open_tools("pad"), by_softphone and talks)
        if not by_softphone:
            layout.note(_("Answering, holding and muting: on your phone."))
        self._tools = ui.element("div").classes("kaw-stack")
        buttons.danger(_("End the call"), self._hang_up, icon=icons.HANG_UP).classes("kaw-wide")

    def _tool(self, words: str, icon: str, act: Handler, enabled: bool) -> ui.button:
        button = buttons.plain(words, act, icon=icon)
        button.set_enabled(enabled)
        return button

    def _consulting(self) -> None:
        phone = self._desk.phone
        if phone is not None:
            with ui.element("div").classes("kaw-line"):
                buttons.primary(_("Connect them"), phone.complete_consult).classes("small kaw-grow")
                buttons.plain(_("Back to the first"), phone.cancel_consult).classes("small kaw-grow")

    def _open_tools(self, which: str) -> None:
        """One of the two below the buttons, or none."""
        if self._tools is None:
            return
        was = self._tools.props.get("data-shows")
        self._tools.clear()
        self._tools.props["data-shows"] = "" if was == which else which
        if was == which:
            return
        with self._tools:
            if which == "transfer":
                Transfer(self._desk, lambda: self._open_tools(which))
            elif self._desk.phone is not None:
                dial_pad(self._desk.phone.dtmf)

    def _toggle_mute(self) -> None:
        call, phone = self._phone_call, self._desk.phone
        if call is not None and phone is not None:
            phone.mute(not call.muted)

    def _toggle_hold(self) -> None:
        call, phone = self._phone_call, self._desk.phone
        if call is not None and phone is not None:
            phone.hold(not call.held)

    async def _hang_up(self) -> None:
        if self._phone_call is not None and self._desk.phone is not None:
            self._desk.phone.hang_up()
        else:
            await calling.hang_up(self._desk.actor)

    def _note_field(self) -> None:
        call = self._desk.own.call
        note = inputs.text_area(call.note if call is not None else "", hint=_("Note on the call…"), limit=4000)
        note.props["aria-label"] = _("Note on the call")
        note.props["debounce"] = int(NOTE_REST * 1000)
        note.on_value_change(lambda event: self._save_note(str(event.value or "")))

    def _save_note(self, text: str) -> None:
        async def save() -> None:
            with self._desk.client, shown():
                await db.in_thread(call_notes.save, self._desk.actor, self._call_id, text)

        background_tasks.create_lazy(save(), name=f"note {self._desk.actor.page_id} {self._call_id}")

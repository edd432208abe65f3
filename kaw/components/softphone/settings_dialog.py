"""«Extension settings»: the headset of this browser (R12.2)."""

from collections.abc import Mapping

from nicegui.element import Element

from kaw.components import buttons, dialogs, layout
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.softphone import words
from kaw.components.softphone.element import Softphone
from kaw.components.softphone.state import DeviceList, Microphone, PhoneDevices
from kaw.errors import Unavailable
from kaw.i18n import N_, _


class MicrophoneTest(Element, component="microphone_test.js"):
    """A meter of the microphone as it is set in the dialog; listens as long as it is there."""

    def __init__(self, chosen: PhoneDevices) -> None:
        super().__init__()
        self._props["label"] = _("Say something: the bar shows how loud you are")
        self.use(chosen)

    def use(self, chosen: PhoneDevices) -> None:
        """Listen with these settings."""
        self._props["chosen"] = chosen.for_browser()


async def open_for(phone: Softphone) -> None:
    """Show the dialog; nothing changes until «Save»."""
    with shown():
        try:
            there = await phone.read_devices()
        except TimeoutError as error:
            raise Unavailable(N_("The browser does not list its devices. Please reload the page.")) from error
        _Dialog(phone, there).open()


class _Dialog(dialogs.Dialog):
    def __init__(self, phone: Softphone, there: DeviceList) -> None:
        super().__init__(_("Extension settings"))
        self._phone, self._there = phone, there
        with self.body:
            if phone.microphone is not Microphone.READY:
                layout.note(words.microphone_words(phone.microphone))
            self._form = Form()
            with self._form:
                self._rows(there)
            self._meter = MicrophoneTest(there.chosen) if phone.microphone is Microphone.READY else None
            self._form.on_change(self._try)
            layout.note(_("Kept in this browser on this computer."))
        with self.actions:
            buttons.quiet(_("Test the ring"), self._ring)
            layout.space()
            buttons.plain(_("Cancel"), self.close)
            buttons.primary(_("Save"), self._save)

    def _rows(self, there: DeviceList) -> None:
        chosen = there.chosen
        choices = {
            "speaker": (_("Speaker"), there.speakers, chosen.speaker),
            "ring": (_("Ring device"), there.speakers, chosen.ring),
            "microphone": (_("Microphone"), there.microphones, chosen.microphone),
        }
        for name, (label, devices, value) in choices.items():
            options = _options(devices)
            note = _("Where an incoming call rings") if name == "ring" else ""
            self._form.select(name, label, options, value if value in options else "", note=note)
        switches = {
            "automatic_gain": (_("Automatic gain"), chosen.automatic_gain),
            "echo_cancellation": (_("Echo cancellation"), chosen.echo_cancellation),
            "noise_suppression": (_("Noise suppression"), chosen.noise_suppression),
        }
        for name, (label, on) in switches.items():
            self._form.switch(name, label, on)

    @property
    def _chosen(self) -> PhoneDevices:
        return PhoneDevices(**self._form.values())

    def _try(self) -> None:
        if self._meter is not None:
            self._meter.use(self._chosen)

    def _ring(self) -> None:
        self._phone.test_ring(self._chosen.ring)

    def _save(self) -> None:
        self._phone.set_devices(self._chosen)
        self.close()


def _options(devices: Mapping[str, str]) -> dict[str, str]:
    """By id; a browser gives no names before its user allowed the microphone."""
    named = {id_: label or _("Device {n}").format(n=n) for n, (id_, label) in enumerate(devices.items(), 1)}
    return {"": _("As set in the system"), **named}

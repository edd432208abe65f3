"""The element of the softphone; the package's docstring is its manual."""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.components.softphone import words
from kaw.components.softphone.state import (
    DeviceList,
    EventKind,
    Microphone,
    PhoneCall,
    PhoneDevices,
    PhoneEvent,
    PhoneState,
    Registration,
)

log = logging.getLogger(__name__)

Handler = Callable[[PhoneEvent], Any]
DEVICES_WITHIN = 5.0  # seconds a browser has to list its devices


class Softphone(
    Element,
    component="softphone.js",
    esm={"kaw-softphone": "browser", "kaw-jssip": "dist"},
    default_classes="kaw-softphone",
):
    """The phone of this browser."""

    def __init__(self, on_event: Handler | None = None) -> None:
        super().__init__()
        self.state = PhoneState()
        self._on_event = on_event
        self._props["labels"] = words.browser_words()
        self.on("phone", self._heard)

    @property
    def registration(self) -> Registration:
        """The line to the PBX."""
        return self.state.registration

    @property
    def reason(self) -> str:
        """Why it is not registered: a key of ``words.registration_words``."""
        return self.state.reason

    @property
    def microphone(self) -> Microphone:
        """Whether the user can be heard."""
        return self.state.microphone

    @property
    def leads(self) -> bool:
        """This tab holds the line."""
        return self.state.leads

    @property
    def is_registered(self) -> bool:
        """Calls can be made and taken."""
        return self.registration is Registration.REGISTERED

    @property
    def calls(self) -> tuple[PhoneCall, ...]:
        """All calls, oldest first."""
        return self.state.calls

    @property
    def call_now(self) -> PhoneCall | None:
        """The call the buttons are about."""
        heard = next((call for call in self.calls if call.is_heard), None)
        return heard or self.incoming or (self.calls[-1] if self.calls else None)

    @property
    def incoming(self) -> PhoneCall | None:
        """The call that rings here."""
        return next((call for call in self.calls if call.stage == "ringing"), None)

    @property
    def consultation(self) -> PhoneCall | None:
        """The second call of an attended transfer."""
        return next((call for call in self.calls if call.consulting), None)

    def configure(
        self,
        *,
        ws_url: str,
        aor: str,
        login: str,
        ha1: str,
        realm: str,
        ice_servers: Sequence[Mapping[str, Any]] = (),
        show_numbers: bool = True,
    ) -> None:
        """Register with this account, which is never in the page's HTML; the same again only renews its ICE servers.

        Another account during a call is taken when the call is over. ``show_numbers``: the browser's own notices name
        the caller; False for a user who may not see phones.
        """
        account = {"wsUrl": ws_url, "aor": aor, "login": login, "ha1": ha1, "realm": realm}
        servers = [dict(server) for server in ice_servers]
        self.run_method("configure", {**account, "iceServers": servers, "showNumbers": show_numbers})

    def switch_off(self) -> None:
        """Unregister and forget the account, in every tab of this browser."""
        self.run_method("switchOff")

    def call(self, number: str, origin_header: str | None = None) -> None:
        """Call out."""
        self._do("call", number, origin_header or "")

    def answer(self, call_id: str = "") -> None:
        """Take a call; another one that is talked on goes on hold."""
        self._do("answer", call_id)

    def reject(self, call_id: str = "") -> None:
        """Say busy to a ringing call."""
        self._do("reject", call_id)

    def hang_up(self, call_id: str = "") -> None:
        """End a call, or stop dialling."""
        self._do("hangUp", call_id)

    def hold(self, on: bool, call_id: str = "") -> None:
        """Let the other side wait, or take it back."""
        self._do("hold", on, call_id)

    def mute(self, on: bool, call_id: str = "") -> None:
        """Switch the own microphone off or on."""
        self._do("mute", on, call_id)

    def dtmf(self, tones: str, call_id: str = "") -> None:
        """Send 0–9, A–D, * and # as telephone events."""
        self._do("dtmf", tones, call_id)

    def swap(self) -> None:
        """Hold the one call and take the other."""
        self._do("swap")

    def transfer(self, number: str, call_id: str = "") -> None:
        """Send the other side to this number without asking there."""
        self._do("transfer", number, call_id)

    def consult(self, number: str) -> None:
        """Hold the call and ask at this number first."""
        self._do("consult", number)

    def complete_consult(self) -> None:
        """Connect the held side with the one that was asked."""
        self._do("completeConsult")

    def cancel_consult(self) -> None:
        """Back to the first call."""
        self._do("cancelConsult")

    def refresh_registration(self) -> None:
        """Register anew, over a new connection when there is none."""
        self._do("refreshRegistration")

    def ask_microphone(self) -> None:
        """Let the browser ask its user in this tab."""
        self._do("askMicrophone")

    def set_devices(self, devices: PhoneDevices) -> None:
        """Keep these in this browser and use them at once."""
        self._do("setDevices", devices.for_browser())

    def test_ring(self, device: str = "") -> None:
        """Ring for two seconds on this device."""
        self._do("testRing", device)

    async def read_devices(self) -> DeviceList:
        """What is plugged in and what is chosen. TimeoutError: the browser does not answer."""
        return DeviceList.read(await self.run_method("readDevices", timeout=DEVICES_WITHIN))

    def _do(self, name: str, *arguments: Any) -> None:
        self.run_method("command", name, *arguments)

    async def _heard(self, event: GenericEventArguments) -> None:
        try:
            self.state = PhoneState.read(event.args["state"])
            happened = _event(event.args)
        except (KeyError, TypeError, ValueError):
            log.warning("a softphone sent what makes no sense")
            return
        if self._on_event is not None:
            result = self._on_event(happened)
            if hasattr(result, "__await__"):
                await result


def _event(data: Mapping[str, Any]) -> PhoneEvent:
    return PhoneEvent(
        kind=EventKind(data["kind"]),
        call=PhoneCall.read(data["call"]) if data.get("call") else None,
        reason=str(data.get("reason") or "")[:60],
        by_us=data.get("byUs") is True,
        loss=float(data.get("loss") or 0),
        jitter=float(data.get("jitter") or 0),
        rtt=float(data.get("rtt") or 0),
        devices=DeviceList.read(data["devices"]) if data.get("devices") else None,
    )

"""The softphone: SIP over WebSocket and WebRTC in the user's browser (R12.2).

``Softphone`` is an element without controls of its own: it registers, rings, talks, and draws two level meters with
the quality of the line while there is a talk. The telephony block draws the buttons and calls its methods. Place it
once per page, outside of anything that is rebuilt::

    phone = Softphone(on_event=self._phone_event)     # handler(event: PhoneEvent), may be async
    phone.configure(
        ws_url="wss://pbx.example/ws",
        aor="sip:101@pbx.example",        # who rings; its domain is that of every number called
        login="101",                      # authorisation user, usually the extension
        ha1="…32 hex digits…",            # md5(login:realm:password); the password stays on the server
        realm="asterisk",
        show_numbers=True,                # False: the browser's own notices name nobody
        ice_servers=[{"urls": ["stun:stun.example"]},
                     {"urls": ["turn:turn.example"], "username": "…", "credential": "…"}],
    )
    phone.switch_off()                    # unregister and forget the account

All open tabs of a browser share one phone: one tab leads (it holds the line, the microphone and the sound), the others
show the same state and their commands reach it. When it is closed or crashes, another takes over. A talk lives in the
browser alone: neither a lost connection to KAW nor its restart ends it.

What the phone is doing (kept by the element, the same in each tab, also after this page was reconnected)::

    phone.registration   Registration.OFF | CONNECTING | REGISTERED | FAILED;  phone.reason: a key for ``words``
    phone.microphone     Microphone.UNKNOWN | PROMPT | READY | DENIED | MISSING | BUSY | INSECURE
    phone.leads          this tab holds the line
    phone.calls          tuple[PhoneCall, ...], oldest first
    phone.call_now       the call that is heard, else the one that rings, else the newest; None
    phone.incoming       the call that rings here and may be answered; None
    phone.consultation   the second call of an attended transfer; None
    phone.is_registered  bool

``PhoneCall``: id, incoming, number, name, stage (CallStage.RINGING: rings here | DIALLING | PROGRESS: rings there |
TALKING), held (by us), held_there, muted, consulting (id of the call that waits for this consultation, or ""),
answered_at (seconds since the epoch, 0 before), quality (Quality.UNKNOWN | GOOD | FAIR | POOR).

Commands; ``call_id`` may always be left out and then means the call the button is about (``call_now``, for
answer/reject the ringing one). They return at once, what comes of them is told by events::

    phone.call(number, origin_header=None)   # any notation; origin_header "X-Name: value" goes into the INVITE
    phone.answer(call_id="")    phone.reject(call_id="")     phone.hang_up(call_id="")
    phone.hold(on, call_id="")  phone.mute(on, call_id="")   phone.dtmf("12#", call_id="")
    phone.swap()                             # with two calls: hold one, take the other
    phone.transfer(number, call_id="")       # blind
    phone.consult(number)                    # hold, and call a colleague
    phone.complete_consult()                 # connect the two and leave (before he answered: becomes a blind transfer)
    phone.cancel_consult()                   # hang up on the colleague, back to the first
    phone.refresh_registration()
    phone.ask_microphone()                   # the browser asks; call it from a click
    phone.set_devices(PhoneDevices(...))     # kept in this browser
    await phone.read_devices()  -> DeviceList (what is plugged in, and what is chosen)
    phone.test_ring()                        # ring for two seconds on the chosen device

Events (``PhoneEvent``: kind, call: PhoneCall | None, and details below). Every one comes after the state above has been
brought up to date; ``CHANGED`` comes for every change besides, so that drawing anew on CHANGED alone is enough::

    EventKind                  details
    REGISTERED
    UNREGISTERED               reason: a key of ``words.registration_words``
    INCOMING                   call
    PROGRESS                   call: dialling, or it rings there
    ANSWERED                   call
    HELD                       call: held, held_there say which
    ENDED                      call; reason: a key of ``words.ending_words`` ("" = a normal end), by_us: bool
    TRANSFERRED                call: the other side has been connected
    TRANSFER_FAILED            call; reason. The call is still there
    QUALITY                    call; loss (per cent), jitter, rtt (milliseconds). When its word changes, and at the end
    DEVICES                    something was plugged in or out: devices (DeviceList)
    LEADER                     this tab became, or ceased to be, the leader
    MICROPHONE                 ``phone.microphone`` changed
    CHANGED                    any of the above changed the state

``settings_dialog.open_for(phone)`` is «Extension settings». ``words`` has a text for each state and failure, in
the user's language.
"""

from kaw.components.softphone.element import Softphone
from kaw.components.softphone.state import (
    CallStage,
    DeviceList,
    EventKind,
    Microphone,
    PhoneCall,
    PhoneDevices,
    PhoneEvent,
    Quality,
    Registration,
)

__all__ = [
    "CallStage",
    "DeviceList",
    "EventKind",
    "Microphone",
    "PhoneCall",
    "PhoneDevices",
    "PhoneEvent",
    "Quality",
    "Registration",
    "Softphone",
]

"""What the softphone says: a text for each of its states and failures."""

from kaw.components.softphone.state import Microphone, PhoneState, Quality, Registration
from kaw.i18n import N_, _

_REGISTRATIONS = {
    Registration.OFF: N_("Softphone is off"),
    Registration.CONNECTING: N_("Connecting to the PBX…"),
    Registration.REGISTERED: N_("Registered"),
    Registration.FAILED: N_("Not registered"),
}
_REASONS = {
    "rejected": N_("The PBX refuses the login or the password of this extension. An administrator can correct them."),
    "realm": N_("The PBX calls its realm otherwise than the settings of KAW. An administrator can correct them."),
    "unreachable": N_("The PBX cannot be reached. Trying again by itself."),
    "timeout": N_("The PBX does not answer. Trying again by itself."),
    "insecure": N_("The softphone needs an https address: without it the browser gives no microphone."),
    "unsupported": N_("This browser cannot make calls. Please use a current Chrome, Edge, Firefox or Yandex Browser."),
    "not_built": N_("A part of the softphone is missing. An administrator has to install KAW again."),
    "settings": N_("The address of the PBX for softphones is wrong. An administrator can correct it in the settings."),
    "failed": N_("The PBX did not register this extension."),
}
_MICROPHONES = {
    Microphone.PROMPT: N_(
        "To talk, KAW needs the microphone. The browser will ask once: choose “Allow”. Nothing is heard before a call."
    ),
    Microphone.DENIED: N_(
        "The browser was told not to give the microphone. Click the lock beside the address, allow the microphone and "
        "reload the page."
    ),
    Microphone.MISSING: N_("No microphone found. Plug in a headset: it will be taken at once."),
    Microphone.BUSY: N_(
        "The microphone is used by another program or does not work. Close that program and try again."
    ),
    Microphone.INSECURE: N_("The microphone works only over https. Ask an administrator for the right address."),
}
_ENDINGS = {
    "busy": N_("The line is busy."),
    "rejected": N_("The call was declined."),
    "no_answer": N_("Nobody answered."),
    "elsewhere": N_("Answered by a colleague."),
    "unavailable": N_("The subscriber is not available."),
    "not_found": N_("There is no such number."),
    "forbidden": N_("The PBX does not allow this call."),
    "media": N_("The two sides have no common sound format."),
    "no_sound": N_("The sound connection broke off."),
    "unreachable": N_("The PBX cannot be reached."),
    "not_registered": N_("The softphone is not registered."),
    "too_many": N_("There are two calls already."),
    "microphone": N_("The call needs a microphone."),
    "bad_number": N_("This is not a number that can be called."),
    "failed": N_("The call failed."),
}
_QUALITIES = {
    Quality.GOOD: N_("good line"),
    Quality.FAIR: N_("fair line"),
    Quality.POOR: N_("poor line"),
}


def registration_words(state: PhoneState) -> tuple[str, str]:
    """A few words for the state («Зарегистрирован»), and what to do about it ("" when all is well)."""
    reason = _REASONS.get(state.reason)
    return _(_REGISTRATIONS[state.registration]), _(reason) if reason else ""


def microphone_words(microphone: Microphone) -> str:
    """What the user has to know or do; "" when all is well."""
    text = _MICROPHONES.get(microphone)
    return _(text) if text else ""


def ending_words(reason: str) -> str:
    """Why a call ended or a transfer failed; "" for a normal end."""
    return _(_ENDINGS.get(reason, _ENDINGS["failed"])) if reason else ""


def quality_words(quality: Quality) -> str:
    """How well the other side is heard."""
    text = _QUALITIES.get(quality)
    return _(text) if text else ""


def browser_words() -> dict[str, str]:
    """The few texts the browser shows by itself."""
    return {
        "incoming": _("Incoming call"),
        "you": _("You"),
        "other": _("The other side"),
        "good": quality_words(Quality.GOOD),
        "fair": quality_words(Quality.FAIR),
        "poor": quality_words(Quality.POOR),
        "numbers": _("Loss {loss} %, jitter {jitter} ms, delay {rtt} ms"),
        "away": _("No connection to KAW. The call goes on."),
        "answer": _("Answer"),
        "reject": _("Reject"),
        "hangUp": _("Hang up"),
        "mute": _("Mute"),
        "unmute": _("Unmute"),
    }

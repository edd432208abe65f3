"""Why Asterisk did not do something, in words for the person who asked."""

from collections.abc import Callable, Mapping

from kaw.i18n import N_
from kaw.telephony.port import PbxRefused

Action = Mapping[str, str]
Values = Callable[[Action], dict[str, str]]

_TEXTS: tuple[tuple[str, str], ...] = (
    ("permission denied", N_("The PBX account of KAW has no right to do this ({action}).")),
    ("invalid/unknown command", N_("This PBX does not know the action {action}.")),
    ("no such queue", N_("The PBX has no queue {queue}.")),
    ("already there", N_("{interface} is in the queue {queue} already.")),
    ("not there", N_("{interface} is not in the queue {queue}.")),
    ("not dynamic", N_("{interface} belongs to the queue {queue} by the PBX's configuration and cannot leave it.")),
    ("interface not found", N_("{interface} is in no queue of the PBX.")),
    ("no such channel", N_("This call has ended already.")),
    ("channel does not exist", N_("This call has ended already.")),
    ("transfer not permitted", N_("This call cannot be transferred.")),
    ("transfer invalid", N_("There is nobody on this call to transfer.")),
    ("transfer failed", N_("The PBX could not transfer the call to {number}.")),
    ("extension does not exist", N_("The PBX does not know how to dial {number} (context {context}).")),
)


def refused(action: Action, message: str) -> PbxRefused:
    """The refusal of an action by what the PBX answered."""
    told = message.strip().lower()
    values = {
        "action": action.get("Action", ""),
        "queue": action.get("Queue", ""),
        "interface": action.get("Interface", action.get("Channel", "")),
        "number": action.get("Exten", ""),
        "context": action.get("Context", ""),
    }
    for part, text in _TEXTS:
        if part in told:
            return PbxRefused(text, **values)
    return PbxRefused(N_("The PBX refused: {message}"), message=message[:200] or action.get("Action", ""))


def unreachable(interface: str) -> PbxRefused:
    """A phone that could not be rung at all."""
    return PbxRefused(N_("The phone {interface} cannot be reached: it is not registered."), interface=interface)

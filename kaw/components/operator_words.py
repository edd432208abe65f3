"""What operators' states are called, and how they look."""

from kaw.i18n import N_, _
from kaw.models import OperatorState
from kaw.services.pauses import LOST, MISSED

_STATES = {
    OperatorState.TALKING: N_("Talk"),
    OperatorState.DIALLING: N_("Dialling"),
    OperatorState.RINGING: N_("Call comes in"),
    OperatorState.AFTER_CALL: N_("After-call work"),
    OperatorState.PAUSED: N_("Pause"),
    OperatorState.WAITING: N_("Waiting"),
    OperatorState.OFFLINE: N_("Offline"),
}
_LOOKS = {
    OperatorState.TALKING: "talking",
    OperatorState.DIALLING: "talking",
    OperatorState.RINGING: "ringing",
    OperatorState.AFTER_CALL: "wrapup",
    OperatorState.PAUSED: "paused",
    OperatorState.WAITING: "waiting",
    OperatorState.OFFLINE: "",
}
_BY_ITSELF = {LOST: N_("no connection"), MISSED: N_("no answer")}


def state_words(state: OperatorState, pause_type: str | None = None) -> str:
    """«Ожидание», «Пауза: Перерыв»; a pause called «Пауза» is not said twice."""
    words = _(_STATES[state])
    kind = pause_words(pause_type) if state is OperatorState.PAUSED and pause_type else ""
    return f"{words}: {kind}" if kind and kind.casefold() != words.casefold() else words


def pause_words(pause_type: str) -> str:
    """A pause type as an administrator called it, or KAW's own."""
    return _(_BY_ITSELF[pause_type]) if pause_type in _BY_ITSELF else pause_type


def state_look(state: OperatorState) -> str:
    """The class of its dot: ``chips.state``."""
    return _LOOKS[state]


def desk_phone_look(state: OperatorState) -> str:
    """The same of a phone that KAW sees through its operator alone."""
    return "" if state is OperatorState.OFFLINE else "waiting"

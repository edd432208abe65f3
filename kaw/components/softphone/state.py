"""What the phone of a browser is doing, as the browser told it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

TEXT_LIMIT = 200  # characters of a name or a number; SIP sets none


class Registration(StrEnum):
    """The line to the PBX."""

    OFF = "off"
    CONNECTING = "connecting"
    REGISTERED = "registered"
    FAILED = "failed"


class Microphone(StrEnum):
    """Whether the browser lets us hear the user."""

    UNKNOWN = "unknown"
    PROMPT = "prompt"
    READY = "ready"
    DENIED = "denied"
    MISSING = "missing"
    BUSY = "busy"
    INSECURE = "insecure"


class CallStage(StrEnum):
    """How far a call is."""

    RINGING = "ringing"
    DIALLING = "dialling"
    PROGRESS = "progress"
    TALKING = "talking"


class Quality(StrEnum):
    """How well the other side is heard."""

    UNKNOWN = ""
    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"


class EventKind(StrEnum):
    """What happened; see the package's docstring."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    INCOMING = "incoming"
    PROGRESS = "progress"
    ANSWERED = "answered"
    HELD = "held"
    ENDED = "ended"
    TRANSFERRED = "transferred"
    TRANSFER_FAILED = "transfer_failed"
    QUALITY = "quality"
    DEVICES = "devices"
    LEADER = "leader"
    MICROPHONE = "microphone"
    CHANGED = "changed"


@dataclass(frozen=True)
class PhoneCall:
    """One call of this browser's phone."""

    id: str
    incoming: bool
    number: str
    name: str = ""
    stage: CallStage = CallStage.DIALLING
    held: bool = False
    held_there: bool = False
    muted: bool = False
    consulting: str = ""
    answered_at: float = 0
    quality: Quality = Quality.UNKNOWN

    @property
    def is_talk(self) -> bool:
        """Answered."""
        return self.stage is CallStage.TALKING

    @property
    def is_heard(self) -> bool:
        """The user talks on it now."""
        return self.is_talk and not self.held

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "PhoneCall":
        """From what the browser sent; ValueError, TypeError or KeyError: it is not a call."""
        return cls(
            id=_text(data["id"]),
            incoming=data.get("incoming") is True,
            number=_text(data["number"]),
            name=_text(data.get("name")),
            stage=CallStage(data["stage"]),
            held=data.get("held") is True,
            held_there=data.get("heldThere") is True,
            muted=data.get("muted") is True,
            consulting=_text(data.get("consulting")),
            answered_at=float(data.get("answeredAt") or 0),
            quality=Quality(data.get("quality") or ""),
        )


@dataclass(frozen=True)
class PhoneDevices:
    """What is chosen in this browser; "" is the system's own choice."""

    speaker: str = ""
    ring: str = ""
    microphone: str = ""
    automatic_gain: bool = True
    echo_cancellation: bool = True
    noise_suppression: bool = True

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "PhoneDevices":
        """From what the browser sent."""
        return cls(
            speaker=_text(data.get("speaker")),
            ring=_text(data.get("ring")),
            microphone=_text(data.get("microphone")),
            automatic_gain=data.get("automaticGain") is not False,
            echo_cancellation=data.get("echoCancellation") is not False,
            noise_suppression=data.get("noiseSuppression") is not False,
        )

    def for_browser(self) -> dict[str, Any]:
        """The same in the browser's words."""
        return {
            "speaker": self.speaker,
            "ring": self.ring,
            "microphone": self.microphone,
            "automaticGain": self.automatic_gain,
            "echoCancellation": self.echo_cancellation,
            "noiseSuppression": self.noise_suppression,
        }


@dataclass(frozen=True)
class DeviceList:
    """What is plugged in, by id with its name, and what is chosen. Names are empty without the user's permission."""

    microphones: Mapping[str, str] = field(default_factory=dict)
    speakers: Mapping[str, str] = field(default_factory=dict)
    chosen: PhoneDevices = field(default_factory=PhoneDevices)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "DeviceList":
        """From what the browser sent."""
        return cls(
            microphones={_text(each["id"]): _text(each["label"]) for each in data.get("microphones", ())},
            speakers={_text(each["id"]): _text(each["label"]) for each in data.get("speakers", ())},
            chosen=PhoneDevices.read(data.get("chosen") or {}),
        )


@dataclass(frozen=True)
class PhoneEvent:
    """One event of the phone; the package's docstring says which kind fills what."""

    kind: EventKind
    call: PhoneCall | None = None
    reason: str = ""
    by_us: bool = False
    loss: float = 0
    jitter: float = 0
    rtt: float = 0
    devices: DeviceList | None = None


@dataclass(frozen=True)
class PhoneState:
    """All of it at one moment."""

    registration: Registration = Registration.OFF
    reason: str = ""
    microphone: Microphone = Microphone.UNKNOWN
    leads: bool = False
    calls: tuple[PhoneCall, ...] = ()

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> "PhoneState":
        """From what the browser sent; ValueError, TypeError or KeyError: it makes no sense."""
        return cls(
            registration=Registration(data["registration"]),
            reason=_text(data.get("reason")),
            microphone=Microphone(data["microphone"]),
            leads=data.get("leads") is True,
            calls=tuple(PhoneCall.read(each) for each in data.get("calls", ())),
        )


def _text(value: Any) -> str:
    return str(value or "")[:TEXT_LIMIT]

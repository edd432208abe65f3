"""What KAW wants of a PBX. ``asterisk.py`` does it with a real one; tests and the demonstration use the simulator.

Every command raises ``PbxUnavailable`` when there is no line (nothing is kept for later: a call placed minutes late
rings a partner nobody wants to talk to) and ``PbxRefused`` when the PBX says no.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from kaw.errors import N_, KawError, Unavailable
from kaw.telephony.events import PbxEvent


class PbxUnavailable(Unavailable):
    """There is no line to the PBX now."""

    default_text = N_("Telephony is not connected.")


class PbxRefused(KawError):
    """The PBX answered and did not do it."""

    default_text = N_("The PBX refused.")


class LinkState(StrEnum):
    """How the line to the PBX is."""

    OFF = "off"  # not configured
    CONNECTING = "connecting"
    READY = "ready"
    WRONG_PASSWORD = "wrong_password"  # noqa: S105 - the name of a state
    LOST = "lost"


@dataclass(frozen=True)
class Link:
    """The line as it is; ``detail`` is the exact failure for an administrator (may be ""), of a ready one the PBX's
    version."""

    state: LinkState
    since: float = 0.0  # Unix seconds
    detail: str = ""


@dataclass(frozen=True)
class LiveChannel:
    """A channel that exists now."""

    call: str
    channel: str
    name: str
    number: str
    connected_number: str
    exten: str
    up: bool
    bridge: str
    application: str
    seconds: int  # since it was created


@dataclass(frozen=True)
class QueueEntry:
    """A caller who waits now; ``waited`` in seconds."""

    queue: str
    channel: str
    number: str
    waited: int


@dataclass(frozen=True)
class QueueMember:
    """A member of a queue now."""

    queue: str
    interface: str
    name: str
    paused: bool
    reason: str
    reachable: bool
    dynamic: bool


@dataclass(frozen=True)
class Snapshot:
    """The present of a PBX; ``started_at`` Unix seconds of its start, None if it does not tell."""

    at: float
    started_at: float | None
    channels: Sequence[LiveChannel] = ()
    queues: Sequence[str] = ()
    members: Sequence[QueueMember] = ()
    entries: Sequence[QueueEntry] = ()
    registered: Sequence[str] = ()  # endpoints with a reachable contact: 1010


class Outcome(StrEnum):
    """What one line of «Проверить» found."""

    OK = "ok"
    MISSING = "missing"
    UNKNOWN = "unknown"  # could not be found out (yet)


@dataclass(frozen=True)
class Check:
    """One line of «Проверить»: a message id with values; if something is missing it says what to change where."""

    text: str
    outcome: Outcome
    values: dict[str, str] = field(default_factory=dict)
    about: str = ""  # message id of the setting it is about; "": the connection

    @property
    def is_ok(self) -> bool:
        """Whether it was found as it should be."""
        return self.outcome is Outcome.OK


def ok(text: str, **values: object) -> Check:
    """It is as it should be."""
    return Check(text, Outcome.OK, _words(values))


def missing(text: str, **values: object) -> Check:
    """Something has to be changed."""
    return Check(text, Outcome.MISSING, _words(values))


def unknown(text: str, **values: object) -> Check:
    """It could not be found out."""
    return Check(text, Outcome.UNKNOWN, _words(values))


def _words(values: dict[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


Events = Callable[[Sequence[PbxEvent]], Awaitable[None]]  # in the order of arrival; awaited before the next batch


class Commands(Protocol):
    """What a PBX can be asked to do. All times in seconds."""

    async def originate(
        self, *, interface: str, number: str, context: str, origin: str, caller_id: str, ring_s: float = 30
    ) -> None:
        """Ring the operator's own phone, then dial ``number``; ``origin`` is the id of the first channel."""

    async def hang_up(self, name: str, *, call: str = "", channel: str = "") -> None:
        """End a channel by its name. With its ids (Linkedid, Uniqueid) the records tell that its operator did it."""

    async def transfer(self, name: str, *, number: str, context: str) -> None:
        """Give away whoever talks with this (the operator's) channel, without announcement."""

    async def pause(self, interface: str, *, paused: bool, reason: str = "", queue: str = "") -> None:
        """Take a member out of the distribution of calls, or back; ``queue`` "": in all his queues."""

    async def join(self, queue: str, interface: str, *, name: str, paused: bool = False) -> None:
        """Make a member of a queue."""

    async def leave(self, queue: str, interface: str) -> None:
        """End a dynamic membership."""

    async def listen_in(self, interface: str, target: str, *, mode: str) -> None:
        """Ring ``interface`` and let it hear ``target`` (an endpoint): mode "listen", "whisper" or "join"."""

    async def check(self) -> Sequence[Check]:
        """What of the PBX's configuration KAW needs and whether it is there."""


class Pbx(Commands, Protocol):
    """One PBX and the line to it."""

    @property
    def link(self) -> Link:
        """The line now."""

    async def start(self) -> None:
        """Connect and stay connected; returns at once."""

    async def stop(self) -> None:
        """Hang up the line and forget it."""

    async def snapshot(self) -> Snapshot:
        """The present state."""

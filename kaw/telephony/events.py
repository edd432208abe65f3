"""What a PBX tells, in neutral words: facts with ids and times, which mean the same in whatever order they come.

Times are Unix seconds (UTC) by the PBX's clock. ``call`` is the Linkedid, ``channel`` a Uniqueid; both are unique for
ever. ``name`` is the PBX's name of a channel (PJSIP/1010-0000001c), good for commands and only while it lives.
"""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """Who told: of the same thing the first in this order is believed."""

    LIVE = "live"
    LOG = "log"  # queue log: whole seconds, no holds
    CDR = "cdr"  # whole seconds, ringing counts as billed
    KAW = "kaw"  # concluded by KAW itself, or a button pressed in it


@dataclass(frozen=True, slots=True)
class PbxEvent:
    """Base of all; ``source`` says who told."""

    at: float
    source: Source


@dataclass(frozen=True, slots=True)
class CallEvent(PbxEvent):
    """About one channel of one call."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True)
class ChannelOpened(CallEvent):
    """A channel came to be. ``number`` is its caller's, ``exten`` what it dialled ("" or "s": nothing)."""

    name: str
    number: str
    exten: str
    answered: bool = False  # already up: seen in a list of channels, not from its beginning


@dataclass(frozen=True, slots=True)
class ChannelUp(CallEvent):
    """The phone at this channel picked up (or the PBX answered an incoming one)."""


@dataclass(frozen=True, slots=True)
class ChannelClosed(CallEvent):
    """The channel is gone; ``cause`` as in Q.850."""

    cause: int


@dataclass(frozen=True, slots=True)
class HangupAsked(CallEvent):
    """Somebody wants this channel ended. ``by_phone``: the phone at it; else the PBX or a command (cause 4: stop)."""

    by_phone: bool
    cause: int


@dataclass(frozen=True, slots=True)
class DialBegan(CallEvent):
    """``dest`` begins to ring for ``channel`` ("" when the PBX itself calls, as for a click-to-call)."""

    dest: str
    number: str


@dataclass(frozen=True, slots=True)
class DialEnded(CallEvent):
    """What came of it: ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION, CHANUNAVAIL …"""

    dest: str
    status: str


@dataclass(frozen=True, slots=True)
class BridgeEntered(CallEvent):
    """The channel hears whoever else is in the bridge."""

    bridge: str


@dataclass(frozen=True, slots=True)
class BridgeLeft(CallEvent):
    """And no longer."""

    bridge: str


@dataclass(frozen=True, slots=True)
class Held(CallEvent):
    """The phone at this channel put the other side on hold, or took it back."""

    on: bool


@dataclass(frozen=True, slots=True)
class Transferred(CallEvent):
    """``channel`` (the operator's) gave ``other`` (the transferee) away."""

    other: str
    attended: bool
    target: str


@dataclass(frozen=True, slots=True)
class RecordingNamed(CallEvent):
    """The call is recorded into this file."""

    path: str


@dataclass(frozen=True, slots=True)
class QueueJoined(CallEvent):
    """The channel entered a queue."""

    queue: str
    number: str


@dataclass(frozen=True, slots=True)
class MemberCalled(CallEvent):
    """The queue tries a member; ``dest`` is his channel."""

    queue: str
    interface: str
    dest: str


@dataclass(frozen=True, slots=True)
class MemberSilent(CallEvent):
    """He did not answer that try, or rejected it. ``rang`` in seconds; ``dest`` "" when the source does not know."""

    queue: str
    interface: str
    dest: str
    rang: float


@dataclass(frozen=True, slots=True)
class MemberConnected(CallEvent):
    """A member answered; ``waited`` since the join and ``rang`` at his phone in seconds, as the source tells."""

    queue: str
    interface: str
    dest: str
    waited: float
    rang: float


@dataclass(frozen=True, slots=True)
class MemberCompleted(CallEvent):
    """The member's part is over. ``reason``: caller, agent, transfer; pbx, which stopped."""

    queue: str
    interface: str
    talked: float
    reason: str


@dataclass(frozen=True, slots=True)
class QueueLeft(CallEvent):
    """The channel left a queue. ``outcome`` is "" when the source does not say why, else a VisitOutcome value."""

    queue: str
    outcome: str


@dataclass(frozen=True, slots=True)
class QueueAbandoned(CallEvent):
    """The PBX says "abandoned"; it says so at timeout and empty queue, too."""

    queue: str


@dataclass(frozen=True, slots=True)
class QueueStatusSet(CallEvent):
    """Why the dialplan got the call back: TIMEOUT, JOINEMPTY, LEAVEEMPTY, …"""

    status: str


@dataclass(frozen=True, slots=True)
class CdrRow(CallEvent):
    """One row of the CDR; ``at`` is its begin, the others Unix seconds or None."""

    name: str  # channel
    other: str  # destination channel, "" if none
    number: str  # src
    dialled: str  # dst
    answered_at: float | None
    ended_at: float
    disposition: str  # ANSWERED, NO ANSWER, BUSY, FAILED, CONGESTION
    application: str
    data: str  # of the application: for Hangup the cause
    sequence: int  # of the rows, in the order of their begins


@dataclass(frozen=True, slots=True)
class ChannelMoved(CallEvent):
    """The channel is a part of the call ``to`` from now on, as after an attended transfer."""

    to: str


@dataclass(frozen=True, slots=True)
class ChannelGone(CallEvent):
    """The channel does not exist any more and nobody told when it ended. ``restarted``: the PBX stopped under it;
    ``alive``: until when it lived at least."""

    restarted: bool
    alive: float


@dataclass(frozen=True, slots=True)
class OriginateAsked(CallEvent):
    """KAW placed this call: ``interface`` rings first, then ``number`` is dialled."""

    interface: str
    number: str


@dataclass(frozen=True, slots=True)
class OriginateFailed(CallEvent):
    """The operator's phone could not be rung at all."""

    reason: str


@dataclass(frozen=True, slots=True)
class OperatorEvent(PbxEvent):
    """About a queue member, by his interface."""

    interface: str


@dataclass(frozen=True, slots=True)
class MemberState(OperatorEvent):
    """He is a member of this queue (``present`` False: no longer), paused or not, reachable or not."""

    queue: str
    present: bool = True
    paused: bool = False
    reason: str = ""
    reachable: bool | None = None  # None: the source does not say
    paused_known: bool = True  # False: the source tells membership only
    name: str = ""  # as the queue log calls him


@dataclass(frozen=True, slots=True)
class Registered(OperatorEvent):
    """His phone registered, or its registration ended. ``interface`` as PJSIP/1010."""

    on: bool


@dataclass(frozen=True, slots=True)
class PbxStarted(PbxEvent):
    """The PBX started at ``at``: nothing from before lives on."""


@dataclass(frozen=True, slots=True)
class PbxStopped(PbxEvent):
    """The PBX said that it stops."""


KINDS: dict[str, type[PbxEvent]] = {
    kind.__name__: kind
    for kind in (
        ChannelOpened, ChannelUp, ChannelClosed, HangupAsked, DialBegan, DialEnded, BridgeEntered, BridgeLeft, Held,
        Transferred, RecordingNamed, QueueJoined, MemberCalled, MemberSilent, MemberConnected, MemberCompleted,
        QueueLeft, QueueAbandoned, QueueStatusSet, CdrRow, ChannelMoved, ChannelGone, OriginateAsked, OriginateFailed,
        MemberState, Registered, PbxStarted, PbxStopped,
    )
}  # fmt: skip
_NAMES: dict[type[PbxEvent], tuple[str, ...]] = {
    kind: tuple(part.name for part in fields(kind)) for kind in KINDS.values()
}


def pack(event: PbxEvent) -> list[Any]:
    """As a list for JSON: kind, then its values."""
    kind = type(event)
    return [kind.__name__, *(getattr(event, name) for name in _NAMES[kind])]


def unpack(packed: list[Any]) -> PbxEvent:
    """What ``pack`` made."""
    kind = KINDS[packed[0]]
    at, source, *rest = packed[1:]
    return kind(at, Source(source), *rest)

"""Asterisk's manager events in neutral words.

Every rule about which event tells what is here; what the events mean together is decided where records are made.
Source: events recorded from Asterisk 22 (tests/fixtures/ami) and docs.asterisk.org, "AMI Events". Needs
``timestampevents = yes``; without it the moment of arrival has to do.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from kaw.telephony import events as e
from kaw.telephony.names import digits, is_local, seconds
from kaw.telephony.names import endpoint as endpoint_of
from kaw.telephony.names import text as _text

Message = Mapping[str, Any]
Events = tuple[e.PbxEvent, ...]

LIVE = e.Source.LIVE
UNREACHABLE = {"4", "5"}  # device states "invalid" and "unavailable"
RECORDING = "MIXMONITOR_FILENAME"
_NOT_JOINED = {"JOINEMPTY", "JOINUNAVAIL", "FULL", "UNKNOWN"}


def translate(message: Message, arrived: float) -> Events:
    """What one message tells, as facts; most tell nothing. ``arrived``: Unix seconds, used without a Timestamp."""
    rule = RULES.get(message.get("Event", ""))
    if rule is None:
        return ()
    stamp = message.get("Timestamp")
    try:
        at = float(stamp) if stamp else arrived
    except (TypeError, ValueError):
        at = arrived
    # of a channel that is gone already some events have no id any more: they are nobody's
    return tuple(event for event in rule(message, at) if not isinstance(event, e.CallEvent) or event.call)


def _whole(message: Message, key: str) -> int:
    try:
        return int(_text(message, key))
    except ValueError:
        return 0


def _seconds(message: Message, key: str, per_second: int = 1) -> float:
    return seconds(_text(message, key), per_second)


def _of(message: Message) -> tuple[str, str]:
    """Call and channel of an event; the call is unknown to very old versions: then the channel is its own."""
    channel = _text(message, "Uniqueid")
    return _text(message, "Linkedid") or channel, channel


def _of_caller(message: Message) -> tuple[str, str]:
    """The same of what a queue tells of a member: a caller who has just gone is not in it any more. A call is named by
    its first channel, and callers are first channels as a rule."""
    call, channel = _of(message)
    known = _text(message, "DestLinkedid")
    return call or known, channel or known


def _opened(m: Message, at: float) -> Events:
    call, channel = _of(m)
    number = digits(_text(m, "CallerIDNum"))
    found: list[e.PbxEvent] = [e.ChannelOpened(at, LIVE, call, channel, _text(m, "Channel"), number, _text(m, "Exten"))]
    return (*found, *_recording_of(m, at))


def _recording_of(m: Message, at: float) -> Events:
    """With ``channelvars`` every event of a channel carries the file's name."""
    held = m.get("ChanVariable", ())
    for text in held if isinstance(held, list) else (held,):
        name, _equals, path = text.partition("=") if text else ("", "", "")
        if name == RECORDING and path:
            return (e.RecordingNamed(at, LIVE, *_of(m), path),)
    return ()


def _state(m: Message, at: float) -> Events:
    up = (e.ChannelUp(at, LIVE, *_of(m)),) if _text(m, "ChannelState") == "6" else ()
    return (*up, *_recording_of(m, at))


def _closed(m: Message, at: float) -> Events:
    return (e.ChannelClosed(at, LIVE, *_of(m), _whole(m, "Cause")), *_recording_of(m, at))


def _asked(by_phone: bool) -> Callable[[Message, float], Events]:
    def rule(m: Message, at: float) -> Events:
        # a Local channel's half is told to hang up by the other half: no phone is behind it
        phone = by_phone and not is_local(_text(m, "Channel"))
        return (e.HangupAsked(at, LIVE, *_of(m), phone, _whole(m, "Cause")),)

    return rule


def _dial_began(m: Message, at: float) -> Events:
    dest = _text(m, "DestUniqueid")
    call = _text(m, "Linkedid") or _text(m, "DestLinkedid") or dest
    opened = e.ChannelOpened(at, LIVE, call, dest, _text(m, "DestChannel"), "", "")
    dialled = e.DialBegan(at, LIVE, call, _text(m, "Uniqueid"), dest, _dialled_number(m))
    return (opened, dialled)


def _dialled_number(m: Message) -> str:
    """The number behind a dial string: 79161112233@trunk, trunk/79161112233, trunk/sip:79161112233@host."""
    known = digits(_text(m, "DestCallerIDNum"))
    if known and known != endpoint_of(_text(m, "DestChannel")):
        return known
    groups: list[str] = re.findall(r"\d{3,}", _text(m, "DialString").partition("@")[0])
    return max(groups, key=len, default=known)


def _dial_ended(m: Message, at: float) -> Events:
    dest = _text(m, "DestUniqueid")
    call = _text(m, "Linkedid") or _text(m, "DestLinkedid") or dest
    return (e.DialEnded(at, LIVE, call, _text(m, "Uniqueid"), dest, _text(m, "DialStatus")),)


def _bridge(kind: type[e.BridgeEntered] | type[e.BridgeLeft]) -> Callable[[Message, float], Events]:
    def rule(m: Message, at: float) -> Events:
        return (kind(at, LIVE, *_of(m), _text(m, "BridgeUniqueid")), *_recording_of(m, at))

    return rule


def _held(on: bool) -> Callable[[Message, float], Events]:
    return lambda m, at: (e.Held(at, LIVE, *_of(m), on),)


def _blind(m: Message, at: float) -> Events:
    if _text(m, "Result") != "Success":
        return ()
    call, channel = _text(m, "TransfererLinkedid"), _text(m, "TransfererUniqueid")
    other = _text(m, "TransfereeUniqueid")
    return (e.Transferred(at, LIVE, call, channel, other, False, _text(m, "Extension")),)


def _attended(m: Message, at: float) -> Events:
    if _text(m, "Result") != "Success":
        return ()
    call, channel = _text(m, "OrigTransfererLinkedid"), _text(m, "OrigTransfererUniqueid")
    return (e.Transferred(at, LIVE, call, channel, _text(m, "TransfereeUniqueid"), True, ""),)


def _variable(m: Message, at: float) -> Events:
    name, value = _text(m, "Variable"), _text(m, "Value")
    if name == RECORDING and value:
        return (e.RecordingNamed(at, LIVE, *_of(m), value),)
    if name == "QUEUESTATUS" and value and value not in _NOT_JOINED:
        return (e.QueueStatusSet(at, LIVE, *_of(m), value),)
    return ()


def _joined(m: Message, at: float) -> Events:
    return (e.QueueJoined(at, LIVE, *_of(m), _text(m, "Queue"), digits(_text(m, "CallerIDNum"))),)


def _left(m: Message, at: float) -> Events:
    return (e.QueueLeft(at, LIVE, *_of(m), _text(m, "Queue"), ""),)


def _abandoned(m: Message, at: float) -> Events:
    return (e.QueueAbandoned(at, LIVE, *_of(m), _text(m, "Queue")),)


def _member_known(m: Message, at: float) -> e.MemberState:
    """Whoever a queue calls is its member; nothing is said about pauses."""
    name = _text(m, "MemberName")
    return e.MemberState(at, LIVE, _text(m, "Interface"), _text(m, "Queue"), paused_known=False, name=name)


def _called(m: Message, at: float) -> Events:
    queue, interface, dest = _text(m, "Queue"), _text(m, "Interface"), _text(m, "DestUniqueid")
    call, channel = _of_caller(m)
    opened = e.ChannelOpened(at, LIVE, call, dest, _text(m, "DestChannel"), "", "")
    return (opened, e.MemberCalled(at, LIVE, call, channel, queue, interface, dest), _member_known(m, at))


def _silent(m: Message, at: float) -> Events:
    queue, interface, dest = _text(m, "Queue"), _text(m, "Interface"), _text(m, "DestUniqueid")
    rang = _seconds(m, "RingTime", 1000)
    return (e.MemberSilent(at, LIVE, *_of_caller(m), queue, interface, dest, rang),)


def _connected(m: Message, at: float) -> Events:
    queue, interface, dest = _text(m, "Queue"), _text(m, "Interface"), _text(m, "DestUniqueid")
    waited, rang = _seconds(m, "HoldTime"), _seconds(m, "RingTime")
    return (e.MemberConnected(at, LIVE, *_of_caller(m), queue, interface, dest, waited, rang), _member_known(m, at))


def _completed(m: Message, at: float) -> Events:
    queue, interface = _text(m, "Queue"), _text(m, "Interface")
    talked, reason = _seconds(m, "TalkTime"), _text(m, "Reason")
    completed = e.MemberCompleted(at, LIVE, *_of_caller(m), queue, interface, talked, reason)
    # who did not hear the connect can still tell when it was
    dest, waited = _text(m, "DestUniqueid"), _seconds(m, "HoldTime")
    connected = e.MemberConnected(at - talked, e.Source.KAW, *_of_caller(m), queue, interface, dest, waited, 0.0)
    return (completed, connected)


def _member(*, present: bool = True) -> Callable[[Message, float], Events]:
    def rule(m: Message, at: float) -> Events:
        return (member_state(m, at, present=present),)

    return rule


def member_state(m: Message, at: float, *, present: bool = True) -> e.MemberState:
    """What an event, or a line of QueueStatus (other names of the same), tells of a member."""
    return e.MemberState(
        at,
        LIVE,
        _text(m, "Interface") or _text(m, "Location"),
        _text(m, "Queue"),
        present=present,
        paused=_text(m, "Paused") == "1",
        reason=_text(m, "PausedReason"),
        reachable=_text(m, "Status") not in UNREACHABLE,
        name=_text(m, "MemberName") or _text(m, "Name"),
    )


def _peer(m: Message, at: float) -> Events:
    status = _text(m, "PeerStatus")
    if status not in ("Reachable", "Registered", "Unreachable", "Unregistered"):
        return ()
    return (e.Registered(at, LIVE, _text(m, "Peer"), status in ("Reachable", "Registered")),)


def _stopped(_message: Message, at: float) -> Events:
    return (e.PbxStopped(at, LIVE),)


RULES: dict[str, Callable[[Message, float], Events]] = {
    "Newchannel": _opened,
    "Newstate": _state,
    "Hangup": _closed,
    "HangupRequest": _asked(by_phone=True),
    "SoftHangupRequest": _asked(by_phone=False),
    "DialBegin": _dial_began,
    "DialEnd": _dial_ended,
    "BridgeEnter": _bridge(e.BridgeEntered),
    "BridgeLeave": _bridge(e.BridgeLeft),
    "Hold": _held(True),
    "Unhold": _held(False),
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "VarSet": _variable,
    "QueueCallerJoin": _joined,
    "QueueCallerLeave": _left,
    "QueueCallerAbandon": _abandoned,
    "AgentCalled": _called,
    "AgentRingNoAnswer": _silent,
    "AgentConnect": _connected,
    "AgentComplete": _completed,
    "QueueMemberStatus": _member(),
    "QueueMemberPause": _member(),
    "QueueMemberAdded": _member(),
    "QueueMemberRemoved": _member(present=False),
    "PeerStatus": _peer,
    "Shutdown": _stopped,
}

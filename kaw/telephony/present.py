"""The present of an Asterisk, asked for when a line begins.

An account with few rights is enough: what one action refuses is asked another way. Only queues and channels have to
be told; who is registered may stay unknown.
"""

import contextlib
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from panoramisk.message import Message

from kaw.telephony.ami_line import Line
from kaw.telephony.names import digits, elapsed, endpoint, text
from kaw.telephony.port import LiveChannel, PbxRefused, QueueEntry, QueueMember, Snapshot
from kaw.telephony.translate import UNREACHABLE

QUARTER = 900  # seconds; every time zone is a whole number of them from UTC
GONE = {"Unreachable", "Removed", "Unavailable"}
ABSENT = {"UNAVAILABLE", "INVALID", "UNKNOWN"}


async def read(line: Line) -> Snapshot:
    """The PBX as it is; PbxUnavailable when the line goes, PbxRefused when the account may not even see calls."""
    at = await clock(line)
    queues = await line.ask({"Action": "QueueStatus"}, listed=True)
    return Snapshot(
        at=at,
        started_at=await _started(line, at),
        channels=await _channels(line),
        queues=[text(m, "Queue") for m in queues if m.event == "QueueParams"],
        members=[_member(m) for m in queues if m.event == "QueueMember"],
        entries=[_entry(m) for m in queues if m.event == "QueueEntry"],
        registered=await _registered(line),
    )


async def clock(line: Line) -> float:
    """Unix seconds by the PBX's clock; by this machine's when it does not tell."""
    answer = (await line.ask({"Action": "Ping"}))[0]
    try:
        return float(answer.get("Timestamp", ""))
    except ValueError:
        return time.time()


async def _started(line: Line, at: float) -> float | None:
    """When the PBX started. It tells how long ago at the login, and the exact local time without its zone."""
    if line.uptime_s is None:
        return None
    about = at - line.uptime_s
    with contextlib.suppress(PbxRefused, ValueError):
        status = (await line.ask({"Action": "CoreStatus"}))[0]
        text = f"{status.get('CoreStartupDate', '')} {status.get('CoreStartupTime', '')}"
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC).timestamp()
        return local + round((about - local) / QUARTER) * QUARTER
    return about


async def _channels(line: Line) -> Sequence[LiveChannel]:
    try:
        told = await line.ask({"Action": "CoreShowChannels"}, listed=True)
    except PbxRefused:
        told = await line.ask({"Action": "Status"}, listed=True)
    return [_channel(m) for m in told if m.event in ("CoreShowChannel", "Status")]


def _channel(m: Message) -> LiveChannel:
    return LiveChannel(
        call=text(m, "Linkedid") or text(m, "Uniqueid"),
        channel=text(m, "Uniqueid"),
        name=text(m, "Channel"),
        number=digits(text(m, "CallerIDNum")),
        connected_number=digits(text(m, "ConnectedLineNum")),
        exten=text(m, "Exten"),
        up=m.channelstate == "6",
        bridge=text(m, "BridgeId"),  # both spellings: names of headers are compared without case
        application=text(m, "Application"),
        seconds=elapsed(text(m, "Duration") or text(m, "Seconds")),
    )


def _member(m: Message) -> QueueMember:
    return QueueMember(
        queue=text(m, "Queue"),
        interface=text(m, "Location") or text(m, "Interface"),
        name=text(m, "Name") or text(m, "MemberName"),
        paused=m.paused == "1",
        reason=text(m, "PausedReason"),
        reachable=m.status not in UNREACHABLE,
        dynamic=m.membership == "dynamic",
    )


def _entry(m: Message) -> QueueEntry:
    number, waited = digits(text(m, "CallerIDNum")), elapsed(text(m, "Wait"))
    return QueueEntry(queue=text(m, "Queue"), channel=text(m, "Uniqueid"), number=number, waited=waited)


async def _registered(line: Line) -> Sequence[str]:
    """Contacts need the right "system"; the states of devices do not."""
    with contextlib.suppress(PbxRefused):
        told = await line.ask({"Action": "PJSIPShowContacts"}, listed=True)
        return [m.endpoint for m in told if m.event == "ContactList" and m.status not in GONE]
    with contextlib.suppress(PbxRefused):
        told = await line.ask({"Action": "DeviceStateList"}, listed=True)
        devices = [m for m in told if m.event == "DeviceStateChange" and m.state not in ABSENT]
        return [endpoint(m.device) for m in devices if m.device.partition("/")[0] in ("PJSIP", "SIP", "IAX2")]
    return ()

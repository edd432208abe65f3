"""What KAW asks Asterisk to do, as actions of its manager interface that nothing can be smuggled into.

``wire`` is the one gate every action passes: a line break in any value would begin another action. The functions
below it know which further characters mean something to Asterisk at each place (``&`` rings several phones, ``|`` and
``,`` part arguments and the fields of its queue log). Calls go to a context and an extension of the dialplan, never
to an application. Source: docs.asterisk.org, "AMI Actions".

Listening in uses the dialplan, so that KAW's account may place calls and nothing more::

    [kaw-listen]
    exten => _1X.,1,ChanSpy(PJSIP/${EXTEN:1}-,qE)     ; listen
    exten => _2X.,1,ChanSpy(PJSIP/${EXTEN:1}-,qEw)    ; whisper to the operator
    exten => _3X.,1,ChanSpy(PJSIP/${EXTEN:1}-,qEB)    ; join both
"""

import re
import uuid
from collections.abc import Mapping

from kaw.errors import InvalidValue
from kaw.i18n import N_

Action = dict[str, str]

LISTENING_MODES = {"listen": "1", "whisper": "2", "join": "3"}
LISTENING_ID = "kaw-listen"  # begins the id of a supervisor's own channel
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029\ud800-\udfff]")
_PRETTY = re.compile(r"[\s().\-\u00a0\u2010-\u2015]")
_NUMBER = re.compile(r"\+?[0-9*#]{1,40}")
_CHANNEL = re.compile(r"[A-Za-z][A-Za-z0-9]*/[\w.@:+/\-]{1,120}(?:;[12])?", re.ASCII)
_CONTEXT = re.compile(r"[\w.\-]{1,79}", re.ASCII)
_QUEUE = re.compile(r"[\w .@\-]{1,120}")
_ID = re.compile(r"[\w.\-]{1,100}", re.ASCII)


def wire(action: Mapping[str, str]) -> Action:
    """The action as it may be sent. Raises InvalidValue when a name or a value holds a line break or the like."""
    for name, value in action.items():
        if _CONTROL.search(value) or _CONTROL.search(name) or ":" in name:
            raise InvalidValue(name.lower(), N_("A line break or another control character is not allowed here."))
    return dict(action)


def number(text: str) -> str:
    """A number as a phone would dial it: digits, * and #, a leading +; the ways people write it are taken off."""
    wire({"number": text.strip()})
    dialled = _PRETTY.sub("", text)
    if not _NUMBER.fullmatch(dialled):
        raise InvalidValue("number", N_("This number cannot be dialled."))
    return dialled


def originate(
    *, interface: str, exten: str, context: str, origin: str, caller_id: str, ring_s: float, spoken: bool = True
) -> Action:
    """Ring a phone; when it is picked up it goes to an extension. Its channel gets the id ``origin``."""
    return wire(
        {
            "Action": "Originate",
            "ActionID": _matching(_ID, "origin", origin),
            "Channel": _channel("interface", interface),
            "Context": _context(context),
            "Exten": number(exten) if spoken else exten,
            "Priority": "1",
            "CallerID": _caller_id(caller_id),
            "Timeout": str(max(1, int(ring_s * 1000))),
            "Async": "true",
            "ChannelId": origin,
        }
    )


def listen(*, interface: str, target: str, mode: str, context: str) -> Action:
    """Ring a supervisor's phone and send it to the listening context with the operator's number."""
    if mode not in LISTENING_MODES:
        raise InvalidValue("mode")
    operator = number(target)
    return originate(
        interface=interface,
        exten=LISTENING_MODES[mode] + operator,
        context=context,
        origin=f"{LISTENING_ID}-{uuid.uuid4().hex}",
        caller_id=operator,
        ring_s=30,
    )


def hang_up(name: str) -> Action:
    """End a channel; the action would take a pattern, too, which this refuses."""
    return wire({"Action": "Hangup", "Channel": _channel("channel", name)})


def transfer(name: str, *, to: str, context: str) -> Action:
    """Give away whom this channel talks with."""
    return wire(
        {
            "Action": "BlindTransfer",
            "Channel": _channel("channel", name),
            "Context": _context(context),
            "Exten": number(to),
        }
    )


def pause(interface: str, *, paused: bool, reason: str, queue: str) -> Action:
    """Pause a member or bring him back, in one queue or in all."""
    action = {
        "Action": "QueuePause",
        "Interface": _channel("interface", interface),
        "Paused": "true" if paused else "false",
    }
    if queue:
        action["Queue"] = _queue(queue)
    if paused and reason:
        action["Reason"] = _logged("reason", reason)
    return wire(action)


def join(queue: str, interface: str, *, name: str, paused: bool) -> Action:
    """Make a member of a queue, who is known by the state of his own phone."""
    phone = _channel("interface", interface)
    return wire(
        {
            "Action": "QueueAdd",
            "Queue": _queue(queue),
            "Interface": phone,
            "MemberName": re.sub("[|;]", " ", name)[:80],  # a name is only shown; who it is, the interface tells
            "StateInterface": phone.removesuffix("/n"),
            "Paused": "true" if paused else "false",
        }
    )


def leave(queue: str, interface: str) -> Action:
    """End a membership."""
    return wire({"Action": "QueueRemove", "Queue": _queue(queue), "Interface": _channel("interface", interface)})


def _channel(field: str, name: str) -> str:
    return _matching(_CHANNEL, field, name)


def _context(name: str) -> str:
    return _matching(_CONTEXT, "context", name)


def _queue(name: str) -> str:
    return _matching(_QUEUE, "queue", name)


def _matching(pattern: re.Pattern[str], field: str, text: str) -> str:
    if not pattern.fullmatch(text):
        raise InvalidValue(field, N_("The PBX cannot use this name: {name}"), name=_CONTROL.sub(" ", text)[:60])
    return text


def _logged(field: str, text: str) -> str:
    """A text that ends up between the bars of the queue log and the semicolons of the PBX's own memory."""
    if "|" in text or ";" in text:
        raise InvalidValue(field, N_("The characters | and ; are not allowed here."))
    return text[:80]


def _caller_id(text: str) -> str:
    """``Name <number>`` without whatever could make one look like the other."""
    name, bracket, rest = text.rpartition("<")
    if not bracket:
        return re.sub(r'["<>\\]', "", text)[:80]
    shown = re.sub(r'["<>\\]', "", name).strip()[:80]
    return f'"{shown}" <{"".join(c for c in rest if c in "+0123456789*#")[:40]}>'

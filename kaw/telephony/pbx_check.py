"""«Проверить»: what of Asterisk's configuration KAW needs, and whether it is there.

Rights are known exactly (the PBX lists what the account may do); which events it sends is known from those that came.
"""

import contextlib
import time
from dataclasses import dataclass, field

from panoramisk.message import Message

from kaw.i18n import N_
from kaw.telephony.ami_line import AsteriskOptions, Line
from kaw.telephony.names import endpoint
from kaw.telephony.port import Check, PbxRefused, missing, ok, unknown
from kaw.telephony.present import clock, read

CLOCKS_APART = 3.0  # seconds
NEEDED: tuple[tuple[str, str, str], ...] = (
    (
        "Originate",
        N_("The account may place calls."),
        N_("The account may not place calls: it needs write = originate in manager.conf."),
    ),
    (
        "Hangup",
        N_("The account may end calls."),
        N_("The account may not end calls: it needs write = call in manager.conf."),
    ),
    (
        "BlindTransfer",
        N_("The account may transfer calls."),
        N_("The account may not transfer calls: it needs write = call in manager.conf."),
    ),
    (
        "QueuePause",
        N_("The account may pause operators."),
        N_("The account may not pause operators: it needs write = agent in manager.conf."),
    ),
    (
        "QueueAdd",
        N_("The account may change who is in a queue."),
        N_("The account may not change who is in a queue: it needs write = agent in manager.conf."),
    ),
    (
        "CoreShowChannels",
        N_("The account may see which calls there are."),
        N_("The account may not see which calls there are: it needs write = reporting in manager.conf."),
    ),
)
TOO_MUCH = ("Command", "UpdateConfig", "ModuleLoad", "Reload", "AGI")
EVENTS: tuple[tuple[str, str, str], ...] = (
    (
        "Newchannel",
        N_("Events of calls arrive."),
        N_("No event of a call has come yet: call somebody and check again."),
    ),
    (
        "QueueMemberStatus",
        N_("Events of queues arrive."),
        N_("No event of a queue has come yet: call a queue and check again."),
    ),
    (
        "VarSet",
        N_("Events of the dialplan arrive: KAW learns the names of recordings."),
        N_("No event of the dialplan has come yet: without them KAW does not learn the names of recordings."),
    ),
)


@dataclass
class Seen:
    """What has come over the line so far."""

    events: set[str] = field(default_factory=set)
    stamped: bool = False
    variables: bool = False

    def note(self, message: Message) -> None:
        """Look at one event; called for each, so it does little."""
        self.events.add(message.get("Event", ""))
        if not self.stamped and "Timestamp" in message:
            self.stamped = True
        if not self.variables and "ChanVariable" in message:
            self.variables = True


async def check(line: Line, options: AsteriskOptions, seen: Seen) -> list[Check]:
    """All lines, in the order a person would mend things."""
    told = await version(line)
    found = [ok(N_("Connected to Asterisk {version}."), version=told) if told else ok(N_("Connected."))]
    found += await _rights(line)
    found.append(await _clocks(line))
    found += _events(seen)
    found += await _queues(line)
    found += await _contexts(line, options)
    found += await _trunks(line, options)
    return found


async def version(line: Line) -> str:
    """Of the PBX; "" when the account may not know."""
    with contextlib.suppress(PbxRefused):
        return str((await line.ask({"Action": "CoreSettings"}))[0].get("AsteriskVersion", ""))
    return ""


async def _rights(line: Line) -> list[Check]:
    try:
        answer = (await line.ask({"Action": "ListCommands"}))[0]
    except PbxRefused:
        return [unknown(N_("The PBX does not tell which rights the account has."))]
    allowed = {name.lower() for name in answer}
    found = []
    for action, yes, no in NEEDED:
        there = action.lower() in allowed or (action == "CoreShowChannels" and "status" in allowed)
        found.append(ok(yes) if there else missing(no))
    spare = [action for action in TOO_MUCH if action.lower() in allowed]
    if spare:
        text = N_("The account may do more than KAW needs: {actions}. Take these rights away in manager.conf.")
        found.append(missing(text, actions=", ".join(spare)))
    return found


async def _clocks(line: Line) -> Check:
    apart = abs(await clock(line) - time.time())
    if apart <= CLOCKS_APART:
        return ok(N_("The clocks of the PBX and of KAW agree."))
    text = N_("The clocks of the PBX and of KAW are {seconds} s apart: set both by the same time server (NTP).")
    return missing(text, seconds=f"{apart:.0f}")


def _events(seen: Seen) -> list[Check]:
    found = [ok(yes) if name in seen.events else unknown(no) for name, yes, no in EVENTS]
    if seen.stamped:
        found.append(ok(N_("Events carry the PBX's time (timestampevents).")))
    elif seen.events - {"FullyBooted"}:
        found.append(missing(N_("Events carry no time: set timestampevents = yes in manager.conf.")))
    if seen.variables:
        found.append(ok(N_("Events carry variables of the channel (channelvars).")))
    elif "Newchannel" in seen.events:
        found.append(missing(N_("Events carry no variables: set channelvars = MIXMONITOR_FILENAME in manager.conf.")))
    return found


async def _queues(line: Line) -> list[Check]:
    try:
        snapshot = await read(line)
    except PbxRefused:
        return [
            missing(N_("The account may not see which calls there are: it needs write = reporting in manager.conf."))
        ]
    if not snapshot.queues:
        return [missing(N_("The PBX has no queues, or the account may not see them: look at queues.conf."))]
    members = {member.interface for member in snapshot.members}
    return [ok(N_("Queues: {queues}; members: {count}."), queues=", ".join(snapshot.queues), count=len(members))]


async def _contexts(line: Line, options: AsteriskOptions) -> list[Check]:
    """Whether the contexts of the dialplan exist; the PBX tells only accounts with the right "reporting"."""
    contexts = dict.fromkeys(context for context in (*options.contexts, options.listen_context) if context)
    return [await _context(line, context) for context in contexts]


async def _context(line: Line, context: str) -> Check:
    try:
        await line.ask({"Action": "ShowDialPlan", "Context": context}, listed=True)
    except PbxRefused as refusal:
        if "did not find" in str(refusal).lower():
            text = N_("The dialplan has no context {context}: add it in extensions.conf, or name another here.")
            return missing(text, context=context)
        return unknown(N_("The PBX does not tell whether the dialplan has the context {context}."), context=context)
    return ok(N_("The dialplan has the context {context}."), context=context)


async def _trunks(line: Line, options: AsteriskOptions) -> list[Check]:
    """Whether the PBX knows the lines outside. Endpoints need the right "system"; states of devices do not, and do not
    name every endpoint."""
    if not options.trunks:
        return []
    known, all_told = set(), False
    with contextlib.suppress(PbxRefused):
        told = await line.ask({"Action": "PJSIPShowEndpoints"}, listed=True)
        known |= {m.objectname for m in told if m.event == "EndpointList"}
        all_told = True
    with contextlib.suppress(PbxRefused):
        told = await line.ask({"Action": "DeviceStateList"}, listed=True)
        known |= {endpoint(m.device) for m in told if m.event == "DeviceStateChange"}
    strange = ", ".join(trunk for trunk in options.trunks if trunk not in known)
    if not strange:
        return [ok(N_("The PBX knows the lines outside: {trunks}."), trunks=", ".join(options.trunks))]
    if all_told:
        return [missing(N_("The PBX knows no endpoint {trunks}: correct «Lines outside» here."), trunks=strange)]
    return [unknown(N_("The PBX does not tell whether there are lines outside called {trunks}."), trunks=strange)]

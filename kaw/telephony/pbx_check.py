"""«Проверить»: what of Asterisk's configuration KAW needs, and whether it is there.

Rights are known exactly (the PBX lists what the account may do); which events it sends is known from those that came.
"""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from panoramisk.message import Message

from kaw.i18n import N_
from kaw.telephony.ami_line import AsteriskOptions, Line
from kaw.telephony.port import Check, PbxRefused, Snapshot
from kaw.telephony.present import clock

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


async def check(line: Line, options: AsteriskOptions, seen: Seen, snapshot: Snapshot) -> Sequence[Check]:
    """All lines, in the order a person would mend things."""
    return [
        await _version(line),
        *await _rights(line),
        await _clocks(line),
        *_events(seen),
        *_queues(snapshot),
        *await _contexts(line, options),
    ]


async def _version(line: Line) -> Check:
    try:
        version = (await line.ask({"Action": "CoreSettings"}))[0].get("AsteriskVersion", "")
    except PbxRefused:
        return Check(N_("Connected."), True)
    return Check(N_("Connected to Asterisk {version}."), True, {"version": version})


async def _rights(line: Line) -> list[Check]:
    try:
        answer = (await line.ask({"Action": "ListCommands"}))[0]
    except PbxRefused:
        return [Check(N_("The PBX does not tell which rights the account has."), False)]
    allowed = {name.lower() for name in answer}
    found = []
    for action, yes, no in NEEDED:
        there = action.lower() in allowed or (action == "CoreShowChannels" and "status" in allowed)
        found.append(Check(yes if there else no, there))
    spare = [action for action in TOO_MUCH if action.lower() in allowed]
    if spare:
        text = N_("The account may do more than KAW needs: {actions}. Take these rights away in manager.conf.")
        found.append(Check(text, False, {"actions": ", ".join(spare)}))
    return found


async def _clocks(line: Line) -> Check:
    apart = abs(await clock(line) - time.time())
    if apart <= CLOCKS_APART:
        return Check(N_("The clocks of the PBX and of KAW agree."), True)
    return Check(N_("The clocks of the PBX and of KAW are {seconds} s apart."), False, {"seconds": f"{apart:.0f}"})


def _events(seen: Seen) -> list[Check]:
    found = [Check(yes, True) if name in seen.events else Check(no, False) for name, yes, no in EVENTS]
    if seen.stamped:
        found.append(Check(N_("Events carry the PBX's time (timestampevents)."), True))
    elif seen.events - {"FullyBooted"}:
        found.append(Check(N_("Events carry no time: set timestampevents = yes in manager.conf."), False))
    if seen.variables:
        found.append(Check(N_("Events carry variables of the channel (channelvars)."), True))
    return found


def _queues(snapshot: Snapshot) -> list[Check]:
    if not snapshot.queues:
        return [Check(N_("The PBX has no queues, or the account may not see them."), False)]
    members = {member.interface for member in snapshot.members}
    values = {"queues": ", ".join(snapshot.queues), "count": str(len(members))}
    return [Check(N_("Queues: {queues}; members: {count}."), True, values)]


async def _contexts(line: Line, options: AsteriskOptions) -> list[Check]:
    """Whether the contexts of the dialplan exist; the PBX tells only accounts with the right "reporting"."""
    found = []
    for context in dict.fromkeys((*options.contexts, options.listen_context)):
        if not context:
            continue
        with contextlib.suppress(PbxRefused):
            found.append(await _context(line, context))
    return found


async def _context(line: Line, context: str) -> Check:
    try:
        await line.ask({"Action": "ShowDialPlan", "Context": context}, listed=True)
    except PbxRefused as refusal:
        if "did not find" not in str(refusal).lower():
            raise
        return Check(N_("The dialplan has no context {context}."), False, {"context": context})
    return Check(N_("The dialplan has the context {context}."), True, {"context": context})

"""Manager events as text, field by field as Asterisk 22 writes them (compare tests/fixtures/ami)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

STATES = {0: "Down", 4: "Ring", 5: "Ringing", 6: "Up"}
CAUSES = {
    0: "Unknown",
    1: "Unallocated (unassigned) number",
    16: "Normal Clearing",
    17: "User busy",
    19: "User alerting, no answer",
    20: "Subscriber absent",
    21: "Call Rejected",
    26: "Answered elsewhere",
    34: "Circuit/channel congestion",
}
SIP_CODES = {1: 404, 17: 486, 19: 480, 21: 603, 34: 503}
_PRIVILEGES = {
    "agent": "AgentCalled AgentComplete AgentConnect AgentRingNoAnswer QueueCallerAbandon QueueCallerJoin "
    "QueueCallerLeave QueueMemberAdded QueueMemberPause QueueMemberRemoved QueueMemberStatus",
    "dialplan": "Newexten VarSet",
    "system": "ContactStatus FullyBooted PeerStatus Shutdown",
    "security": "RequestBadFormat RequestNotAllowed SuccessfulAuth",
    "cdr": "Cdr",
    "dtmf": "DTMFEnd",
}
PRIVILEGE = {name: kind for kind, names in _PRIVILEGES.items() for name in names.split()}  # all others: call
NOBODY = "<unknown>"
Part = str | Mapping[str, object]


@dataclass(eq=False)
class Bridge:
    """Where channels hear each other."""

    uniqueid: str
    channels: list["Channel"] = field(default_factory=list)

    def block(self, prefix: str = "") -> str:
        """Its seven lines."""
        return (
            f"{prefix}BridgeUniqueid: {self.uniqueid}\r\n{prefix}BridgeType: basic\r\n"
            f"{prefix}BridgeTechnology: simple_bridge\r\n{prefix}BridgeCreator: <unknown>\r\n"
            f"{prefix}BridgeName: <unknown>\r\n{prefix}BridgeNumChannels: {len(self.channels)}\r\n"
            f"{prefix}BridgeVideoSourceMode: none\r\n"
        )


@dataclass(eq=False)
class Channel:
    """A channel; ``endpoint`` is a phone (1010) or a trunk."""

    name: str
    endpoint: str
    uniqueid: str
    linkedid: str
    born: float
    context: str
    exten: str
    priority: int = 1
    state: int = 0
    number: str = ""
    caller: str = ""
    connected: str = ""
    connected_name: str = ""
    bridge: Bridge | None = None
    application: str = ""
    data: str = ""
    up_since: float | None = None
    cause: int = 0
    held: bool = False
    silent: bool = False  # the other side never tells that it rings
    gone: bool = False
    variables: dict[str, str] = field(default_factory=dict)
    shown: Sequence[str] = ()  # names of ``channelvars``
    before_end: list[Callable[[], None]] = field(default_factory=list)

    def block(self, prefix: str = "") -> str:
        """Its fourteen lines, and those of channelvars."""
        lines = (
            f"{prefix}Channel: {self.name}\r\n{prefix}ChannelState: {self.state}\r\n"
            f"{prefix}ChannelStateDesc: {STATES[self.state]}\r\n"
            f"{prefix}CallerIDNum: {self.number or NOBODY}\r\n{prefix}CallerIDName: {self.caller or NOBODY}\r\n"
            f"{prefix}ConnectedLineNum: {self.connected or NOBODY}\r\n"
            f"{prefix}ConnectedLineName: {self.connected_name or NOBODY}\r\n"
            f"{prefix}Language: en\r\n{prefix}AccountCode: \r\n{prefix}Context: {self.context}\r\n"
            f"{prefix}Exten: {self.exten}\r\n{prefix}Priority: {self.priority}\r\n"
            f"{prefix}Uniqueid: {self.uniqueid}\r\n{prefix}Linkedid: {self.linkedid}\r\n"
        )
        for name in self.shown:
            lines += f"{prefix}ChanVariable: {name}={self.variables.get(name, '')}\r\n"
        return lines


def lines(fields: Mapping[str, object]) -> str:
    """Header lines."""
    return "".join(f"{name}: {value}\r\n" for name, value in fields.items())


def event(name: str, at: float | None, parts: Sequence[Part]) -> str:
    """A whole event; without a time when ``timestampevents`` is off."""
    text = f"Event: {name}\r\nPrivilege: {PRIVILEGE.get(name, 'call')},all\r\n"
    if at is not None:
        text += f"Timestamp: {at:.6f}\r\n"
    for part in parts:
        text += part if isinstance(part, str) else lines(part)
    return text + "\r\n"

"""What Asterisk answers to actions of its manager interface, by the rights of the account that asks."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kaw.telephony.simulator.dialing import Asked
from kaw.telephony.simulator.pbx import DEVICE_WORDS
from kaw.telephony.simulator.queueing import Member, Queue
from kaw.telephony.simulator.shape import NOBODY, Channel
from kaw.telephony.simulator.simulation import Simulation

ALL = frozenset(
    (
        "system",
        "call",
        "agent",
        "user",
        "config",
        "command",
        "dtmf",
        "reporting",
        "cdr",
        "dialplan",
        "originate",
        "security",
    )
)


@dataclass(frozen=True)
class Account:
    """An account of manager.conf: which events it reads, which actions it may write."""

    user: str = "kaw"
    secret: str = "secret"  # noqa: S105 - of the simulator
    read: frozenset[str] = ALL
    write: frozenset[str] = ALL


Action = Mapping[str, str]
Fields = dict[str, object]


@dataclass
class Answer:
    """A response and the list that follows it."""

    fields: Fields
    items: list[tuple[str, Fields | str]] | None = None
    complete: str = ""
    goodbye: bool = False


def error(message: str) -> Answer:
    """The PBX says no."""
    return Answer({"Response": "Error", "Message": message})


def success(message: str, **fields: object) -> Answer:
    """The PBX did it."""
    return Answer({"Response": "Success", "Message": message, **fields})


def listing(message: str, items: list[tuple[str, Fields | str]], complete: str) -> Answer:
    """An answer followed by events."""
    return Answer({"Response": "Success", "EventList": "start", "Message": message}, items, complete)


class Answers:
    """The actions a simulated PBX knows, with the rights each needs (any of them) and its words in ListCommands."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        self._actions: dict[str, tuple[str, str, str, Callable[[Action], Answer]]] = {}
        for name, rights, words, do in (
            ("BlindTransfer", "call", "Blind transfer channel(s) to the given destination ", self._transfer),
            ("Atxfer", "call", "Attended transfer. ", lambda _a: success("Atxfer successfully queued")),
            ("CoreSettings", "system,reporting", "Show PBX core settings (version etc). ", self._settings),
            ("CoreShowChannels", "system,reporting", "List currently active channels. ", self._channels),
            ("CoreStatus", "system,reporting", "Show PBX core status variables. ", self._status),
            ("Command", "command", "Execute Asterisk CLI Command. ", lambda _a: success("Command output follows")),
            ("DeviceStateList", "call,reporting", "List the current known device states. ", self._devices),
            ("Getvar", "call,reporting", "Gets a channel variable or function value. ", self._variable),
            ("Hangup", "system,call", "Hangup channel. ", self._hang_up),
            ("Logoff", "", "Logoff Manager. ", lambda _a: self._goodbye()),
            ("Originate", "originate", "Originate a call. ", self._originate),
            ("Ping", "", "Keepalive command. ", self._ping),
            ("PJSIPShowContacts", "system", "Lists PJSIP Contacts. ", self._contacts),
            ("QueueAdd", "agent", "Add interface to queue. ", self._add),
            ("QueuePause", "agent", "Makes a queue member temporarily unavailable. ", self._pause),
            ("QueueRemove", "agent", "Remove interface from queue. ", self._remove),
            ("QueueStatus", "", "Show queue status. ", self._queue_status),
            ("QueueSummary", "", "Show queue summary. ", self._summary),
            ("Redirect", "call", "Redirect (transfer) a call. ", self._redirect),
            ("ShowDialPlan", "config,reporting", "Show dialplan contexts and extensions ", self._dialplan),
            ("Status", "system,call,reporting", "List channel status. ", self._channel_status),
        ):
            self._actions[name.lower()] = (name, rights, words, do)

    def answer(self, account: Account, action: Action) -> Answer:
        """What the PBX says, and what it does."""
        name = action.get("Action", "")
        if name.lower() == "listcommands":
            return self._commands(account)
        found = self._actions.get(name.lower())
        if found is None:
            text = f"Invalid/unknown command: {name}. Use Action: ListCommands to show available commands."
            return error(text)
        _name, rights, _words, do = found
        if rights and not account.write & set(rights.split(",")):
            return error("Permission denied")
        return do(action)

    def _commands(self, account: Account) -> Answer:
        shown: Fields = {"Response": "Success"}
        for name, rights, words, _do in sorted(self._actions.values(), key=lambda one: one[0].lower()):
            if not rights or account.write & set(rights.split(",")):
                shown[name] = f"{words} (Priv: {rights + ',all' if rights else '<none>'})"
        return Answer(shown)

    def _goodbye(self) -> Answer:
        return Answer({"Response": "Goodbye", "Message": "Thanks for all the fish."}, goodbye=True)

    def _ping(self, _action: Action) -> Answer:
        return Answer({"Response": "Success", "Ping": "Pong", "Timestamp": f"{self.sim.clock.now:.6f}"})

    def _settings(self, _action: Action) -> Answer:
        return Answer(
            {
                "Response": "Success",
                "AMIversion": "11.0.0",
                "AsteriskVersion": "22.10.1",
                "SystemName": "",
                "CoreMaxCalls": 0,
                "CoreMaxLoadAvg": "0.000000",
                "CoreRunUser": "",
                "CoreRunGroup": "",
                "CoreMaxFilehandles": 0,
                "CoreRealTimeEnabled": "No",
                "CoreCDRenabled": "Yes",
                "CoreHTTPenabled": "No",
                "SoundsSearchCustomDir": "No",
            }
        )

    def _status(self, _action: Action) -> Answer:
        pbx = self.sim.pbx
        started = datetime.fromtimestamp(pbx.started_at, UTC)
        day, hour = started.strftime("%Y-%m-%d"), started.strftime("%H:%M:%S")
        return Answer(
            {
                "Response": "Success",
                "CoreStartupDate": day,
                "CoreStartupTime": hour,
                "CoreReloadDate": day,
                "CoreReloadTime": hour,
                "CoreCurrentCalls": len(pbx.channels),
                "CoreProcessedCalls": pbx.processed,
            }
        )

    def _channels(self, _action: Action) -> Answer:
        items: list[tuple[str, Fields | str]] = [
            ("CoreShowChannel", self._channel_lines(channel)) for channel in self.sim.pbx.channels.values()
        ]
        return listing("Channels will follow", items, "CoreShowChannelsComplete")

    def _channel_lines(self, channel: Channel) -> str:
        seconds = int(self.sim.clock.now - channel.born)
        duration = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        bridge = channel.bridge.uniqueid if channel.bridge else ""
        application, data = self._application(channel)
        return (
            f"{channel.block()}Application: {application}\r\nApplicationData: {data}\r\n"
            f"Duration: {duration}\r\nBridgeId: {bridge}\r\n"
        )

    def _application(self, channel: Channel) -> tuple[str, str]:
        if channel.application:
            return channel.application, channel.data
        return "AppQueue", "(Outgoing Line)"

    def _channel_status(self, _action: Action) -> Answer:
        items: list[tuple[str, Fields | str]] = []
        for channel in self.sim.pbx.channels.values():
            application, data = self._application(channel)
            text = channel.block() + (
                f"Type: PJSIP\r\nBridgeID: {channel.bridge.uniqueid if channel.bridge else ''}\r\n"
                f"Application: {application}\r\nData: {data}\r\nSeconds: {int(self.sim.clock.now - channel.born)}\r\n"
            )
            items.append(("Status", text))
        return listing("Channel status will follow", items, "StatusComplete")

    def _devices(self, _action: Action) -> Answer:
        items: list[tuple[str, Fields | str]] = [
            ("DeviceStateChange", {"Device": f"PJSIP/{phone.extension}", "State": DEVICE_WORDS[phone.device]})
            for phone in self.sim.pbx.phones.values()
        ]
        return listing("Device State Changes will follow", items, "DeviceStateListComplete")

    def _contacts(self, _action: Action) -> Answer:
        phones = [phone for phone in self.sim.pbx.phones.values() if phone.registered]
        items: list[tuple[str, Fields | str]] = [("ContactList", self._contact(phone.extension)) for phone in phones]
        return listing("A listing of Contacts follows, presented as ContactList events", items, "ContactListComplete")

    def _contact(self, extension: str) -> Fields:
        return {
            "ObjectType": "contact",
            "ObjectName": f"{extension};@{int(extension):032x}",
            "ViaAddr": "127.0.0.1",
            "QualifyTimeout": "3.000000",
            "Qualify2xxOnly": "false",
            "CallId": f"{int(extension):010x}",
            "RegServer": "",
            "PruneOnBoot": "no",
            "Path": "",
            "Endpoint": extension,
            "ViaPort": 5071,
            "AuthenticateQualify": "no",
            "Uri": f"sip:{extension}@127.0.0.1:5071",
            "QualifyFrequency": 0,
            "UserAgent": "",
            "ExpirationTime": int(self.sim.clock.now) + 120,
            "OutboundProxy": "",
            "Status": "NonQualified",
            "RoundtripUsec": "N/A",
        }

    def _queue_status(self, action: Action) -> Answer:
        items: list[tuple[str, Fields | str]] = []
        for queue in self._asked(action):
            items.append(("QueueParams", self._params(queue)))
            items += [("QueueMember", self._member(queue, member)) for member in queue.members]
            for place, visit in enumerate(queue.waiting, 1):
                items.append(("QueueEntry", self._entry(queue, place, visit.caller, visit.began)))
        return listing("Queue status will follow", items, "QueueStatusComplete")

    def _params(self, queue: Queue) -> Fields:
        done = queue.completed
        return {
            "Queue": queue.name,
            "Max": 0,
            "Strategy": queue.strategy,
            "Calls": len(queue.waiting),
            "Holdtime": 0,
            "TalkTime": queue.talked // done if done else 0,
            "Completed": done,
            "Abandoned": queue.abandoned,
            "ServiceLevel": 0,
            "ServicelevelPerf": "0.0",
            "ServicelevelPerf2": "0.0",
            "Weight": 0,
        }

    def _member(self, queue: Queue, member: Member) -> Fields:
        told = self.sim.queues.fields(queue, member)
        del told["Ringinuse"]
        names = {"MemberName": "Name", "Interface": "Location"}
        return {names.get(name, name): value for name, value in told.items()}

    def _entry(self, queue: Queue, place: int, caller: Channel, began: float) -> Fields:
        return {
            "Queue": queue.name,
            "Position": place,
            "Channel": caller.name,
            "Uniqueid": caller.uniqueid,
            "CallerIDNum": caller.number or NOBODY,
            "CallerIDName": caller.caller or NOBODY,
            "ConnectedLineNum": caller.connected or NOBODY,
            "ConnectedLineName": caller.connected_name or NOBODY,
            "Wait": int(self.sim.clock.now - began),
            "Priority": 0,
        }

    def _summary(self, action: Action) -> Answer:
        items: list[tuple[str, Fields | str]] = []
        for queue in self._asked(action):
            waits = [int(self.sim.clock.now - visit.began) for visit in queue.waiting]
            about: Fields = {
                "Queue": queue.name,
                "LoggedIn": sum(1 for m in queue.members if self.sim.queues.status_of(m) != "5"),
                "Available": len(self.sim.queues.free(queue)),
                "Callers": len(waits),
                "HoldTime": 0,
                "TalkTime": queue.talked // queue.completed if queue.completed else 0,
                "LongestHoldTime": max(waits, default=0),
            }
            items.append(("QueueSummary", about))
        return listing("Queue summary will follow", items, "QueueSummaryComplete")

    def _asked(self, action: Action) -> list[Queue]:
        name = action.get("Queue", "")
        return [queue for queue in self.sim.queues.all.values() if not name or queue.name == name]

    def _variable(self, action: Action) -> Answer:
        name, where = action.get("Variable", ""), action.get("Channel", "")
        if not where:
            value = str(int(self.sim.clock.now)) if name == "EPOCH" else ""
        elif where in self.sim.pbx.channels:
            value = self.sim.pbx.channels[where].variables.get(name, "")
        else:
            return error("No such channel")
        return Answer({"Response": "Success", "Variable": name, "Value": value})

    def _dialplan(self, action: Action) -> Answer:
        context = action.get("Context", "")
        if context not in self.sim.pbx.settings.contexts:
            return error(f"Did not find context {context}")
        item: Fields = {"Context": context, "Extension": "_X.", "Priority": 1, "Application": "NoOp"}
        return listing("DialPlan list will follow", [("ListDialplan", item)], "ShowDialPlanComplete")

    def _originate(self, action: Action) -> Answer:
        channel, context, exten = (action.get(name, "") for name in ("Channel", "Context", "Exten"))
        if not channel:
            return error("Channel not specified")
        if "Application" in action or not self.sim.plan.exists(context, exten):
            return error("Extension does not exist.")
        name, number = _caller_id(action.get("CallerID", ""))
        asked = Asked(
            endpoint=channel.partition("/")[2],
            context=context,
            exten=exten,
            action_id=action.get("ActionID", ""),
            number=number,
            name=name,
            limit_s=int(action.get("Timeout", "30000")) / 1000,
            uniqueid=action.get("ChannelId", ""),
            variables=_variables(action.get("Variable", "")),
        )
        self.sim.clock.later(0, lambda: self.sim.plan.originate(asked))
        return success("Originate successfully queued")

    def _hang_up(self, action: Action) -> Answer:
        channel = self.sim.pbx.channels.get(action.get("Channel", ""))
        if channel is None:
            return error("No such channel")
        self.sim.clock.later(0, lambda: self.sim.people.hang_up_by_command(channel))
        return success("Channel Hungup")

    def _transfer(self, action: Action) -> Answer:
        channel = self.sim.pbx.channels.get(action.get("Channel", ""))
        if channel is None:
            return error("Specified channel does not exist")
        if not self.sim.people.transfer(channel, to=action.get("Exten", ""), context=action.get("Context", "internal")):
            return error("Transfer invalid" if channel.bridge is None else "Transfer failed")
        return success("Transfer succeeded")

    def _redirect(self, action: Action) -> Answer:
        channel = self.sim.pbx.channels.get(action.get("Channel", ""))
        if channel is None:
            return error(f"Channel does not exist: {action.get('Channel', '')}")
        context, exten = action.get("Context", ""), action.get("Exten", "")
        if not self.sim.plan.exists(context, exten):
            return error("Redirect failed")
        self.sim.people.redirect(channel, context, exten)
        return success("Redirect successful")

    def _pause(self, action: Action) -> Answer:
        interface, name = action.get("Interface", ""), action.get("Queue", "")
        paused = action.get("Paused", "").lower() in ("true", "yes", "1", "on")
        reason = action.get("Reason", "")
        if name:
            queue = self.sim.queues.all.get(name)
            member = queue.member(interface) if queue else None
            if queue is None or member is None:
                return error("Interface not found")
            self.sim.queues.pause(queue, member, paused=paused, reason=reason)
        elif not self.sim.queues.pause_everywhere(interface, paused=paused, reason=reason):
            return error("Interface not found")
        return success(f"Interface {'paused' if paused else 'unpaused'} successfully")

    def _add(self, action: Action) -> Answer:
        queue, interface = self.sim.queues.all.get(action.get("Queue", "")), action.get("Interface", "")
        if queue is None:
            return error("Unable to add interface to queue: No such queue")
        if queue.member(interface):
            return error("Unable to add interface: Already there")
        member = Member(interface, action.get("MemberName", "") or interface)
        member.penalty = int(action.get("Penalty", "0") or 0)
        member.paused = action.get("Paused", "").lower() in ("true", "yes", "1")
        self.sim.queues.join(queue, member)
        return success("Added interface to queue")

    def _remove(self, action: Action) -> Answer:
        queue = self.sim.queues.all.get(action.get("Queue", ""))
        if queue is None:
            return error("Unable to remove interface from queue: No such queue")
        member = queue.member(action.get("Interface", ""))
        if member is None:
            return error("Unable to remove interface: Not there")
        if not member.dynamic:
            return error("Unable to remove interface: Member not dynamic")
        self.sim.queues.leave(queue, member)
        return success("Removed interface from queue")


def _caller_id(text: str) -> tuple[str, str]:
    """Name and number of ``"Name" <number>``."""
    found = re.fullmatch(r'\s*"?(.*?)"?\s*<([^>]*)>\s*', text)
    return (found[1], found[2]) if found else ("", text.strip())


def _variables(text: str) -> tuple[tuple[str, str], ...]:
    """Of ``NAME=value,OTHER=value``."""
    pairs = [part.partition("=") for part in text.split(",") if "=" in part]
    return tuple((name, value) for name, _equals, value in pairs)

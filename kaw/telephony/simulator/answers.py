"""What Asterisk answers to actions of its manager interface, by the rights of the account that asks."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from kaw.telephony.simulator.listings import Action, Answer, Fields, Listings, error, listing, success
from kaw.telephony.simulator.origination import Asked
from kaw.telephony.simulator.queueing import Member
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


class Answers:
    """The actions a simulated PBX knows, with the rights each needs (any of them) and its words in ListCommands."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation
        self._now = Listings(simulation)
        self._actions: dict[str, tuple[str, str, str, Callable[[Action], Answer]]] = {}
        for name, rights, words, do in (
            ("BlindTransfer", "call", "Blind transfer channel(s) to the given destination ", self._transfer),
            ("Atxfer", "call", "Attended transfer. ", lambda _a: success("Atxfer successfully queued")),
            ("CoreSettings", "system,reporting", "Show PBX core settings (version etc). ", self._settings),
            ("CoreShowChannels", "system,reporting", "List currently active channels. ", self._now.channels),
            ("CoreStatus", "system,reporting", "Show PBX core status variables. ", self._now.status),
            ("Command", "command", "Execute Asterisk CLI Command. ", lambda _a: success("Command output follows")),
            ("DeviceStateList", "call,reporting", "List the current known device states. ", self._now.devices),
            ("Getvar", "call,reporting", "Gets a channel variable or function value. ", self._variable),
            ("Hangup", "system,call", "Hangup channel. ", self._hang_up),
            ("Logoff", "", "Logoff Manager. ", lambda _a: self._goodbye()),
            ("Originate", "originate", "Originate a call. ", self._originate),
            ("Ping", "", "Keepalive command. ", self._ping),
            ("PJSIPShowContacts", "system", "Lists PJSIP Contacts. ", self._now.contacts),
            ("PJSIPShowEndpoints", "system", "Lists PJSIP endpoints. ", self._now.endpoints),
            ("QueueAdd", "agent", "Add interface to queue. ", self._add),
            ("QueuePause", "agent", "Makes a queue member temporarily unavailable. ", self._pause),
            ("QueueRemove", "agent", "Remove interface from queue. ", self._remove),
            ("QueueStatus", "", "Show queue status. ", self._now.queue_status),
            ("QueueSummary", "", "Show queue summary. ", self._now.summary),
            ("Redirect", "call", "Redirect (transfer) a call. ", self._redirect),
            ("ShowDialPlan", "config,reporting", "Show dialplan contexts and extensions ", self._dialplan),
            ("Status", "system,call,reporting", "List channel status. ", self._now.channel_status),
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

"""Lists that Asterisk's manager interface answers with: calls, queues, phones."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kaw.telephony.simulator.pbx import DEVICE_WORDS
from kaw.telephony.simulator.queueing import Member, Queue
from kaw.telephony.simulator.shape import NOBODY, Channel
from kaw.telephony.simulator.simulation import Simulation

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


class Listings:
    """What there is now."""

    def __init__(self, simulation: Simulation) -> None:
        self.sim = simulation

    def status(self, _action: Action) -> Answer:
        """When the PBX started, and how many calls it had."""
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

    def channels(self, _action: Action) -> Answer:
        """Channels, as CoreShowChannels tells them."""
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

    def channel_status(self, _action: Action) -> Answer:
        """The same with other names, for accounts without the right "reporting"."""
        items: list[tuple[str, Fields | str]] = []
        for channel in self.sim.pbx.channels.values():
            application, data = self._application(channel)
            text = channel.block() + (
                f"Type: PJSIP\r\nBridgeID: {channel.bridge.uniqueid if channel.bridge else ''}\r\n"
                f"Application: {application}\r\nData: {data}\r\nSeconds: {int(self.sim.clock.now - channel.born)}\r\n"
            )
            items.append(("Status", text))
        return listing("Channel status will follow", items, "StatusComplete")

    def devices(self, _action: Action) -> Answer:
        """States of phones."""
        items: list[tuple[str, Fields | str]] = [
            ("DeviceStateChange", {"Device": f"PJSIP/{phone.extension}", "State": DEVICE_WORDS[phone.device]})
            for phone in self.sim.pbx.phones.values()
        ]
        return listing("Device State Changes will follow", items, "DeviceStateListComplete")

    def endpoints(self, _action: Action) -> Answer:
        """Phones and the line outside as they are configured."""
        names = [*self.sim.pbx.phones, self.sim.pbx.settings.trunk]
        items: list[tuple[str, Fields | str]] = [
            ("EndpointList", {"ObjectType": "endpoint", "ObjectName": name, "Aor": name}) for name in names
        ]
        return listing(
            "A listing of Endpoints follows, presented as EndpointList events", items, "EndpointListComplete"
        )

    def contacts(self, _action: Action) -> Answer:
        """Phones that are registered."""
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

    def queue_status(self, action: Action) -> Answer:
        """Queues, their members, and who waits."""
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

    def summary(self, action: Action) -> Answer:
        """Queues in figures."""
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

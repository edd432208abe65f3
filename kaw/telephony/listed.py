"""The present of an Asterisk, out of its answers to QueueStatus, CoreShowChannels, CoreStatus and PJSIPShowContacts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kaw.telephony.names import digits, elapsed, text
from kaw.telephony.port import LiveChannel, QueueEntry, QueueMember, Snapshot
from kaw.telephony.translate import UNREACHABLE

Message = Mapping[str, Any]


class PresentReader:
    """Hears every message of the answers; ``snapshot`` is what they have told so far."""

    def __init__(self, zone: str = "UTC") -> None:
        self._zone = ZoneInfo(zone)  # CoreStatus tells local time
        self._channels: dict[str, LiveChannel] = {}
        self._queues: list[str] = []
        self._members: dict[tuple[str, str], QueueMember] = {}
        self._entries: dict[tuple[str, str], QueueEntry] = {}
        self._registered: list[str] = []
        self._started_at: float | None = None
        self.has_channels = False  # the list of channels is complete
        self.has_queues = False
        self.latest = 0.0  # the latest moment that the lists tell of, Unix seconds

    @property
    def is_complete(self) -> bool:
        """Whether both lists are there."""
        return self.has_channels and self.has_queues

    def hear(self, message: Message) -> bool:
        """Take in one message; whether it belonged to an answer."""
        rule = self._RULES.get(message.get("Event", ""))
        if rule is not None:
            rule(self, message)
            return True
        if message.get("CoreStartupDate"):
            self._core_status(message)
            return True
        return False

    def snapshot(self, at: float) -> Snapshot:
        """What is known, as of ``at`` (Unix seconds)."""
        return Snapshot(
            at=at,
            started_at=self._started_at,
            channels=tuple(self._channels.values()),
            queues=tuple(self._queues),
            members=tuple(self._members.values()),
            entries=tuple(self._entries.values()),
            registered=tuple(self._registered),
        )

    def _queue(self, message: Message) -> None:
        self._queues.append(text(message, "Queue"))

    def _member(self, message: Message) -> None:
        queue, interface = text(message, "Queue"), text(message, "Location") or text(message, "Interface")
        moments = [text(message, header) for header in ("LoginTime", "LastCall", "LastPause")]
        self.latest = max(self.latest, *(float(each) for each in moments if each.isdecimal() and len(each) < 12), 0.0)
        self._members[queue, interface] = QueueMember(
            queue=queue,
            interface=interface,
            name=text(message, "Name"),
            paused=message.get("Paused") == "1",
            reason=text(message, "PausedReason"),
            reachable=message.get("Status") not in UNREACHABLE,
            dynamic=message.get("Membership") == "dynamic",
        )

    def _entry(self, message: Message) -> None:
        queue, channel = text(message, "Queue"), text(message, "Uniqueid")
        number, waited = digits(text(message, "CallerIDNum")), elapsed(text(message, "Wait"))
        self._entries[queue, channel] = QueueEntry(queue, channel, number, waited)

    def _channel(self, message: Message) -> None:
        channel = text(message, "Uniqueid")
        self._channels[channel] = LiveChannel(
            call=text(message, "Linkedid") or channel,
            channel=channel,
            name=text(message, "Channel"),
            number=digits(text(message, "CallerIDNum")),
            connected_number=digits(text(message, "ConnectedLineNum")),
            exten=text(message, "Exten"),
            up=message.get("ChannelState") == "6",
            bridge=text(message, "BridgeId"),
            application=text(message, "Application"),
            seconds=elapsed(text(message, "Duration")),
        )

    def _contact(self, message: Message) -> None:
        if message.get("Status") in ("Reachable", "NonQualified", "Created"):
            self._registered.append(message.get("Endpoint", ""))

    def _core_status(self, message: Message) -> None:
        text = f"{message.get('CoreStartupDate')} {message.get('CoreStartupTime')}"
        try:
            self._started_at = datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=self._zone).timestamp()
        except ValueError:
            self._started_at = None

    def _channels_complete(self, _message: Message) -> None:
        self.has_channels = True

    def _queues_complete(self, _message: Message) -> None:
        self.has_queues = True

    _RULES = {
        "QueueParams": _queue,
        "QueueMember": _member,
        "QueueEntry": _entry,
        "CoreShowChannel": _channel,
        "ContactList": _contact,
        "CoreShowChannelsComplete": _channels_complete,
        "QueueStatusComplete": _queues_complete,
    }

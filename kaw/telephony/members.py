"""By which interfaces the PBX's queues know a phone: FreePBX has Local/201@from-queue/n for PJSIP/201."""

from collections.abc import Iterable

from kaw.telephony.events import MemberState, PbxEvent
from kaw.telephony.names import endpoint
from kaw.telephony.port import Snapshot


class Members:
    """Memberships as the present and the events after it tell them."""

    def __init__(self) -> None:
        self._of: dict[str, set[tuple[str, str]]] = {}  # by endpoint: queue and interface

    def take(self, snapshot: Snapshot) -> None:
        """Begin anew with the present."""
        self._of.clear()
        for member in snapshot.members:
            self._of.setdefault(endpoint(member.interface), set()).add((member.queue, member.interface))

    def note(self, events: Iterable[PbxEvent]) -> None:
        """Who came into a queue, and who left one."""
        for event in events:
            if isinstance(event, MemberState):
                known = self._of.setdefault(endpoint(event.interface), set())
                membership = (event.queue, event.interface)
                if event.present:
                    known.add(membership)
                else:
                    known.discard(membership)

    def interfaces(self, phone: str, queue: str = "") -> list[str]:
        """What to call this phone (PJSIP/201) in a queue, or in all; itself when it serves none that is known."""
        known = self._of.get(endpoint(phone), ())
        return sorted({interface for name, interface in known if queue in ("", name)}) or [phone]

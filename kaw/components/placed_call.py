"""The call that was placed from a page, and what only the page knows of it: whom it is for, what to key in (R12.4)."""

import time
from dataclasses import dataclass, field

from kaw.components.softphone import EventKind, PhoneEvent
from kaw.services.operators import OwnCall

TOLD_WITHIN = 120.0  # seconds; a call of which the PBX has told nothing until then went another way, or nowhere


@dataclass
class PlacedCall:
    """From the click until the call ends or fails; ``PlacedCall()`` stands for none."""

    number: str = ""  # as it was dialled
    key_in: str = ""  # extension to key in when somebody answers
    partner_id: int | None = None  # whom it is for
    before: int | None = None  # the call that the phone was in already
    call_id: int | None = None  # as soon as the PBX has told of it
    at: float = field(default_factory=time.monotonic)

    def follow(self, call: OwnCall | None) -> bool:
        """This is the user's call by the PBX: the first new one that he makes is the placed one. False: it is over."""
        if self.call_id is None and call is not None and call.call_id != self.before and not call.caller.inbound:
            self.call_id = call.call_id
        if self.call_id is not None:
            return call is not None and call.call_id == self.call_id
        return time.monotonic() - self.at < TOLD_WITHIN

    def ends_with(self, event: PhoneEvent) -> bool:
        """Whether the softphone tells its end; one that failed at once the PBX never hears of."""
        return event.kind is EventKind.ENDED and event.call is not None and event.call.number == self.number

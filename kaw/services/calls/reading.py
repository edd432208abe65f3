"""One call being read: its facts, and what follows from them first."""

from dataclasses import dataclass

from kaw.models import CallDirection
from kaw.services.calls.channels import Channel, Facts
from kaw.services.calls.parties import Parties
from kaw.services.calls.queue_entries import PBX_STOPS
from kaw.services.calls.records import LegRecord, VisitRecord

TOGETHER = 1.0  # seconds within which two ends are one


@dataclass(frozen=True)
class Reading:
    """What the rules ask of a call; ``first`` is the channel it began with."""

    facts: Facts
    first: Channel
    parties: Parties
    legs: list[LegRecord]
    visits: list[VisitRecord]
    direction: CallDirection

    @property
    def talks(self) -> list[LegRecord]:
        """Operators who talked."""
        return [leg for leg in self.legs if leg.operator is not None and leg.talked]

    @property
    def lines(self) -> list[LegRecord]:
        """Lines to the outside."""
        return [leg for leg in self.legs if leg.operator is None]

    @property
    def pbx_stopped(self) -> bool:
        """Whether the PBX stopped under the call."""
        first = self.first
        if first.gone and first.restarted and first.ended is None:
            return True
        return any(ask.cause == PBX_STOPS and not ask.by_phone for ask in first.asked) and not any(
            ask.by_phone for ask in first.asked
        )

    @property
    def found_talking(self) -> bool:
        """Whether a talk began while nobody listened; log or CDR may tell when."""
        return any(leg.talked and leg.answered is None for leg in self.legs)

    @property
    def lost_one(self) -> bool:
        """Whether somebody left while nobody listened and the call went on; log or CDR may tell what he did."""
        return any(
            channel.gone and not channel.restarted and channel.closed is None
            for channel in self.facts.channels.values()
        )

    @property
    def seen_whole(self) -> bool:
        """Whether live events alone told all of it."""
        unheard = self.found_talking or self.lost_one or any(visit.recovered for visit in self.visits)
        return self.first.told_open and self.first.closed is not None and not unheard

    @property
    def recovered(self) -> bool:
        """Whether log or CDR tell of it, or may yet, what was not heard."""
        elsewhere = bool(self.facts.rows) or not self.first.told_open or any(visit.recovered for visit in self.visits)
        return (elsewhere or self.found_talking or self.lost_one) and not self.seen_whole

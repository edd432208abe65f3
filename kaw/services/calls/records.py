"""What the rules make of one call: the rows of its tables, with Unix seconds instead of dates."""

from dataclasses import dataclass, field

from kaw.models import CallDirection, CallResult, HungUpBy, LegResult, OperatorState, VisitOutcome


@dataclass
class LegRecord:
    """One phone or line that took part; ``operator`` None: an outside line."""

    uniqueid: str
    channel: str
    operator: str | None
    number: str
    started: float
    answered: float | None = None  # talk with the other side began
    ended: float | None = None
    over: bool = False  # it ended, known when or not
    alive: float | None = None  # until when it lived at least, where nobody knows when it ended
    result: LegResult | None = None
    hold_ms: int | None = None
    hung_up_by: HungUpBy | None = None
    rings: bool = False  # it was called; else it calls
    talked: bool = False  # also when nobody told since when
    found_talking: float | None = None  # the talk went on then, and nobody told its begin

    @property
    def talk(self) -> tuple[float, float | None] | None:
        """From when to when (None: still) it talked."""
        return None if self.answered is None else (self.answered, self.ended)


@dataclass
class RingRecord:
    """One try to reach a member."""

    operator: str
    started: float
    ended: float | None
    result: LegResult | None


@dataclass
class VisitRecord:
    """One entry into a queue."""

    uniqueid: str
    queue: str
    ordinal: int
    joined: float
    left: float | None = None
    outcome: VisitOutcome | None = None
    operator: str | None = None
    wait_ms: int | None = None
    talk_ms: int | None = None
    closed_by_kaw: bool = False
    recovered: bool = False
    rings: list[RingRecord] = field(default_factory=list)

    @property
    def waits(self) -> bool:
        """Whether the caller still waits, as far as is known."""
        return self.left is None and self.outcome is None and not self.closed_by_kaw


@dataclass(frozen=True)
class Span:
    """An operator's occupation by a call; ``ended`` None: it goes on."""

    operator: str
    state: OperatorState
    started: float
    ended: float | None


@dataclass
class CallRecord:
    """One call with everything that belongs to it."""

    linkedid: str
    direction: CallDirection
    number: str
    dialled: str
    started: float
    answered: float | None = None
    ended: float | None = None
    over: bool = False
    result: CallResult | None = None
    operator: str | None = None
    hung_up_by: HungUpBy | None = None
    talk_ms: int | None = None
    wait_ms: int | None = None
    hold_ms: int | None = None
    recording: str | None = None
    closed_by_kaw: bool = False
    recovered: bool = False
    origin: str = ""
    legs: list[LegRecord] = field(default_factory=list)
    visits: list[VisitRecord] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)

    @property
    def digits10(self) -> str:
        """The key of the other side's number; "": hidden."""
        return self.number[-10:]


def milliseconds(start: float | None, end: float | None) -> int | None:
    """From one moment to the other; None when one is unknown."""
    return None if start is None or end is None else max(0, round((end - start) * 1000))


def overlaid(spans: list[tuple[float, float | None]]) -> int | None:
    """The length of the union of spans in milliseconds; None when one has no end."""
    if any(end is None for _start, end in spans):
        return None
    total, reached = 0.0, float("-inf")
    for start, end in sorted((start, end) for start, end in spans if end is not None):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return round(total * 1000)

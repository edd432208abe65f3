"""What a simulated PBX writes of its calls: queue log, CDR, and the truth as the phones know it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime

from kaw.telephony.simulator.shape import Channel


@dataclass
class CdrEntry:
    """One row: from a channel to one it dialled, or its way through the dialplan."""

    channel: Channel
    start: float
    context: str
    exten: str
    other: str = ""
    application: str = ""
    data: str = ""
    answer: float | None = None
    end: float | None = None
    disposition: str = "NO ANSWER"
    sequence: int = 0


@dataclass
class TrueTalk:
    """An operator and the other side heard each other; Unix seconds."""

    operator: str
    began: float
    picked_up: str  # the phone or trunk that answered
    ended: float | None = None
    ended_by: str | None = None  # caller (the other side), operator, transfer, pbx


@dataclass
class TrueVisit:
    """A caller stood in a queue until ``left``; Unix seconds."""

    queue: str
    joined: float
    left: float | None = None
    outcome: str | None = None  # answered, abandoned, timeout, key, empty, failed
    operator: str | None = None


@dataclass
class TrueCall:
    """One call as the people at its phones would tell it; Unix seconds."""

    channel_id: str
    direction: str  # in, out, internal
    number: str  # of the other side
    dialled: str
    started_at: float
    operator: str | None = None  # who calls, or spoke first
    operator_pick_up: float | None = None
    partner_pick_up: float | None = None  # of an outgoing call
    given_to: list[str] = field(default_factory=list)  # by transfers
    talks: list[TrueTalk] = field(default_factory=list)
    visits: list[TrueVisit] = field(default_factory=list)
    ended_at: float | None = None
    ended_by: str | None = None  # caller (the other side), operator, pbx; None: it came to its end
    by_command: bool = False  # a client ended it for whose channel it was
    outcome: str | None = None  # answered, abandoned, timeout, key, empty, busy, no_answer, failed; at the own phone
    # of a call that was asked for: refused, operator_no_answer

    def end_as(self, outcome: str) -> None:
        """How it ends, unless that is settled; what a stopping PBX cuts off has failed."""
        if self.outcome is None:
            self.outcome = "failed" if self.ended_by == "pbx" else outcome

    def leave_queue(self, at: float, outcome: str, operator: str | None = None) -> None:
        """The caller does not stand in the queue any more."""
        visit = self.visits[-1]
        visit.left, visit.operator = at, operator
        visit.outcome = "failed" if self.ended_by == "pbx" else outcome
        self.end_as(outcome)

    def stop_talking(self, at: float, ended_by: str) -> None:
        """The talk that goes on is over."""
        if self.talks and self.talks[-1].ended is None:
            self.talks[-1].ended, self.talks[-1].ended_by = at, ended_by

    def stop(self, at: float) -> None:
        """The PBX ends it."""
        if self.ended_by is None:
            self.ended_by = "pbx"
            self.stop_talking(at, "pbx")

    def cut_off(self, at: float) -> None:
        """The PBX died under it."""
        if self.ended_at is None:
            self.ended_at = at
            self.stop(at)
            if self.visits and self.visits[-1].left is None:
                self.leave_queue(at, "failed")
            self.end_as("failed")


class Records:
    """Lines in the order they were written. ``tell_cdr`` gets each row, for the event."""

    def __init__(self, tell_cdr: Callable[[dict[str, object]], None]) -> None:
        self.queue_log: list[str] = []
        self.cdr: list[str] = []
        self.truth: dict[str, TrueCall] = {}
        self._tell_cdr = tell_cdr
        self._rows: dict[Channel, list[CdrEntry]] = {}
        self._sequence = 0

    def log(self, at: float, call: str, queue: str, member: str, event: str, *data: object) -> None:
        """A line of the queue log."""
        self.queue_log.append("|".join([str(int(at)), call, queue, member, event, *map(str, data)]))

    def true(self, channel: Channel) -> TrueCall | None:
        """The truth about the call of a channel."""
        return self.truth.get(channel.linkedid)

    def open(self, channel: Channel, at: float) -> CdrEntry:
        """A new row of a channel."""
        entry = CdrEntry(channel, at, channel.context, channel.exten, sequence=self._sequence)
        self._sequence += 1
        self._rows.setdefault(channel, []).append(entry)
        return entry

    def running(self, channel: Channel) -> CdrEntry | None:
        """The row of the dialplan that is open."""
        return next((row for row in self._rows.get(channel, []) if row.end is None and not row.other), None)

    def dial(self, channel: Channel, other: Channel, at: float) -> None:
        """The channel dials another: the open row becomes that of the two, or a new one."""
        entry = self.running(channel) or self.open(channel, at)
        entry.other, entry.exten, entry.context = other.name, channel.exten, channel.context

    def dialled(self, channel: Channel, other: Channel, at: float, disposition: str) -> None:
        """The dialled channel is through."""
        for row in self._rows.get(channel, []):
            if row.other == other.name and row.end is None:
                self._close(row, at, disposition)

    def moved(self, channel: Channel, context: str, exten: str) -> None:
        """A transfer rewrites where the call went."""
        for row in self._rows.get(channel, []):
            row.context, row.exten = context, exten

    def write(self, channel: Channel, at: float, disposition: str) -> None:
        """The channel is gone: its rows are written."""
        for row in self._rows.pop(channel, []):
            if row.end is None:
                self._close(row, at, disposition)
            self._write(row)

    def close_all(self) -> None:
        """Nothing of the open rows is written: the PBX was killed."""
        self._rows.clear()

    def truth_as_json(self) -> list[dict[str, object]]:
        """All calls, for a file."""
        return [asdict(call) for call in self.truth.values()]

    def _close(self, row: CdrEntry, at: float, disposition: str) -> None:
        up = row.channel.up_since
        row.end, row.disposition = at, disposition
        row.application, row.data = row.channel.application, row.channel.data
        row.answer = None if up is None else max(row.start, up)

    def _write(self, row: CdrEntry) -> None:
        channel, end = row.channel, row.end or row.start
        fields: dict[str, object] = {
            "AccountCode": "",
            "Source": channel.number,
            "Destination": row.exten,
            "DestinationContext": row.context,
            "CallerID": f'"{channel.caller}" <{channel.number}>' if channel.caller else channel.number,
            "Channel": channel.name,
            "DestinationChannel": row.other,
            "LastApplication": row.application,
            "LastData": row.data,
            "StartTime": _local(row.start),
            "AnswerTime": _local(row.answer),
            "EndTime": _local(end),
            "Duration": int(end - row.start),
            "BillableSeconds": 0 if row.answer is None else int(end - row.answer),
            "Disposition": row.disposition,
            "AMAFlags": "DOCUMENTATION",
            "UniqueID": channel.uniqueid,
            "UserField": channel.variables.get("CDR(userfield)", ""),
            "LinkedID": channel.linkedid,
            "PeerAccount": "",
            "Sequence": row.sequence,
        }
        self._tell_cdr(fields)
        self.cdr.append(_csv(fields))


def _local(at: float | None) -> str:
    return "" if at is None else datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S")


def _csv(fields: dict[str, object]) -> str:
    """Texts quoted; numbers, and the answer of a call that was not answered, are not."""
    order = [name for name in fields if name not in ("PeerAccount", "LinkedID", "Sequence")]
    cells = []
    for name in (*order, "PeerAccount", "LinkedID", "Sequence"):
        value = fields[name]
        plain = isinstance(value, int) or (name == "AnswerTime" and not value)
        cells.append(str(value) if plain else '"' + str(value).replace('"', '""') + '"')
    return ",".join(cells)

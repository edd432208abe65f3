"""The calls of the demonstration's last days: a simulated call centre, told to the recorder as a PBX tells it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from panoramisk.message import Message
from sqlmodel import col

from kaw import db
from kaw.models import Call, CallDirection, CallResult
from kaw.services import call_cards, settings
from kaw.services.calls.news import Hooks
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.telephony.events import PbxEvent
from kaw.telephony.simulator.call_centre import CHANNELVARS, CallCentre
from kaw.telephony.simulator.clock import Clock
from kaw.telephony.simulator.pbx import Settings
from kaw.telephony.simulator.simulation import Simulation
from kaw.telephony.simulator.sound import write_talk
from kaw.telephony.translate import translate

DAYS = 3  # working days before today
OPENS, CLOSES, LAST_TALKS = 9, 18, timedelta(minutes=15)  # hours; before the end of a day nobody begins a call
BUSY = 0.3  # of the rhythm of the living centre
BATCH_S = 900.0
SOUNDS, LONGEST_SOUND_S = 25, 40.0  # talks that can be heard, the last ones
NOTED = 0.7  # of the talks have an outcome
NOTES = ("Просит счет до пятницы", "Перезвонить после обеда", "Ждет договор", "Спрашивал про скидку", "")


@dataclass
class _Line:
    """What the simulated PBX has told since the last time."""

    told: list[PbxEvent] = field(default_factory=list)

    def hear(self, _name: str, text: str) -> None:
        message = Message.from_line(text.strip())
        if message is not None:
            self.told += translate(message, 0.0)

    def take(self) -> list[PbxEvent]:
        told, self.told = self.told, []
        return told


def invent(
    numbers: Sequence[str], operators: Sequence[tuple[str, str]], recordings: Path, now: datetime | None = None
) -> int:
    """Fill the history of an installation without calls, up to a minute ago; how many calls it has then.

    ``operators``: extension and name; recordings of the last talks are written below ``recordings``. ``now``: UTC.
    """
    hours = list(_working_hours(now or db.now()))
    if not hours:
        return 0
    random, line = Random(20), _Line()
    simulation = Simulation(
        Clock(hours[0][0]), Settings(channelvars=CHANNELVARS, random=random, recordings=str(recordings))
    )
    simulation.pbx.listeners.append(line.hear)
    centre = CallCentre(simulation, numbers, operators, random)
    centre.busy = BUSY
    parties = Parties(operators=frozenset(extension for extension, _name in operators))
    recorder = Recorder(lambda: parties, Hooks(over=call_cards.over))
    centre.begin()
    for opens, closes in hours:
        _work(centre, recorder, line, opens, closes)
    _write_down(random)
    _keep_sounds(random)
    with db.reading() as session:
        return int(session.connection().execute(sa.select(sa.func.count()).select_from(Call)).scalar_one())


def _working_hours(now: datetime) -> Iterator[tuple[float, float]]:
    """Unix seconds of the begin and end of each day's work by the company's clock."""
    zone = ZoneInfo(str(settings.value("time_zone")))
    here = now.replace(tzinfo=UTC).astimezone(zone)
    days = (here - timedelta(days=ago) for ago in range(DAYS + 3, -1, -1))
    for day in [each for each in days if each.weekday() < 5 or each.date() == here.date()][-DAYS - 1 :]:
        opens, closes = (day.replace(hour=hour, minute=0, second=0, microsecond=0) for hour in (OPENS, CLOSES))
        closes = min(closes, here - timedelta(minutes=1))
        if closes - opens > 2 * LAST_TALKS:
            yield opens.timestamp(), closes.timestamp()


def _work(centre: CallCentre, recorder: Recorder, line: _Line, opens: float, closes: float) -> None:
    clock, people = centre.sim.clock, centre.sim.people
    centre.closed = True
    clock.advance(opens - clock.now)
    for extension in centre.operators:
        people.register(extension, on=True)
    centre.closed = False
    while clock.now < closes:
        centre.closed = clock.now > closes - LAST_TALKS.total_seconds()
        clock.advance(min(BATCH_S, closes - clock.now))
        recorder.absorb(line.take())
    for channel in list(centre.sim.pbx.channels.values()):
        if not channel.gone:
            people.hang_up(channel)
    for extension in centre.operators:
        people.register(extension, on=False)
    recorder.absorb(line.take())


def _write_down(random: Random) -> None:
    """Outcomes, and now and then a note, as operators leave them."""
    outcomes = [str(each) for each in settings.value("call_outcomes")]
    with db.transaction() as tx:
        connection = tx.session.connection()
        talks = sa.select(col(Call.id)).where(
            col(Call.result) == CallResult.ANSWERED, col(Call.direction) == CallDirection.INBOUND
        )
        rows = [
            {"b_id": call_id, "disposition": random.choice(outcomes), "note": random.choice(NOTES)}
            for call_id in connection.execute(talks).scalars()
            if random.random() < NOTED
        ]
        if rows and outcomes:
            connection.execute(sa.update(Call).where(col(Call.id) == sa.bindparam("b_id")), rows)


def _keep_sounds(random: Random) -> None:
    """The last talks can be heard; of older ones nothing is said to be there."""
    with db.transaction() as tx:
        connection = tx.session.connection()
        talks = sa.select(col(Call.id), col(Call.recording), col(Call.talk_ms)).where(
            col(Call.result) == CallResult.ANSWERED, col(Call.recording).is_not(None)
        )
        kept = []
        for call_id, path, talked in connection.execute(talks.order_by(col(Call.started_at).desc()).limit(SOUNDS)):
            write_talk(Path(path), min(LONGEST_SOUND_S, (talked or 0) / 1000), random)
            kept.append(call_id)
        connection.execute(sa.update(Call).where(col(Call.id).not_in(kept)).values(recording=None))

"""Keeps the tables of calls, queue entries and operators' time as the PBX's events come.

One recorder per installation, in the process that holds the line. What a batch of events tells is journalled and
written in one transaction: after a crash either both are there or neither. Events may come twice and out of order.
"""

import logging
import math
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db, live
from kaw.errors import KawError
from kaw.models import Call, OperatorInterval, User
from kaw.services.cache import Cache
from kaw.services.calls import journal, misses, store
from kaw.services.calls.held import Held, HeldCalls
from kaw.services.calls.news import Hooks, News
from kaw.services.calls.parties import Parties
from kaw.services.calls.people import People
from kaw.services.calls.timeline import IntervalRecord
from kaw.telephony import events as e
from kaw.telephony.commands import LISTENING_ID

log = logging.getLogger(__name__)

MARGIN_S = 60.0


class Recorder:
    """Takes events in batches, one at a time."""

    def __init__(
        self,
        parties: Callable[[], Parties] = Parties,
        hooks: Hooks | None = None,
        guard: Callable[[Session], None] = lambda session: None,
    ) -> None:
        """``guard`` raises in a transaction that must not be made: another process has taken over."""
        self._parties = parties
        self._hooks = hooks or Hooks()
        self._guard = guard
        self._calls, self._people = HeldCalls(), People()
        self.turn = threading.RLock()  # held by who takes several steps that nothing may come between

    def load(self) -> None:
        """Take up what was going on when KAW stopped."""
        with self.turn:
            self._take_up()
            self._write(quiet=True)

    def _take_up(self) -> None:
        with db.reading() as session:
            connection = session.connection()
            still = sa.select(col(Call.linkedid)).where(
                col(Call.ended_at).is_(None), col(Call.closed_by_kaw).is_(False)
            )
            self._calls.fetch(session, connection.execute(still).scalars().all())
            known = sa.select(col(OperatorInterval.operator)).where(col(OperatorInterval.ended_at).is_(None))
            operators = {*connection.execute(known).scalars(), *self._journalled(journal.operators(session))}
            for operator in operators:
                self._recall(operator, store.seconds(db.now() - timedelta(seconds=600)))
            self._calls.dirty |= set(self._calls.by_id)

    def absorb(self, events: Iterable[e.PbxEvent]) -> None:
        """Take in what the PBX told. Unavailable: call it with the same events again, and nothing is lost."""
        with self.turn:
            told = list(events)
            self._bring_back({event.call for event in told if isinstance(event, e.CallEvent)})
            for event in told:
                if isinstance(event, e.CallEvent):
                    if not event.call.startswith(LISTENING_ID):  # a supervisor listening in is no call
                        self._calls.add(event)
                elif isinstance(event, e.OperatorEvent):
                    self._people.add(Parties.member_of(event.interface), event)
                elif isinstance(event, e.PbxStarted):
                    self._restarted(event.at)
            self._write()

    def members(self) -> dict[str, str]:
        """Interfaces of queue members by the names that the queue log uses."""
        return self._people.members()

    def open_channels(self) -> dict[str, set[str]]:
        """Channels that live as far as is known, by Linkedid."""
        return self._calls.open_channels()

    def only_asked(self) -> dict[str, str]:
        """Channels KAW asked for and never heard of again, by Linkedid."""
        return self._calls.only_asked()

    def named_channels(self) -> set[str]:
        """Held channels of which more is known than that they wait in a queue."""
        return self._calls.named_channels()

    def knows(self, linkedid: str) -> bool:
        """Whether the call is held in memory."""
        return linkedid in self._calls.by_id

    def call_of(self, channel: str) -> str | None:
        """The Linkedid of the held call a channel belongs to."""
        for linkedid, held in self._calls.by_id.items():
            if any(event.channel == channel for event in held.events):
                return linkedid
        return None

    @property
    def newest(self) -> float:
        """When the last event of any call was, Unix seconds by the PBX's clock."""
        return self._calls.newest

    def hear_clock(self, at: float) -> None:
        """The present by the PBX's clock, Unix seconds; that clock may have been set back."""
        self._calls.newest = at

    def last_heard(self, linkedid: str) -> float:
        """When the last event of a held call was, Unix seconds by the PBX's clock."""
        return self._calls[linkedid].last

    def waits(self, linkedid: str, channel: str, queue: str) -> bool:
        """Whether a channel is known to wait in a queue."""
        record = self._calls.by_id[linkedid].record if self.knows(linkedid) else None
        visits = record.visits if record is not None else ()
        return any(visit.uniqueid == channel and visit.queue == queue and visit.waits for visit in visits)

    def memberships(self) -> list[tuple[str, str]]:
        """Interface and queue of everybody who is a member as far as is known."""
        return self._people.memberships()

    # -- memory

    def _bring_back(self, linkedids: set[str]) -> None:
        missing = {linkedid for linkedid in linkedids if not self.knows(linkedid)}
        if missing:
            with db.reading() as session:
                self._calls.fetch(session, missing)

    def _restarted(self, at: float) -> None:
        """Nothing from before a start of the PBX lives on."""
        heard = min(at, self._calls.newest)
        for linkedid, channels in self._calls.open_channels().items():
            if all(event.at < at for event in self._calls[linkedid].events):
                for channel in channels:
                    self._calls.add(e.ChannelGone(at, e.Source.KAW, linkedid, channel, True, heard))

    def _recall(self, operator: str, since: float) -> None:
        """Read an operator's past back, from the interval that held at ``since`` on."""
        person = self._people[operator]
        since = math.floor(since - MARGIN_S)  # the boundary before that moment may move with it
        with db.reading() as session:
            begin = store.moment(since)
            assert begin is not None  # noqa: S101 - for the type checker
            written = store.read_intervals(session, operator, begin)
            if len(written) == 1:  # the present one alone: where it begins may still move
                before = store.moment(math.floor(written[0].started - MARGIN_S))
                written = store.read_intervals(session, operator, before or begin)
            person.since = min(written[0].started, since) if written else float("-inf")
            start = (store.moment(person.since) if written else None) or begin
            spans = store.read_spans(session, operator, start)
            told = journal.of_operator(session, operator, start if written else None)
        person.written = written
        person.events |= {event for event in told if isinstance(event, e.OperatorEvent)}
        person.spans = {**spans, **person.spans}
        self._people.dirty.add(operator)

    @staticmethod
    def _journalled(subjects: Iterable[str]) -> list[str]:
        return [subject.removeprefix(journal.OPERATOR) for subject in subjects]

    # -- writing

    def _write(self, *, quiet: bool = False) -> None:
        """Everything that is new, in one transaction; where one thing cannot be written, each by itself."""
        try:
            self._write_these(set(self._calls.dirty), None, quiet=quiet)
        except KawError:
            raise
        except Exception:
            log.exception("call records could not be written together")
            self._write_singly(quiet=quiet)

    def _write_singly(self, *, quiet: bool) -> None:
        """What cannot be written is told and left out: one bad fact must not cost the others."""
        for linkedid in set(self._calls.dirty):
            try:
                self._write_these({linkedid}, set(), quiet=quiet)
            except KawError:
                raise
            except Exception:
                log.exception("call %s could not be recorded", linkedid)
                self._calls.give_up(linkedid)
        for operator in set(self._people.dirty):
            try:
                self._write_these(set(), {operator}, quiet=quiet)
            except KawError:
                raise
            except Exception:
                log.exception("the time of operator %s could not be recorded", operator)
                self._people.give_up(operator)

    def _write_these(self, calls: set[str], operators: set[str] | None, *, quiet: bool) -> None:
        """``operators`` None: all whose time looks different. ``quiet``: no screen is told."""
        changed = self._calls.derive(calls, self._parties())
        for held in changed:
            self._people.occupy(held.linkedid, held.record, held.written)
        chosen = set(self._people.dirty) if operators is None else operators
        for person in self._people.late(chosen):
            self._recall(person.operator, person.oldest_dirty)
        times = {operator: self._people[operator].intervals() for operator in chosen}
        if not calls and not times:
            return
        news = News(self._calls.newest)
        try:
            with db.transaction() as tx:
                self._guard(tx.session)
                self._put(tx, calls, changed, times, news)
        except BaseException:
            for held in changed:
                held.doubt()
            for operator in times:
                self._people[operator].unsure = True
            raise
        self._calls.settle(calls)
        for operator, now in times.items():
            self._people[operator].settle(now, self._calls.newest)
        self._people.dirty -= chosen
        news.hand_on(self._hooks, quiet=quiet)

    def _put(
        self,
        tx: db.Transaction,
        calls: set[str],
        changed: Sequence[Held],
        times: Mapping[str, list[IntervalRecord]],
        news: News,
    ) -> None:
        users = _users.get(None)
        journal.write(tx.session, self._unwritten(calls, times))
        store.write_calls(tx.session, changed, users)
        for operator, now in times.items():
            person = self._people[operator]
            store.write_intervals(tx.session, operator, person.written, now, users.get(operator), anew=person.unsure)
            if person.written[-1:] != now[-1:]:
                news.operators.append(operator)
        for held in changed:
            news.gather(held)
        news.calls += misses.settle(tx.session, misses.changed_by(changed))
        news.tell(tx)

    def _unwritten(self, calls: Iterable[str], operators: Iterable[str]) -> dict[str, Sequence[e.PbxEvent]]:
        told: dict[str, Sequence[e.PbxEvent]] = {linkedid: self._calls[linkedid].unwritten for linkedid in calls}
        for operator in operators:
            told[f"{journal.OPERATOR}{operator}"] = self._people[operator].unwritten
        return told


def _load_users(_key: None) -> dict[str, int]:
    with db.reading() as session:
        query = sa.select(col(User.extension), col(User.id)).where(
            col(User.extension).is_not(None), col(User.deleted_at).is_(None)
        )
        rows = session.connection().execute(query).all()
        return {row.extension: row.id for row in rows}


_users: Cache[None, dict[str, int]] = Cache(_load_users, drop_on=(live.RightsChanged,))

"""«Пропущенные вызовы»: who called and talked with nobody, until somebody has reached him (R12.8).

A caller is one row, however often he called; talks close his calls by themselves (``calls.misses``). Administrators and
who has the reports right find all callers; others those who waited in their queues or rang at their phones. Who may see
no phones finds each call by itself: which of them had one number is no more his to know than the number.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, Call, CallLeg, QueueVisit, Right
from kaw.services import access, audit, call_history, call_partners, call_scope, operator_day, users
from kaw.services.access import Actor, Rights
from kaw.services.call_partners import Caller
from kaw.services.calls.misses import IS_MISSED

PAGE = 50
CLOSED_SHOWN = timedelta(days=7)  # how long a closed call can be looked at here; the history has all

_OPEN = (*IS_MISSED, col(Call.closed_at).is_(None))
_LONE = sa.case((col(Call.digits10) == "", col(Call.id)), else_=0)  # whoever hides his number stands for himself


@dataclass(frozen=True)
class MissedRow:
    """A caller as one user may know him; times are UTC."""

    call_id: int  # his last call
    first_id: int  # his first one: it stays when he calls again
    times: int
    first_at: datetime
    last_at: datetime
    waited_seconds: int | None
    queue: str
    caller: Caller
    claimed_by: str = ""  # name of who takes care of him
    claimed_at: datetime | None = None
    is_mine: bool = False  # it is the reader who does
    may_release: bool = False
    closed_at: datetime | None = None
    closed_by: str = ""  # name of who talked with him, or closed it by hand
    reached: bool = False  # closed by a talk


@dataclass(frozen=True)
class MissedPage:
    """Rows from the newest on; ``more``: there are older ones."""

    rows: tuple[MissedRow, ...]
    more: bool


def missed(actor: Actor, offset: int = 0, limit: int = PAGE) -> MissedPage:
    """Callers who wait to be called back, by their last calls."""
    rights = access.rights(actor)
    with db.reading() as session:
        open_ones = (*_OPEN, *_scope(session, rights))
        grouped = _grouped(rights, open_ones).order_by(sa.desc("last_at"), sa.desc("last_id"))
        groups = session.connection().execute(grouped.offset(max(offset, 0)).limit(limit + 1)).all()
        callers = _calls_of(session, rights, open_ones, groups[:limit])
        return MissedPage(_rows(session, rights, callers), len(groups) > limit)


def closed(actor: Actor, offset: int = 0, limit: int = PAGE) -> MissedPage:
    """Calls that have been dealt with in the last days, each by itself, the last closed first."""
    rights = access.rights(actor)
    with db.reading() as session:
        recently = col(Call.closed_at) > db.now() - CLOSED_SHOWN
        query = select(Call).where(*IS_MISSED, recently, *_scope(session, rights))
        query = query.order_by(col(Call.closed_at).desc(), col(Call.id).desc())
        calls = session.exec(query.offset(max(offset, 0)).limit(limit + 1)).all()
        return MissedPage(_rows(session, rights, [[call] for call in calls[:limit]]), len(calls) > limit)


def count_open(actor: Actor) -> int:
    """How many rows ``missed`` has in all."""
    rights = access.rights(actor)
    with db.reading() as session:
        groups = _grouped(rights, (*_OPEN, *_scope(session, rights))).subquery()
        return int(session.connection().execute(sa.select(sa.func.count()).select_from(groups)).scalar_one())


def claim(actor: Actor, call_id: int) -> None:
    """Tell the others that one takes care of this caller. Conflict: somebody does already, or he has been reached."""

    def take(tx: db.Transaction, _rights: Rights, calls: Sequence[Call]) -> None:
        _refuse_anothers(tx.session, actor, calls)
        for call in calls:
            if call.claimed_by is None:
                call.claimed_by, call.claimed_at = actor.user_id, db.now()

    _change(actor, call_id, take)


def release(actor: Actor, call_id: int) -> None:
    """Leave the caller to the others; an administrator may do that for anybody."""

    def give_back(_tx: db.Transaction, rights: Rights, calls: Sequence[Call]) -> None:
        claimed = [call for call in calls if call.claimed_by is not None]
        own = [call for call in claimed if rights.is_admin or call.claimed_by == actor.user_id]
        if claimed and not own:
            raise AccessDenied
        for call in own:
            call.claimed_by = call.claimed_at = None

    _change(actor, call_id, give_back)


def close(actor: Actor, call_id: int) -> None:
    """Nobody needs to be called back. Conflict: somebody else takes care of him, or he has been reached."""

    def put_away(tx: db.Transaction, rights: Rights, calls: Sequence[Call]) -> None:
        if not rights.is_admin:
            _refuse_anothers(tx.session, actor, calls)
        now = db.now()
        for call in calls:
            call.closed_at, call.claimed_by, call.claimed_at = now, actor.user_id, now
        subject = ", ".join(f"№ {call.id}" for call in calls)
        audit.record(tx, actor, AuditAction.MISSED_CALL_CLOSED, subject)

    _change(actor, call_id, put_away)


# -- inner works


def _change(actor: Actor, call_id: int, change: Callable[[db.Transaction, Rights, Sequence[Call]], None]) -> None:
    """Change all open calls of a caller, as far as the user sees them; of two at once the second finds them changed."""
    rights = access.rights(actor)
    ids = _alike(rights, call_id)
    with db.transaction() as tx:
        query = select(Call).where(col(Call.id).in_(ids), col(Call.closed_at).is_(None)).order_by(col(Call.id))
        calls = tx.session.exec(query.with_for_update()).all()
        if not calls:
            raise Conflict(N_("This caller has been dealt with already."))
        change(tx, rights, calls)
        tx.session.add_all(calls)
        tx.announce(live.CallsChanged(tuple(call.id or 0 for call in calls)))


def _alike(rights: Rights, call_id: int) -> list[int]:
    """The open calls of this one's row. A session of its own: what is locked next is read afresh."""
    with db.reading() as session:
        scope = _scope(session, rights)
        this = session.exec(select(Call.digits10).where(Call.id == call_id, *IS_MISSED, *scope)).first()
        if this is None:
            raise NotFound
        if not this or not call_scope.sees_numbers(rights):
            return [call_id]
        alike = session.exec(select(Call.id).where(*_OPEN, Call.digits10 == this, *scope))
        return [call_id, *(each for each in alike if each is not None and each != call_id)]


def _refuse_anothers(session: Session, actor: Actor, calls: Sequence[Call]) -> None:
    others = {call.claimed_by for call in calls if call.claimed_by not in (None, actor.user_id)}
    names = users.names_in(session, [other for other in others if other is not None])
    if others:
        raise Conflict(N_("{name} takes care of this caller already."), name=", ".join(sorted(names.values())))


def _scope(session: Session, rights: Rights) -> tuple[sa.ColumnElement[bool], ...]:
    """Which calls he finds. Asked per call: lists of all calls of a queue would be long."""
    if rights.has(Right.REPORTS):
        return ()
    rang = sa.exists().where(col(CallLeg.call_id) == col(Call.id), col(CallLeg.user_id) == rights.user_id)
    queues = operator_day.queues_of(session, rights.user_id)
    waited = sa.exists().where(col(QueueVisit.call_id) == col(Call.id), col(QueueVisit.queue).in_(queues))
    return (sa.or_(rang, waited) if queues else rang,)


def _grouped(rights: Rights, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    """One row per caller: his key, or the id of the one call that stands for itself."""
    key, lone = (col(Call.digits10), _LONE) if call_scope.sees_numbers(rights) else (sa.literal(""), col(Call.id))
    last = sa.func.max(col(Call.started_at)).label("last_at")
    columns = (key.label("key"), lone.label("lone"), last, sa.func.max(col(Call.id)).label("last_id"))
    return sa.select(*columns).where(*conditions).group_by(sa.text("1"), sa.text("2"))


def _calls_of(
    session: Session, rights: Rights, conditions: Sequence[sa.ColumnElement[bool]], groups: Sequence[Any]
) -> list[list[Call]]:
    """The calls of each caller, the last one first."""
    keys = [group.key for group in groups if group.key]
    lone = [group.lone for group in groups if not group.key]
    either = sa.or_(col(Call.digits10).in_(keys), col(Call.id).in_(lone))
    newest = (col(Call.started_at).desc(), col(Call.id).desc())
    found: dict[tuple[str, int], list[Call]] = {}
    for call in session.exec(select(Call).where(*conditions, either).order_by(*newest)):
        identity = (call.digits10, 0) if call.digits10 in keys else ("", call.id or 0)
        found.setdefault(identity, []).append(call)
    in_order = [(group.key, 0 if group.key else group.lone) for group in groups]
    return [found[identity] for identity in in_order if identity in found]


def _rows(session: Session, rights: Rights, callers: Sequence[Sequence[Call]]) -> tuple[MissedRow, ...]:
    last = [calls[0] for calls in callers]
    known = call_partners.callers_of(session, rights, last)
    queues = call_history.last_queues(session, [call.id for call in last])
    talked = _who_talked(session, [call.closed_by_call for call in last])
    people = {call.claimed_by for calls in callers for call in calls} | set(talked.values())
    names = users.names_in(session, [user_id for user_id in people if user_id is not None])
    return tuple(
        _row(rights, calls, known[calls[0].id or 0], queues.get(calls[0].id, ""), talked, names) for calls in callers
    )


def _row(
    rights: Rights,
    calls: Sequence[Call],
    caller: Caller,
    queue: str,
    talked: Mapping[int, int | None],
    names: Mapping[int, str],
) -> MissedRow:
    last = calls[0]
    claimed = next((call for call in calls if call.claimed_by is not None), last)
    is_mine = claimed.claimed_by == rights.user_id
    closer = last.claimed_by if last.closed_by_call is None else talked.get(last.closed_by_call)
    return MissedRow(
        call_id=last.id or 0,
        first_id=calls[-1].id or 0,
        times=len(calls),
        first_at=calls[-1].started_at,
        last_at=last.started_at,
        waited_seconds=None if last.wait_ms is None else last.wait_ms // 1000,
        queue=queue,
        caller=caller,
        claimed_by=names.get(claimed.claimed_by or 0, ""),
        claimed_at=claimed.claimed_at,
        is_mine=is_mine,
        may_release=claimed.claimed_by is not None and (is_mine or rights.is_admin),
        closed_at=last.closed_at,
        closed_by=names.get(closer or 0, "") if last.closed_at is not None else "",
        reached=last.closed_by_call is not None,
    )


def _who_talked(session: Session, ids: Sequence[int | None]) -> dict[int, int | None]:
    """The users of these calls."""
    wanted = {call_id for call_id in ids if call_id is not None}
    rows = session.exec(select(Call.id, Call.user_id).where(col(Call.id).in_(wanted))) if wanted else ()
    return {call_id or 0: user_id for call_id, user_id in rows}

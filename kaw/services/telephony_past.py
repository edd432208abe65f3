"""What the PBX wrote while nobody listened: read after every connection, and a while later once more."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col, select

from kaw import db
from kaw.models import Call, PbxJournal, PbxReconciliation, User
from kaw.services import settings
from kaw.services.calls import recovery, store
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.telephony import cdr, queue_log
from kaw.telephony.port import Snapshot

MARGIN = timedelta(minutes=5)


def parties() -> Parties:
    """Who is an operator and what is a line outside, by users and settings."""
    with db.reading() as session:
        extensions = session.exec(select(User.extension).where(col(User.extension).is_not(None))).all()
    return Parties(frozenset(settings.value("pbx_trunks")), frozenset(each for each in extensions if each))


def catch_up(recorder: Recorder, snapshot: Snapshot) -> PbxReconciliation:
    """Bring the records up to the present of a new line."""
    since = _last_known(snapshot.at)
    return recovery.catch_up(recorder, parties(), read(since), snapshot, since)


def look_again(recorder: Recorder, snapshot: Snapshot) -> None:
    """What has been written since then; nothing is concluded from the old present."""
    since = max(snapshot.at - 24 * 3600, _first_connection())
    past = read(since)
    if past.lines or past.rows:
        recovery.catch_up(recorder, parties(), past, None, since)


def read(since: float) -> recovery.Past:
    """Queue log and CDR since a moment (Unix seconds); one that cannot be read is named and the other still counts.

    Nothing that stands there, and nothing a driver raises, may keep the line from being ready.
    """
    zone = str(settings.value("pbx_time_zone") or settings.value("time_zone"))
    problems: list[str] = []
    lines, rows = [], []
    try:
        log = settings.secret("pbx_queue_log")
        lines = queue_log.read(log, since, zone) if log else []
    except Exception as error:
        problems.append(f"queue log: {_plain(error)}")
    try:
        table = settings.secret("pbx_cdr")
        rows = cdr.read(table, since, zone) if table else []
    except Exception as error:
        problems.append(f"CDR: {_plain(error)}")
    return recovery.Past(lines, rows, "; ".join(problems))


def _plain(error: Exception) -> str:
    """One line without the address, which may hold a password."""
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return type(error).__name__


def _first_connection() -> float:
    """Unix seconds; what the PBX did before KAW was there is not KAW's to tell."""
    with db.reading() as session:
        first = session.exec(select(sa.func.min(PbxReconciliation.at))).one()
    return store.seconds(first) if first is not None else float("inf")


def _last_known(at: float) -> float:
    """From when on something may be missing; on a new installation nothing is."""
    with db.reading() as session:
        connection = session.connection()
        heard = connection.execute(sa.select(sa.func.max(col(PbxJournal.written_at)))).scalar()
        open_calls = sa.select(sa.func.min(col(Call.started_at))).where(
            col(Call.ended_at).is_(None), col(Call.closed_by_kaw).is_(False)
        )
        oldest = connection.execute(open_calls).scalar()
    known = [store.seconds(moment - MARGIN) for moment in (heard, oldest) if moment is not None]
    return min(known, default=at)

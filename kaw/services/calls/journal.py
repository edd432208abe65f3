"""What the PBX told, as it was told: records are made from it again after a restart.

A subject is a call (its Linkedid) or an operator ("operator:1010"); a row holds the events that came together. An
operator's row tells by itself how he stood after it, so that his past need not be read from its beginning.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.models import PbxJournal
from kaw.services import settings
from kaw.telephony.events import PbxEvent, pack, unpack

OPERATOR = "operator:"
MARGIN = timedelta(hours=1)  # the PBX's clock may be ahead of KAW's
AT_ONCE = 400  # subjects per query
PURGED = 1000  # rows forgotten in one transaction


def write(session: Session, told: Mapping[str, Sequence[PbxEvent]]) -> None:
    """Add what came now, by subject."""
    now = db.now()
    rows = [
        {
            "subject": subject[:80],
            "written_at": now,
            "lines": "\n".join(json.dumps(pack(event), ensure_ascii=False) for event in events),
        }
        for subject, events in told.items()
        if events
    ]
    if rows:
        session.connection().execute(sa.insert(PbxJournal), rows)


def read(session: Session, subjects: Iterable[str]) -> dict[str, list[PbxEvent]]:
    """Everything kept of these subjects, oldest first."""
    wanted, found = [subject[:80] for subject in subjects], dict[str, list[PbxEvent]]()
    for start in range(0, len(wanted), AT_ONCE):
        query = (
            sa.select(col(PbxJournal.subject), col(PbxJournal.lines))
            .where(col(PbxJournal.subject).in_(wanted[start : start + AT_ONCE]))
            .order_by(col(PbxJournal.id))
        )
        for subject, lines in session.connection().execute(query):
            found.setdefault(subject, []).extend(_events(lines))
    return found


def of_operator(session: Session, operator: str, since: datetime | None = None) -> list[PbxEvent]:
    """What is kept of an operator from a moment on (None: from the beginning), with how he stood then."""
    mine = col(PbxJournal.subject) == f"{OPERATOR}{operator}"[:80]
    query = sa.select(col(PbxJournal.lines)).where(mine).order_by(col(PbxJournal.id))
    if since is not None:
        before = sa.select(col(PbxJournal.id)).where(mine, col(PbxJournal.written_at) < since - MARGIN)
        first = session.connection().execute(before.order_by(col(PbxJournal.id).desc()).limit(1)).scalar()
        query = query.where(col(PbxJournal.id) >= (first or 0))
    return [event for lines in session.connection().execute(query).scalars() for event in _events(lines)]


def _events(lines: str) -> Iterator[PbxEvent]:
    return (unpack(json.loads(line)) for line in lines.split("\n"))


def operators(session: Session) -> list[str]:
    """Subjects of all operators it knows: one step of the index for each."""
    found, last = list[str](), OPERATOR
    while True:
        after = sa.select(sa.func.min(col(PbxJournal.subject))).where(col(PbxJournal.subject) > last)
        following = session.connection().execute(after).scalar()
        if following is None or not following.startswith(OPERATOR):
            return found
        found.append(following)
        last = following


def purge() -> None:
    """Forget what is older than the setting keeps it; of every operator the last word stays.

    Some rows at a time, so that what is being recorded meanwhile hardly waits.
    """
    limit = db.now() - timedelta(days=int(settings.value("pbx_journal_days")))
    with db.reading() as session:
        newest = sa.select(sa.func.max(col(PbxJournal.id)))
        keep = {
            session.connection().execute(newest.where(col(PbxJournal.subject) == subject)).scalar()
            for subject in operators(session)
        }
    last = 0
    while True:
        with db.transaction() as tx:
            connection = tx.session.connection()
            query = sa.select(col(PbxJournal.id)).where(col(PbxJournal.id) > last, col(PbxJournal.written_at) < limit)
            ids = connection.execute(query.order_by(col(PbxJournal.id)).limit(PURGED)).scalars().all()
            old = [each for each in ids if each not in keep]
            if old:
                connection.execute(sa.delete(PbxJournal).where(col(PbxJournal.id).in_(old)))
        if len(ids) < PURGED:
            return
        last = ids[-1]

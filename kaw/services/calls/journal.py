"""What the PBX told, as it was told: records are made from it again after a restart.

A subject is a call (its Linkedid) or an operator ("operator:1010"); a row holds the events that came together.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.models import PbxJournal
from kaw.services import settings
from kaw.telephony.events import PbxEvent, pack, unpack

OPERATOR = "operator:"
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
            found.setdefault(subject, []).extend(unpack(json.loads(line)) for line in lines.split("\n"))
    return found


def operators(session: Session) -> list[str]:
    """Subjects of all operators it knows."""
    query = sa.select(col(PbxJournal.subject)).distinct().where(col(PbxJournal.subject).startswith(OPERATOR))
    return list(session.connection().execute(query).scalars())


def purge() -> None:
    """Forget what is older than the setting keeps it; of every operator the last word stays.

    Some rows at a time, so that what is being recorded meanwhile hardly waits.
    """
    limit = db.now() - timedelta(days=int(settings.value("pbx_journal_days")))
    with db.reading() as session:
        of_operators = col(PbxJournal.subject).startswith(OPERATOR)
        newest = sa.select(sa.func.max(col(PbxJournal.id))).where(of_operators).group_by(col(PbxJournal.subject))
        keep = set(session.connection().execute(newest).scalars())
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

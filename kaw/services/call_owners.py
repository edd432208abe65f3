"""Calls that came before the card did: whoever is entered with their number gets them (R8.2.8).

A call that is somebody's stays his, whoever has the number later; of several who have it none gets it.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw import db
from kaw.models import Call, CallDirection, CardState, PartnerCard, PartnerPhone

AT_ONCE = 200  # numbers in one transaction, so that calls that are being recorded hardly wait

_OF_NOBODY = col(Call.partner_id).is_(None), col(Call.direction) != CallDirection.INTERNAL, col(Call.digits10) != ""


def adopt(session: Session, partner_id: int) -> None:
    """The calls of one card's numbers, in the transaction that writes them."""
    own = sa.select(col(PartnerPhone.digits10)).where(col(PartnerPhone.partner_id) == partner_id)
    _adopt(session, session.connection().execute(own).scalars().all())


def adopt_all() -> None:
    """The calls of many cards that have just been written."""
    with db.reading() as session:
        known = sa.select(col(PartnerPhone.digits10)).where(col(PartnerPhone.digits10) == col(Call.digits10))
        waiting = sa.select(col(Call.digits10)).distinct().where(*_OF_NOBODY, known.exists())
        keys = session.connection().execute(waiting).scalars().all()
    for start in range(0, len(keys), AT_ONCE):
        with db.transaction() as tx:
            _adopt(tx.session, keys[start : start + AT_ONCE])


def orphan(session: Session, partner_ids: Sequence[int]) -> None:
    """These cards are removed for good, and their calls are nobody's again."""
    write = sa.update(Call).where(col(Call.partner_id).in_(partner_ids))
    session.connection().execute(write.values(partner_id=None))


def _adopt(session: Session, keys: Sequence[str]) -> None:
    wanted = sorted({key for key in keys if key})
    if not wanted:
        return
    connection = session.connection()
    waiting = sa.select(col(Call.digits10)).distinct().where(col(Call.digits10).in_(wanted), *_OF_NOBODY)
    for key, owner in _only_owners(session, connection.execute(waiting).scalars().all()):
        write = sa.update(Call).where(col(Call.digits10) == key, *_OF_NOBODY)
        connection.execute(write.values(partner_id=owner))


def _only_owners(session: Session, keys: Sequence[str]) -> list[tuple[str, int]]:
    if not keys:
        return []
    owner = sa.func.min(col(PartnerPhone.partner_id))
    query = (
        sa.select(col(PartnerPhone.digits10), owner)
        .join(PartnerCard, col(PartnerCard.id) == col(PartnerPhone.partner_id))
        .where(col(PartnerPhone.digits10).in_(keys), col(PartnerCard.state) != CardState.IN_BIN)
        .group_by(col(PartnerPhone.digits10))
        .having(owner == sa.func.max(col(PartnerPhone.partner_id)))
    )
    return [(key, partner_id) for key, partner_id in session.connection().execute(query)]

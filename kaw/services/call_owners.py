"""Calls that came before the card did: whoever is entered with their number gets them (R8.2.8)."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlmodel import Session, col

from kaw.models import Call, CallDirection, CardState, PartnerCard, PartnerPhone

AT_ONCE = 400

_OF_NOBODY = col(Call.partner_id).is_(None), col(Call.direction) != CallDirection.INTERNAL


def adopt(session: Session, keys: Iterable[str]) -> None:
    """Calls of nobody with these numbers (keys) become those of the card that has the number, if no other has it.

    In the transaction that writes the numbers. A call that is somebody's stays his, whoever has the number later.
    """
    wanted, connection = sorted({key for key in keys if key}), session.connection()
    for start in range(0, len(wanted), AT_ONCE):
        of_them = col(Call.digits10).in_(wanted[start : start + AT_ONCE])
        waiting = connection.execute(sa.select(col(Call.digits10)).distinct().where(of_them, *_OF_NOBODY)).scalars()
        for key, owner in _only_owners(session, list(waiting)):
            write = sa.update(Call).where(col(Call.digits10) == key, *_OF_NOBODY)
            connection.execute(write.values(partner_id=owner))


def _only_owners(session: Session, keys: list[str]) -> list[tuple[str, int]]:
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

"""Whether to offer the demonstration company: once, to the administrator of an empty installation (R5.3)."""

from sqlmodel import col, func, select

from kaw import db
from kaw.models import Field, PartnerCard, Setting
from kaw.services import access
from kaw.services.access import Actor

_ANSWERED = "demonstration_offered"


def is_due(actor: Actor) -> bool:
    """Whether this user should be asked now."""
    if not access.rights(actor).is_admin:
        return False
    with db.reading() as session:
        if session.get(Setting, _ANSWERED) is not None:
            return False
        fields = session.exec(select(func.count(col(Field.id)))).one()
        return fields == 0 and session.exec(select(PartnerCard.id).limit(1)).first() is None


def answered(actor: Actor) -> None:
    """The question has been answered, whichever way; it is not asked again."""
    access.require_admin(actor)
    with db.transaction() as tx:
        tx.session.merge(Setting(key=_ANSWERED, value="true"))

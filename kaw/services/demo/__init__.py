"""A demonstration company: people, groups, a card like the manual's, 2,000 invented partners with history and files."""

from collections.abc import Callable

from sqlmodel import select

from kaw import db
from kaw.errors import Conflict
from kaw.i18n import N_
from kaw.models import PartnerCard
from kaw.services import access
from kaw.services.access import SYSTEM, Actor
from kaw.services.demo import card, files, history, partners, team

PARTNERS = 2000
LOGINS = team.LOGINS

Report = Callable[[float], None]


def is_empty() -> bool:
    """Whether there are no partners yet, so that ``load`` would do something."""
    with db.reading() as session:
        return session.exec(select(PartnerCard.id).limit(1)).first() is None


def load(actor: Actor, progress: Report | None = None, number: int = PARTNERS) -> None:
    """Fill an installation that has no partners; Conflict for any other. ``progress`` hears the part done, 0 to 1.

    KAW itself (``--demo``, in a data directory of its own) opens the sign-ins of ``LOGINS``. On anybody else's
    installation their passwords are random and told nobody: an administrator gives them new ones in «Пользователи».
    """
    access.require_admin(actor)
    if not is_empty():
        raise Conflict(N_("There are partners already. Demonstration data is only for an empty installation."))
    report = progress or (lambda _part: None)
    fields = card.create(actor)
    report(0.1)
    people = team.create(actor, fields, open_sign_ins=actor == SYSTEM)
    report(0.2)
    stories = history.invent(list(partners.partners(number, db.now().date())), people.editors)
    history.write(stories, report=lambda part: report(0.2 + 0.7 * part))
    files.attach(people.editors)
    report(1.0)

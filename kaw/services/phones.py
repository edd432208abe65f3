"""The phone of a user: his internal number and what the PBX calls it."""

from sqlmodel import Session

from kaw.errors import InvalidValue
from kaw.i18n import N_
from kaw.models import User
from kaw.services import settings
from kaw.services.access import Actor


def interface_of(extension: str) -> str:
    """The PBX's name of the phone with this internal number."""
    return str(settings.value("pbx_interface")).replace("{extension}", extension)


def extension_of(session: Session, actor: Actor) -> str:
    """The user's own internal number; InvalidValue when he has none."""
    user = session.get(User, actor.user_id)
    if user is None or not user.extension:
        raise InvalidValue("extension", N_("You have no internal number. An administrator can give you one."))
    return user.extension

"""The phone of a user: his internal number and what the PBX calls it."""

from sqlmodel import Session

from kaw.errors import InvalidValue
from kaw.i18n import N_
from kaw.models import User
from kaw.services import secrets, settings
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


def require_number(extension: str | None) -> None:
    """InvalidValue for what cannot be an internal number; None is nobody's."""
    if extension is not None and not (extension.isascii() and extension.isdigit() and 2 <= len(extension) <= 16):
        raise InvalidValue("extension", N_("An internal number has 2 to 16 digits."))


def require_password(password: str, extension: str | None) -> None:
    """InvalidValue for what cannot be the SIP password of this number; "" is none."""
    if password and not extension:
        raise InvalidValue("sip_password", N_("A softphone needs an internal number."))
    if len(password) > 128 or not password.isprintable():
        raise InvalidValue("sip_password", N_("This password cannot be used: too long, or with invisible characters."))


def assign(user: User, extension: str | None, password: str) -> None:
    """Give a user this number; a new password (kept encrypted), or the old one as long as the number is the same."""
    if user.extension != extension:
        user.sip_secret = None
    user.extension = extension
    if password:
        user.sip_secret = secrets.encrypt(password)

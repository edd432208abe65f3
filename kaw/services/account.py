"""«Мой кабинет»: what a user sets for himself (R7.2)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from kaw import db, live
from kaw.errors import AccessDenied, InvalidValue, NotFound
from kaw.i18n import LANGUAGES, N_
from kaw.models import AuditAction, User
from kaw.services import access, audit, partner_values, phones, settings, users
from kaw.services.access import Actor

THEMES = ("auto", "light", "dark")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True)
class Account:
    """A user's own settings; the SIP password is never among them, only whether there is one."""

    login: str
    full_name: str
    language: str
    theme: str
    notification_sound: bool
    extension: str | None
    has_sip_password: bool
    may_change_telephony: bool
    working_hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # "1" is Monday


@dataclass(frozen=True)
class AccountDraft:
    """What «Мой кабинет» saves; ``sip_password`` None keeps the present one."""

    full_name: str
    language: str
    theme: str
    notification_sound: bool = True
    working_hours: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    extension: str | None = None
    sip_password: str | None = None


def get(actor: Actor) -> Account:
    """The acting user's own settings."""
    rights = access.rights(actor)
    with db.reading() as session:
        user = _own(session, actor)
    hours = json.loads(user.working_hours or "{}")
    return Account(
        login=user.login,
        full_name=user.full_name,
        language=user.language,
        theme=user.theme,
        notification_sound=user.notification_sound,
        extension=user.extension,
        has_sip_password=bool(user.sip_secret),
        may_change_telephony=rights.is_admin or bool(settings.value("sip_self_service")),
        working_hours={day: (start, end) for day, (start, end) in hours.items()},
    )


def update(actor: Actor, draft: AccountDraft) -> None:
    """Save the acting user's own settings; the password has its own call, ``sessions.change_password``."""
    rights = access.rights(actor)
    name = " ".join(draft.full_name.split())
    if not name or len(name) > 120:
        raise InvalidValue("full_name", N_("This must be filled in.") if not name else N_("This is too long."))
    if draft.language not in LANGUAGES or draft.theme not in THEMES:
        raise InvalidValue("language" if draft.language not in LANGUAGES else "theme")
    hours = _checked_hours(draft.working_hours)
    with db.transaction() as tx:
        user = _own(tx.session, actor)
        partner_values.follow_user_name(tx.session, actor.user_id, name)
        user.full_name, user.language, user.theme = name, draft.language, draft.theme
        user.notification_sound, user.working_hours = draft.notification_sound, json.dumps(hours)
        extension = (draft.extension or "").strip() or None
        if extension != user.extension or draft.sip_password:
            if not (rights.is_admin or settings.value("sip_self_service")):
                raise AccessDenied(N_("Only an administrator can change the telephony login."))
            _set_telephony(tx.session, user, extension, draft.sip_password)
            audit.record(tx, actor, AuditAction.USER_CHANGED, user.full_name, {"telephony": extension or ""})
        tx.session.add(user)
        tx.announce(live.RightsChanged((actor.user_id,)))


def _set_telephony(session: Session, user: User, extension: str | None, password: str | None) -> None:
    phones.require_number(extension)
    phones.require_password(password or "", extension)
    other = (
        session.exec(select(User).where(User.extension == extension, User.id != user.id)).first() if extension else None
    )
    if other is not None:
        raise users.extension_taken(extension)
    phones.assign(user, extension, password or "")
    try:
        session.flush()
    except IntegrityError as error:  # somebody else has just taken it
        raise users.extension_taken(extension) from error


def _checked_hours(hours: Mapping[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    checked = {}
    for day, (start, end) in hours.items():
        if (
            day not in "1234567"
            or len(day) != 1
            or not _TIME.fullmatch(start)
            or not _TIME.fullmatch(end)
            or start >= end
        ):
            raise InvalidValue("working_hours", N_("Enter working hours as 09:00–18:00."))
        checked[day] = (start, end)
    return checked


def _own(session: Session, actor: Actor) -> User:
    user = session.get(User, actor.user_id)
    if user is None:
        raise NotFound
    return user

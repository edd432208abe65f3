"""«Настройки»: everything an administrator changes while KAW runs, as one typed registry."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session, select

from kaw import db, live
from kaw.config import config
from kaw.errors import InvalidValue, InvalidValues
from kaw.i18n import LANGUAGES, N_
from kaw.models import AuditAction, Setting
from kaw.services import access, audit, secrets
from kaw.services.access import Actor
from kaw.services.cache import Cache
from kaw.services.setting_checks import SECRET_IS_SET, SettingKind, colour, one_of, picture, text, whole, yes_no, zone
from kaw.services.telephony_settings import TELEPHONY_SETTINGS
from kaw.services.upsert import put

COMPANY, CARDS, SIGN_INS, TELEPHONY = N_("Company"), N_("Cards and files"), N_("Sign-in"), N_("Telephony")
REGIONS = {"RU": N_("Russia"), "BY": N_("Belarus"), "KZ": N_("Kazakhstan"), "UZ": N_("Uzbekistan"), "AM": N_("Armenia")}

SETTINGS: dict[str, SettingKind] = {
    kind.key: kind
    for kind in (
        SettingKind("company_name", N_("Company name"), COMPANY, "", text(80)),
        SettingKind("logo", N_("Logo"), COMPANY, "", picture, N_("Shown on the sign-in page. PNG, JPEG or WebP.")),
        SettingKind("accent_color", N_("Accent colour"), COMPANY, "#0e7c66", colour),
        SettingKind(
            "time_zone", N_("Time zone"), COMPANY, "Europe/Moscow", zone, N_("Days begin and times are shown by it.")
        ),
        SettingKind("language", N_("Language of new users"), COMPANY, "ru", one_of(LANGUAGES), options=LANGUAGES),
        SettingKind(
            "phone_region",
            N_("Country of phone numbers"),
            CARDS,
            "RU",
            one_of(REGIONS),
            N_("For numbers written without a country code."),
            options=REGIONS,
        ),
        SettingKind("upload_limit_mb", N_("Largest file"), CARDS, 50, whole(1, 4096), unit=N_("MB")),
        SettingKind(
            "session_limit",
            N_("Users signed in at once"),
            SIGN_INS,
            0,
            whole(0, 100_000),
            N_("0: no limit. An administrator can always sign in."),
        ),
        SettingKind("audit_days", N_("Keep the log for"), SIGN_INS, 1095, whole(30, 36_500), unit=N_("days")),
        SettingKind(
            "sip_self_service",
            N_("Users change their own telephony login"),
            TELEPHONY,
            False,
            yes_no,
            N_("Whoever has an internal number gets its calls."),
        ),
        *TELEPHONY_SETTINGS,
    )
}


def value(key: str) -> Any:
    """What a setting is now: what an administrator saved, else KAW_… of the environment, else the usual."""
    stored = _values.get(None)
    return stored[key] if key in stored else default_of(SETTINGS[key])


def default_of(kind: SettingKind) -> Any:
    """What holds while nobody has saved anything. A secret is encrypted here, too."""
    given = getattr(config(), kind.key, None) if kind.from_environment else None
    if given is None:
        return kind.default
    checked = kind.check(kind.key, given.get_secret_value() if isinstance(given, SecretStr) else given)
    return secrets.encrypt(checked) if kind.secret and checked else checked


def secret(key: str) -> str:
    """A password that KAW itself needs; never for a screen or a log."""
    token = str(value(key))
    return secrets.decrypt(token) if token else ""


def plain(beginning: str) -> dict[str, Any]:
    """Settings whose keys begin so, secrets readable; for services that talk to the PBX."""
    return {key: secret(key) if SETTINGS[key].secret else value(key) for key in SETTINGS if key.startswith(beginning)}


def drafted(actor: Actor, typed: Mapping[str, Any], beginning: str) -> dict[str, Any]:
    """The same as if what an administrator typed were saved; InvalidValues names each that is wrong."""
    access.require_admin(actor)
    return plain(beginning) | _checked({key: raw for key, raw in typed.items() if key.startswith(beginning)})


def all_settings(actor: Actor) -> dict[str, Any]:
    """Every setting by key, for administrators."""
    access.require_admin(actor)
    return {key: _shown(kind) for key, kind in SETTINGS.items()}


def _shown(kind: SettingKind) -> Any:
    """A secret only says whether it is there, an address with a password is shown without it."""
    return kind.shown(secret(kind.key)) if kind.secret else value(kind.key)


def change(actor: Actor, changes: Mapping[str, Any]) -> None:
    """Change some settings, all or none; InvalidValues names each that is wrong."""
    access.require_admin(actor)
    checked = {
        key: secrets.encrypt(new) if SETTINGS[key].secret and new else new for key, new in _checked(changes).items()
    }
    with db.transaction() as tx:
        stored = _stored(tx.session)  # not from the cache: another process may have changed it a moment ago
        changed = tuple(key for key, new in checked.items() if new != stored.get(key, default_of(SETTINGS[key])))
        if not changed:
            return
        for key in changed:
            put(tx.session, Setting(key=key, value=json.dumps(checked[key], ensure_ascii=False)))
        audit.record(tx, actor, AuditAction.SETTING_CHANGED, subject=", ".join(changed))
        tx.announce(live.SettingsChanged(changed))


def _checked(changes: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, as it may be saved, secrets in plain text; a secret that stays as it is shown is left out."""
    checked: dict[str, Any] = {}
    errors: list[InvalidValue] = []
    for key, raw in changes.items():
        try:
            if key not in SETTINGS:
                raise InvalidValue(key)
            kind = SETTINGS[key]
            if kind.secret and raw == _shown(kind):
                continue
            if kind.secret and SECRET_IS_SET in str(raw):
                raise InvalidValue(key, N_("Enter the password again."))
            checked[key] = kind.check(key, raw)
        except InvalidValue as error:
            errors.append(error)
    if errors:
        raise InvalidValues(errors)
    return checked


def _load(_key: None) -> dict[str, Any]:
    with db.reading() as session:
        return _stored(session)


def _stored(session: Session) -> dict[str, Any]:
    rows = session.exec(select(Setting)).all()
    return {row.key: json.loads(row.value) for row in rows if row.key in SETTINGS}


_values: Cache[None, dict[str, Any]] = Cache(_load, drop_on=(live.SettingsChanged,), patient=True)

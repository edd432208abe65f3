"""«Настройки»: everything an administrator changes while KAW runs, as one typed registry."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import available_timezones

from sqlmodel import Session, select

from kaw import db, live
from kaw.errors import InvalidValue, InvalidValues
from kaw.i18n import LANGUAGES, N_
from kaw.models import AuditAction, Setting
from kaw.services import access, audit
from kaw.services.access import Actor
from kaw.services.cache import Cache
from kaw.services.upsert import put

MAX_LOGO_BYTES = 200_000


@dataclass(frozen=True)
class SettingKind:
    """One setting: ``check`` turns what a form sent into the value or raises InvalidValue for it."""

    key: str
    label: str  # message id
    topic: str  # message id of its section
    default: Any
    check: Callable[[str, Any], Any]
    hint: str = ""  # message id
    options: Mapping[str, str] | None = None  # value -> message id, when it is one of a few
    unit: str = ""  # message id


def _text(limit: int, *, required: bool = False) -> Callable[[str, Any], str]:
    def check(key: str, raw: Any) -> str:
        text = " ".join(str(raw or "").split())
        if required and not text:
            raise InvalidValue(key, N_("This must be filled in."))
        if len(text) > limit:
            raise InvalidValue(
                key, N_("At most {limit} characters fit here, and this has {length}."), limit=limit, length=len(text)
            )
        return text

    return check


def _whole(low: int, high: int) -> Callable[[str, Any], int]:
    def check(key: str, raw: Any) -> int:
        try:
            number = int(str(raw).strip())
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise InvalidValue(key, N_("Enter a whole number from {low} to {high}."), low=low, high=high)
        return number

    return check


def _one_of(allowed: Mapping[str, str]) -> Callable[[str, Any], str]:
    def check(key: str, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise InvalidValue(key)
        return raw

    return check


def _yes_no(key: str, raw: Any) -> bool:
    if not isinstance(raw, bool):
        raise InvalidValue(key)
    return raw


def _colour(key: str, raw: Any) -> str:
    if not isinstance(raw, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", raw):
        raise InvalidValue(key, N_("Enter a colour as #rrggbb."))
    return raw.lower()


def _zone(key: str, raw: Any) -> str:
    if not isinstance(raw, str) or raw not in available_timezones():
        raise InvalidValue(key, N_("There is no such time zone."))
    return raw


def _picture(key: str, raw: Any) -> str:
    """A small raster picture as a data address; never SVG, which may carry scripts."""
    text = str(raw or "")
    if text and not re.fullmatch(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+", text):
        raise InvalidValue(key, N_("The logo must be a PNG, JPEG or WebP picture."))
    if len(text) > MAX_LOGO_BYTES * 4 // 3:
        raise InvalidValue(key, N_("The logo may have at most {kilobytes} KB."), kilobytes=MAX_LOGO_BYTES // 1000)
    return text


COMPANY, CARDS, SIGN_INS, TELEPHONY = N_("Company"), N_("Cards and files"), N_("Sign-in"), N_("Telephony")
REGIONS = {"RU": N_("Russia"), "BY": N_("Belarus"), "KZ": N_("Kazakhstan"), "UZ": N_("Uzbekistan"), "AM": N_("Armenia")}

SETTINGS: dict[str, SettingKind] = {
    kind.key: kind
    for kind in (
        SettingKind("company_name", N_("Company name"), COMPANY, "", _text(80)),
        SettingKind("logo", N_("Logo"), COMPANY, "", _picture, N_("Shown on the sign-in page. PNG, JPEG or WebP.")),
        SettingKind("accent_color", N_("Accent colour"), COMPANY, "#0e7c66", _colour),
        SettingKind(
            "time_zone", N_("Time zone"), COMPANY, "Europe/Moscow", _zone, N_("Days begin and times are shown by it.")
        ),
        SettingKind("language", N_("Language of new users"), COMPANY, "ru", _one_of(LANGUAGES), options=LANGUAGES),
        SettingKind(
            "phone_region",
            N_("Country of phone numbers"),
            CARDS,
            "RU",
            _one_of(REGIONS),
            N_("For numbers written without a country code."),
            options=REGIONS,
        ),
        SettingKind("upload_limit_mb", N_("Largest file"), CARDS, 50, _whole(1, 4096), unit=N_("MB")),
        SettingKind(
            "session_limit",
            N_("Users signed in at once"),
            SIGN_INS,
            0,
            _whole(0, 100_000),
            N_("0: no limit. An administrator can always sign in."),
        ),
        SettingKind("audit_days", N_("Keep the log for"), SIGN_INS, 1095, _whole(30, 36_500), unit=N_("days")),
        SettingKind(
            "sip_self_service",
            N_("Users change their own telephony login"),
            TELEPHONY,
            False,
            _yes_no,
            N_("Whoever has an internal number gets its calls."),
        ),
    )
}


def value(key: str) -> Any:
    """What a setting is now."""
    return _values.get(None).get(key, SETTINGS[key].default)


def all_settings(actor: Actor) -> dict[str, Any]:
    """Every setting by key, for administrators."""
    access.require_admin(actor)
    return {key: value(key) for key in SETTINGS}


def change(actor: Actor, changes: Mapping[str, Any]) -> None:
    """Change some settings, all or none; InvalidValues names each that is wrong."""
    access.require_admin(actor)
    checked: dict[str, Any] = {}
    errors: list[InvalidValue] = []
    for key, raw in changes.items():
        try:
            if key not in SETTINGS:
                raise InvalidValue(key)
            checked[key] = SETTINGS[key].check(key, raw)
        except InvalidValue as error:
            errors.append(error)
    if errors:
        raise InvalidValues(errors)
    with db.transaction() as tx:
        stored = _stored(tx.session)  # not from the cache: another process may have changed it a moment ago
        changed = tuple(key for key, new in checked.items() if new != stored.get(key, SETTINGS[key].default))
        if not changed:
            return
        for key in changed:
            put(tx.session, Setting(key=key, value=json.dumps(checked[key], ensure_ascii=False)))
        audit.record(tx, actor, AuditAction.SETTING_CHANGED, subject=", ".join(changed))
        tx.announce(live.SettingsChanged(changed))


def _load(_key: None) -> dict[str, Any]:
    with db.reading() as session:
        return _stored(session)


def _stored(session: Session) -> dict[str, Any]:
    rows = session.exec(select(Setting)).all()
    return {row.key: json.loads(row.value) for row in rows if row.key in SETTINGS}


_values: Cache[None, dict[str, Any]] = Cache(_load, drop_on=(live.SettingsChanged,))

"""What a form sent, turned into the value of a setting; InvalidValue for its key where it cannot be one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from kaw.errors import InvalidValue
from kaw.i18n import N_

MAX_LOGO_BYTES = 200_000
LONGEST_LIST, LONGEST_ITEM = 200, 80
SECRET_IS_SET = "••••••••"  # noqa: S105 - what a form shows of a password, and sends back when it stays
_PASSWORD = re.compile(r"(://[^:/@]+:)[^@]+@")
_NUMBER = re.compile(r"\+?[0-9\s().\-]+", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
    secret: bool = False  # kept encrypted, never shown again
    masked: bool = False  # of a secret only the password inside an address is hidden
    from_environment: bool = False  # KAW_… gives it until an administrator saves another

    def shown(self, plain: str) -> str:
        """A secret as a form may show it."""
        if self.masked:
            return _PASSWORD.sub(rf"\1{SECRET_IS_SET}@", plain)
        return SECRET_IS_SET if plain else ""


def text(limit: int, *, required: bool = False) -> Callable[[str, Any], str]:
    """One line of text, inner spaces made single."""

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


def whole(low: int, high: int) -> Callable[[str, Any], int]:
    """A whole number in a range."""

    def check(key: str, raw: Any) -> int:
        try:
            number = int(str(raw).strip())
        except ValueError:
            number = low - 1
        if not low <= number <= high:
            raise InvalidValue(key, N_("Enter a whole number from {low} to {high}."), low=low, high=high)
        return number

    return check


def one_of(allowed: Mapping[str, str]) -> Callable[[str, Any], str]:
    """One of a few values."""

    def check(key: str, raw: Any) -> str:
        if not isinstance(raw, str) or raw not in allowed:
            raise InvalidValue(key)
        return raw

    return check


def yes_no(key: str, raw: Any) -> bool:
    """True or False."""
    if not isinstance(raw, bool):
        raise InvalidValue(key)
    return raw


def colour(key: str, raw: Any) -> str:
    """#rrggbb."""
    if not isinstance(raw, str) or not re.fullmatch(r"#[0-9a-fA-F]{6}", raw):
        raise InvalidValue(key, N_("Enter a colour as #rrggbb."))
    return raw.lower()


def zone(key: str, raw: Any) -> str:
    """A time zone of the IANA database."""
    if not isinstance(raw, str) or raw not in available_timezones():
        raise InvalidValue(key, N_("There is no such time zone."))
    return raw


def picture(key: str, raw: Any) -> str:
    """A small raster picture as a data address; never SVG, which may carry scripts."""
    text = str(raw or "")
    if text and not re.fullmatch(r"data:image/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+", text):
        raise InvalidValue(key, N_("The logo must be a PNG, JPEG or WebP picture."))
    if len(text) > MAX_LOGO_BYTES * 4 // 3:
        raise InvalidValue(key, N_("The logo may have at most {kilobytes} KB."), kilobytes=MAX_LOGO_BYTES // 1000)
    return text


def clean(limit: int) -> Callable[[str, Any], str]:
    """A text for another machine: nothing in it may end a line there."""

    def check(key: str, raw: Any) -> str:
        found = str(raw or "").strip()
        if _CONTROL.search(found):
            raise InvalidValue(key, N_("Line breaks and control characters are not allowed here."))
        return text(limit)(key, found)

    return check


def lines(key: str, raw: Any) -> list[str]:
    """Short texts, one per line (a list, or one text), each once."""
    parts = raw if isinstance(raw, list) else str(raw or "").replace(",", "\n").split("\n")
    found = list(dict.fromkeys(" ".join(str(part).split()) for part in parts))
    found = [part for part in found if part]
    if len(found) > LONGEST_LIST or any(len(part) > LONGEST_ITEM or _CONTROL.search(part) for part in found):
        raise InvalidValue(key, N_("One short text per line."))
    return found


def named_lines(key: str, raw: Any) -> list[str]:
    """Short texts where a comma may stand in one, at least one of them."""
    found = lines(key, raw if isinstance(raw, list) else str(raw or "").split("\n"))
    if not found:
        raise InvalidValue(key, N_("This must be filled in."))
    return found


def pause_names(key: str, raw: Any) -> list[str]:
    """Reasons for a pause, as the PBX can write them into its log."""
    found = named_lines(key, raw)
    if any(sign in name for name in found for sign in "|;"):
        raise InvalidValue(key, N_("The characters | and ; are not allowed here."))
    return found


def phone_numbers(key: str, raw: Any) -> list[str]:
    """Numbers, one per line, in any notation."""
    found = lines(key, raw)
    wrong = [each for each in found if not _NUMBER.fullmatch(each) or not 2 <= sum(map(str.isdigit, each)) <= 24]
    if wrong:
        raise InvalidValue(key, N_("This is no phone number: {given}"), given=wrong[0])
    return found


def zone_or_none(key: str, raw: Any) -> str:
    """A time zone, or none."""
    return zone(key, raw) if raw else ""


def interface(key: str, raw: Any) -> str:
    """How the PBX calls the phone of an extension."""
    found = clean(80)(key, raw)
    if not re.fullmatch(r"[A-Za-z0-9]+/[\w.@-]*\{extension\}[\w.@/-]*", found):
        raise InvalidValue(key, N_("Enter it like PJSIP/{extension}."), extension="{extension}")
    return found


def context(key: str, raw: Any) -> str:
    """A context of the dialplan."""
    found = clean(80)(key, raw)
    if not re.fullmatch(r"[\w.-]*", found):
        raise InvalidValue(key, N_("A context has letters, digits, hyphens and underscores only."))
    return found


def recordings_place(key: str, raw: Any) -> str:
    """A directory, or an address that is shown as it is: a password has a place of its own."""
    found = clean(500)(key, raw)
    if found.startswith(("http://", "https://")) and "@" in found.split("/")[2]:
        raise InvalidValue(key, N_("Enter user and password in the lines below and not in the address."))
    return found


def address(*schemes: str, what: str) -> Callable[[str, Any], str]:
    """An address with one of these schemes, or nothing; ``what`` is the message id for any other."""

    def check(key: str, raw: Any) -> str:
        found = clean(500)(key, raw)
        if found and (urlsplit(found).scheme not in schemes or not found.partition(":")[2].strip("/")):
            raise InvalidValue(key, what)
        return found

    return check

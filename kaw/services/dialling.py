"""What may be dialled: a number as people type and paste it, made into digits the PBX takes, or a clear refusal.

And the id that KAW gives a call it places: it tells whom the call is for, whichever KAW process meets it.
"""

import re
from uuid import uuid4

from kaw.errors import InvalidValue
from kaw.fields.phone import phones_in
from kaw.i18n import N_
from kaw.services import settings

FIELD = "number"
LONGEST = 24  # digits: 15 of the longest number in the world, and what some exchanges want in front
LONGEST_PASTE = 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_EXTENSION = re.compile(
    r"[\s,;(]*(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|ext(?:ension)?|x|д)\s*[.:]?\s*(\d{1,7})[\s)]*", re.IGNORECASE
)
_SCHEME = re.compile(r"(?:tel|callto|sip):(?://)?", re.IGNORECASE)
_PRETTY = re.compile(r"[\s().\-/\u00a0\u00ad\u200b-\u200f\u2010-\u2015\u202a-\u202f\u2060\ufeff]")
SHORTEST_ABROAD = 7  # digits of a number with its country code
_LABEL = re.compile(r"\([^()\d]+\)\s*")  # +7 903 154-55-46 (бухгалтерия)
_DIALLED = re.compile(r"\+?[0-9*#]+")


ORIGIN = "kaw-"
_ORIGIN = re.compile(r"kaw-[0-9a-f]{32}-(\d{1,9})", re.ASCII)


def origin(partner_id: int | None) -> str:
    """The id of the first channel of a call that KAW places."""
    return f"{ORIGIN}{uuid4().hex}" + (f"-{partner_id}" if partner_id else "")


def partner_of_origin(told: str) -> int | None:
    """Whom such a call is for, where it was placed from a card."""
    found = _ORIGIN.fullmatch(told)
    return int(found[1]) if found else None


def clean_number(text: str) -> tuple[str, str]:
    """What to dial, and the extension to key in when somebody answers ("" without one).

    A number of a country comes in its international form without a plus (79031545546), so that the dialplan meets one
    notation; anything else, an internal number or *72, as it is. InvalidValue at ``number`` says what is wrong.
    """
    text = text.strip()
    if not text:
        raise InvalidValue(FIELD, N_("Enter a number to call."))
    if _CONTROL.search(text):
        raise InvalidValue(FIELD, N_("A number is one line, without control characters."))
    if len(text) > LONGEST_PASTE:
        raise _too_long()
    number, extension = _apart(_LABEL.sub("", _SCHEME.sub("", text, count=1)))
    digits = _PRETTY.sub("", number)
    _check(digits, number)
    found = phones_in(number, str(settings.value("phone_region"))) if len(digits.lstrip("+")) > 6 else []
    if len(found) > 1:
        raise InvalidValue(FIELD, N_("There are several numbers here. Leave the one to call."))
    if found and "*" not in digits and "#" not in digits:
        return found[0].number.lstrip("+"), extension or found[0].extension
    return digits.lstrip("+"), extension


def _apart(text: str) -> tuple[str, str]:
    """The number and the extension behind it."""
    extension = _EXTENSION.search(text)
    if extension is None or extension.end() != len(text) or not any(c.isdigit() for c in text[: extension.start()]):
        return text, ""
    return text[: extension.start()], extension[1]


def _check(digits: str, text: str) -> None:
    if _DIALLED.fullmatch(digits):
        if len(digits.lstrip("+")) > LONGEST:
            raise _too_long()
        if digits.startswith("+") and len(digits) <= SHORTEST_ABROAD:
            raise InvalidValue(FIELD, N_("This number is not complete: {given}"), given=text.strip()[:40])
        return
    if any(c.isalpha() for c in digits):
        raise InvalidValue(FIELD, N_("A number has no letters: {given}"), given=text.strip()[:40])
    if not any(c.isdigit() for c in digits):
        raise InvalidValue(FIELD, N_("There are no digits in this: {given}"), given=text.strip()[:40])
    if "+" in digits[1:]:
        raise InvalidValue(FIELD, N_("There are several numbers here. Leave the one to call."))
    wrong = "".join(dict.fromkeys(c for c in digits if c not in "+0123456789*#"))
    raise InvalidValue(FIELD, N_("These characters cannot be dialled: {characters}"), characters=wrong[:20])


def _too_long() -> InvalidValue:
    return InvalidValue(FIELD, N_("This is too long for a number: at most {most} digits."), most=LONGEST)

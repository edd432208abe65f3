"""Phone numbers, several in one value, in whatever notation people use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult

from kaw.fields.base import FieldContext
from kaw.fields.text import TextType, clean_line, short_enough
from kaw.i18n import N_
from kaw.models import FieldKind

KEY_DIGITS = 10
_EXTENSION = re.compile(
    r"(?<![а-яёa-z])(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|д)\s*[.:]?\s*(?=\d{1,7}\b)", re.IGNORECASE
)
# What nearly all numbers in Russian bases look like; phonenumbers takes twenty times as long for the same answer.
_PLAIN_RUSSIAN = re.compile(
    r"(?:(?:\+7|8|7)[ -]?)?\(?((?!810)[3489]\d\d)\)?[ -]?(\d{3})[ -]?(\d\d)[ -]?(\d\d)", re.ASCII
)
_ONLY_DIGITS = re.compile(r"[+\d\s().-]{3,30}")


@dataclass(frozen=True)
class PhoneEntry:
    """One number found in a text.

    ``number`` is E.164 with its plus, or bare digits of a number that is only known locally; ``digits10`` is the key
    an incoming call is looked up by: the last ten digits.
    """

    digits10: str
    number: str
    extension: str = ""
    label: str = ""

    @property
    def shown(self) -> str:
        """As people read it: +7 903 154-55-46 доб. 12 (label)."""
        text = format_number(self.number)
        if self.extension:
            text += f" доб. {self.extension}"
        return f"{text} ({self.label})" if self.label else text


class PhoneType(TextType):
    """The value is the readable text of its numbers, so that what is stored is what is shown."""

    kind = FieldKind.PHONE
    label = N_("Phone")
    max_length: ClassVar[int] = 255

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        text = short_enough(clean_line(raw), self.max_length, context)
        if not text:
            return None
        found = phones_in(text, context.region)
        if not found:
            raise context.refuse(N_("Enter a phone number, such as +7 903 154-55-46."))
        return short_enough(", ".join(entry.shown for entry in found), self.max_length, context)

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return "".join(c for c in value if c.isdigit())[:32] or None if value else None

    def search_text(self, value: Any, context: FieldContext) -> str:
        return value or ""


def phones_in(text: str, region: str = "RU") -> list[PhoneEntry]:
    """Every number in a text, in order; the same number once. Never fails, whatever the text."""
    plain = _PLAIN_RUSSIAN.fullmatch(text.strip()) if region == "RU" else None
    if plain:
        digits = "".join(plain.groups())
        return [PhoneEntry(digits10=digits, number=f"+7{digits}")]
    prepared = _EXTENSION.sub(" ext. ", text[:1000])
    entries: dict[str, PhoneEntry] = {}
    matches = list(_matches(prepared, region))
    for index, match in enumerate(matches):
        following = matches[index + 1].start if index + 1 < len(matches) else len(prepared)
        entry = _entry(match.number, _label(prepared[match.end : following]))
        entries.setdefault(entry.number + entry.extension, entry)
    if not entries and _ONLY_DIGITS.fullmatch(text.strip()):
        return _unknown(text)
    return list(entries.values())


def key_of(number: str, region: str = "RU") -> str:
    """The key of a number as the network or a person gives it; "" when it holds no digits."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    found = phones_in(number, region)
    return found[0].digits10 if found else digits[-KEY_DIGITS:]


def format_number(number: str) -> str:
    """An E.164 number in groups; anything else as it is."""
    if not number.startswith("+"):
        return number
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def _matches(text: str, region: str) -> Iterator[Any]:
    for match in PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=100):
        if phonenumbers.is_possible_number_with_reason(match.number) == ValidationResult.IS_POSSIBLE:
            yield match


def _unknown(text: str) -> list[PhoneEntry]:
    """Digits that are no number of any country: an extension, a city number without its code, a typing error."""
    digits = "".join(c for c in text if c.isascii() and c.isdigit())
    return [PhoneEntry(digits10=digits[-KEY_DIGITS:], number=digits)] if 3 <= len(digits) <= 15 else []


def _entry(number: PhoneNumber, label: str) -> PhoneEntry:
    e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    return PhoneEntry(
        digits10=e164.lstrip("+")[-KEY_DIGITS:], number=e164, extension=(number.extension or "")[:12], label=label
    )


def _label(rest: str) -> str:
    """A remark in brackets right behind a number: (wa), (бухгалтерия)."""
    found = re.match(r"\s*\(([^()\d]{1,40})\)", rest)
    return found[1].strip() if found else ""

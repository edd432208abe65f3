"""Phone numbers, several in one value, in whatever notation people use."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher, ValidationResult

from kaw.fields.base import FieldContext
from kaw.fields.text import TextType, clean_line, short_enough
from kaw.i18n import N_
from kaw.models import FieldKind

KEY_DIGITS = 10
LONGEST_LABEL = 40
LONGEST_LOCAL = 15
_EXTENSION = re.compile(
    r"(?<![а-яёa-z])(?:доб(?:авочный)?|вн(?:утр(?:енний)?)?|д)\s*[.:]?\s*(?=\d{1,7}\b)", re.IGNORECASE
)
# What nearly all numbers in Russian bases look like; phonenumbers takes twenty times as long for the same answer.
_PLAIN_RUSSIAN = re.compile(
    r"(?:(?:\+7|8|7)[ -]?)?\(?((?!810)[3489]\d\d)\)?[ -]?(\d{3})[ -]?(\d\d)[ -]?(\d\d)", re.ASCII
)
_ONLY_DIGITS = re.compile(r"[+\d\s().-]{3,30}")
_SEPARATOR = re.compile(r"[,;/|?\n]")
_LOCAL = re.compile(r"(?<!\w)\+?\d[\d\s().-]*\d(?!\w)")
_NO_WORDS = re.compile(r"[()\[\]{}<>]|\bext\.")


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
        return f"{self.dialled} ({self.label})" if self.label else self.dialled

    @property
    def dialled(self) -> str:
        """The same without the label: what somebody types who calls it."""
        text = format_number(self.number)
        return f"{text} доб. {self.extension}" if self.extension else text


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
        shown = _listed(found)
        for _attempt in range(3):  # what is shown must be understood in the same way when it is read again
            again = phones_in(shown, context.region)
            if _listed(again) == shown:
                break
            shown = _listed([replace(entry, label="") for entry in again])
        return short_enough(shown, self.max_length, context)

    def sort_key(self, value: Any, context: FieldContext) -> str | None:
        return "".join(c for c in value if c.isdigit())[:32] or None if value else None

    def search_text(self, value: Any, context: FieldContext) -> str:
        return value or ""


def phones_in(text: str, region: str = "RU") -> list[PhoneEntry]:
    """Every number in a text, in order; the same number once. Words beside a number become its label.

    Never fails, whatever the text.
    """
    plain = _PLAIN_RUSSIAN.fullmatch(text.strip()) if region == "RU" else None
    if plain:
        digits = "".join(plain.groups())
        return [PhoneEntry(digits10=digits, number=f"+7{digits}")]
    prepared = _EXTENSION.sub(" ext. ", text[:1000])
    reader, position = _Reader(), 0
    for match in _matches(prepared, region):
        reader.gap(prepared[position : match.start], has_next=True)
        reader.number(match.number)
        position = match.end
    reader.gap(prepared[position:], has_next=False)
    first: dict[tuple[str, str], PhoneEntry] = {}
    for entry in reader.found:
        first.setdefault((entry.number, entry.extension), entry)
    return list(first.values())


def _listed(entries: list[PhoneEntry]) -> str:
    return ", ".join(entry.shown for entry in entries)


def key_of(number: str, region: str = "RU") -> str:
    """The key of a number as the network or a person gives it; "" when it holds no digits."""
    found = phones_in(number, region)
    return found[0].digits10 if found else _digits(number)[-KEY_DIGITS:]


def format_number(number: str) -> str:
    """An E.164 number in groups; anything else as it is."""
    if not number.startswith("+"):
        return number
    plain = _PLAIN_RUSSIAN.fullmatch(number)
    if plain:
        return "+7 {} {}-{}-{}".format(*plain.groups())
    try:
        parsed = phonenumbers.parse(number)
    except NumberParseException:
        return number
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL))


def _matches(text: str, region: str) -> Iterator[Any]:
    for match in PhoneNumberMatcher(text, region, leniency=phonenumbers.Leniency.POSSIBLE, max_tries=100):
        if phonenumbers.is_possible_number_with_reason(match.number) == ValidationResult.IS_POSSIBLE:
            yield match


class _Reader:
    """Goes through a text from number to number."""

    def __init__(self) -> None:
        self.found: list[PhoneEntry] = []
        self._waiting = ""  # words that belong to the number that comes next
        self._words_lead = False  # "Иван 8903… Петр 8909…"

    def number(self, number: PhoneNumber) -> None:
        """A number that may exist."""
        e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
        self._add(e164, e164.lstrip("+"), (number.extension or "")[:12])

    def gap(self, text: str, *, has_next: bool) -> None:
        """What stands between two numbers: digits of no country's number, and words."""
        pieces = _SEPARATOR.split(text)
        for place, piece in enumerate(pieces):
            digits, rest = _local_number(piece)
            words = _words(rest)
            leads = has_next and place == len(pieces) - 1 and (place > 0 or self._words_lead)
            if digits:
                self._add(digits, digits, "")
            if words and (leads or not self.found):
                self._words_lead = self._words_lead or not self.found
                self._waiting = f"{self._waiting} {words}".strip()
            elif words:
                last = self.found[-1]
                self.found[-1] = replace(last, label=f"{last.label} {words}".strip()[:LONGEST_LABEL].strip())

    def _add(self, number: str, digits: str, extension: str) -> None:
        label = self._waiting[:LONGEST_LABEL].strip()
        self.found.append(PhoneEntry(digits[-KEY_DIGITS:], number, extension, label))
        self._waiting = ""


def _local_number(piece: str) -> tuple[str, str]:
    """Digits that are no number of any country (an extension, a city number without its code), and the rest."""
    if _ONLY_DIGITS.fullmatch(piece.strip()):
        digits = _digits(piece)
        return (digits, "") if 3 <= len(digits) <= LONGEST_LOCAL else ("", piece)
    found = _LOCAL.search(piece)
    digits = _digits(found[0]) if found else ""
    if found is None or not 5 <= len(digits) <= LONGEST_LOCAL:
        return "", piece
    return digits, f"{piece[: found.start()]} {piece[found.end() :]}"


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _words(piece: str) -> str:
    """A remark without its brackets: wa, бухгалтерия, до 18:00; more digits would look like a number."""
    text = " ".join(_NO_WORDS.sub(" ", piece).split())
    if not text[:1].isalpha() or sum(c.isdigit() for c in text) > 4:
        text = "".join(c for c in text if not c.isdigit())
    text = " ".join(text.split()).strip(" -–—.:+*")
    return text if any(c.isalpha() for c in text) else ""

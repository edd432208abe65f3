"""What a search looks for, and the test whether a card has it. Indexes only narrow down; this test is the truth.

Every word must be somewhere in the searched fields, as a part of a word, without regard to case and with ё as е.
Phone digits are found in any notation: "903 154", "154-55-46" and "8903154" all find +7 903 154-55-46 (R8.3.2).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kaw.fields.base import FieldContext
from kaw.fields.folding import fold
from kaw.fields.numbers import plain
from kaw.fields.text import clean_line
from kaw.models import FieldKind
from kaw.services.card_schema import CardField

INDEXED = 3  # characters from which on an index helps
MOST_WORDS = 8
UNSEARCHED = {FieldKind.DATETIME, FieldKind.YES_NO, FieldKind.PARTNER}  # found by their funnel
_NOTATION = re.compile(r"[+\d\s().,-]+")


@dataclass(frozen=True)
class Term:
    """One thing a card must have: one of ``texts`` in one of ``fields``, or one of ``digits`` in a phone of them."""

    texts: tuple[str, ...]
    digits: tuple[str, ...]
    fields: tuple[CardField, ...]

    @property
    def is_indexed(self) -> bool:
        """Whether it is long enough for an index."""
        return all(len(item) >= INDEXED for item in (*self.texts, *self.digits))


def words_of(text: str, fields: Sequence[CardField]) -> list[Term]:
    """The terms of a search as typed; none for an empty one."""
    line = fold(clean(text))
    searched = tuple(item for item in fields if item.kind not in UNSEARCHED)
    if not line:
        return []
    if _NOTATION.fullmatch(line) and len(_digits(line)) >= INDEXED and " " in line:
        return [Term((line,), _dialled(line), searched)]
    return [Term((word,), _dialled(word), searched) for word in dict.fromkeys(line.split()[:MOST_WORDS])]


def phrase_of(text: str, field: CardField) -> Term | None:
    """The term of «содержит» in one column: the whole text as one piece."""
    line = fold(clean(text))
    return Term((line,), _dialled(line), (field,)) if line else None


def clean(text: str) -> str:
    """One line without what no stored text has."""
    return storable(clean_line(text))


def storable(text: str) -> str:
    """The text without characters that databases refuse."""
    return "".join(c for c in text if c != "\0" and not "\ud800" <= c <= "\udfff")


def searchable(field: CardField, value: Any, context: FieldContext) -> str:
    """A value as searches see it: folded; a phone with its bare digits behind."""
    if value is None or field.kind in UNSEARCHED:
        return ""
    if field.kind is FieldKind.NUMBER:
        return plain(Decimal(repr(value)))
    if field.kind is FieldKind.MONEY:
        return plain(Decimal(value) / 100)
    text = fold(field.type.search_text(value, context))
    return f"{text}\n{bare_digits(text)}" if field.holds_phones else text


def bare_digits(text: str) -> str:
    """A phone text without the characters people group digits by."""
    return re.sub(r"[ ()\-.\u00a0]", "", text)


def tester(terms: Sequence[Term], contexts: Mapping[int, FieldContext]) -> Callable[[Mapping[str, Any]], bool]:
    """A test of rows of ``partner_card`` by column."""
    fields = list({item.id: item for term in terms for item in term.fields}.values())
    readers = [(item, item.column, contexts[item.id]) for item in fields]
    phones = {item.id for item in fields if item.holds_phones}
    wanted = [(term.texts, term.digits, {item.id for item in term.fields}) for term in terms]
    alike = all(ids == wanted[0][2] for _texts, _digits, ids in wanted) if wanted else True

    def test(row: Mapping[str, Any]) -> bool:
        found = {
            item.id: searchable(item, row[column], context)
            for item, column, context in readers
            if row[column] is not None
        }
        if alike:
            whole = "\0".join(found.values())
            dialled = "\0".join(text for field_id, text in found.items() if field_id in phones)
            return all(
                any(text in whole for text in texts) or any(item in dialled for item in digits)
                for texts, digits, _ids in wanted
            )
        return all(_has(found, texts, digits, ids, phones) for texts, digits, ids in wanted)

    return test


def _has(
    found: Mapping[int, str], texts: tuple[str, ...], digits: tuple[str, ...], ids: set[int], phones: set[int]
) -> bool:
    for field_id, text in found.items():
        if field_id in ids:
            if any(item in text for item in texts):
                return True
            if field_id in phones and any(item in text for item in digits):
                return True
    return False


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isascii() and c.isdigit())


def _dialled(text: str) -> tuple[str, ...]:
    """Digits to look for in phones; a leading 8 may be stored as +7."""
    digits = _digits(text)
    if len(digits) < INDEXED or not _NOTATION.fullmatch(text):
        return ()
    if len(digits) >= 11 and digits[0] in "78":
        return (digits[1:],)
    if digits[0] == "8" and len(digits) > INDEXED:
        return digits, "7" + digits[1:]
    return (digits,)

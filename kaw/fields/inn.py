"""The Russian taxpayer number."""

from collections.abc import Sequence
from typing import Any

from kaw.fields.base import FieldContext
from kaw.fields.text import TextType, clean_line
from kaw.i18n import N_
from kaw.models import FieldKind

COMPANY_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
PERSON_WEIGHTS_11 = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)
PERSON_WEIGHTS_12 = (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


class InnType(TextType):
    """Ten digits of a company or twelve of a person, the last one or two computed from the others.

    Source: order of the Federal Tax Service MMV-7-6/435 of 29.06.2012, annex 1.
    """

    kind = FieldKind.INN
    label = N_("INN")

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        text = "".join(clean_line(raw).split())
        if not text:
            return None
        if not (text.isascii() and text.isdigit()) or len(text) not in (10, 12):
            raise context.refuse(N_("An INN has 10 digits for a company or 12 for a person."))
        if text != completed(text):
            raise context.refuse(N_("The check digit of the INN does not match: look at it once more."))
        return text


def completed(inn: str) -> str:
    """The same number with its check digits as they must be."""
    if len(inn) == 10:
        return inn[:9] + _check(inn, COMPANY_WEIGHTS)
    ten = inn[:10]
    eleven = ten + _check(ten, PERSON_WEIGHTS_11)
    return eleven + _check(eleven, PERSON_WEIGHTS_12)


def _check(digits: str, weights: Sequence[int]) -> str:
    return str(sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False)) % 11 % 10)

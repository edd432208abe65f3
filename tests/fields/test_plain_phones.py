"""The short way for plain Russian numbers says what phonenumbers says."""

import random

import pytest

from kaw.fields import phone


def test_the_short_way_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(3)
    texts = []
    for _number in range(3000):
        digits = "".join(dice.choices("0123456789", k=10))
        code = dice.choice((digits[:3], f"({digits[:3]})"))
        parts = [dice.choice(("+7", "8", "7", "")), code, digits[3:6], digits[6:8], digits[8:]]
        texts.append("".join(part + dice.choice(("", " ", "-")) for part in parts[:-1]) + parts[-1])
    short = [phone.phones_in(text) for text in texts]
    taken = sum(bool(phone._PLAIN_RUSSIAN.fullmatch(text)) for text in texts)
    monkeypatch.setattr(phone, "_PLAIN_RUSSIAN", phone.re.compile("never a number"))
    assert short == [phone.phones_in(text) for text in texts]
    assert taken > 500

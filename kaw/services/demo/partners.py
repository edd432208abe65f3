"""Two thousand invented partners, the same ones every time."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from kaw.services.demo import words

# Codes that Russian operators have not been given, and city numbers that begin with 0: nobody answers there.
MOBILE_CODES = (942, 943, 944, 945, 946, 947, 948, 972, 973, 974, 975, 976)
CITY_CODES = (495, 499, 812, 843, 343, 831, 383, 846)
INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
INN_11 = (7, *INN_10)
INN_12 = (3, *INN_11)
LATIN = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh sch _ y _ e yu ya".replace("_", "").split(" "),
        strict=True,
    )
)
WEIGHTS_STATUS = {"Активный": 45, "Не активный": 16, "Думает": 14, "Отказ": 10, "Заключаем договор": 10, "Элитный": 5}
WEIGHTS_CALL = {"Дозвон": 50, "Недозвон": 16, "Перезвонить": 16, "Занято": 7, "Автоответчик": 7, "Неверный номер": 4}


def partners(number: int, today: date, seed: int = 7) -> Iterator[dict[str, Any]]:
    """Cards by unique name; choices by the item's name."""
    dice = random.Random(seed)
    for _index in range(number):
        yield _partner(dice, today)


def _partner(dice: random.Random, today: date) -> dict[str, Any]:
    person = _person(dice)
    sole = dice.random() < 0.22
    title = _sole_trader(person) if sole else _company(dice)
    return {
        "name": title,
        "phone": _phones(dice),
        "fio": person if dice.random() < 0.9 else None,
        "email": _email(dice, title, person),
        "inn": inn(dice, 12 if sole else 10) if dice.random() < 0.85 else None,
        "opisanie_partnera": _maybe(dice, 0.7, words.BUSINESSES),
        "hobbi": _maybe(dice, 0.25, words.HOBBIES),
        "comment": _comment(dice),
        "dop_info": _extra(dice) if dice.random() < 0.5 else None,
        "dogovorennosty_new": _maybe(dice, 0.3, words.AGREEMENTS),
        "lpvp": _maybe(dice, 0.2, words.DECISION_MAKERS),
        "data_sdelki": today - timedelta(days=int(dice.expovariate(1 / 120))) if dice.random() < 0.6 else None,
        "newdate": today + timedelta(days=dice.randint(-20, 60)) if dice.random() < 0.2 else None,
        "status": _weighted(dice, WEIGHTS_CALL) if dice.random() < 0.8 else None,
        "partner_status": _weighted(dice, WEIGHTS_STATUS) if dice.random() < 0.95 else None,
    }


def inn(dice: random.Random, length: int) -> str:
    """A taxpayer's number with right check digits: 10 of a company, 12 of a person."""
    digits = [dice.randint(0, 9) for _digit in range(9 if length == 10 else 10)]
    digits[:2] = divmod(dice.choice((77, 78, 50, 16, 66, 52, 54, 63)), 10)
    for weights in (INN_10,) if length == 10 else (INN_11, INN_12):
        digits.append(sum(weight * digit for weight, digit in zip(weights, digits, strict=True)) % 11 % 10)
    return "".join(map(str, digits))


def _person(dice: random.Random) -> str:
    """Last name, first name, often the patronymic."""
    last = dice.choice(words.LAST)
    if dice.random() < 0.5:
        names = [last, dice.choice(words.FIRST_MEN), dice.choice(words.PATRONYMIC_MEN)]
    else:
        last = last[:-2] + "ая" if last.endswith("ий") else last + "а"
        names = [last, dice.choice(words.FIRST_WOMEN), dice.choice(words.PATRONYMIC_WOMEN)]
    return " ".join(names if dice.random() < 0.7 else names[:2])


def _sole_trader(person: str) -> str:
    last, *rest = person.split()
    return f"ИП {last} {''.join(name[0] + '.' for name in rest)}"


def _company(dice: random.Random) -> str:
    form = dice.choice(words.LEGAL_FORMS)
    if dice.random() < 0.4:
        title = dice.choice(words.COMPANY_WORDS)
        title += dice.choice(("", "", "", " плюс", "-М", f" {dice.choice(words.CITIES)}"))
    else:
        title = dice.choice(words.COMPANY_FIRST) + dice.choice(words.COMPANY_SECOND)
        title += dice.choice(("", "", "", "", " и К", f"-{dice.randint(2, 99)}"))
    return dice.choice((f"{form} «{title}»", f"{form} «{title}»", f'{form} "{title}"', f"{form} {title}"))


def _phones(dice: random.Random) -> str | None:
    if dice.random() < 0.04:
        return None
    numbers = [_phone(dice)]
    while dice.random() < 0.2 and len(numbers) < 3:
        numbers.append(_phone(dice))
    return dice.choice((", ", "; ")).join(numbers)


def _phone(dice: random.Random) -> str:
    """One number in one of the ways people write it."""
    if dice.random() < 0.25:
        code, rest = dice.choice(CITY_CODES), f"0{dice.randint(10, 99)}{dice.randint(0, 9999):04}"
        extension = dice.choice(("", "", f" доб. {dice.randint(10, 999)}", f" вн.{dice.randint(100, 999)}"))
        return f"8 ({code}) {rest[:3]}-{rest[3:5]}-{rest[5:]}{extension}"
    code, rest = dice.choice(MOBILE_CODES), f"{dice.randint(1000000, 9999999)}"
    a, b, c = rest[:3], rest[3:5], rest[5:]
    return dice.choice(
        (
            f"+7 ({code}) {a}-{b}-{c}",
            f"+7({code}){a}{b}{c}",
            f"8{code}{rest}",
            f"{code}{rest}",
            f"8-{code}-{a}-{b}-{c}",
            f"+7 {code} {a} {b} {c}",
            f"7{code}{rest}",
        )
    )


def _email(dice: random.Random, title: str, person: str) -> str | None:
    if dice.random() < 0.15:
        return None
    domain = latin(title.split(" ", 1)[1])[:24].strip("-") or "company"
    if dice.random() < 0.5:
        return f"{dice.choice(words.MAIL_NAMES)}@{domain}.example"
    last, first = latin(person.split()[0]), latin(person.split()[1])
    return dice.choice(
        (f"{last}@{domain}.example", f"{first[0]}.{last}@{domain}.example", f"{last}.{first}@mail.example")
    )


def latin(text: str) -> str:
    """Cyrillic in the letters of an address."""
    spelled = "".join(LATIN.get(letter, letter) for letter in text.casefold())
    return "".join(letter for letter in spelled if letter.isascii() and letter.isalnum())


def _comment(dice: random.Random) -> str | None:
    if dice.random() < 0.3:
        return None
    sentences = dice.sample(words.COMMENTS, k=min(1 + int(dice.expovariate(0.6)), 9))
    return dice.choice((" ", "\n")).join(sentences)


def _extra(dice: random.Random) -> str:
    address = f"г. {dice.choice(words.CITIES)}, {dice.choice(words.STREETS)}, д. {dice.randint(1, 180)}"
    return address if dice.random() < 0.5 else f"{address}\n{dice.choice(words.EXTRA)}"


def _maybe(dice: random.Random, share: float, choices: list[str]) -> str | None:
    return dice.choice(choices) if dice.random() < share else None


def _weighted(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]

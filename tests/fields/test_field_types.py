"""Every field type on what people type, forms send and files hold."""

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaw.errors import InvalidValue
from kaw.fields import FIELD_TYPES
from kaw.fields.base import ChoiceItem, FieldContext
from kaw.fields.phone import key_of, phones_in
from kaw.models import FieldKind

CONTEXT = FieldContext(
    name="x",
    choices=(ChoiceItem(3, "Активный"), ChoiceItem(1, "Не активный"), ChoiceItem(7, "Отказ, совсем", True)),
    names={5: "Анна Иванова", 6: "Пётр Ёлкин"},
)

ANYTHING = st.one_of(
    st.none(),
    st.text(max_size=300),
    st.text(st.characters(codec=None, exclude_categories=()), max_size=60),  # halves of characters, too
    st.from_regex(r"[+\d\s().,;дновбx-]{1,40}", fullmatch=True),
    st.binary(max_size=9),
    st.decimals(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.lists(st.one_of(st.integers(-5, 10), st.text(max_size=20)), max_size=5),
    st.sampled_from(
        ['=HYPERLINK("http://x")', "nan", "inf", "1e400", "31.02.2024", "1.1.99999", "\x00", "да", "🙂" * 9]
    ),
)


def test_every_kind_has_its_type() -> None:  # R7.5.2
    assert set(FIELD_TYPES) == set(FieldKind)


@pytest.mark.parametrize("kind", FieldKind)
@given(raw=ANYTHING)
def test_any_input_becomes_a_value_or_a_clear_refusal(kind: FieldKind, raw: Any) -> None:  # R7.5.2, R8.1
    field_type = FIELD_TYPES[kind]
    try:
        value = field_type.parse(raw, CONTEXT)
    except InvalidValue as refusal:
        assert refusal.field == "x"
        assert refusal.text
        return
    assert isinstance(field_type.format(value, CONTEXT), str)
    assert "\x00" not in field_type.format(value, CONTEXT)
    field_type.format(value, CONTEXT).encode()
    assert field_type.load_text(field_type.store_text(value)) == value
    assert field_type.parse(field_type.editable(value, CONTEXT), CONTEXT) == value
    field_type.sort_key(value, CONTEXT)
    field_type.search_text(value, CONTEXT)


@pytest.mark.parametrize(
    ("kind", "raw", "shown"),
    [
        (FieldKind.TEXT, "  ООО\t«Ёлка» \x00 ", "ООО «Ёлка»"),
        (FieldKind.TEXT, 7707083893.0, "7707083893"),
        (FieldKind.TEXT, '=HYPERLINK("http://x")', '=HYPERLINK("http://x")'),
        (FieldKind.LONG_TEXT, "раз\r\nдва\n", "раз\nдва"),
        (FieldKind.NUMBER, "1 250,50", "1\u202f250,5"),
        (FieldKind.NUMBER, -3, "−3"),
        (FieldKind.MONEY, "1234,5 ₽", "1\u202f234,50\u202f₽"),
        (FieldKind.DATE, "1.3.2025", "01.03.2025"),
        (FieldKind.DATE, "2025-03-01 00:00:00", "01.03.2025"),
        (FieldKind.DATE, datetime(2025, 3, 1, 10), "01.03.2025"),
        (FieldKind.DATE, 45717, "01.03.2025"),
        (FieldKind.DATETIME, "01.03.2025 9:05", "01.03.2025 09:05"),
        (FieldKind.DROPDOWN, "активный", "Активный"),
        (FieldKind.RADIO, 1, "Не активный"),
        (FieldKind.CHECKBOXES, "не активный; Активный", "Активный, Не активный"),
        (FieldKind.LIST, [7, 3], "Активный, Отказ, совсем"),
        (FieldKind.LIST, "Отказ, совсем", "Отказ, совсем"),
        (FieldKind.PHONE, "8(903)1545546", "+7 903 154-55-46"),
        (FieldKind.PHONE, "4953786043 доб 118", "+7 495 378-60-43 доб. 118"),
        (FieldKind.PHONE, "641-42-10 Маша; 89031545546 до 18:00", "6414210 (Маша), +7 903 154-55-46 (до 18:00)"),
        (FieldKind.PHONE, "Иван 89031545546 Петр 89031545547", "+7 903 154-55-46 (Иван), +7 903 154-55-47 (Петр)"),
        (FieldKind.TEXT, datetime(2025, 3, 1), "01.03.2025"),
        (FieldKind.TEXT, True, "Да"),
        (FieldKind.EMAIL, " anna@firma.example ;b@c.ru", "anna@firma.example, b@c.ru"),
        (FieldKind.INN, "7707 083 893", "7707083893"),
        (FieldKind.INN, "500100732259", "500100732259"),
        (FieldKind.LINK, "www.example.ru/a?b=1", "https://www.example.ru/a?b=1"),
        (FieldKind.YES_NO, "Да", "Да"),
        (FieldKind.USER, "петр елкин", "Пётр Ёлкин"),
    ],
)
def test_what_people_type_is_understood(kind: FieldKind, raw: Any, shown: str) -> None:  # R7.5.2
    value = FIELD_TYPES[kind].parse(raw, CONTEXT)
    assert FIELD_TYPES[kind].format(value, CONTEXT) == shown


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (FieldKind.TEXT, "х" * 256),
        (FieldKind.LONG_TEXT, "х" * 100_000),
        (FieldKind.NUMBER, "двенадцать"),
        (FieldKind.NUMBER, "1e400"),
        (FieldKind.NUMBER, float("nan")),
        (FieldKind.DATE, "31.02.2024"),
        (FieldKind.DATE, "завтра"),
        (FieldKind.DATE, "2024"),
        pytest.param(FieldKind.NUMBER, 10**5000, id="huge"),
        (FieldKind.DATETIME, "01.03.2025 25:00"),
        (FieldKind.DROPDOWN, "Нет такого"),
        (FieldKind.DROPDOWN, 99),
        (FieldKind.PHONE, "позвонить"),
        (FieldKind.PHONE, "1" * 60),
        (FieldKind.EMAIL, "anna@"),
        (FieldKind.EMAIL, "a@b.ru\r\nBcc: c@d.ru\x00<"),
        (FieldKind.INN, "7707083894"),
        (FieldKind.INN, "123"),
        (FieldKind.LINK, "javascript:alert(1)"),
        (FieldKind.LINK, "javascript://example.ru/%0aalert(1)"),
        (FieldKind.YES_NO, "возможно"),
        (FieldKind.USER, "Кто-то"),
        (FieldKind.PARTNER, 12345),
    ],
)
def test_what_makes_no_sense_is_refused(kind: FieldKind, raw: Any) -> None:  # R8.1
    with pytest.raises(InvalidValue):
        FIELD_TYPES[kind].parse(raw, CONTEXT)


@pytest.mark.parametrize("kind", FieldKind)
@pytest.mark.parametrize("raw", [None, "", "   "])
def test_nothing_is_empty(kind: FieldKind, raw: str | None) -> None:
    value = FIELD_TYPES[kind].parse(raw, CONTEXT)
    assert value is None
    assert FIELD_TYPES[kind].format(value, CONTEXT) == ""


def test_choices_sort_by_their_place_and_texts_without_regard_to_case() -> None:  # R8.3.3, R8.3.2
    assert FIELD_TYPES[FieldKind.DROPDOWN].sort_key(3, CONTEXT) == 0
    assert FIELD_TYPES[FieldKind.LIST].sort_key((1, 7), CONTEXT) == 1
    assert FIELD_TYPES[FieldKind.TEXT].sort_key("«Ёлка»", CONTEXT) == "елка»"


def test_dates_are_typed_in_the_organisations_zone_and_kept_in_utc() -> None:
    value = FIELD_TYPES[FieldKind.DATETIME].parse("01.03.2025 00:30", CONTEXT)
    assert value == datetime(2025, 2, 28, 21, 30)
    assert FIELD_TYPES[FieldKind.DATE].parse("01.03.25", CONTEXT) == date(2025, 3, 1)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("+7(903) 154-55-46 ? 9096414210 alex", ["9031545546", "9096414210"]),
        ("4953786043 доб 118", ["4953786043"]),
        ("+79269259094 (wa), +7(495)640-05-33", ["9269259094", "4956400533"]),
        ("8 (495) 123-45-67 вн. 12", ["4951234567"]),
        ("641-42-10", ["6414210"]),
        ("+7(903) 50512345", ["0350512345"]),
        ("нет телефона", []),
    ],
)
def test_the_manuals_own_phones_are_found(text: str, keys: list[str]) -> None:  # R7.5.2, R12.5
    assert [entry.digits10 for entry in phones_in(text)] == keys


def test_a_label_and_an_extension_stay_with_their_number() -> None:
    whatsapp, office = phones_in("+79269259094 (wa), +7(495)640-05-33 доб. 12")
    assert whatsapp.label == "wa"
    assert office.extension == "12"
    assert key_of("+7 926 925-90-94") == whatsapp.digits10


@given(st.text(max_size=200))
def test_no_text_breaks_the_search_for_phones(text: str) -> None:
    for entry in phones_in(text):
        assert entry.digits10.isdigit()
        assert phones_in(entry.shown)

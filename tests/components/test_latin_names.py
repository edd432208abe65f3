"""Unique names proposed for fields. R7.5.1"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaw.components.administration.latin_names import MAX_LENGTH, latin_name


@pytest.mark.parametrize(
    ("name", "latin"),
    [
        ("Дата последней сделки", "data_posledney_sdelki"),
        ("Объём, тыс. ₽", "obem_tys"),
        ("E-mail", "e_mail"),
        ("2-й телефон", "field_2_y_telefon"),
        ("Café", "cafe"),
        ("ъь", ""),
        ("電話", ""),
        ("", ""),
    ],
)
def test_a_name_is_spelled_in_latin_letters(name: str, latin: str) -> None:
    assert latin_name(name) == latin


def test_a_taken_name_gets_a_number() -> None:
    assert latin_name("Статус", {"status", "status_2"}) == "status_3"
    long = "щ" * 60
    assert len(latin_name(long, {latin_name(long)})) <= MAX_LENGTH


@given(st.text())
def test_whatever_is_typed_the_proposal_is_a_name_or_nothing(name: str) -> None:
    assert re.fullmatch(r"([a-z][a-z0-9_]{0,47})?", latin_name(name))

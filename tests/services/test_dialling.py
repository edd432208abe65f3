"""Numbers as people type and paste them (R12.1), and what must never reach the PBX."""

import pytest

from kaw.errors import InvalidValue
from kaw.services.dialling import clean_number, origin, partner_of_origin


@pytest.mark.usefixtures("database")
class TestNumbers:
    # R12.1: paste in any notation
    @pytest.mark.parametrize(
        ("typed", "dialled"),
        [
            ("+7 903 154-55-46", ("79031545546", "")),
            ("8 (903) 154-55-46", ("79031545546", "")),
            ("9031545546", ("79031545546", "")),
            ("tel:+7-903-154-55-46", ("79031545546", "")),
            ("+7\u00a0903\u2011154\u201155\u201146\u200b", ("79031545546", "")),
            ("+7 (495) 995-00-54 доб. 12", ("74959950054", "12")),
            ("8 495 995 00 54, доб 7", ("74959950054", "7")),
            ("+7 495 9950054 вн.305", ("74959950054", "305")),
            ("+49 30 1234567 ext 4", ("49301234567", "4")),
            ("+7 903 154-55-46 (бухгалтерия)", ("79031545546", "")),
            ("+7 (903) 154-55-46 (доб. 12)", ("79031545546", "12")),
            ("102", ("102", "")),
            ("*72", ("*72", "")),
            ("#31#89031545546", ("#31#89031545546", "")),
            ("112", ("112", "")),
        ],
    )
    def test_any_notation_becomes_what_the_pbx_dials(self, typed: str, dialled: tuple[str, str]) -> None:
        assert clean_number(typed) == dialled

    # R12.1, threats: each bad input has its own words at the number, nothing is dialled
    @pytest.mark.parametrize(
        ("typed", "says"),
        [
            ("", "Enter a number"),
            ("   ", "Enter a number"),
            ("позвони маме", "no letters"),
            ("1234a", "no letters"),
            ("9" * 60, "too long"),
            ("9" * 100_000, "too long"),
            ("102\r\nAction: Originate", "control characters"),
            ("102\x00", "control characters"),
            ("102\u2028Application: System", "control characters"),
            ("PJSIP/101&PJSIP/102", "no letters"),
            ("101&102", "cannot be dialled"),
            ("101|102", "cannot be dialled"),
            ("${EXTEN}", "no letters"),
            ("101,1;2", "cannot be dialled"),
            ("<script>", "no letters"),
            ("+", "no digits"),
            ("—", "no digits"),
            ("+7", "not complete"),
            ("+7 () доб. 12", "not complete"),
            ("+7 (…) доб. 12", "not complete"),
            ("+7 903 154-55-46 +7 909 641-42-10", "several numbers"),
            ("89031545546 89096414210", "several numbers"),
        ],
    )
    def test_what_cannot_be_dialled_is_refused_in_its_own_words(self, typed: str, says: str) -> None:
        with pytest.raises(InvalidValue) as refused:
            clean_number(typed)
        assert refused.value.field == "number"
        assert says in str(refused.value)


def test_a_call_that_kaw_places_tells_whom_it_is_for() -> None:
    assert partner_of_origin(origin(1234)) == 1234
    assert partner_of_origin(origin(None)) is None
    assert partner_of_origin("1700000000.12") is None
    assert partner_of_origin("kaw-0-12; DROP") is None
    assert origin(1) != origin(1)

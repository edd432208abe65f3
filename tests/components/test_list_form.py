"""Rows of the list editor. R7.6"""

from kaw.components.administration.list_form import ChoiceRow, errors_of_items, row_errors, rows_of
from kaw.errors import InvalidValue
from kaw.services.choices import ItemDraft


def test_an_empty_row_and_a_second_row_of_the_same_name_are_marked() -> None:
    names = {1: "Учёт", -1: " ", -2: "учет ", -3: "Отказ"}
    rows = [ChoiceRow(key, key if key > 0 else None, name) for key, name in names.items()]
    assert row_errors(rows) == {-1: "Укажите название или удалите строку.", -2: "Такая строка уже есть."}


def test_what_the_service_refuses_goes_to_its_row() -> None:
    rows = [ChoiceRow(7, 7, "Активный"), ChoiceRow(-1, None, "Отказ")]
    errors = [InvalidValue("item1", "no"), InvalidValue("name", "no")]
    assert errors_of_items(rows, errors) == {-1: "no"}


def test_rows_survive_the_way_through_a_browser_and_a_draft() -> None:
    row = ChoiceRow(-3, None, "<img src=x onerror=alert(1)>", 4, True)
    assert ChoiceRow.from_json(row.as_json()) == row
    assert ChoiceRow.from_json({"key": "5", "name": None, "order": None}) == ChoiceRow(5, None)


def test_a_row_becomes_an_item_and_back() -> None:
    item = ItemDraft(3, "Думает", 2, True)
    assert rows_of([item])[0].as_item() == item

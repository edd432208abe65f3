"""The partner table: rows, ranges, people and other partners in columns, values of the funnel (R8.3)."""

from datetime import datetime

import pytest

from kaw.errors import InvalidValue
from kaw.models import Access, FieldKind
from kaw.services import partner_table, partners, users
from kaw.services.fields import FieldDraft
from kaw.services.partner_table import ColumnFilter, TableQuery, ValueCount
from tests.cards import make_card, make_fields
from tests.conftest import People, allow


@pytest.fixture
def made(people: People) -> dict[str, int]:
    card = make_card(people.oleg)
    card |= make_fields(
        people.oleg,
        [
            FieldDraft("Менеджер", "manager", FieldKind.USER),
            FieldDraft("Головная", "parent", FieldKind.PARTNER),
            FieldDraft("Звонок", "called", FieldKind.DATETIME),
            FieldDraft("Рассылка", "letters", FieldKind.YES_NO),
        ],
    )
    allow(people.editors, dict.fromkeys(card.values(), Access.EDIT))
    allow(people.viewers, {card[name]: Access.VIEW for name in ("parent", "manager")})
    return card


def ids(people: People, **asked: object) -> list[int]:
    return [row["id"] for row in partner_table.page(people.anna, TableQuery(**asked)).rows]  # type: ignore[arg-type]


def test_a_row_has_texts_and_numbers_to_call(people: People, made: dict[str, int]) -> None:  # R8.3.1
    card_id = partners.create(people.anna, {"name": "АО", "phone": "89031545546", "letters": True, "comment": "нет"})
    row = partner_table.page(people.anna, TableQuery()).rows[0]
    assert (row["id"], row["v"], row["letters"], row["email"]) == (card_id, 1, "Да", "")
    assert row["_p"] == {"phone": ["+79031545546"]}
    assert "comment" not in row
    assert partner_table.rows(people.anna, [card_id, 999]) == [row]


def test_a_user_in_a_column(people: People, made: dict[str, int]) -> None:
    boris = partners.create(people.anna, {"name": "а", "manager": people.boris.user_id})
    anna = partners.create(people.anna, {"name": "б", "manager": "анна иванова"})
    nobody = partners.create(people.anna, {"name": "в"})
    assert ids(people, sort="manager") == [anna, boris, nobody]
    assert ids(people, search="борис") == [boris]
    chosen = {"manager": ColumnFilter(values=(people.anna.user_id, None))}
    assert ids(people, filters=chosen) == [anna, nobody]
    draft = users.UserDraft(full_name="Аарон Петров", login="boris")
    users.update(people.oleg, people.boris.user_id, draft)
    assert ids(people, sort="manager") == [boris, anna, nobody]
    assert ids(people, search="аарон") == [boris]
    assert ids(people, filters={"manager": ColumnFilter(values=(people.boris.user_id,))}) == [boris]
    assert partner_table.value_counts(people.anna, "manager", TableQuery()) == [
        ValueCount(None, "", 1),
        ValueCount(people.boris.user_id, "Аарон Петров", 1),
        ValueCount(people.anna.user_id, "Анна Иванова", 1),
    ]


def test_another_partner_in_a_column_is_called_as_the_reader_may_see(people: People, made: dict[str, int]) -> None:
    head = partners.create(people.anna, {"name": "Головной офис"})
    branch = partners.create(people.anna, {"name": "Филиал", "parent": head})
    assert partners.get(people.anna, branch).texts["parent"] == "Головной офис"
    assert partners.get(people.boris, branch).texts["parent"] == f"№ {head}"  # R7.3.6: he does not see names
    rows = partner_table.page(people.boris, TableQuery()).rows
    assert [row["parent"] for row in rows] == ["", f"№ {head}"]
    assert "офис" not in str(partner_table.value_counts(people.boris, "parent", TableQuery()))
    assert ids(people, filters={"parent": ColumnFilter(values=(head,))}) == [branch]
    by_name = partners.save(people.anna, head, {"parent": "филиал"}, 1)
    assert by_name.values["parent"] == branch


def test_ranges_have_both_ends(people: People, made: dict[str, int]) -> None:  # R8.3.3
    for day, hour in ((1, "00:00"), (1, "23:59"), (2, "00:00")):
        partners.create(people.anna, {"name": f"{day} {hour}", "called": f"0{day}.02.2026 {hour}"})
    only = {"called": ColumnFilter(lower="01.02.2026", upper="01.02.2026")}
    assert len(ids(people, filters=only)) == 2
    assert len(ids(people, filters={"called": ColumnFilter(upper="01.02.2026 00:00")})) == 1
    assert len(ids(people, filters={"called": ColumnFilter(lower=datetime(2026, 2, 2))})) == 1
    with pytest.raises(InvalidValue):
        ids(people, filters={"name": ColumnFilter(lower="а")})
    with pytest.raises(InvalidValue):
        ids(people, filters={"amount": ColumnFilter(upper="много")})


def test_values_of_the_funnel_obey_the_other_filters(people: People, made: dict[str, int]) -> None:  # R8.3.3
    for name, status in (("Ромашка", "Думает"), ("ромашка", "Активный"), ("Лютик", "Думает"), ("Лютик", "Отказ")):
        partners.create(people.anna, {"name": name, "status": status})
    statuses = partner_table.value_counts(people.anna, "status", TableQuery(search="лютик"))
    assert [(item.text, item.count) for item in statuses] == [("Думает", 1), ("Отказ", 1)]  # to be chosen by its name
    names = partner_table.value_counts(people.anna, "name", TableQuery())
    assert [(item.text, item.count) for item in names] == [("Лютик", 1), ("Ромашка", 2)]
    own = TableQuery(filters={"name": ColumnFilter(values=("Лютик",))})
    assert len(partner_table.value_counts(people.anna, "name", own)) == 2
    assert [item.text for item in partner_table.value_counts(people.anna, "name", TableQuery(), contains="РОМ")] == [
        "Ромашка"
    ]
    assert len(ids(people, filters={"name": ColumnFilter(values=("РОМАШКА",))})) == 2
    assert partner_table.value_counts(people.anna, "name", TableQuery(), limit=1)[0].text == "Лютик"


def test_the_count_says_whether_it_is_exact(
    people: People, made: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:  # R8.3.4
    for number in range(7):
        partners.create(people.anna, {"name": f"Ромашка {number}", "visits": number})
    monkeypatch.setattr(partner_table, "COUNTED", 5)
    for query in (TableQuery("ромашка"), TableQuery(filters={"visits": ColumnFilter(lower="0")})):
        assert partner_table.count(people.anna, query) == partner_table.Count(5, exact=False)
        assert partner_table.count(people.anna, query, exact=True) == partner_table.Count(7, exact=True)
    assert partner_table.count(people.anna, TableQuery()) == partner_table.Count(7, exact=True)
    partners.create(people.anna, {"name": "Восьмая"})
    assert partner_table.count(people.anna, TableQuery()).number == 8

"""The partner table against a naive model in Python: same rows, same order, whatever is asked."""

import random
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaw import db
from kaw.fields.folding import fold, sort_text
from kaw.models import FieldKind
from kaw.services import card_schema, partner_table, partner_values, partners
from kaw.services.fields import FieldDraft
from kaw.services.partner_table import ColumnFilter, TableQuery
from tests.cards import make_card, make_fields
from tests.conftest import People

CARDS = 90
NAMES = ("ООО Ёлка", "ооо «елка»", "ИП Чёрный", "АО Звезда", "Zebra Ltd", "Ромашка-2", "100% хлопок", "_подчёркнуто_")
PHONES = ("+7 903 154-55-46", "+7 812 600-10-20", "+7 495 123-45-67, +7 903 000-11-22", None, None)
SEARCHES = (
    "",
    "елка",
    "ЁЛКА",
    "ооо ел",
    "903 154",
    "154-55-46",
    "89031545546",
    "дум",
    "vip",
    "зв",
    "о",
    "нет такого",
    "100%",
    "1250",
    "_под",
    "12.03.2026",
)
SORTS = ("id", "name", "phone", "status", "tags", "deal_date", "amount", "visits", "letters", "called")
EXAMPLES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture
def cards(people: People) -> list[dict[str, Any]]:
    """Cards as plain dictionaries, written through the bulk path."""
    make_card(people.oleg)
    more = [FieldDraft("Рассылка", "letters", FieldKind.YES_NO), FieldDraft("Звонок", "called", FieldKind.DATETIME)]
    make_fields(people.oleg, more)
    schema, dice = card_schema.schema(), random.Random(5)
    statuses = [item.id for item in schema.by_name["status"].choices]
    tags = [item.id for item in schema.by_name["tags"].choices]
    made = [
        {
            "name": dice.choice(NAMES) if dice.random() < 0.9 else None,
            "phone": dice.choice(PHONES),
            "status": dice.choice([*statuses, None]),
            "tags": tuple(sorted(dice.sample(tags, dice.randint(0, 2)))) or None,
            "deal_date": date(2026, dice.randint(1, 3), dice.choice((12, 13))) if dice.random() < 0.6 else None,
            "amount": dice.choice((None, 125000, 125050, 300)),
            "visits": dice.choice((None, 0.0, 1.5, 3.0)),
            "letters": dice.choice((None, False, True)),
            "called": dice.choice((None, datetime(2026, 3, 1, 9), datetime(2026, 3, 1, 9, 30))),
        }
        for _card in range(CARDS)
    ]
    with db.transaction() as tx:
        rows = [{schema.by_name[name].id: value for name, value in card.items()} for card in made]
        ids = partner_values.write_many(tx.session, schema, rows, author=None, import_id=None)
    for partner_id, card in zip(ids, made, strict=True):
        card["id"] = partner_id
    return made


@st.composite
def queries(draw: st.DrawFn) -> TableQuery:
    filters: dict[str, ColumnFilter] = {}
    if draw(st.booleans()):
        wanted = draw(st.lists(st.sampled_from([1, 2, 3, 4, None]), max_size=3))
        filters["status"] = ColumnFilter(values=tuple(wanted))
    if draw(st.integers(0, 3)) == 0:
        filters["tags"] = ColumnFilter(values=tuple(draw(st.lists(st.sampled_from([5, 6, 7, None]), max_size=2))))
    if draw(st.integers(0, 3)) == 0:
        filters["name"] = ColumnFilter(contains=draw(st.sampled_from(("елка", "ОО", "ч", "звезд"))))
    if draw(st.integers(0, 3)) == 0:
        filters["amount"] = draw(
            st.sampled_from((ColumnFilter(lower="1250,50"), ColumnFilter(upper="3"), ColumnFilter(empty=True)))
        )
    if draw(st.integers(0, 3)) == 0:
        filters["deal_date"] = ColumnFilter(lower="01.02.2026", upper="12.03.2026")
    sort = draw(
        st.sampled_from(("id", "name", "phone", "status", "tags", "deal_date", "amount", "visits", "letters", "called"))
    )
    return TableQuery(draw(st.sampled_from(SEARCHES)), filters, sort, draw(st.booleans()))


# R8.3.2, R8.3.3, R7.6: search, filters, sort with empty values last, choices hidden by default
def test_pages_are_those_of_the_model(people: People, cards: list[dict[str, Any]]) -> None:
    @EXAMPLES
    @given(queries(), st.integers(0, 100), st.integers(1, 40))
    def agree(query: TableQuery, offset: int, limit: int) -> None:
        expected = model(query, cards)
        found = [row["id"] for row in partner_table.page(people.oleg, query, offset, limit).rows]
        assert found == expected[offset : offset + limit]
        assert partner_table.count(people.oleg, query) == partner_table.Count(len(expected), True)

    agree()


def test_walking_a_table_gives_every_card_once(
    people: People, cards: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """However short the stretches are in which it is read, and from whichever end."""
    from kaw.services import table_search, table_walk

    for module, name in (
        (table_walk, "FAR"),
        (table_walk, "FEW"),
        (table_search, "FEW"),
        (table_search, "PROBE"),
    ):
        monkeypatch.setattr(module, name, 3)
    monkeypatch.setattr(table_search, "CHUNK", 4)
    for longest in (10, 10_000):
        monkeypatch.setattr(table_search, "LONGEST_WALK", longest)
        for sort in ("id", "name", "tags", "deal_date", "letters", "called", "visits"):
            for descending in (False, True):
                for search in ("", "ооо", "елка"):
                    query = TableQuery(search, {}, sort, descending)
                    expected = model(query, cards)
                    found = [
                        row["id"]
                        for offset in range(0, len(expected) + 7, 7)
                        for row in partner_table.page(people.oleg, query, offset, 7).rows
                    ]
                    assert found == expected


def test_counts_of_values_are_those_of_the_model(people: People, cards: list[dict[str, Any]]) -> None:  # R8.3.3
    query = TableQuery(filters={"amount": ColumnFilter(empty=False)})
    for name in ("status", "tags", "name", "deal_date"):
        every = TableQuery(filters={**query.filters, name: ColumnFilter(empty=False)})
        there = model(every, cards)
        counted = {item.value: item.count for item in partner_table.value_counts(people.oleg, name, query)}
        counted.pop(None, None)
        total = sum(len(card[name]) if name == "tags" else 1 for card in cards if card["id"] in there)
        if name in ("status", "tags"):
            assert sum(counted.values()) == total
        for value in counted:
            chosen = TableQuery(filters={**query.filters, name: ColumnFilter(values=(value,))})
            assert partner_table.count(people.oleg, chosen).number == counted[value]


def test_a_deleted_card_is_in_no_answer(people: People, cards: list[dict[str, Any]]) -> None:  # R8.4
    gone = model(TableQuery("елка"), cards)[:2]
    partners.delete(people.oleg, gone)
    left = [card for card in cards if card["id"] not in gone]
    for query in (TableQuery(), TableQuery("елка"), TableQuery(sort="name"), TableQuery("ооо", sort="name")):
        found = [row["id"] for row in partner_table.page(people.oleg, query, 0, 200).rows]
        assert found == model(query, left)


def model(query: TableQuery, cards: list[dict[str, Any]]) -> list[int]:
    """What the table should show: ids in order."""
    schema = card_schema.schema()
    hidden = {item.id for item in schema.by_name["status"].choices if item.hidden_by_default}
    texts: list[Callable[[dict[str, Any]], bool]] = []
    found = [card for card in cards if "status" in query.filters or card["status"] not in hidden]
    words = fold(query.search).split()
    if words and all(len(word) < 3 for word in words):
        texts.append(lambda card: sort_text(card["name"] or "").startswith(sort_text(query.search)))
    elif words and not any(c.isalpha() for c in query.search) and " " in query.search:
        texts.append(lambda card: any(has(card, name, query.search) for name in schema.by_name))
    else:
        texts += [lambda card, word=word: any(has(card, name, word) for name in schema.by_name) for word in words]
    for name, asked in query.filters.items():
        texts.append(lambda card, name=name, asked=asked: holds(card, name, asked))
    found = [card for card in found if all(test(card) for test in texts)]
    if query.sort == "id":
        return sorted((card["id"] for card in found), reverse=query.descending)
    filled = [card for card in found if card[query.sort] is not None]
    filled.sort(key=lambda card: (key_of(query.sort, card), card["id"]), reverse=query.descending)
    empty = sorted((card["id"] for card in found if card[query.sort] is None), reverse=query.descending)
    return [card["id"] for card in filled] + empty


def key_of(name: str, card: dict[str, Any]) -> Any:
    field = card_schema.schema().by_name[name]
    key = field.type.sort_key(card[name], field.context())
    return card[name] if key is None else key


def has(card: dict[str, Any], name: str, word: str) -> bool:
    value = card.get(name)
    if value is None:
        return False
    field = card_schema.schema().by_name[name]
    money = name == "amount"
    text = fold(
        str(field.type.editable(value, field.context())) if money else field.type.format(value, field.context())
    )
    digits = "".join(c for c in word if c.isdigit())
    numbers = "".join(c for c in text if c.isdigit() or c == ",")
    if name == "phone" and len(digits) >= 3 and not any(c.isalpha() for c in word):
        tail = digits[1:] if len(digits) >= 11 and digits[0] in "78" else digits
        if tail in numbers:
            return True
    return fold(word) in text


def holds(card: dict[str, Any], name: str, asked: ColumnFilter) -> bool:
    value = card[name]
    if asked.values is not None:
        chosen = value if isinstance(value, tuple) else (value,)
        if not set(chosen) & set(asked.values) and not (value is None and None in asked.values):
            return False
    if asked.empty is not None and (value is None) is not asked.empty:
        return False
    field = card_schema.schema().by_name[name]
    lower, upper = (field.type.parse(end, field.context()) for end in (asked.lower, asked.upper))
    if (lower is not None or upper is not None) and value is None:
        return False
    if (lower is not None and value < lower) or (upper is not None and value > upper):
        return False
    return not asked.contains or has(card, name, asked.contains)

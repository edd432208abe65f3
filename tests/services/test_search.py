"""Search as you type (R8.3.2), and what nobody may learn by it (R7.3.6)."""

import pytest

from kaw import db
from kaw.errors import InvalidValue
from kaw.models import Access, FieldKind
from kaw.services import card_schema, fields, history, partner_table, partners, search_index
from kaw.services.partner_table import ColumnFilter, TableQuery
from tests.cards import make_card
from tests.conftest import People, allow

CANARY = "Канарейка77"


@pytest.fixture
def made(people: People) -> dict[str, int]:
    card = make_card(people.oleg)
    allow(people.editors, {item: Access.EDIT for name, item in card.items() if name != "secret"})
    return card


@pytest.fixture
def cards(people: People, made: dict[str, int]) -> dict[str, int]:
    return {
        "fir": partners.create(
            people.oleg, {"name": "ООО «Ёлки-иголки»", "phone": "+79031545546", "inn": "7707083893"}
        ),
        "star": partners.create(people.oleg, {"name": "АО Звезда", "status": "Думает", "amount": "1250,50"}),
        "bird": partners.create(people.oleg, {"name": "ИП Дятлов", "secret": CANARY, "comment": "лесная птица"}),
    }


def found(people: People, text: str, **more: object) -> set[int]:
    return {row["id"] for row in partner_table.page(people.anna, TableQuery(text, **more)).rows}  # type: ignore[arg-type]


def test_case_and_yo_do_not_matter(people: People, cards: dict[str, int]) -> None:
    for text in ("ёлки", "елки", "ЕЛКИ", "ЁЛКИ-ИГОЛКИ", "лки", "иголки ооо", "олки"):
        assert found(people, text) == {cards["fir"]}


def test_digits_are_found_in_any_notation(people: People, cards: dict[str, int]) -> None:
    for text in ("903 154", "154-55-46", "+7 (903) 154", "89031545546", "8903154", "79031545546", "1545546", "9031545"):
        assert found(people, text) == {cards["fir"]}, text
    assert found(people, "903 155") == set()


def test_names_of_choices_and_numbers_are_found(people: People, cards: dict[str, int]) -> None:
    assert found(people, "думает") == found(people, "дум зве") == found(people, "1250,5") == {cards["star"]}
    assert found(people, "7707083893") == {cards["fir"]}


def test_one_or_two_letters_find_the_beginning_of_a_name(people: People, cards: dict[str, int]) -> None:
    assert found(people, "ао") == found(people, "АО") == {cards["star"]}
    assert found(people, "з") == set()


def test_only_columns_of_the_table_are_searched(people: People, cards: dict[str, int], made: dict[str, int]) -> None:
    assert found(people, "птица") == set()
    row = fields.get(people.oleg, made["comment"])
    draft = fields.FieldDraft("Комментарий", "comment", FieldKind.LONG_TEXT, on_main_page=True)
    fields.update(people.oleg, made["comment"], draft, row.version)
    assert found(people, "птица") == {cards["bird"]}


def test_what_is_changed_or_deleted_is_found_as_it_is_now(people: People, cards: dict[str, int]) -> None:
    partners.save(people.anna, cards["star"], {"name": "АО Комета"}, 1)
    assert found(people, "звезда") == set()
    assert found(people, "комета") == {cards["star"]}
    partners.delete(people.anna, [cards["star"]])
    assert found(people, "комета") == set()


def test_the_index_made_anew_finds_the_same(people: People, cards: dict[str, int], database: db.Database) -> None:
    with db.transaction() as tx:
        search_index.rebuild(tx.session.connection())
    assert found(people, "елки") == found(people, "154-55") == {cards["fir"]}
    if database.is_sqlite:
        with db.transaction() as tx:
            tx.session.connection().exec_driver_sql(
                "INSERT INTO partner_search(partner_search, rank) VALUES('integrity-check', 1)"
            )


def test_a_field_s_life_is_followed(people: People, cards: dict[str, int], made: dict[str, int]) -> None:
    nick = fields.create(people.oleg, fields.FieldDraft("Прозвище", "nick", FieldKind.TEXT, on_main_page=True))
    allow(people.editors, {nick: Access.EDIT})
    partners.save(people.anna, cards["bird"], {"nick": "Барабашка"}, 1)
    assert found(people, "барабаш") == {cards["bird"]}
    fields.delete(people.oleg, nick, "удалить")
    assert found(people, "барабаш") == set()
    fields.restore(people.oleg, nick)
    assert found(people, "барабаш") == {cards["bird"]}


# R7.3.6: whatever is asked, a hidden value is neither told nor felt
def test_a_hidden_value_cannot_be_learnt(people: People, cards: dict[str, int], made: dict[str, int]) -> None:
    for text in (CANARY, CANARY[:4], CANARY.lower(), "77", f"дятлов {CANARY}"):
        query = TableQuery(text)
        assert found(people, text) == set()
        assert partner_table.count(people.anna, query).number == 0
        assert partner_table.hidden_by_default(people.anna, query) == 0
        assert partner_table.value_counts(people.anna, "name", query) == []
    assert CANARY not in str(partner_table.page(people.anna, TableQuery()))
    assert CANARY not in str(partner_table.rows(people.anna, cards.values()))
    assert CANARY not in str(vars(partners.get(people.anna, cards["bird"])))
    assert CANARY not in str(history.entries(people.anna, cards["bird"]))
    for name in ("secret", "nothing"):
        answers = []
        for query in (TableQuery(sort=name), TableQuery(filters={name: ColumnFilter(contains=CANARY)})):
            with pytest.raises(InvalidValue) as refused:
                partner_table.page(people.anna, query)
            with pytest.raises(InvalidValue):
                partner_table.count(people.anna, query)
            answers.append(refused.value.text)
        with pytest.raises(InvalidValue) as refused:
            partner_table.value_counts(people.anna, name, TableQuery())
        assert {*answers, refused.value.text} == {"There is no such column."}


# R7.6 with R7.3.6: a choice that somebody does not see must not hide cards from him
def test_a_hidden_choice_hides_nothing(people: People, cards: dict[str, int], made: dict[str, int]) -> None:
    partners.save(people.oleg, cards["star"], {"status": "Отказ"}, 1)
    assert cards["star"] not in found(people, "")
    assert partner_table.hidden_by_default(people.anna, TableQuery()) == 1
    (status,) = [item for item in card_schema.schema().fields if item.unique_name == "status"]
    (refused,) = [choice.id for choice in status.choices if choice.name == "Отказ"]
    assert found(people, "", filters={"status": ColumnFilter(values=(refused,))}) == {cards["star"]}
    allow(people.editors, {made["status"]: Access.HIDDEN})
    assert found(people, "") == set(cards.values())
    assert partner_table.hidden_by_default(people.anna, TableQuery()) == 0
    assert partner_table.count(people.anna, TableQuery()).number == 3
    assert found(people, "звезда") == {cards["star"]}

"""Queries of the table as addresses; whatever is in them, the answer is rows or InvalidValue (R8.3.3)."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kaw.errors import InvalidValue
from kaw.services import partner_table, partners
from kaw.services.partner_table import ColumnFilter, TableQuery
from tests.cards import make_card
from tests.conftest import People

NAMES = (
    "name",
    "phone",
    "email",
    "inn",
    "status",
    "tags",
    "comment",
    "deal_date",
    "amount",
    "visits",
    "secret",
    "нет",
    "",
)
EXAMPLES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ("'", '"', "%", "\\", "{s1}: x", "a* OR b", "NEAR(a b)", "+-~<>()", "\0", "ё", "--", "903 154", "🙂🙂🙂")
    ),
)
scalars = st.one_of(st.none(), st.integers(-(2**70), 2**70), st.booleans(), texts)
bounds = st.one_of(st.none(), texts, st.integers(), st.floats(), st.dates(), st.datetimes())
filters = st.builds(
    ColumnFilter,
    values=st.none() | st.lists(scalars, max_size=4).map(tuple),
    contains=texts,
    lower=bounds,
    upper=bounds,
    empty=st.sampled_from((None, True, False)),
)
queries = st.builds(
    TableQuery,
    search=texts,
    filters=st.dictionaries(st.sampled_from(NAMES) | texts, filters, max_size=3),
    sort=st.sampled_from(("id", *NAMES)) | texts,
    descending=st.booleans(),
)
params = st.dictionaries(
    st.sampled_from(
        ("q", "sort", "desc", *(f"{name}.{part}" for name in NAMES for part in ("in", "has", "from", "to", "empty")))
    )
    | texts,
    texts | st.sampled_from(("=7", ":a|b", "-", "1", "0", "01.02.2026", "=99999999999999999999")) | st.integers(),
    max_size=5,
)


@given(
    st.lists(st.one_of(st.none(), st.integers(-9, 10**12), st.text()), max_size=5), st.text(max_size=50), st.booleans()
)
def test_an_address_says_what_was_asked(values: list[str | int | None], text: str, down: bool) -> None:
    column = ColumnFilter(values=tuple(values), contains=text.strip(), lower="1", upper=None, empty=down)
    query = TableQuery(text.strip(), {"name": column}, "name", down)
    assert TableQuery.from_params(query.to_params()) == query


def test_a_plain_table_has_a_plain_address() -> None:
    assert TableQuery().to_params() == {}
    assert TableQuery.from_params({}) == TableQuery()
    for wrong in (
        {"desc": "да"},
        {"name.in": "7"},
        {"name.weight": "1"},
        {"q": "х" * 300},
        {"name.empty": ""},
        {"q": 7},
    ):
        with pytest.raises(InvalidValue):
            TableQuery.from_params(wrong)


@given(params)
def test_any_address_is_a_query_or_is_refused(given_params: dict[str, object]) -> None:
    try:
        TableQuery.from_params(given_params)
    except InvalidValue:
        return


def test_any_query_has_rows_or_is_refused(people: People) -> None:
    make_card(people.oleg)
    for name in ("ООО Ёлка", "100% 'хлопок'"):
        partners.create(
            people.oleg, {"name": name, "phone": "+79031545546", "amount": 5, "visits": 1, "status": "Думает"}
        )

    @EXAMPLES
    @given(queries, st.integers(-5, 2**40), st.integers(-5, 2**40))
    def answered(query: TableQuery, offset: int, limit: int) -> None:
        for ask in (
            lambda: partner_table.page(people.oleg, query, offset, limit),
            lambda: partner_table.count(people.oleg, query),
            lambda: partner_table.count(people.oleg, query, exact=True),
            lambda: partner_table.hidden_by_default(people.oleg, query),
            lambda: partner_table.value_counts(people.oleg, query.sort, query, query.search, limit),
        ):
            try:
                ask()
            except InvalidValue:
                continue

    answered()

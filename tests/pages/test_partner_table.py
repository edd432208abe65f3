"""The partner table: its data over HTTP, and the tab around it (R8.3)."""

from collections.abc import AsyncIterator

import httpx
import pytest
from nicegui import core

from kaw.models import Access
from kaw.services import partners, sessions
from kaw.services.access import Actor
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit, signed_in

SCRIPT = "<img src=x onerror=alert(1)>"


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """The usual card: Anna edits name, phone and status, Boris sees the name, nobody but Oleg sees the secret."""
    fields = make_card(people.oleg)
    allow(people.editors, {fields[name]: Access.EDIT for name in ("name", "phone", "status")})
    allow(people.viewers, {fields["name"]: Access.VIEW})
    return fields


@pytest.fixture
def camomile(card: dict[str, int], people: People) -> int:
    values = {"name": "ООО «Ромашка»", "phone": "8 909 641-42-10", "status": "Активный", "secret": "КАНАРЕЙКА"}
    return partners.create(people.oleg, values)


@pytest.fixture
async def browser(visit: Visit) -> AsyncIterator[httpx.AsyncClient]:
    """Requests to the running application."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(core.app), base_url="http://test") as client:
        yield client


async def ask(browser: httpx.AsyncClient, actor: Actor | None, query: str = "") -> httpx.Response:
    browser.cookies.clear()
    if actor is not None:
        browser.cookies.set(sessions.COOKIE, signed_in(actor))
    return await browser.get(f"/data/partners?{query}")


async def test_rows_hold_what_their_reader_may_see(browser: httpx.AsyncClient, people: People, camomile: int) -> None:
    """R8.3.1 R7.3.6"""
    anna = (await ask(browser, people.anna)).json()["rows"][0]
    assert anna["id"] == camomile
    assert anna["name"] == "ООО «Ромашка»"
    assert anna["_p"] == {"phone": ["+79096414210"]}
    boris = await ask(browser, people.boris)
    assert boris.json()["rows"][0]["name"] == "ООО «Ромашка»"
    for answer in (boris, await ask(browser, people.anna)):
        assert "КАНАРЕЙКА" not in answer.text
        assert "secret" not in answer.text
    assert "phone" not in boris.json()["rows"][0]
    assert (await ask(browser, people.vera)).json()["rows"] == []


async def test_a_hidden_field_can_neither_be_searched_nor_filtered_nor_sorted_by(
    browser: httpx.AsyncClient, people: People, camomile: int
) -> None:
    """R7.3.6"""
    assert (await ask(browser, people.oleg, "q=канарейка")).json()["rows"]
    assert (await ask(browser, people.anna, "q=канарейка")).json()["rows"] == []
    for query in ("secret.has=КАНАРЕЙКА", "sort=secret", "no_such_field.has=КАНАРЕЙКА", "sort=no_such_field"):
        answer = await ask(browser, people.anna, query)
        assert answer.status_code == 422, query


async def test_search_knows_yo_and_any_notation_of_a_phone(
    browser: httpx.AsyncClient, people: People, card: dict[str, int]
) -> None:
    """R8.3.2"""
    found = partners.create(people.anna, {"name": "ООО «Ёлка»", "phone": "+7 (909) 641 42 10"})
    for text in ("елка", "ЁЛК", "641-42", "8909641", "909 641 42 10"):
        rows = (await ask(browser, people.anna, f"q={text}")).json()["rows"]
        assert [row["id"] for row in rows] == [found], text


@pytest.mark.parametrize("query", ["offset=-1", "offset=x", "limit=501", "desc=maybe", "name.like=x", "status.in=DROP"])
async def test_nonsense_is_refused(browser: httpx.AsyncClient, people: People, camomile: int, query: str) -> None:
    assert (await ask(browser, people.anna, query)).status_code == 422


async def test_nobody_reads_without_signing_in(browser: httpx.AsyncClient, people: People, camomile: int) -> None:
    """R6.3"""
    assert (await ask(browser, None)).status_code == 401
    browser.cookies.set(sessions.COOKIE, "made-up")
    assert (await browser.get("/data/partners")).status_code == 401


async def test_rows_are_kept_by_no_cache(browser: httpx.AsyncClient, people: People, camomile: int) -> None:
    assert (await ask(browser, people.anna)).headers["cache-control"] == "no-store"


async def test_the_tab_says_how_many_and_offers_creating_by_right(visit: Visit, people: People, camomile: int) -> None:
    """R8.3.4 R7.1.4"""
    anna = await visit(people.anna)
    await anna.should_see("1 партнер")
    await anna.should_see("Новый партнер")
    boris = await visit(people.boris)
    await boris.should_see("1 партнер")
    await boris.should_not_see("Новый партнер")


async def test_who_sees_no_field_is_told_what_to_do(visit: Visit, people: People, camomile: int) -> None:
    """R7.3.1"""
    vera = await visit(people.vera)
    await vera.should_see("Здесь вам пока ничего не видно")


async def test_an_empty_card_leads_the_administrator_to_its_first_field(visit: Visit, people: People) -> None:
    oleg = await visit(people.oleg)
    await oleg.should_see("Создать поле")


async def test_filters_come_back_from_the_address(visit: Visit, people: People, camomile: int) -> None:
    """R8.3.3"""
    anna = await visit(people.anna, "/?name.has=ромаш")
    await anna.should_see("Название: «ромаш»")
    await anna.should_see("1 партнер")
    await anna.should_see("Сбросить")


async def test_a_filter_of_a_field_that_is_hidden_by_now_is_dropped(
    visit: Visit, people: People, camomile: int
) -> None:
    """R7.3.6"""
    anna = await visit(people.anna, "/?secret.has=канарейка&sort=secret")
    await anna.should_see("1 партнер")


async def test_partners_hidden_by_default_are_counted_and_can_be_shown(
    visit: Visit, people: People, camomile: int
) -> None:
    """R7.6"""
    partners.create(people.anna, {"name": "ООО «Нет»", "status": "Отказ"})
    anna = await visit(people.anna)
    await anna.should_see("1 партнер")
    await anna.should_see("скрыты по умолчанию 1 (Отказ)")
    anna.find("показать").click()
    await anna.should_see("2 партнера")
    await anna.should_see("все")

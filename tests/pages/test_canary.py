"""A word that stands only in fields hidden from Anna reaches her browser on no way: the canary of R7.3.6."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from nicegui import core
from nicegui.outbox import Message, Outbox
from nicegui.testing import User

from kaw.components.tabs import TABS
from kaw.models import Access, FieldKind
from kaw.services import bin as bin_
from kaw.services import choices, fields, history, imports, partner_table, partners
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from kaw.services.partner_table import TableQuery
from tests.cards import choice_ids, make_card, make_list
from tests.conftest import People, allow
from tests.pages.conftest import Visit, signed_in
from tests.pages.forms import eventually, settled

CANARY = "Kanarienvogel"
HIDDEN_WORDS = (CANARY, "Heimlich", "hidden_mark", "hidden_kind", "hidden_many")
QUERIES = (
    *("", "q=romashka", "q=kanarienvogel", "q=kanarien", "q=vogel", "q=heimlich"),
    *("sort=name", "sort=name&desc=1", "sort=status", "sort=id&desc=1", "sort=phone"),
    *("name.has=romashka", "name.has=kanarien", "name.empty=0", "status.empty=1", "status.empty=0"),
)
REFUSED = ("sort={0}", "sort={0}&desc=1", "{0}.has=kanarien", "{0}.empty=0", "{0}.empty=1", "{0}.in=1", "{0}.from=1")


class Wire:
    """All that the program has sent to browsers."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def words(self) -> list[str]:
        """Which of the hidden words were among it."""
        everything = "\n".join(self.sent).casefold()
        return [word for word in HIDDEN_WORDS if word.casefold() in everything]


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    """Everything that goes over the socket and every body and head of an answer, from the first page on."""
    wire = Wire()
    emit, send = Outbox._emit, httpx.AsyncClient.send

    async def emitted(self: Outbox, message: Message) -> None:
        wire.sent.append(json.dumps(message, ensure_ascii=False, default=str))
        await emit(self, message)

    async def answered(self: httpx.AsyncClient, request: httpx.Request, **named: Any) -> httpx.Response:
        answer = await send(self, request, **named)
        wire.sent.append(f"{answer.headers}\n{answer.text}")
        return answer

    monkeypatch.setattr(Outbox, "_emit", emitted)
    monkeypatch.setattr(httpx.AsyncClient, "send", answered)
    yield wire


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """The usual card and three fields that only Oleg sees: a text, a choice that hides its cards, several choices."""
    made = make_card(people.oleg)
    kinds = make_list(people.oleg, "Heimliche Arten", (f"{CANARY} A", f"{CANARY} B"), hidden=(f"{CANARY} B",))
    drafts = (
        FieldDraft("Heimlich", "hidden_mark", FieldKind.TEXT, sort_order=-1, on_main_page=True),
        FieldDraft("Heimliche Art", "hidden_kind", FieldKind.DROPDOWN, choice_list_id=kinds, on_main_page=True),
        FieldDraft("Heimlich viele", "hidden_many", FieldKind.CHECKBOXES, choice_list_id=kinds, on_main_page=True),
    )
    allow(people.editors, {field_id: Access.EDIT for name, field_id in made.items() if name != "secret"})
    return made | {"kinds": kinds} | {draft.unique_name: fields.create(people.oleg, draft) for draft in drafts}


@pytest.fixture
def cards(people: People, card: dict[str, int]) -> list[int]:
    """Four cards with nothing in their hidden fields; the last one is in the bin."""
    names = ("Romashka", "Vasilek", "Lyutik", "Oduvanchik")
    made = [
        partners.create(people.anna, {"name": name, "phone": f"8 909 641-42-1{place}", "status": "Активный"})
        for place, name in enumerate(names)
    ]
    bin_.delete(people.anna, made[3:])
    return made


def hide_canaries(people: People, card: dict[str, int], cards: list[int]) -> None:
    """Oleg writes the canary into every hidden field, changes it, brings it back; also in the bin."""
    kinds = choice_ids(people.oleg, card["kinds"])
    bin_.restore(people.oleg, cards[3])
    for place, partner_id in enumerate(cards):
        kind = kinds[f"{CANARY} {'AB'[place % 2]}"]
        values = {"hidden_mark": f"{CANARY} {9 - place}", "hidden_kind": kind, "hidden_many": [kinds[f"{CANARY} A"]]}
        saved = partners.save(people.oleg, partner_id, values, partners.get(people.oleg, partner_id).version)
        partners.save(people.oleg, partner_id, {"hidden_mark": f"{CANARY} again {9 - place}"}, saved.version)
    line = next(line for line in history.entries(people.oleg, cards[0])[0].lines if line.restorable)
    history.restore_value(people.oleg, line.change_id)
    bin_.delete(people.oleg, cards[3:])


def sight(anna: Actor) -> dict[str, Any]:
    """Counts, order and values of all that Anna can ask about the cards, without their version numbers."""
    seen: dict[str, Any] = {}
    for text in QUERIES:
        query = TableQuery.from_params(dict(httpx.QueryParams(text)))
        page = partner_table.page(anna, query)
        seen[text] = [{key: value for key, value in row.items() if key != "v"} for row in page.rows]
        seen[f"{text} counted"] = (
            partner_table.count(anna, query, exact=True),
            partner_table.hidden_by_default(anna, query),
        )
        for column in ("name", "status", "phone", "tags"):
            seen[f"{text} {column}"] = partner_table.value_counts(anna, column, query)
    return seen


# R7.3.6: a hidden value changes no count, no order, no suggestion
def test_counts_and_order_are_the_same_without_it(people: People, card: dict[str, int], cards: list[int]) -> None:
    before = sight(people.anna)
    hide_canaries(people, card, cards)
    assert sight(people.anna) == before
    assert partner_table.page(people.oleg, TableQuery(search=CANARY)).rows


# R7.3.6: also when the cards came from a file with such a column
def test_an_import_brings_it_to_nobody_else(people: People, card: dict[str, int], tmp_path: Path) -> None:
    path = tmp_path / "base.csv"
    path.write_text(f"Название;Heimlich\nPion;{CANARY}\nRosa;\n", encoding="utf-8")
    imports.start(people.oleg, path, "base.csv")
    found = partner_table.page(people.anna, TableQuery(sort="name")).rows
    assert [row["name"] for row in found] == ["Pion", "Rosa"]
    for row in found:
        told = repr((row, partners.get(people.anna, row["id"]), history.entries(people.anna, row["id"])))
        assert not [word for word in HIDDEN_WORDS if word.casefold() in told.casefold()]
    assert partner_table.page(people.anna, TableQuery(search=CANARY)).rows == []


# R7.3.6: nothing of it goes over the socket or in an answer, whatever page is opened
async def test_no_tab_sends_it(
    wire: Wire, visit: Visit, people: People, card: dict[str, int], cards: list[int]
) -> None:
    hide_canaries(people, card, cards)
    anna = await visit(people.anna)
    await open_all_tabs(visit, people.anna, cards)
    for column in ("name", "status", "tags", "hidden_mark", "hidden_kind", "hidden_many"):
        await open_funnel(anna, column)
    partners.save(people.oleg, cards[1], {"hidden_mark": f"{CANARY} live"}, partners.get(people.oleg, cards[1]).version)
    choices.save(
        people.oleg,
        card["kinds"],
        "Heimliche Arten",
        [ItemDraft(i, f"{n} neu", i) for n, i in choice_ids(people.oleg, card["kinds"]).items()],
        choices.get(people.oleg, card["kinds"]).version,
    )
    await delivered(anna)
    for word in ("Romashka", "Oduvanchik", "Фильтр: Название", "Фильтр: Метки"):
        assert any(word in text for text in wire.sent), word
    assert wire.words() == []


# the same walk finds every word when its field is shown: the test above looks where they would be
async def test_who_may_see_it_is_sent_all_of_it(
    wire: Wire, visit: Visit, people: People, card: dict[str, int], cards: list[int]
) -> None:
    hide_canaries(people, card, cards)
    await open_all_tabs(visit, people.oleg, cards)
    assert set(wire.words()) == set(HIDDEN_WORDS)


# R7.3.6: the rows of the table, and what a refusal says
async def test_no_answer_holds_it(
    wire: Wire, visit: Visit, people: People, card: dict[str, int], cards: list[int]
) -> None:
    hide_canaries(people, card, cards)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(core.app), base_url="http://test") as browser:
        browser.cookies.set("kaw_session", signed_in(people.anna))
        for text in QUERIES:
            assert (await browser.get(f"/data/partners?{text}")).status_code == 200
        assert wire.words() == []
        for name in ("hidden_mark", "hidden_kind", "hidden_many"):
            for pattern in REFUSED:
                unknown = await browser.get(f"/data/partners?{pattern.format('x' * len(name))}")
                hidden = await browser.get(f"/data/partners?{pattern.format(name)}")
                assert hidden.status_code == unknown.status_code == 422
                assert hidden.text.replace(name, "") == unknown.text.replace("x" * len(name), "")


async def open_all_tabs(visit: Visit, actor: Actor, cards: list[int]) -> None:
    """Every kind of tab, with the number of each card wherever a key can stand."""
    for kind, tab in TABS.items():
        keys = ["", *map(str, cards)] if tab.takes_key else list(map(str, cards)) if tab.needs_key else [""]
        for key in keys:
            address = "/" if tab is TABS["partners"] else f"/{kind}/{key}".rstrip("/")
            await delivered(await visit(actor, address))


async def delivered(user: User) -> None:
    """All that the page has to say so far has gone over its socket."""
    assert user.client
    outbox = user.client.outbox
    await settled()
    await eventually(lambda: not outbox.updates and not outbox.messages)


async def open_funnel(user: User, column: str) -> None:
    """A message of the grid that asks for the funnel of this column, as a browser, or a forger, sends it."""
    assert user.client
    layout = user.client.layout
    (table,) = [
        name.removesuffix("-range")
        for element in user.client.elements.values()
        if (name := str(element.props.get("id", ""))).endswith("-range")
    ]
    args = {"table": table, "column": column, "x": 1, "y": 1}
    (listener,) = [found for found in layout._event_listeners.values() if found.type == "kaw_table_funnel"]
    layout._handle_event({"listener_id": listener.id, "args": args})
    await delivered(user)

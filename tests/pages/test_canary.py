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

from kaw import live
from kaw.components.tabs import TABS
from kaw.models import Access, FieldKind
from kaw.services import bin as bin_
from kaw.services import call_history, choices, fields, history, imports, partner_table, partners
from kaw.services.access import Actor
from kaw.services.call_history import CallQuery
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from kaw.services.partner_table import TableQuery
from tests.calls import give_extension, insert_call
from tests.cards import choice_ids, make_card, make_list
from tests.conftest import People, allow
from tests.pages.conftest import Visit, signed_in
from tests.pages.forms import click_in_table, eventually, settled
from tests.pbx import PaperPbx

CANARY = "Kanarienvogel"
HIDDEN_PHONE = "9586472913"
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
    click_in_table(user, "funnel", column=column, x=1, y=1)
    await delivered(user)


# R7.3.6, R8.2.8, R12.4: nor a phone in a hidden field, by the calls of the card, the history, or a message of the table
async def test_a_hidden_phone_is_told_by_no_call(
    wire: Wire, visit: Visit, people: People, card: dict[str, int], cards: list[int], pbx: PaperPbx
) -> None:
    call_the_hidden_phone(people, cards[0])
    anna = await visit(people.anna)
    await anna.should_see("3 партнера")
    click_in_table(anna, "call", id=cards[0], number=f"+7{HIDDEN_PHONE}")
    click_in_table(anna, "numbers", id=cards[0], column="hidden_phone", x=1, y=1)
    await delivered(anna)
    on_card = await visit(people.anna, f"/partner/{cards[0]}")
    await look_at_calls(on_card, "Звонков нет")
    for call_id in (call.id for call in call_history.calls(people.oleg, CallQuery()).rows):
        live.announce([live.CallsChanged((call_id,))])
    await delivered(on_card)
    await delivered(await visit(people.anna, "/calls"))
    assert phones_sent(wire) == []
    assert pbx.asked == []


# the same walk finds the number when its field is shown
async def test_who_may_see_the_phone_is_told_it(
    wire: Wire, visit: Visit, people: People, card: dict[str, int], cards: list[int], pbx: PaperPbx
) -> None:
    call_the_hidden_phone(people, cards[0])
    await look_at_calls(await visit(people.oleg, f"/partner/{cards[0]}"), "звонков сделано")
    assert phones_sent(wire) != []


def call_the_hidden_phone(people: People, partner_id: int) -> None:
    """Oleg puts a number into a field that Anna does not see, and talks with it."""
    fields.create(people.oleg, FieldDraft("Heimliches Telefon", "hidden_phone", FieldKind.PHONE, on_main_page=True))
    version = partners.get(people.oleg, partner_id).version
    partners.save(people.oleg, partner_id, {"hidden_phone": f"+7{HIDDEN_PHONE}"}, version)
    for actor, extension in ((people.oleg, "100"), (people.anna, "101")):
        give_extension(actor, extension)
    insert_call(people.oleg, number=f"7{HIDDEN_PHONE}", extension="100", ago=600, partner_id=partner_id)
    insert_call(people.oleg, number=f"7{HIDDEN_PHONE}", extension="100", stage="missed", partner_id=partner_id)


async def look_at_calls(user: User, found: str) -> None:
    """Open «История по звонкам» of the card."""
    await user.should_see("История по звонкам")
    user.find("История по звонкам").click()
    await user.should_see(found)
    await delivered(user)


def phones_sent(wire: Wire) -> list[str]:
    """What has been sent of the hidden phone, in whatever notation."""
    last = HIDDEN_PHONE[-7:]
    return [text for text in wire.sent if last in "".join(c for c in text if c not in " -()\u00a0")]

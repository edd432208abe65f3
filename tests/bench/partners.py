"""The partner services against hand-written SQL for the same rows, in the same run.

``python -m tests.bench partners --rows 1000000 [--database URL] [--json FILE] [--fresh]``
"""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from kaw import db
from kaw.services import card_schema, partner_table, partners, table_marks
from kaw.services.access import Actor
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.partner_table import ColumnFilter, TableQuery
from tests.bench import base

LIMIT = 100
Figure = dict[str, Any]
Deed = Callable[[], Any]


@dataclass(frozen=True)
class Case:
    """One thing to measure: the service and the same by hand."""

    name: str
    service: Deed
    raw: Deed
    times: int = 25
    most: float = 50.0  # p95 in ms that it should keep


def measure(rows: int, url: str | None, *, fresh: bool, only: str = "") -> list[Figure]:
    """Figures in milliseconds: for each case its median and its 95th percentile."""
    actor = base.connect(rows, url, fresh=fresh)
    figures = []
    for case in _cases(actor, rows):
        if only in case.name:
            figures += _measured(case)
    return figures


def _measured(case: Case) -> Iterator[Figure]:
    service: list[float] = []
    raw: list[float] = []
    case.service(), case.raw()
    for _time in range(case.times):
        service.append(_milliseconds(case.service))
        raw.append(_milliseconds(case.raw))
    for name, middle in (("p50", statistics.median), ("p95", _p95)):
        value, other = middle(service), middle(raw)
        yield {
            "name": f"{case.name} {name}",
            "value": round(value, 3),
            "raw": round(other, 3),
            "ratio": round(value / other, 2),
            "unit": "ms",
            "most": case.most if name == "p95" else None,
        }


def _milliseconds(deed: Deed) -> float:
    begun = time.perf_counter()
    deed()
    return (time.perf_counter() - begun) * 1000


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[max(0, round(len(times) * 0.95) - 1)]


def _cases(actor: Actor, rows: int) -> Iterator[Case]:
    schema = card_schema.schema()
    hand = _Hand(schema)

    def page(query: TableQuery, offset: int = 0) -> Deed:
        return lambda: partner_table.page(actor, query, offset, LIMIT)

    shown = partner_table.count(actor, TableQuery()).number
    yield Case("page 1", page(TableQuery()), lambda: hand.page("state = 0", "id"))
    last = max(shown - LIMIT, 0)
    yield Case("last page", page(TableQuery(), last), lambda: hand.page("state = 0", "id", last), 10)
    yield from _sorts(schema, hand, page, shown)
    yield from _filters(schema, hand, page)
    yield from _searches(schema, hand, page, rows)
    yield from _cards(actor, schema, hand, rows)
    yield Case(
        "count",
        lambda: partner_table.count(actor, TableQuery()),
        lambda: hand.run("SELECT count(*) FROM partner_card WHERE state = 0"),
        5,
    )
    for name in ("status", "name", "tags"):
        deed = lambda name=name: partner_table.value_counts(actor, name, TableQuery())  # noqa: E731
        key = schema.by_name[name].sort_column
        by_hand = f"SELECT {key}, count(*) FROM partner_card WHERE state = 0 GROUP BY {key} LIMIT 200"
        yield Case(f"values of {name}", deed, lambda sql=by_hand: hand.run(sql), 3, most=1000)


def _sorts(schema: CardSchema, hand: "_Hand", page: Callable[..., Deed], shown: int) -> Iterator[Case]:
    for item in base.kinds_shown(schema):
        query, key = TableQuery(sort=item.unique_name), item.sort_column
        filled = f"state + 0 = 0 AND {key} IS NOT NULL"
        yield Case(f"sort {item.kind.value}", page(query), lambda k=key, f=filled: hand.page(f, f"{k}, id"), 10)
        middle = int(hand.run(f"SELECT count(*) FROM partner_card WHERE {filled}")[0][0]) // 2
        middle -= middle % LIMIT
        by_hand = lambda at, k=key, f=filled: hand.page(f, f"{k}, id", at)  # noqa: E731
        scroll = _Scrolling(lambda at, q=query: page(q, at)(), by_hand, middle)
        yield Case(f"sort {item.kind.value}, scrolling in the middle", scroll.service, scroll.raw, 8)
        if item.unique_name == "name":
            there, raw = page(query, middle), partial(by_hand, middle)
            yield Case("sort text, jump to the middle", partial(_cold, there), raw, 8)


def _cold(deed: Deed) -> Any:
    """As when nobody has been there yet."""
    table_marks._marks.clear()
    return deed()


class _Scrolling:
    """One page after the other, as a person turns them."""

    def __init__(self, service: Callable[[int], Any], raw: Callable[[int], Any], begin: int) -> None:
        self._service, self._raw = service, raw
        self._place = self._raw_place = begin

    def service(self) -> None:
        self._service(self._place)
        self._place += LIMIT

    def raw(self) -> None:
        self._raw(self._raw_place)
        self._raw_place += LIMIT


def _filters(schema: CardSchema, hand: "_Hand", page: Callable[..., Deed]) -> Iterator[Case]:
    status = schema.by_name["status"]
    rank = 2
    chosen = ColumnFilter(values=(status.choices[rank].id,))
    key = status.sort_column
    yield Case(
        "filter choice",
        page(TableQuery(filters={"status": chosen})),
        lambda: hand.page(f"state < 2 AND {key} = {rank}", "id"),
    )
    both = {"status": chosen, "name": ColumnFilter(contains="урал")}
    by_hand = hand.search("урал", [schema.by_name["name"]], f" AND c.{key} = {rank} AND c.state < 2")
    yield Case("filter choice + text", page(TableQuery(filters=both)), by_hand)
    name = schema.by_name["name"].sort_column
    by_name = TableQuery(filters={"status": chosen}, sort="name")
    yield Case(
        "filter choice, sort name",
        page(by_name),
        lambda: hand.page(f"state + 0 < 2 AND {key} + 0 = {rank} AND {name} IS NOT NULL", f"{name}, id"),
    )


def _searches(schema: CardSchema, hand: "_Hand", page: Callable[..., Deed], rows: int) -> Iterator[Case]:
    every = [item for item in schema.fields if item.on_main_page]
    known = hand.run(f"SELECT {schema.by_name['phone'].column} FROM partner_card WHERE id = {rows // 2}")[0][0]
    digits = known[3:].replace(" ", "").replace("-", "")
    for name, text, most in (
        ("search selective", "торг-77", 60.0),
        ("search two words", "Ковалёв ТехноЛогистика".replace("Техно", "Тех").lower(), 60.0),
        ("search no match", "щукинъ", 60.0),
        ("search phone digits", f"{digits[:3]} {digits[3:6]}-{digits[6:8]}-{digits[8:]}", 60.0),
        ("search common", "москва", 350.0),
    ):
        yield Case(name, page(TableQuery(text)), hand.search(text, every), 15, most)
    yield Case(
        "search common, sort name", page(TableQuery("москва", sort="name")), hand.search("москва", every), 8, 350.0
    )
    yield Case(
        "search selective, sort name", page(TableQuery("торг-77", sort="name")), hand.search("торг-77", every), 8, 60.0
    )
    yield Case("search two letters", page(TableQuery("ур")), hand.search("урал", every), 8, 60.0)


def _cards(actor: Actor, schema: CardSchema, hand: "_Hand", rows: int) -> Iterator[Case]:
    number = rows // 3
    phone = hand.run(f"SELECT digits10 FROM partner_phone WHERE partner_id = {number}")[0][0]
    yield Case(
        "look-up by phone",
        lambda: partners.find_by_phone(actor, f"+7{phone}"),
        lambda: hand.run(f"SELECT partner_id FROM partner_phone WHERE digits10 = '{phone}'"),
        50,
        5.0,
    )
    yield Case(
        "card read",
        lambda: partners.get(actor, number),
        lambda: hand.run(f"SELECT * FROM partner_card WHERE id = {number}"),
        50,
    )
    state = {"version": partners.get(actor, number).version, "turn": 0}

    def save() -> None:
        state["turn"] += 1
        card = partners.save(
            actor, number, {"city": f"Пермь {state['turn']}", "visits": state["turn"]}, state["version"]
        )
        state["version"] = card.version

    yield Case("card save", save, lambda: hand.save(number), 20)


class _Hand:
    """The SQL somebody would write by hand for the same rows."""

    def __init__(self, schema: CardSchema) -> None:
        self.schema = schema
        self.engine = db.database().engine
        self.columns = [item for item in schema.fields if item.on_main_page]
        self.selected = ", ".join(f"c.{item.column}" for item in self.columns)
        self.turn = 0

    def run(self, sql: str) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.exec_driver_sql(sql).fetchall()

    def page(self, where: str, order: str, offset: int = 0) -> Sequence[Any]:
        ids = f"SELECT id FROM partner_card WHERE {where} ORDER BY {order} LIMIT {LIMIT} OFFSET {offset}"
        return self._rows(ids)

    def _rows(self, ids: str) -> Sequence[Any]:
        with self.engine.connect() as connection:

            def run(sql: str) -> Sequence[Any]:
                return connection.exec_driver_sql(sql).fetchall()

            found = [str(row[0]) for row in run(ids)]
            if not found:
                return []
            listed = ",".join(found)
            cards = run(f"SELECT c.id, c.version, {self.selected} FROM partner_card c WHERE c.id IN ({listed})")
            run(f"SELECT partner_id, field_id, number FROM partner_phone WHERE partner_id IN ({listed})")
            place = 2 + [item.unique_name for item in self.columns].index("parent")
            parents = {str(card[place]) for card in cards if card[place]}
            if parents:
                title = self.schema.by_name["name"].column
                run(f"SELECT id, {title} FROM partner_card WHERE id IN ({','.join(parents)})")
            run("SELECT id, full_name FROM user_account")
            return cards

    def search(self, text: str, fields: Sequence[CardField], where: str = "") -> Deed:
        if db.database().is_sqlite:
            match = " ".join(f'"{word}"' for word in text.replace("ё", "е").split())
            if any(c.isdigit() for c in text) and not any(c.isalpha() for c in text):
                match = '"' + "".join(c for c in text if c.isdigit()) + '"'
            joined = "partner_search CROSS JOIN partner_card c ON c.id = partner_search.rowid"
            found = f"SELECT c.id FROM {joined} WHERE partner_search MATCH '{match}'"
        else:
            words = "".join(c if c.isalnum() else " " for c in text.replace("ё", "е"))
            if not any(c.isalpha() for c in text):
                words = words.replace(" ", "")
            match = " ".join(f"+{word[:10]}*" for word in words.split() if len(word) > 2)
            joined = "partner_word w JOIN partner_card c ON c.id = w.partner_id"
            found = f"SELECT c.id FROM {joined} WHERE MATCH(w.suffixes) AGAINST('{match}' IN BOOLEAN MODE)"
        return lambda: self._rows(f"{found}{where or ' AND c.state = 0'} ORDER BY c.id LIMIT {LIMIT}")

    def save(self, number: int) -> None:
        self.turn += 1
        city, visits = self.schema.by_name["city"], self.schema.by_name["visits"]
        old = self.run(f"SELECT * FROM partner_card WHERE id = {number}")
        with self.engine.connect().execution_options(kaw_writes=True) as connection:
            connection.exec_driver_sql(
                f"UPDATE partner_card SET {city.column} = 'Псков {self.turn}', {city.sort_column} = 'псков',"
                f" {visits.column} = {self.turn}, updated_at = '2026-03-02 12:00:00' WHERE id = {number}"
            )
            for _line in range(2):
                connection.exec_driver_sql(
                    "INSERT INTO card_change (partner_id, version, at, kind, field_name)"
                    f" VALUES ({number}, {len(old)}, '2026-03-02 12:00:00', 'edited', 'by hand')"
                )
            connection.commit()

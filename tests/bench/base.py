"""A database of many partners with 20 fields of all kinds, built once per size and kept for the next run."""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kaw import db, live
from kaw.fields.folding import sort_text
from kaw.models import Access, FieldKind, Group, GroupAccess, GroupMember, Setting, User
from kaw.services import card_schema, choices, fields, search_index, upgrade
from kaw.services.access import SYSTEM, Actor
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.demo import partners as invented
from kaw.services.demo import words

VERSION = "3"  # of the contents
BATCH = 5_000
LISTS = {
    "Статусы": ("Новый", "В работе", "Думает", "Договор", "Постоянный", "Отказ"),
    "Источники": ("Сайт", "Выставка", "Реклама", "Рекомендация", "Звонок"),
    "Метки": ("VIP", "Дилер", "Поставщик", "Должник", "Проверен"),
    "Интересы": ("Опт", "Розница", "Сервис", "Обучение"),
}
WEIGHTS = (30, 25, 15, 12, 10, 8)  # of the statuses; the last is hidden by default
CITIES = ("Москва", "Санкт-Петербург", "Казань", "Пермь", "Орёл", "Самара", "Тверь", "Омск")
CITY_WEIGHTS = (33, 17, 12, 10, 8, 8, 6, 6)
CARD = (
    ("name", "Название", FieldKind.TEXT, "", True),
    ("phone", "Телефон", FieldKind.PHONE, "", True),
    ("email", "Email", FieldKind.EMAIL, "", True),
    ("inn", "ИНН", FieldKind.INN, "", True),
    ("contact", "Контактное лицо", FieldKind.TEXT, "", True),
    ("city", "Город", FieldKind.TEXT, "", True),
    ("status", "Статус", FieldKind.DROPDOWN, "Статусы", True),
    ("source", "Источник", FieldKind.RADIO, "Источники", True),
    ("tags", "Метки", FieldKind.CHECKBOXES, "Метки", True),
    ("interests", "Интересы", FieldKind.LIST, "Интересы", False),
    ("deal_date", "Дата сделки", FieldKind.DATE, "", True),
    ("amount", "Сумма", FieldKind.MONEY, "", True),
    ("visits", "Визиты", FieldKind.NUMBER, "", True),
    ("called_at", "Последний звонок", FieldKind.DATETIME, "", True),
    ("subscribed", "Рассылка", FieldKind.YES_NO, "", True),
    ("manager", "Менеджер", FieldKind.USER, "", True),
    ("parent", "Головная компания", FieldKind.PARTNER, "", True),
    ("site", "Сайт", FieldKind.LINK, "", False),
    ("comment", "Комментарий", FieldKind.LONG_TEXT, "", False),
    ("note", "Заметка", FieldKind.TEXT, "", False),
)


def connect(rows: int, url: str | None, *, fresh: bool) -> Actor:
    """Connect the database of so many cards, made first if need be; an operator who may edit every field."""
    chosen = url or f"sqlite:////tmp/kaw-bench-{rows}.sqlite"
    _prepare(chosen, fresh=fresh)
    database = db.connect(chosen)
    upgrade.upgrade()
    live.announce([live.RightsChanged(), live.FieldsChanged()])
    with db.reading() as session:
        mark = session.get(Setting, "bench")
        whole = mark is not None and mark.value == f"{VERSION}:{rows}"
    if not whole:
        if mark is None and _has_fields():
            raise SystemExit(f"{chosen} is not empty; --fresh makes it anew")
        if mark is not None:
            raise SystemExit(f"{chosen} holds another base ({mark.value}); --fresh makes it anew")
        begun = time.perf_counter()
        _build(database, rows)
        print(f"{rows} cards made in {time.perf_counter() - begun:.0f} s")
    with db.reading() as session:
        return Actor(session.execute(sa.select(User.id).where(User.login == "bench0")).scalar_one())


def _has_fields() -> bool:
    return bool(card_schema.schema().fields)


def _prepare(url: str, *, fresh: bool) -> None:
    """See to it that there is a database; an empty one if it is to be fresh."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        for suffix in ("", "-wal", "-shm") if fresh else ():
            Path(f"{parsed.database}{suffix}").unlink(missing_ok=True)
        return
    server = sa.create_engine(parsed._replace(database=""))
    with server.begin() as connection:
        if fresh:
            connection.execute(sa.text(f"DROP DATABASE IF EXISTS `{parsed.database}`"))
        connection.execute(sa.text(f"CREATE DATABASE IF NOT EXISTS `{parsed.database}` CHARACTER SET utf8mb4"))
    server.dispose()


def _build(database: db.Database, rows: int) -> None:
    people = _design()
    schema = card_schema.schema()
    with database.engine.connect().execution_options(kaw_writes=True) as connection:
        _bare(connection, schema)
        _fill(connection, schema, rows, people)
        connection.commit()
        _indexed(connection, schema)
        connection.commit()
        search_index.rebuild(connection)
        connection.commit()
        if not database.is_sqlite:
            connection.exec_driver_sql("CREATE FULLTEXT INDEX ft_partner_word ON partner_word (suffixes)")
            for table in ("partner_card", "partner_phone", "partner_choice", "partner_word"):
                connection.exec_driver_sql(f"ANALYZE TABLE {table}")
        connection.execute(sa.insert(Setting).values(key="bench", value=f"{VERSION}:{rows}"))
        connection.commit()


def _design() -> list[int]:
    """The card, ten people and a group that may edit every field; ids of the people."""
    lists = {
        name: choices.save(
            SYSTEM,
            None,
            name,
            [choices.ItemDraft(None, item, place, item == "Отказ") for place, item in enumerate(items)],
        )
        for name, items in LISTS.items()
    }
    made = [
        fields.create(
            SYSTEM,
            fields.FieldDraft(title, name, kind, sort_order=place, choice_list_id=lists.get(chosen), on_main_page=main),
        )
        for place, (name, title, kind, chosen, main) in enumerate(CARD)
    ]
    with db.transaction() as tx:
        group = Group(name="Операторы")
        users = [
            User(login=f"bench{number}", full_name=f"Менеджер {number}", password_hash="!", created_at=db.now())
            for number in range(10)
        ]
        tx.session.add_all([group, *users])
        tx.session.flush()
        tx.session.add_all([GroupMember(group_id=group.id, user_id=user.id) for user in users])
        tx.session.add_all([GroupAccess(group_id=group.id, field_id=item, level=Access.EDIT) for item in made])
        tx.announce(live.RightsChanged())
        return [user.id or 0 for user in users]


def _bare(connection: sa.Connection, schema: CardSchema) -> None:
    """Without indexes and triggers rows go in several times as fast."""
    if connection.dialect.name == "sqlite":
        for name in ("insert", "update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS partner_search_{name}")
    else:
        connection.exec_driver_sql("DROP INDEX ft_partner_word ON partner_word")
    on_table = "" if connection.dialect.name == "sqlite" else " ON partner_card"
    for item in _sorted(schema):
        connection.exec_driver_sql(f"DROP INDEX ix_card_{item.sort_column}{on_table}")


def _indexed(connection: sa.Connection, schema: CardSchema) -> None:
    for item in _sorted(schema):
        columns = f"{item.sort_column}, id, state"
        connection.exec_driver_sql(f"CREATE INDEX ix_card_{item.sort_column} ON partner_card ({columns})")


def _sorted(schema: CardSchema) -> list[CardField]:
    return [item for item in schema.fields if item.on_main_page]


def _fill(connection: sa.Connection, schema: CardSchema, rows: int, people: Sequence[int]) -> None:
    maker = _Cards(schema, people)
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    for start in range(1, rows + 1, BATCH):
        numbers = range(start, min(start + BATCH, rows + 1))
        cards = [maker.card(number) for number in numbers]
        for table, columns, values in (
            ("partner_card", maker.columns, [tuple(card[0]) for card in cards]),
            ("partner_phone", _PHONE, [row for card in cards for row in card[1]]),
            ("partner_choice", ("partner_id", "field_id", "choice_id"), [row for card in cards for row in card[2]]),
        ):
            marks = ", ".join([mark] * len(columns))
            connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)


_PHONE = ("partner_id", "field_id", "digits10", "number", "extension", "label")
_NOW = datetime(2026, 3, 2, 12)


class _Cards:
    """Makes rows as the writers would store them, from a seed."""

    def __init__(self, schema: CardSchema, people: Sequence[int]) -> None:
        self.dice = random.Random(20)
        self.schema, self.people = schema, people
        self.by_name = schema.by_name
        self.items = {item.unique_name: [choice.id for choice in item.choices] for item in schema.fields}
        self.hidden = self.items["status"][-1]
        self.columns = ["id", "version", "state", "created_at", "updated_at"]
        for item in schema.fields:
            self.columns.append(item.column)
            if item.sort_column != item.column:
                self.columns.append(item.sort_column)

    def card(self, number: int) -> tuple[list[Any], list[Any], list[Any]]:
        """Values of ``columns``, rows of phones and of choices."""
        values = self._values(number)
        state = 1 if values["status"][0] == self.hidden else 0
        row: list[Any] = [number, 1, state, "2026-03-02 12:00:00.000000", "2026-03-02 12:00:00.000000"]
        chosen = []
        for item in self.schema.fields:
            value, key = values[item.unique_name]
            if item.kind.is_multiple:
                chosen += [(number, item.id, choice) for choice in value or ()]
                value = f",{','.join(map(str, value))}," if value else None
            row.append(value)
            if item.sort_column != item.column:
                row.append(key)
        digits = values["phone"][1]
        phones = [(number, self.by_name["phone"].id, digits[-10:], f"+{digits}", "", "")] if digits else []
        return row, phones, chosen

    def _values(self, number: int) -> dict[str, tuple[Any, Any]]:
        dice = self.dice
        title = f"{dice.choice(words.COMPANY_FIRST)}{dice.choice(words.COMPANY_SECOND)}-{dice.randint(1, 9999)}"
        name = f"{dice.choice(words.LEGAL_FORMS)} «{title}»"
        person = f"{dice.choice(words.LAST)} {dice.choice(words.FIRST_MEN)} {dice.choice(words.PATRONYMIC_MEN)}"
        city = dice.choices(CITIES, CITY_WEIGHTS)[0]
        mail = f"info{number}@{dice.choice(('mail', 'firma', 'torg'))}.example"
        inn = invented.inn(dice, 10) if dice.random() < 0.8 else None
        status = dice.choices(range(6), WEIGHTS)[0]
        source = dice.randrange(5) if dice.random() < 0.9 else None
        code, rest = dice.choice(invented.MOBILE_CODES), dice.randint(1_000_000, 9_999_999)
        digits = f"7{code}{rest}"
        shown = f"+7 {code} {digits[4:7]}-{digits[7:9]}-{digits[9:]}"
        amount = dice.randint(100, 900_000_000) if dice.random() < 0.7 else None
        deal = (_NOW - timedelta(days=dice.randint(0, 2000))).date() if dice.random() < 0.6 else None
        called = _NOW - timedelta(minutes=dice.randint(0, 900_000)) if dice.random() < 0.5 else None
        user = dice.choice(self.people) if dice.random() < 0.9 else None
        parent = dice.randint(1, number) if dice.random() < 0.1 else None
        comment = " ".join(dice.sample(words.COMMENTS, 2)) if dice.random() < 0.4 else None
        note = dice.choice(words.BUSINESSES) if dice.random() < 0.5 else None
        site = f"https://firma{number}.example" if dice.random() < 0.3 else None
        return {
            "name": (name, sort_text(name)),
            "phone": (shown, digits),
            "email": (mail, mail),
            "inn": (inn, inn),
            "contact": (person, sort_text(person)),
            "city": (city, sort_text(city)),
            "status": (self.items["status"][status], status),
            "source": (None, None) if source is None else (self.items["source"][source], source),
            "tags": self._several("tags", 0.4),
            "interests": self._several("interests", 0.3),
            "deal_date": (deal and deal.isoformat(), None),
            "amount": (amount, None),
            "visits": (float(dice.randint(0, 500)), None),
            "called_at": (called and f"{called:%Y-%m-%d %H:%M:%S.000000}", None),
            "subscribed": (dice.choice((0, 1, None)), None),
            "manager": (user, user and sort_text(f"Менеджер {self.people.index(user)}")),
            "parent": (parent, parent and f"{parent:010}"),
            "site": (site, site),
            "comment": (comment, comment and sort_text(comment)),
            "note": (note, note and sort_text(note)),
        }

    def _several(self, name: str, share: float) -> tuple[Any, Any]:
        if self.dice.random() > share:
            return None, None
        places = sorted(self.dice.sample(range(len(self.items[name])), self.dice.randint(1, 2)))
        return tuple(self.items[name][place] for place in places), places[0]


def kinds_shown(schema: CardSchema) -> Iterator[CardField]:
    """One column of the table for each kind of field."""
    seen = set()
    for item in schema.fields:
        if item.on_main_page and item.kind not in seen:
            seen.add(item.kind)
            yield item

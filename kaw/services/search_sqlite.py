"""Search on SQLite: an FTS5 trigram index over a view of the cards.

Every searched field has a slot (a column of the index), so that a user's rights become a column filter. The view
replaces ё by е and adds the bare digits of phones; the tokenizer folds case. Triggers keep the index, so no writer can
forget it and a rollback takes it back, too. The index has spare slots: a new field is empty and just gets one.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from kaw.models import FieldKind
from kaw.services.card_schema import CardField
from kaw.services.search_terms import Term

INDEX, VIEW, TRIGGERS = "partner_search", "partner_search_text", "partner_search_{}"
TABLE = "partner_card"
SPARE = 24
PHONE = "p"  # marks the slot of a field whose digits are searched, too
FREE = "-"

Slots = list[str]  # by place: column name, with PHONE behind, or FREE


def follow(connection: sa.Connection, fields: Iterable[CardField]) -> None:
    """Give these fields their slots, and keep those of others as long as their columns are there."""
    wanted = {_slot(field): field for field in fields}
    held = _held(connection)
    columns = {row[1] for row in connection.exec_driver_sql(f"PRAGMA table_info({TABLE})")}
    if held is None:
        _make(connection, wanted)
        return
    kept = [slot if slot == FREE or slot.removesuffix(PHONE) in columns else FREE for slot in held]
    fresh = [slot for slot in wanted if slot not in kept]
    free = [place for place, slot in enumerate(kept) if slot == FREE]
    if len(fresh) > len(free) or any(_is_filled(connection, wanted[slot].column) for slot in fresh):
        _make(connection, wanted)
        return
    for place, slot in zip(free, fresh, strict=False):
        kept[place] = slot
    if kept != held:
        _describe(connection, kept, _kinds(kept, wanted, connection))


def rebuild(connection: sa.Connection, fields: Iterable[CardField]) -> None:
    """Make the index anew from all cards."""
    _make(connection, {_slot(field): field for field in fields})


def query(connection: sa.Connection, terms: Sequence[Term]) -> sa.Select[Any]:
    """Ids of the cards that have all these terms in a text."""
    places = {slot: place for place, slot in enumerate(_held(connection) or [])}
    parts = [_expression(term, places) for term in terms]
    index = sa.table(INDEX, sa.column("rowid", sa.Integer))
    if not all(parts):
        return sa.select(index.c.rowid.label("id")).where(sa.false())
    match = sa.literal_column(INDEX).op("MATCH")(" AND ".join(f"({part})" for part in parts))
    return sa.select(index.c.rowid.label("id")).where(match)


def _expression(term: Term, places: Mapping[str, int]) -> str:
    """A term in the query language of FTS5, confined to the slots of its fields."""
    slots = {_slot(field): field for field in term.fields if _slot(field) in places}
    all_slots = " ".join(f"s{places[slot]}" for slot in slots)
    phones = " ".join(f"s{places[slot]}" for slot, field in slots.items() if field.holds_phones)
    parts = [f"{{{all_slots}}} : {_quoted(text)}" for text in term.texts if all_slots]
    parts += [f"{{{phones}}} : {_quoted(digits)}" for digits in term.digits if phones]
    return " OR ".join(parts)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _slot(field: CardField) -> str:
    return field.column + (PHONE if field.holds_phones else "")


def _held(connection: sa.Connection) -> Slots | None:
    """The slots as the view tells them: there is no second place to disagree with it."""
    made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", (VIEW,))
    sql = made.scalar()
    found = re.search(r"'slots=([^']*)'", sql) if sql else None
    return found[1].split(",") if found else None


def _make(connection: sa.Connection, wanted: Mapping[str, CardField]) -> None:
    slots = [*wanted, *[FREE] * SPARE]
    _drop_triggers(connection)
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {INDEX}")
    _describe(connection, slots, {slot: field.kind for slot, field in wanted.items()})
    columns = ", ".join(f"s{place}" for place in range(len(slots)))
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE {INDEX} USING fts5({columns}, content='{VIEW}', content_rowid='id',"
        " tokenize='trigram', columnsize=0)"
    )
    connection.exec_driver_sql(f"INSERT INTO {INDEX}({INDEX}) VALUES('rebuild')")


def _describe(connection: sa.Connection, slots: Slots, kinds: Mapping[str, FieldKind]) -> None:
    """Write the view and the triggers."""
    _drop_triggers(connection)
    used = {place: slot for place, slot in enumerate(slots) if slot != FREE}
    texts = ", ".join(
        f"{_text(slot, kinds[slot], '') if slot != FREE else 'NULL'} AS s{place}" for place, slot in enumerate(slots)
    )
    connection.exec_driver_sql(f"DROP VIEW IF EXISTS {VIEW}")
    listed = f"'slots={','.join(slots)}' AS slots, '{','.join(kinds.get(slot, '') for slot in slots)}' AS kinds"
    connection.exec_driver_sql(f"CREATE VIEW {VIEW} AS SELECT id, {texts}, {listed} FROM {TABLE}")  # noqa: S608
    if not used:
        return
    into = ", ".join(f"s{place}" for place in used)
    old, new = (", ".join(_text(slot, kinds[slot], row) for slot in used.values()) for row in ("OLD.", "NEW."))
    forget = f"INSERT INTO {INDEX}({INDEX}, rowid, {into}) VALUES('delete', OLD.id, {old});"
    enter = f"INSERT INTO {INDEX}(rowid, {into}) VALUES(NEW.id, {new});"
    columns = sorted({slot.removesuffix(PHONE) for slot in used.values()})
    changed = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in columns)
    for name, when, action in (
        ("insert", f"AFTER INSERT ON {TABLE}", enter),
        ("delete", f"AFTER DELETE ON {TABLE}", forget),
        ("update", f"AFTER UPDATE OF {', '.join(columns)} ON {TABLE} WHEN {changed}", f"{forget} {enter}"),
    ):
        connection.exec_driver_sql(f"CREATE TRIGGER {TRIGGERS.format(name)} {when} BEGIN {action} END")


def _drop_triggers(connection: sa.Connection) -> None:
    for name in ("insert", "delete", "update"):
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {TRIGGERS.format(name)}")


def _kinds(slots: Slots, wanted: Mapping[str, CardField], connection: sa.Connection) -> dict[str, FieldKind]:
    """Kinds of all slots: of fields that are gone as the view was written for them."""
    sql = str(
        connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'view' AND name = ?", (VIEW,)).scalar()
    )
    found = re.search(r"'([^']*)' AS kinds", sql)
    told = found[1].split(",") if found else []
    kinds = {
        slot: FieldKind(kind)
        for slot, kind in zip(_held(connection) or [], told, strict=False)
        if kind and slot != FREE
    }
    return {
        slot: kind
        for slot, kind in (kinds | {slot: field.kind for slot, field in wanted.items()}).items()
        if slot in slots
    }


def _text(slot: str, kind: FieldKind, row: str) -> str:
    """What is indexed of a column, as SQL: the same text as ``search_terms.searchable`` makes."""
    column = f"{row}{slot.removesuffix(PHONE)}"
    if kind is FieldKind.DATE:
        return f"strftime('%d.%m.%Y', {column})"
    if kind is FieldKind.MONEY:
        cents = f"rtrim(rtrim(printf('%.2f', {column} / 100.0), '0'), '.')"
        return f"replace({cents}, '.', ',')"
    if kind is FieldKind.NUMBER:
        whole = f"{column} = CAST({column} AS INTEGER)"
        return f"replace(CASE WHEN {whole} THEN CAST({column} AS INTEGER) ELSE {column} END, '.', ',')"
    plain = f"replace(replace({column}, 'ё', 'е'), 'Ё', 'Е')"
    if not slot.endswith(PHONE):
        return plain
    digits = column
    for mark in (" ", "-", "(", ")", ".", "\u00a0"):
        digits = f"replace({digits}, '{mark}', '')"
    return f"{plain} || char(10) || {digits}"


def _is_filled(connection: sa.Connection, column: str) -> bool:
    query = f"SELECT 1 FROM {TABLE} WHERE {column} IS NOT NULL LIMIT 1"  # noqa: S608 - a name of our own making
    return connection.exec_driver_sql(query).first() is not None

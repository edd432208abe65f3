"""Search on MariaDB: a FULLTEXT index over the endings of words, since it has no n-gram parser.

``partner_word`` holds every ending of every word of a card, so that the search for the beginning of an ending finds
the middle of a word; digits that people write in groups are one word, too. The index does not know which field a
word stands in: what it finds must be tested against the columns the user sees. It shows a card after its commit;
nobody can search for it earlier.

Words end at punctuation: if торг-77 were one, торг* would have to be gathered from tens of thousands of different
words (measured at a million cards: 1.5 s instead of 36 ms).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw.models import PartnerWord, Setting
from kaw.services import card_schema, partner_names, search_terms
from kaw.services.card_schema import CardField
from kaw.services.search_terms import INDEXED, Term

KNOWN = "search_columns"  # the setting that remembers what the index was made of
LONGEST = 10  # letters of an ending; what follows is left to the test
BATCH = 1_000
_WORD = re.compile(r"[^\W_]+")
_GROUPED = re.compile(r"[+(\d][\d ().,+\u00a0-]*\d")


def follow(connection: sa.Connection, fields: Sequence[CardField]) -> None:
    """Index these fields, too; anew when one of them has values that the index does not know."""
    wanted = {field.column + ("p" if field.holds_phones else ""): field for field in fields}
    stored = connection.execute(sa.select(col(Setting.value)).where(col(Setting.key) == KNOWN)).scalar()
    known: list[str] = json.loads(stored) if stored else []
    fresh = [name for name in wanted if name not in known]
    if stored and not fresh:
        return
    if any(_is_filled(connection, wanted[name].column) for name in fresh):
        rebuild(connection, fields)
    else:
        _remember(connection, sorted({*known, *wanted}))


def rebuild(connection: sa.Connection, fields: Sequence[CardField]) -> None:
    """Read every card again."""
    _remember(connection, sorted(field.column + ("p" if field.holds_phones else "") for field in fields))
    connection.execute(sa.delete(PartnerWord))
    table = card_schema.build_table(fields)
    last = connection.execute(sa.select(sa.func.max(table.c.id))).scalar()
    add_range(connection, fields, 1, int(last or 0))


def add_range(connection: sa.Connection, fields: Sequence[CardField], first: int, last: int) -> None:
    """Enter new cards."""
    table = card_schema.build_table(fields)
    for start in range(first, last + 1, BATCH):
        within = table.c.id.between(start, min(start + BATCH - 1, last))
        rows = list(_rows(connection, table, fields, within))
        if rows:
            connection.execute(sa.insert(PartnerWord), rows)


def update(connection: sa.Connection, fields: Sequence[CardField], ids: Sequence[int]) -> None:
    """Enter what these cards hold now; an unchanged one is left alone, as FULLTEXT never forgets an old row."""
    table = card_schema.build_table(fields)
    held = sa.select(col(PartnerWord.partner_id), col(PartnerWord.suffixes)).where(col(PartnerWord.partner_id).in_(ids))
    known = {row[0]: row[1] for row in connection.execute(held)}
    rows = list(_rows(connection, table, fields, table.c.id.in_(ids)))
    changed = [row for row in rows if known.get(row["partner_id"]) != row["suffixes"]]
    if changed:
        remove(connection, [row["partner_id"] for row in changed])
        connection.execute(sa.insert(PartnerWord), changed)


def remove(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Forget cards."""
    connection.execute(sa.delete(PartnerWord).where(col(PartnerWord.partner_id).in_(ids)))


def query(terms: Sequence[Term]) -> sa.Select[Any] | None:
    """Ids of cards that may have all these terms; None when they have no words that the index holds."""
    parts = [_expression(term) for term in terms]
    wanted = " ".join(f"+{part}" for part in parts if part)
    if not wanted:
        return None
    match = sa.text("MATCH(partner_word.suffixes) AGAINST (:kaw_words IN BOOLEAN MODE)").bindparams(kaw_words=wanted)
    return sa.select(col(PartnerWord.partner_id).label("id")).where(match)


def endings(texts: Iterable[str]) -> str:
    """Every ending of every word; one that begins another is left out, as the search for a beginning finds it."""
    words = {word for text in texts for word in (*_WORD.findall(text), *_grouped(text)) if len(word) >= INDEXED}
    found = sorted({word[start : start + LONGEST] for word in words for start in range(len(word) - INDEXED + 1)})
    return " ".join(one for one, other in zip(found, [*found[1:], ""], strict=False) if not other.startswith(one))


def _expression(term: Term) -> str:
    """A term in boolean mode, in brackets; "" when one of its ways has no word of three letters."""
    ways = [[digits] for digits in term.digits] or [_WORD.findall(text) for text in term.texts]
    long_enough = [[f"+{word[:LONGEST]}*" for word in words if len(word) >= INDEXED] for words in ways]
    if not all(long_enough):
        return ""
    return "(" + " ".join(f"({' '.join(words)})" for words in long_enough) + ")"


def _grouped(text: str) -> list[str]:
    """Numbers written in groups as one word each."""
    return ["".join(_WORD.findall(found)) for found in _GROUPED.findall(text)]


def _rows(
    connection: sa.Connection, table: sa.Table, fields: Sequence[CardField], within: sa.ColumnElement[bool]
) -> Iterator[dict[str, Any]]:
    contexts = [partner_names.with_settings(field) for field in fields]
    for row in connection.execute(sa.select(table.c.id, *(table.c[field.column] for field in fields)).where(within)):
        texts = (
            search_terms.searchable(field, value, context)
            for field, context, value in zip(fields, contexts, row[1:], strict=True)
        )
        yield {"partner_id": row[0], "suffixes": endings(texts)}


def _remember(connection: sa.Connection, names: list[str]) -> None:
    connection.execute(sa.delete(Setting).where(col(Setting.key) == KNOWN))
    connection.execute(sa.insert(Setting).values(key=KNOWN, value=json.dumps(names)))


def _is_filled(connection: sa.Connection, column: str) -> bool:
    query = sa.text(f"SELECT 1 FROM partner_card WHERE {column} IS NOT NULL LIMIT 1")  # noqa: S608 - our own name
    return connection.execute(query).first() is not None

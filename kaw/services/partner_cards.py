"""A card as one user may see it, read from the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw.errors import Conflict, NotFound
from kaw.i18n import N_
from kaw.models import CardState, Right
from kaw.services import partner_names
from kaw.services.access import Rights
from kaw.services.card_schema import CardField, CardSchema

Row = Mapping[str, Any]  # a row of partner_card by column


@dataclass(frozen=True)
class Card:
    """A partner's record with what its reader may see; dictionaries are by the field's unique name.

    ``values`` are Python values, ``texts`` what people read, ``inputs`` what an editor takes. Times are UTC.
    """

    id: int
    version: int
    title: str
    fields: tuple[CardField, ...]
    values: dict[str, Any]
    texts: dict[str, str]
    inputs: dict[str, Any]
    editable: frozenset[str]
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    in_bin: bool


@dataclass(frozen=True)
class NewCard:
    """The form of «Новый партнер»."""

    fields: tuple[CardField, ...]
    editable: frozenset[str]


class EditConflict(Conflict):
    """Somebody else changed the same fields since this user opened the card.

    ``card`` is the card as it is now, as this user may see it; ``author`` who changed it; ``fields`` unique names.
    """

    default_text = N_("{author} has changed this card meanwhile.")

    def __init__(self, card: Card, author: str, fields: tuple[str, ...]) -> None:
        self.card = card
        self.author = author
        self.fields = fields
        super().__init__(author=author)


def row_of(session: Session, schema: CardSchema, rights: Rights, partner_id: int, *, lock: bool = False) -> Row:
    """The row of a card that this user may open; NotFound otherwise. A card in the bin needs the contacts right."""
    if not schema.visible(rights):
        raise NotFound
    query = sa.select(schema.table).where(schema.table.c.id == partner_id)
    row = session.connection().execute(query.with_for_update() if lock else query).mappings().first()
    if row is None or (row["state"] == CardState.IN_BIN and not rights.has(Right.CONTACTS)):
        raise NotFound
    return dict(row)


def card_of(session: Session, schema: CardSchema, rights: Rights, row: Row) -> Card:
    """The card of a row, with what this user may see."""
    fields = schema.visible(rights)
    contexts = partner_names.contexts_to_show(session, schema, rights, fields, [row])
    texts = {item.unique_name: item.type.format(row[item.column], contexts[item.id]) for item in fields}
    people = partner_names.all_users()
    title = schema.title_field(rights)
    return Card(
        id=row["id"],
        version=row["version"],
        title=(texts[title.unique_name] if title else "") or f"№ {row['id']}",
        fields=fields,
        values={item.unique_name: row[item.column] for item in fields},
        texts=texts,
        inputs={item.unique_name: item.type.editable(row[item.column], contexts[item.id]) for item in fields},
        editable=editable(schema, rights),
        created_at=row["created_at"],
        created_by=people.get(row["created_by"], ""),
        updated_at=row["updated_at"],
        updated_by=people.get(row["updated_by"], ""),
        in_bin=row["state"] == CardState.IN_BIN,
    )


def editable(schema: CardSchema, rights: Rights) -> frozenset[str]:
    """Unique names of the fields this user may change."""
    return frozenset(item.unique_name for item in schema.visible(rights) if rights.edits(item.id))

"""People and partners that the cells of a loaded file name: found by their name, as the file has no numbers of KAW."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from kaw import db
from kaw.fields.folding import fold
from kaw.models import CardState, FieldKind, User
from kaw.services.access import Rights
from kaw.services.card_schema import CardSchema
from kaw.services.import_columns import Columns

SEVERAL = -1


@dataclass
class Names:
    """Ids by name; a name that several bear finds nobody."""

    by_id: dict[int, str] = field(default_factory=dict)
    _by_name: dict[str, int] = field(default_factory=dict)

    def add(self, found: Iterable[tuple[int | None, str | None]]) -> "Names":
        """Know these, too."""
        for item_id, name in found:
            if item_id is not None and name:
                self.by_id[item_id] = name
                key = _key(name)
                self._by_name[key] = SEVERAL if key in self._by_name else item_id
        return self

    def find(self, raw: Any) -> Any:
        """The id of who is meant, or the cell as it was: its field type says what is wrong with it."""
        found = self._by_name.get(_key(raw), SEVERAL) if isinstance(raw, str) else SEVERAL
        return raw if found == SEVERAL else found


def names_for(schema: CardSchema, columns: Columns, rights: Rights) -> dict[int, Names]:
    """What the columns of people and of partners need, by field id; read only when there are such columns."""
    wanted = {item.id: item.kind for item in columns.fields if item is not None}
    found: dict[int, Names] = {}
    for kind, read in ((FieldKind.USER, _people), (FieldKind.PARTNER, lambda: _partners(schema, rights))):
        ids = [field_id for field_id, of_kind in wanted.items() if of_kind is kind]
        if ids:
            found |= dict.fromkeys(ids, read())
    return found


def _people() -> Names:
    with db.reading() as session:
        return Names().add(session.exec(select(User.id, User.full_name).where(col(User.deleted_at).is_(None))))


def _partners(schema: CardSchema, rights: Rights) -> Names:
    title = schema.title_field(rights)
    if title is None:
        return Names()
    table = schema.table
    wanted = sa.select(table.c.id, table.c[title.column]).where(table.c.state != CardState.IN_BIN)
    with db.reading() as session:
        return Names().add((row[0], row[1]) for row in session.execute(wanted))


def _key(name: str) -> str:
    return " ".join(fold(name).split())

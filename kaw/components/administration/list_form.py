"""What is typed into the list editor, and what is wrong with it; no widgets."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from kaw.errors import InvalidValue
from kaw.fields.folding import fold
from kaw.i18n import _, explain
from kaw.services.choices import ItemDraft


@dataclass(frozen=True)
class ChoiceRow:
    """One row on the screen; ``key`` tells rows apart there: the item's id, or a negative number of a new row."""

    key: int
    id: int | None
    name: str = ""
    order: int = 0
    hidden: bool = False

    def as_json(self) -> dict[str, Any]:
        """For the browser and for drafts."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of ``as_json``, of whatever a browser may send."""
        known = data.get("id")
        return cls(
            key=int(data.get("key") or 0),
            id=int(known) if known is not None else None,
            name=str(data.get("name") or ""),
            order=int(data.get("order") or 0),
            hidden=bool(data.get("hidden")),
        )

    def as_item(self) -> ItemDraft:
        """For the service."""
        return ItemDraft(id=self.id, name=self.name.strip(), sort_order=self.order, hidden_by_default=self.hidden)


def rows_of(items: Iterable[ItemDraft]) -> list[ChoiceRow]:
    """The rows that show a saved list."""
    return [
        ChoiceRow(
            key=item.id or -number, id=item.id, name=item.name, order=item.sort_order, hidden=item.hidden_by_default
        )
        for number, item in enumerate(items, start=1)
    ]


def errors_of_items(rows: Sequence[ChoiceRow], errors: Iterable[InvalidValue]) -> dict[int, str]:
    """What the service says of items by their place ("item0"), by key of the row."""
    places = {f"item{place}": row.key for place, row in enumerate(rows)}
    return {places[error.field]: explain(error) for error in errors if error.field in places}


def row_errors(rows: Iterable[ChoiceRow]) -> dict[int, str]:
    """What is wrong, by key of the row: empty names, and names that occur twice."""
    errors: dict[int, str] = {}
    seen: set[str] = set()
    for row in rows:
        name = fold(" ".join(row.name.split()))
        if not name:
            errors[row.key] = _("Enter a name or remove the row.")
        elif name in seen:
            errors[row.key] = _("There is such a row already.")
        seen.add(name)
    return errors

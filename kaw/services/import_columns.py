"""Which column of a loaded file belongs to which field of the card: the one whose name its title is."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from kaw.errors import InvalidValue
from kaw.fields.folding import fold
from kaw.i18n import N_, _
from kaw.services.card_schema import CardField, CardSchema


@dataclass(frozen=True)
class Columns:
    """The columns of a file in their order: how each is called, and its field or None."""

    titles: tuple[str, ...]
    fields: tuple[CardField | None, ...]
    missing: tuple[CardField, ...]  # required, and without a column

    @cached_property
    def matched(self) -> dict[str, str]:
        """Column title to field name."""
        return {title: field.name for title, field in zip(self.titles, self.fields, strict=True) if field}

    @property
    def unmatched(self) -> tuple[str, ...]:
        """Titles of the columns that will not be loaded."""
        return tuple(title for title, field in zip(self.titles, self.fields, strict=True) if field is None)

    def check(self) -> None:
        """InvalidValue when no row could be loaded with these columns."""
        if not self.matched:
            raise InvalidValue(
                "file",
                N_("Not one column is called like a field of the card. Name the columns as the fields are named."),
            )
        if self.missing:
            raise InvalidValue(
                "file",
                N_("Required fields have no column in the file: {fields}."),
                fields=", ".join(field.name for field in self.missing),
            )


def match(titles: Sequence[str], schema: CardSchema) -> Columns:
    """Find the fields of columns by name or unique name, without regard to case, blanks, ё and е.

    InvalidValue when two columns are called like the same field: one of them would be lost.
    """
    by_title = {_key(field.name): field for field in reversed(schema.fields)}
    by_title |= {_key(field.unique_name): field for field in schema.fields}
    fields = tuple(by_title.get(_key(title)) for title in titles)
    names = tuple(title or _("Column {letter}").format(letter=letter(index)) for index, title in enumerate(titles))
    seen: dict[int, str] = {}
    for name, field in zip(names, fields, strict=True):
        if field is None:
            continue
        if field.id in seen:
            raise InvalidValue(
                "file",
                N_("Two columns belong to the field “{name}”: “{one}” and “{other}”. Rename or remove one of them."),
                name=field.name,
                one=seen[field.id],
                other=name,
            )
        seen[field.id] = name
    missing = tuple(field for field in schema.fields if field.required and field.shown and field.id not in seen)
    return Columns(_told_apart(names, fields), fields, missing)


def letter(index: int) -> str:
    """How Excel calls a column, counted from 0: A, B, ..., Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _key(title: str) -> str:
    return "".join(fold(title).split())


def _told_apart(titles: tuple[str, ...], fields: tuple[CardField | None, ...]) -> tuple[str, ...]:
    """Titles that come twice get their column's letter; those with a field come once."""
    owned = {title for title, field in zip(titles, fields, strict=True) if field}
    seen: set[str] = set()
    found = []
    for index, (title, field) in enumerate(zip(titles, fields, strict=True)):
        again = title in seen or (field is None and title in owned)
        found.append(f"{title} ({letter(index)})" if again else title)
        seen.add(title)
    return tuple(found)

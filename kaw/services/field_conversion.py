"""Values of a field of one type as values of another type (R7.5.3)."""

from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from kaw.errors import InvalidValue, NotFound
from kaw.fields.base import FieldContext
from kaw.i18n import N_
from kaw.models import CardState, ChoiceList, FieldKind, User
from kaw.services import card_schema
from kaw.services.access import SYSTEM, rights
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.import_names import Names

REMEMBERED = 50_000


@dataclass
class Conversion:
    """Turns values of ``old`` into values of ``new``, the same field as it is to be."""

    old: CardField
    new: CardField
    old_context: FieldContext
    new_context: FieldContext
    named: Names | None = None  # of whom a user or partner field may hold
    _known: dict[Any, Any] = field(default_factory=dict)

    def convert(self, value: Any) -> Any:
        """The new value; None when the new type cannot hold it."""
        if value not in self._known:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._known[value] = self._converted(value)
        return self._known[value]

    def shown(self, value: Any) -> str:
        """An old value as people read it."""
        return self.old.type.format(value, self.old_context)

    def shown_new(self, value: Any) -> str:
        """A new value as people will read it."""
        return self.new.type.format(value, self.new_context)

    def _converted(self, value: Any) -> Any:
        try:
            return self.new.type.parse(self._raw(value), self.new_context)
        except InvalidValue:
            return None

    def _raw(self, value: Any) -> Any:
        """What somebody would type to enter the value again."""
        old, new = self.old.kind, self.new.kind
        if old.has_choices and new.is_multiple:  # a name may have a comma
            chosen = value if old.is_multiple else (value,)
            return [self.old.type.format(item if not old.is_multiple else (item,), self.old_context) for item in chosen]
        if old is FieldKind.YES_NO and new is FieldKind.NUMBER:
            return int(value)
        typed = self.old.type.editable(value, self.old_context)
        text = typed if isinstance(typed, str) else self.shown(value)
        return self.named.find(text) if self.named is not None else text


def prepared(session: Session, field_id: int, kind: FieldKind, choice_list_id: int | None) -> Conversion:
    """The conversion of a field in use to another type or list; NotFound, or InvalidValue for a senseless wish."""
    schema = card_schema.read_schema(session)
    old = schema.by_id.get(field_id)
    if old is None:
        raise NotFound(N_("This field has been deleted."))
    list_id = choice_list_id if kind.has_choices else None
    if kind.has_choices and (list_id is None or session.get(ChoiceList, list_id) is None):
        raise InvalidValue("choice_list_id", N_("Choose the list whose items the field will hold."))
    if (kind, list_id) == (old.kind, old.choice_list_id):
        raise InvalidValue("kind", N_("The field is of this type already."))
    new = replace(old, kind=kind, choice_list_id=list_id, choices=schema.choice_lists.get(list_id or 0, ()))
    return between(session, schema, old, new)


def between(session: Session, schema: CardSchema, old: CardField, new: CardField) -> Conversion:
    """The conversion between two states of one field."""
    named = _names(session, schema, new.kind)
    old_names = _names(session, schema, old.kind)
    return Conversion(
        old,
        new,
        old.context(old_names.by_id if old_names else None),
        new.context(named.by_id if named else None),
        named,
    )


def _names(session: Session, schema: CardSchema, kind: FieldKind) -> Names | None:
    if kind is FieldKind.USER:
        return Names().add((row[0], row[1]) for row in session.exec(select(User.id, User.full_name)).all())
    title = schema.title_field(rights(SYSTEM))
    if kind is not FieldKind.PARTNER:
        return None
    if title is None:
        return Names()
    table = schema.table
    query = sa.select(table.c.id, table.c[title.column]).where(table.c.state != int(CardState.IN_BIN))
    return Names().add((row[0], row[1]) for row in session.execute(query))

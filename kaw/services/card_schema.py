"""The card as the administrator designed it: its fields, their columns in ``partner_card``, the choice lists.

One immutable ``CardSchema`` serves all calls until the fields change. The column of a field is called after its id
and generation (``f12_1``), never after a name somebody typed, so no name can reach SQL.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.fields import FIELD_TYPES
from kaw.fields.base import ChoiceItem, FieldContext, FieldType
from kaw.models import Choice, Field, FieldKind, FieldState, PartnerCard, Side
from kaw.services import settings
from kaw.services.access import Rights
from kaw.services.cache import Cache

PHONE_NAMES = {"телефон", "phone"}
EMAIL_NAMES = {"email", "e-mail", "почта"}


@dataclass(frozen=True)
class CardField:
    """One field of the card, detached from the database."""

    id: int
    name: str
    unique_name: str
    kind: FieldKind
    section: str = ""
    sort_order: int = 0
    shown: bool = True
    hint: str = ""
    choice_list_id: int | None = None
    side: Side = Side.LEFT
    on_main_page: bool = False
    required: bool = False
    generation: int = 1
    version: int = 1
    choices: tuple[ChoiceItem, ...] = ()

    @property
    def type(self) -> FieldType:
        return FIELD_TYPES[self.kind]

    @cached_property
    def column(self) -> str:
        """Name of the column of its value."""
        return f"f{self.id}_{self.generation}"

    @cached_property
    def sort_column(self) -> str:
        """Name of the column a table is ordered by: the value's own, or the sort key beside it."""
        return f"s{self.id}_{self.generation}" if self.type.sort_column() is not None else self.column

    @property
    def holds_phones(self) -> bool:
        """Phone fields, and text fields called «Телефон» as in the manual (R7.5.2)."""
        return self.kind is FieldKind.PHONE or self._is_text_called(PHONE_NAMES)

    @property
    def holds_email(self) -> bool:
        """E-mail fields, and text fields called «Email»."""
        return self.kind is FieldKind.EMAIL or self._is_text_called(EMAIL_NAMES)

    def context(self, names: Mapping[int, str] | None = None) -> FieldContext:
        """What its type needs to parse and format."""
        return FieldContext(
            name=self.unique_name,
            choices=self.choices,
            names=names or {},
            time_zone=ZoneInfo(str(settings.value("time_zone"))),
            region=str(settings.value("phone_region")),
        )

    def _is_text_called(self, names: set[str]) -> bool:
        return self.kind is FieldKind.TEXT and (
            self.name.strip().casefold() in names or self.unique_name.casefold() in names
        )


@dataclass(frozen=True)
class CardSchema:
    """All usable fields in the order of the card, and the table that holds their values."""

    fields: tuple[CardField, ...]
    choice_lists: Mapping[int, tuple[ChoiceItem, ...]] = field(default_factory=dict)

    @cached_property
    def table(self) -> sa.Table:
        """``partner_card`` with a column per field, for SQLAlchemy Core."""
        return build_table(self.fields)

    @cached_property
    def by_id(self) -> Mapping[int, CardField]:
        return {item.id: item for item in self.fields}

    @cached_property
    def by_name(self) -> Mapping[str, CardField]:
        return {item.unique_name: item for item in self.fields}

    @cached_property
    def hiding(self) -> tuple[tuple["CardField", frozenset[int]], ...]:
        """The fields that can leave a card out of the table, with the choices that do (R7.6)."""
        found = ((item, self.hiding_choices(item)) for item in self.fields)
        return tuple((item, choices) for item, choices in found if choices)

    def visible(self, rights: Rights) -> tuple[CardField, ...]:
        """The shown fields this user may see, in order."""
        return tuple(item for item in self.fields if item.shown and rights.sees(item.id))

    def columns(self, rights: Rights) -> tuple[CardField, ...]:
        """The columns of this user's partner table."""
        return tuple(item for item in self.visible(rights) if item.on_main_page)

    def title_field(self, rights: Rights) -> CardField | None:
        """The field a partner is called by: "name" if he sees it, else the first text he sees; None: nothing."""
        named = self.by_name.get("name")
        if named is not None and named.shown and rights.sees(named.id):
            return named
        texts = (item for item in self.visible(rights) if item.kind is FieldKind.TEXT and not item.holds_phones)
        return next(texts, None)

    def hiding_choices(self, card_field: CardField) -> frozenset[int]:
        """Items of a field's list whose partners are left out of the table by default (R7.6)."""
        return frozenset(item.id for item in card_field.choices if item.hidden_by_default)


def schema() -> CardSchema:
    """The card as it is designed now."""
    return _schema.get(None)


def for_writing(session: Session) -> CardSchema:
    """The card for a transaction that is going to write values; call it before anything else there.

    Until that transaction ends nobody can move a field to another column or take an item off a list: on MariaDB by
    a shared lock on the fields, on SQLite because there is one writer at a time.
    """
    fields = session.exec(select(Field.id, Field.state, Field.version).with_for_update(read=True)).all()
    known = schema()
    ready = {(field_id, version) for field_id, state, version in fields if state is FieldState.READY}
    return known if ready == {(item.id, item.version) for item in known.fields} else read_schema(session)


def read_schema(session: Session) -> CardSchema:
    """The same, read within a running transaction."""
    lists: dict[int, list[ChoiceItem]] = {}
    choices = select(Choice).where(col(Choice.deleted_at).is_(None)).order_by(col(Choice.sort_order), col(Choice.id))
    for choice in session.exec(choices):
        lists.setdefault(choice.list_id, []).append(ChoiceItem(choice.id or 0, choice.name, choice.hidden_by_default))
    fields = select(Field).where(Field.state == FieldState.READY).order_by(col(Field.sort_order), col(Field.id))
    return CardSchema(
        fields=tuple(card_field(row, lists.get(row.choice_list_id or 0, ())) for row in session.exec(fields)),
        choice_lists={list_id: tuple(items) for list_id, items in lists.items()},
    )


def card_field(row: Field, choices: Iterable[ChoiceItem] = ()) -> CardField:
    """A row of the field table as a detached CardField."""
    return CardField(
        id=row.id or 0,
        name=row.name,
        unique_name=row.unique_name,
        kind=row.kind,
        section=row.section,
        sort_order=row.sort_order,
        shown=row.shown,
        hint=row.hint,
        choice_list_id=row.choice_list_id,
        side=row.side,
        on_main_page=row.on_main_page,
        required=row.required,
        generation=row.generation,
        version=row.version,
        choices=tuple(choices),
    )


def build_table(fields: Iterable[CardField]) -> sa.Table:
    """``partner_card`` as SQLAlchemy sees it with these fields."""
    fixed = PartnerCard.metadata.tables["partner_card"]
    table = sa.Table(
        "partner_card", sa.MetaData(), *(sa.Column(c.name, c.type, primary_key=c.primary_key) for c in fixed.columns)
    )
    for item in fields:
        table.append_column(sa.Column(item.column, item.type.column()))
        sort_type = item.type.sort_column()
        if sort_type is not None:
            table.append_column(sa.Column(item.sort_column, sort_type))
    return table


def _load(_key: None) -> CardSchema:
    with db.reading() as session:
        return read_schema(session)


_schema: Cache[None, CardSchema] = Cache(_load, drop_on=(live.FieldsChanged,))

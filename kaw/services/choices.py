"""Choice lists («Списки», R7.6), for administrators.

Items keep their ids, so renaming one shows everywhere. One that cards hold is removed only together with what those
cards get instead. Sort keys and states of all cards follow in the same transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from kaw import db, live
from kaw.errors import Conflict, InvalidValue, NotFound
from kaw.fields.base import ChoiceItem
from kaw.fields.folding import fold
from kaw.fields.text import clean_line
from kaw.i18n import N_
from kaw.models import AuditAction, Choice, ChoiceList, Field, FieldState
from kaw.services import access, audit, card_schema, card_state, choice_replacing
from kaw.services.access import Actor
from kaw.services.card_schema import CardField, CardSchema
from kaw.services.confirmation import require_word

LONGEST_NAME = 120
MOST_ITEMS = 1_000


@dataclass(frozen=True)
class ListRow:
    """A list in the table: ``items`` is their number, ``used_by`` names its fields."""

    id: int
    name: str
    items: int
    used_by: tuple[str, ...]


@dataclass(frozen=True)
class ItemDraft:
    """One row of the editor; ``id`` is None for a new one."""

    id: int | None
    name: str
    sort_order: int = 0
    hidden_by_default: bool = False


@dataclass(frozen=True)
class ListDetails:
    """A list with its items in their order."""

    id: int
    name: str
    version: int
    items: tuple[ItemDraft, ...]


class ChoicesInUse(Conflict):
    """Items being removed are in cards: ``uses`` has the number of cards by item id."""

    default_text = N_("Some of the removed items are in use: choose what to put in their place.")

    def __init__(self, uses: Mapping[int, int]) -> None:
        self.uses = dict(uses)
        super().__init__()


def all_lists(actor: Actor) -> list[ListRow]:
    """Every list by name."""
    access.require_admin(actor)
    with db.reading() as session:
        live_items = select(Choice.list_id, func.count()).where(col(Choice.deleted_at).is_(None))
        counts = dict(session.exec(live_items.group_by(col(Choice.list_id))).all())
        return [
            ListRow(row.id or 0, row.name, counts.get(row.id or 0, 0), _used_by(session, row.id or 0))
            for row in session.exec(select(ChoiceList).order_by(col(ChoiceList.name)))
        ]


def get(actor: Actor, list_id: int) -> ListDetails:
    """One list."""
    access.require_admin(actor)
    with db.reading() as session:
        row = session.get(ChoiceList, list_id)
        if row is None:
            raise NotFound
        items = tuple(
            ItemDraft(item.id, item.name, item.sort_order, item.hidden_by_default) for item in _items(session, list_id)
        )
        return ListDetails(list_id, row.name, row.version, items)


def save(
    actor: Actor,
    list_id: int | None,
    name: str,
    items: Iterable[ItemDraft],
    version: int | None = None,
    replacements: Mapping[int, int | None] | None = None,
) -> int:
    """Make a list (``list_id`` None) or change one; its id.

    ``replacements`` maps a removed item to the item its cards get, or to None for nothing. ChoicesInUse when one is
    missing there; Conflict when the list was changed since ``version``.
    """
    access.require_admin(actor)
    name, drafts = _checked(name, items)
    try:
        with db.transaction() as tx:
            row = _open(tx.session, list_id, name, version)
            before = {item.id or 0: item for item in _items(tx.session, row.id or 0)}
            names = {item_id: item.name for item_id, item in before.items()}
            _store(tx, actor, row, drafts, before, replacements or {})
            action = AuditAction.LIST_CREATED if list_id is None else AuditAction.LIST_CHANGED
            audit.record(tx, actor, action, name, _differences(names, drafts))
            tx.announce(live.FieldsChanged())
            if list_id is not None:
                tx.announce(live.PartnersChanged())
            return row.id or 0
    except IntegrityError as error:
        raise _taken(name) from error


def delete(actor: Actor, list_id: int, confirmation: str) -> None:
    """Delete a list that no field uses; Conflict names the fields."""
    access.require_admin(actor)
    require_word(confirmation)
    with db.transaction() as tx:
        row = _locked(tx.session, list_id)
        used_by = _used_by(tx.session, list_id, also_deleted=True)
        if used_by:
            text = N_("The list is used by the fields: {fields}. Change their type or delete them first.")
            raise Conflict(text, fields=", ".join(used_by))
        for item in tx.session.exec(select(Choice).where(Choice.list_id == list_id)):
            tx.session.delete(item)
        tx.session.flush()
        tx.session.delete(row)
        audit.record(tx, actor, AuditAction.LIST_DELETED, row.name)
        tx.announce(live.FieldsChanged())


def _checked(name: str, items: Iterable[ItemDraft]) -> tuple[str, list[ItemDraft]]:
    """Clean names, items in their order with places counted from 0."""
    name = clean_line(name)
    if not name:
        raise InvalidValue("name", N_("Enter the name of the list."))
    if len(name) > LONGEST_NAME:
        raise _too_long("name", name)
    drafts = [replace(item, name=clean_line(item.name)) for item in sorted(items, key=lambda item: item.sort_order)]
    if len(drafts) > MOST_ITEMS:
        raise InvalidValue("rows", N_("A list takes at most {limit} items."), limit=MOST_ITEMS)
    seen: set[str] = set()
    for item in drafts:
        if not item.name:
            raise InvalidValue("rows", N_("Each item of the list needs a name."))
        if len(item.name) > LONGEST_NAME:
            raise _too_long("rows", item.name)
        if fold(item.name) in seen:
            raise InvalidValue("rows", N_("The list has the item “{name}” twice."), name=item.name)
        seen.add(fold(item.name))
    return name, [replace(item, sort_order=place) for place, item in enumerate(drafts)]


def _open(session: Session, list_id: int | None, name: str, version: int | None) -> ChoiceList:
    """The row to write to, under its new name."""
    others = session.exec(select(ChoiceList.id, ChoiceList.name)).all()
    if any(fold(other) == fold(name) and other_id != list_id for other_id, other in others):
        raise _taken(name)
    if list_id is None:
        row = ChoiceList(name=name)
    else:
        row = _locked(session, list_id)
        if version is not None and row.version != version:
            raise Conflict(N_("Somebody else has changed this list meanwhile. Look at it again."))
        row.name, row.version = name, row.version + 1
    session.add(row)
    session.flush()
    return row


def _locked(session: Session, list_id: int) -> ChoiceList:
    row = session.get(ChoiceList, list_id, with_for_update=True)
    if row is None:
        raise NotFound(N_("There is no such list any more."))
    return row


def _store(
    tx: db.Transaction,
    actor: Actor,
    row: ChoiceList,
    drafts: list[ItemDraft],
    before: Mapping[int, Choice],
    replacements: Mapping[int, int | None],
) -> None:
    kept = {item.id for item in drafts if item.id is not None}
    if len(kept) != sum(item.id is not None for item in drafts) or not kept <= before.keys():
        raise Conflict(N_("Somebody else has changed this list meanwhile. Look at it again."))
    if not kept.issuperset(target for target in replacements.values() if target is not None):
        raise InvalidValue("rows", N_("An item can only be replaced by one that stays in the list."))
    session, list_id = tx.session, row.id or 0
    fields = _lock_fields(session, list_id, before.values())
    removed = before.keys() - kept
    uses = choice_replacing.uses(session, fields, removed)
    if uses.keys() - replacements.keys():
        raise ChoicesInUse(uses)
    new_names = {item.id: item.name for item in drafts}
    for item_id in sorted(uses):
        target = replacements[item_id]
        for field in fields:
            choice_replacing.replace(session, actor, field, item_id, target, new_names.get(target, ""))
    _write_items(session, list_id, drafts, before, removed)
    _follow(session, fields)


def _write_items(
    session: Session, list_id: int, drafts: list[ItemDraft], before: Mapping[int, Choice], removed: Iterable[int]
) -> None:
    for item_id in removed:
        before[item_id].deleted_at = db.now()
    for draft in drafts:
        item = Choice(list_id=list_id, name=draft.name) if draft.id is None else before[draft.id]
        item.name, item.sort_order, item.hidden_by_default = draft.name, draft.sort_order, draft.hidden_by_default
        session.add(item)
        session.flush()  # one by one, so that ids follow the order


def _follow(session: Session, fields: list[CardField]) -> None:
    """Bring sort keys and states of all cards in line with the items as they are now."""
    connection = session.connection()
    if fields:
        schema = card_schema.read_schema(session)
        items = schema.choice_lists.get(fields[0].choice_list_id or 0, ())
        present = tuple(replace(field, choices=items) for field in fields)
        for field in present:
            card_state.rank_choices(connection, CardSchema(present), field)
        card_state.hide_by_choices(connection, schema)


def _lock_fields(session: Session, list_id: int, items: Iterable[Choice]) -> list[CardField]:
    """The fields whose cards hold items of this list, restorable ones too, kept from other writers."""
    states = [FieldState.READY, FieldState.DELETED, FieldState.CREATING]
    rows = session.exec(
        select(Field).where(Field.choice_list_id == list_id, col(Field.state).in_(states)).with_for_update()
    ).all()
    choices = tuple(ChoiceItem(item.id or 0, item.name, item.hidden_by_default) for item in items)
    return [card_schema.card_field(row, choices) for row in rows if row.state is not FieldState.CREATING]


def _items(session: Session, list_id: int) -> list[Choice]:
    query = select(Choice).where(Choice.list_id == list_id, col(Choice.deleted_at).is_(None))
    return list(session.exec(query.order_by(col(Choice.sort_order), col(Choice.id))).all())


def _used_by(session: Session, list_id: int, also_deleted: bool = False) -> tuple[str, ...]:
    """Names of the fields; with those that may come back or whose former values are just being retired."""
    retiring = sa.and_(col(Field.former_list_id) == list_id, col(Field.former_kind).is_not(None))
    query = select(Field).where(sa.or_(col(Field.choice_list_id) == list_id, retiring))
    rows = session.exec(query.order_by(col(Field.sort_order), col(Field.id))).all()
    gone = (FieldState.DELETED, FieldState.PURGING)
    return tuple(row.name for row in rows if also_deleted or (row.state not in gone and row.choice_list_id == list_id))


def _differences(before: Mapping[int, str], drafts: list[ItemDraft]) -> dict[str, list[str]]:
    """What the audit log says about a change: names of items added, removed and renamed."""
    kept = {item.id: item.name for item in drafts if item.id is not None}
    found = {
        "added": [item.name for item in drafts if item.id is None],
        "removed": [name for item_id, name in before.items() if item_id not in kept],
        "renamed": [f"{before[i]} → {name}" for i, name in kept.items() if i in before and before[i] != name],
    }
    return {key: names for key, names in found.items() if names}


def _taken(name: str) -> InvalidValue:
    return InvalidValue("name", N_("There is a list called “{name}” already."), name=name)


def _too_long(field: str, text: str) -> InvalidValue:
    message = N_("At most {limit} characters fit here, and this has {length}.")
    return InvalidValue(field, message, limit=LONGEST_NAME, length=len(text))

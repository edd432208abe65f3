"""Changing the type of a field without losing what is in it (R7.5.3).

The values go to columns of a new generation while everybody works on with the old ones. One last short transaction,
which no writer of cards can overlap, converts what was saved meanwhile and switches. Then ``field_retirement`` keeps in
the history what did not fit. A crash before the switch leaves the field as it was, one after it is finished at start.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw import db
from kaw.errors import Conflict
from kaw.i18n import N_
from kaw.models import AuditAction, ChoiceList, FieldKind, PartnerChoice
from kaw.services import (
    access,
    audit,
    card_schema,
    field_columns,
    field_conversion,
    field_phones,
    field_retirement,
    field_steps,
    partner_values,
)
from kaw.services.access import Actor
from kaw.services.field_conversion import Conversion

BATCH = 1_000
FEW = 20
EXAMPLES = 5
MARGIN = timedelta(minutes=10)  # clocks of several servers, and how long a transaction may have been under way
Progress = Callable[[int, int], None]
Cards = Sequence[tuple[int, Any]]


@dataclass(frozen=True)
class KindPreview:
    """What a change would do: cards filled, values that convert, values that would be lost, some of both.

    An example is what is shown now and what would be shown then, None when it would be lost.
    """

    filled: int
    converts: int
    lost: int
    examples: tuple[tuple[str, str | None], ...]


def preview_kind(actor: Actor, field_id: int, kind: FieldKind, choice_list_id: int | None = None) -> KindPreview:
    """What changing the type would do, without doing it; lost values come first among the examples."""
    access.require_admin(actor)
    with db.reading() as session:
        conversion = field_conversion.prepared(session, field_id, kind, choice_list_id)
    converts = lost = 0
    kept: list[tuple[str, str | None]] = []
    gone: list[tuple[str, str | None]] = []
    for batch in _filled(conversion):
        for _partner_id, value in batch:
            new = conversion.convert(value)
            lost, converts = lost + (new is None), converts + (new is not None)
            if new is None and len(gone) < EXAMPLES - 1:
                gone.append((conversion.shown(value), None))
            elif new is not None and len(kept) < EXAMPLES:
                kept.append((conversion.shown(value), conversion.shown_new(new)))
    return KindPreview(converts + lost, converts, lost, tuple((gone + kept)[:EXAMPLES]))


def change_kind(
    actor: Actor,
    field_id: int,
    kind: FieldKind,
    choice_list_id: int | None = None,
    progress: Progress | None = None,
) -> None:
    """Change the type, or the list of a choice field; ``progress(cards done, of how many)`` is told as it goes on."""
    access.require_admin(actor)
    with field_columns.exclusive():
        field_retirement.retire(field_id)
        began, version, conversion = _begin(field_id, kind, choice_list_id)
        try:
            _build(conversion, progress or _tell_nobody)
            _switch(actor, conversion, began, version)
        except BaseException:
            field_steps.let_columns_go(list(field_columns.columns_of(conversion.new)))
            raise
        field_retirement.retire(field_id, actor.user_id or None)


def _begin(field_id: int, kind: FieldKind, choice_list_id: int | None) -> tuple[datetime, int, Conversion]:
    """When it began, the version of the list, and the conversion to columns that are not there yet.

    The lock waits for writers under way, so that whatever is written later carries a later time.
    """
    with db.transaction() as tx:
        field_steps.locked(tx.session, field_id)
        began = db.now() - MARGIN
        conversion = field_conversion.prepared(tx.session, field_id, kind, choice_list_id)
        generation = field_columns.next_generation(tx.session.connection(), conversion.old)
        target = tx.session.get(ChoiceList, conversion.new.choice_list_id or 0)
    conversion.new = replace(conversion.new, generation=generation)
    return began, target.version if target else 0, conversion


def _build(conversion: Conversion, progress: Progress) -> None:
    """Columns of the new generation with everything that is in the old ones now."""
    with db.transaction() as tx:
        field_columns.add(tx.session.connection(), conversion.new)
    value = _column(conversion)
    with db.reading() as session:
        total = session.execute(sa.select(sa.func.count()).where(value.is_not(None))).scalar_one()
    done = 0
    progress(done, total)
    for batch in _filled(conversion):
        with db.transaction() as tx:
            _convert(tx, conversion, _again(tx, conversion, batch))
        done += len(batch)
        progress(done, max(done, total))
    with db.transaction() as tx:
        new = conversion.new
        field_columns.set_index(tx.session.connection(), new, wanted=new.on_main_page)


def _filled(conversion: Conversion) -> Iterator[Cards]:
    """Filled cards in batches of (id, old value), by id."""
    value, last = _column(conversion), 0
    card_id = value.table.c.id
    while True:
        with db.reading() as session:
            query = sa.select(card_id, value).where(card_id > last, value.is_not(None)).order_by(card_id)
            rows = [(row[0], row[1]) for row in session.execute(query.limit(BATCH)).all()]
        if not rows:
            return
        yield rows
        last = rows[-1][0]


def _again(tx: db.Transaction, conversion: Conversion, batch: Cards) -> Cards:
    """The same cards as they are in this transaction, kept from other writers."""
    value = _column(conversion)
    ids = [partner_id for partner_id, _value in batch]
    query = sa.select(value.table.c.id, value).where(value.table.c.id.in_(ids)).with_for_update()
    return [(row[0], row[1]) for row in tx.session.execute(query).all()]


def _convert(tx: db.Transaction, conversion: Conversion, cards: Cards) -> None:
    """Write the new columns of these cards, and the rows beside them that the new type keeps."""
    new = conversion.new
    converted = [(card, None if value is None else conversion.convert(value)) for card, value in cards]
    _write_columns(tx.session.connection(), conversion, converted)
    if new.holds_phones and not conversion.old.holds_phones:
        field_phones.write(tx, new, converted)
    if new.kind.is_multiple and conversion.old.choice_list_id != new.choice_list_id:
        _write_choices(tx, conversion, converted)


def _write_columns(connection: sa.Connection, conversion: Conversion, cards: Cards) -> None:
    """One statement for each value when there are few of them, as with choices; else one for each card."""
    new, table = conversion.new, card_schema.build_table([conversion.new])
    ids: dict[Any, list[int]] = {}
    for partner_id, value in cards:
        ids.setdefault(value, []).append(partner_id)
    columns = {value: partner_values.columns_of(new, value, conversion.new_context) for value in ids}
    if len(ids) <= FEW:
        for value, partner_ids in ids.items():
            connection.execute(sa.update(table).where(table.c.id.in_(partner_ids)).values(columns[value]))
        return
    names = field_columns.columns_of(new)
    one = sa.update(table).where(table.c.id == sa.bindparam("card")).values({n: sa.bindparam(f"v_{n}") for n in names})
    connection.execute(one, [{"card": card} | {f"v_{n}": columns[value][n] for n in names} for card, value in cards])


def _write_choices(tx: db.Transaction, conversion: Conversion, cards: Cards) -> None:
    """Rows of the new list's items; those of the old list, which filters still use, stay until the retirement."""
    new = conversion.new
    old_rows = sa.delete(PartnerChoice).where(
        col(PartnerChoice.field_id) == new.id,
        col(PartnerChoice.partner_id).in_([partner_id for partner_id, _value in cards]),
        col(PartnerChoice.choice_id).in_([item.id for item in new.choices]),
    )
    tx.session.connection().execute(old_rows)
    partner_values.insert_derived(tx.session, [(partner_id, {new.id: value}) for partner_id, value in cards], [new])


def _switch(actor: Actor, conversion: Conversion, began: datetime, list_version: int) -> None:
    """From now on the field is of the new type; what was saved since ``began`` is converted once more before."""
    old, new = conversion.old, conversion.new
    with db.transaction() as tx:
        row = field_steps.locked(tx.session, new.id)
        target = tx.session.get(ChoiceList, new.choice_list_id or 0)
        if row.generation != old.generation or (target.version if target else 0) != list_version:
            raise Conflict(N_("The field or its list was changed meanwhile. Please try again."))
        _convert(tx, conversion, _saved_since(tx, conversion, began))
        row.former_kind, row.former_list_id, row.former_generation = old.kind.value, old.choice_list_id, old.generation
        row.kind, row.choice_list_id, row.generation = new.kind, new.choice_list_id, new.generation
        row.version += 1
        audit.record(tx, actor, AuditAction.FIELD_CHANGED, row.name, {"kind": new.kind, "kind_before": old.kind})
        field_steps.follow(tx)


def _saved_since(tx: db.Transaction, conversion: Conversion, began: datetime) -> Cards:
    """Cards whose new column is no longer what their old one converts to."""
    table = card_schema.build_table([conversion.old, conversion.new])
    old, new = table.c[conversion.old.column], table.c[conversion.new.column]
    rows = tx.session.execute(sa.select(table.c.id, old, new).where(table.c.updated_at >= began)).all()
    return [(row[0], row[1]) for row in rows if (None if row[1] is None else conversion.convert(row[1])) != row[2]]


def _column(conversion: Conversion) -> sa.Column[Any]:
    return card_schema.build_table([conversion.old]).c[conversion.old.column]


def _tell_nobody(done: int, total: int) -> None:
    """Nobody watches the progress."""

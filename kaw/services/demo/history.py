"""Partners written as they came to be: created over a year, then edited by several people."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from kaw import db, live
from kaw.models import Change, ChangeKind, PartnerCard
from kaw.services import card_schema, partner_values
from kaw.services.access import Actor
from kaw.services.card_schema import CardField, CardSchema

BATCHES = 50  # of cards that one person entered on one day
DAYS = 400
EDITED_SHARE = 0.4
CHANGEABLE = ("partner_status", "status", "comment", "phone", "email", "fio", "data_sdelki", "dogovorennosty_new")


@dataclass(frozen=True)
class Edit:
    """One save: who, when, and the fields with their old and new values, choices by name."""

    author: int
    at: datetime
    changes: dict[str, tuple[Any, Any]]


@dataclass
class Story:
    """One card's life; ``values`` are those of today."""

    values: dict[str, Any]
    author: int
    created_at: datetime
    edits: list[Edit] = field(default_factory=list)


def invent(partners: Sequence[dict[str, Any]], editors: Sequence[Actor], seed: int = 8) -> list[Story]:
    """Give each partner a past that ends in what he is today."""
    dice = random.Random(seed)
    now = db.now().replace(microsecond=0)
    stories: list[Story] = []
    size = max(1, len(partners) // BATCHES)
    for first in range(0, len(partners), size):
        day = now - timedelta(days=DAYS * (1 - first / len(partners)), hours=dice.randint(1, 6))
        author = dice.choice(editors).user_id
        stories.extend(Story(values, author, day) for values in partners[first : first + size])
    for story in stories:
        if dice.random() < EDITED_SHARE:
            _invent_edits(dice, story, partners, editors, now)
    return stories


def write(stories: Sequence[Story], report: Callable[[float], None]) -> None:
    """Store the cards, then what was changed in them."""
    schema = card_schema.schema()
    ids: list[int] = []
    with db.transaction() as tx:
        for begun, group in groupby(stories, key=lambda story: story.created_at):
            batch = list(group)
            ids += partner_values.write_many(
                tx.session,
                schema,
                [_row(schema, story.values) for story in batch],
                author=batch[0].author,
                import_id=None,
                at=begun,
            )
            report(len(ids) / len(stories))
        _write_edits(tx, schema, dict(zip(ids, stories, strict=True)))
        tx.announce(live.PartnersChanged())


def _invent_edits(
    dice: random.Random, story: Story, partners: Sequence[dict[str, Any]], editors: Sequence[Actor], now: datetime
) -> None:
    """Walk back from today's values: what another partner has today stands for what this one had before."""
    number = min(1 + int(dice.expovariate(0.7)), 6)
    moments = sorted(story.created_at + (now - story.created_at) * dice.random() for _edit in range(number))
    current = dict(story.values)
    for at in reversed(moments):
        changes: dict[str, tuple[Any, Any]] = {}
        for name in dice.sample(CHANGEABLE, k=dice.choice((1, 1, 1, 2, 3))):
            old = dice.choice(partners)[name]
            if old != current[name]:
                changes[name] = (old, current[name])
                current[name] = old
        if changes:
            story.edits.insert(0, Edit(dice.choice(editors).user_id, at, changes))


def _write_edits(tx: db.Transaction, schema: CardSchema, stories: dict[int, Story]) -> None:
    changes: list[dict[str, Any]] = []
    for partner_id, story in stories.items():
        for version, edit in enumerate(story.edits, 2):
            changes.extend(
                _change(schema.by_name[name], partner_id, version, edit, old, new)
                for name, (old, new) in edit.changes.items()
            )
    edited = {partner_id: story.edits for partner_id, story in stories.items() if story.edits}
    if not edited:
        return
    tx.session.execute(sa.insert(Change), changes)
    tx.session.connection().execute(
        sa.update(PartnerCard.__table__)  # type: ignore[attr-defined]
        .where(col(PartnerCard.id) == sa.bindparam("card"))
        .values(version=sa.bindparam("v"), updated_at=sa.bindparam("at"), updated_by=sa.bindparam("author")),
        [
            {"card": partner_id, "v": 1 + len(edits), "at": edits[-1].at, "author": edits[-1].author}
            for partner_id, edits in edited.items()
        ],
    )


def _change(item: CardField, partner_id: int, version: int, edit: Edit, old: Any, new: Any) -> dict[str, Any]:
    context = item.context()
    old, new = item.type.parse(old, context), item.type.parse(new, context)
    return {
        "partner_id": partner_id,
        "version": version,
        "at": edit.at,
        "user_id": edit.author,
        "kind": ChangeKind.EDITED,
        "field_id": item.id,
        "field_name": item.name,
        "old_value": item.type.store_text(old),
        "new_value": item.type.store_text(new),
        "old_shown": item.type.format(old, context) or None,
        "new_shown": item.type.format(new, context) or None,
    }


def _row(schema: CardSchema, values: dict[str, Any]) -> dict[int, Any]:
    """A card as ``write_many`` takes it. A field that the administrator made otherwise beforehand is left out."""
    return {
        item.id: item.type.parse(values[item.unique_name], item.context())
        for item in schema.fields
        if item.unique_name in values
    }

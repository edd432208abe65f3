"""The index behind search as you type."""

from collections.abc import Sequence

import sqlalchemy as sa

from kaw.services.card_schema import CardSchema


def after_fields_changed(connection: sa.Connection) -> None:
    """Follow fields that were created, deleted, restored or changed."""


def update(connection: sa.Connection, schema: CardSchema, ids: Sequence[int]) -> None:
    """Index these cards anew after their values were written."""


def add_range(connection: sa.Connection, schema: CardSchema, first: int, last: int) -> None:
    """Index newly inserted cards."""


def remove(connection: sa.Connection, ids: Sequence[int]) -> None:
    """Forget cards that are being purged."""


def rebuild(connection: sa.Connection) -> None:
    """Make the index anew."""

"""How long the unfiltered table and its segments are, kept until a card changes."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw import live
from kaw.services.table_order import Segment, state_unindexed
from kaw.services.table_scope import Scope

_known: dict[tuple[object, ...], int] = {}
_changes = 0


def all_cards(session: Session, scope: Scope) -> int:
    """The number of cards of a plain scope."""
    return _remembered(session, ("all",), sa.select(sa.func.count()).where(scope.state))


def of_segment(session: Session, scope: Scope, segment: Segment) -> int:
    """The number of cards of one segment of a scope; remembered when nothing narrows it."""
    if scope.sort is None and scope.is_plain:
        return all_cards(session, scope)
    query = sa.select(sa.func.count()).where(state_unindexed(scope), *scope.hiding, *scope.tests, *segment.conditions)
    if not scope.is_plain or scope.sort is None:
        return int(session.connection().execute(query).scalar_one())
    return _remembered(session, (scope.sort.sort_column, len(segment.by)), query)


def _remembered(session: Session, key: tuple[object, ...], query: sa.Select[Any]) -> int:
    connection = session.connection()
    key = (str(connection.engine.url), *key)
    if key not in _known:
        before = _changes
        number = int(connection.execute(query).scalar_one())
        if before == _changes:
            _known[key] = number
        return number
    return _known[key]


def _forget(event: live.LiveEvent) -> None:
    global _changes
    if isinstance(event, live.PartnersChanged | live.FieldsChanged):
        _changes += 1
        _known.clear()


live.listen(_forget)

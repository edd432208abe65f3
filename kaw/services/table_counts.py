"""How long the unfiltered table and its segments are, kept until a card changes."""

import time
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from kaw import live
from kaw.services.table_order import Segment, state_unindexed
from kaw.services.table_scope import Scope

MAX_AGE = 10.0  # seconds; the bound for what another process changed unheard

_known: dict[tuple[object, ...], tuple[float, int]] = {}
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
    found = _known.get(key)
    if found is not None and time.monotonic() - found[0] < MAX_AGE:
        return found[1]
    before, begun = _changes, time.monotonic()
    number = int(connection.execute(query).scalar_one())
    if before == _changes:
        _known[key] = (begun, number)
    return number


def _forget(event: live.LiveEvent) -> None:
    global _changes
    if isinstance(event, live.PartnersChanged | live.FieldsChanged):
        _changes += 1
        _known.clear()


live.listen(_forget)

"""Places in a long table that somebody has been at: pages around are reached from there instead of from an end.

Nobody turns to a single page in the middle of a million: the pages beside it follow. Marks are forgotten as soon as
any card changes, since every place behind it may have moved.
"""

import time
from bisect import bisect_left, bisect_right
from typing import Any

from sqlmodel import Session

from kaw import live
from kaw.services.table_order import Segment
from kaw.services.table_scope import Scope

MAX_AGE = 10.0  # seconds; the bound for what another process changed unheard
MOST = 500  # marks of one order

Key = tuple[str, str, int, bool]
Mark = tuple[int, tuple[Any, ...]]
_marks: dict[Key, tuple[float, list[Mark]]] = {}
_changes = 0


def changes() -> int:
    """A number that grows with every change of cards: what was read before it must not be marked after it."""
    return _changes


def around(session: Session, scope: Scope, segment: Segment, first: int, last: int) -> tuple[Mark | None, Mark | None]:
    """The nearest marked places up to ``first`` and from ``last`` on: (place, values of the card there)."""
    begun, marks = _marks.get(_key(session, scope, segment), (0.0, []))
    if time.monotonic() - begun > MAX_AGE:
        return None, None
    below = bisect_right(marks, first, key=_place)
    above = bisect_left(marks, last, key=_place)
    return marks[below - 1] if below else None, marks[above] if above < len(marks) else None


def remember(
    session: Session, scope: Scope, segment: Segment, place: int, values: tuple[Any, ...], read_at: int
) -> None:
    """Mark the place of the card with these values, read when ``changes`` was ``read_at``."""
    key = _key(session, scope, segment)
    begun, marks = _marks.get(key, (0.0, []))
    if time.monotonic() - begun > MAX_AGE or len(marks) >= MOST:
        begun, marks = time.monotonic(), []
    if read_at == _changes:  # a new list each time: other threads may be searching the old one
        _marks[key] = (begun, sorted({**dict(marks), place: values}.items(), key=lambda mark: mark[0]))


def _place(mark: Mark) -> int:
    return mark[0]


def _key(session: Session, scope: Scope, segment: Segment) -> Key:
    column = scope.sort.sort_column if scope.sort else "id"
    return str(session.connection().engine.url), column, len(segment.by), segment.descending


def _forget(event: live.LiveEvent) -> None:
    global _changes
    if isinstance(event, live.PartnersChanged | live.FieldsChanged):
        _changes += 1
        _marks.clear()


live.listen(_forget)

"""What happened, told to every open browser.

Services announce through ``Transaction.announce`` after their commit; components subscribe and read again with their
own user's rights, so an event carries ids and never content. Events are delivered on the event loop, in the order of
the commits. With Redis (``bridge``) they reach every KAW process.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Iterable
from contextvars import Context
from dataclasses import asdict, dataclass
from typing import Any

from nicegui import Event

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LiveEvent:
    """Base of all live events."""


@dataclass(frozen=True)
class PartnersChanged(LiveEvent):
    """Cards were created, edited, deleted or restored; more than 200 at once: ``ids`` is empty, read all again."""

    ids: tuple[int, ...] = ()
    origin: str = ""  # the browser page that did it, so that it does not warn itself


@dataclass(frozen=True)
class AttachmentsChanged(LiveEvent):
    """Files of one card were added or deleted."""

    partner_id: int


@dataclass(frozen=True)
class FieldsChanged(LiveEvent):
    """Fields of the card, their order, place or choice lists were changed: forms and tables are built anew."""


@dataclass(frozen=True)
class RightsChanged(LiveEvent):
    """Rights, groups, activity or name of users changed; ``user_ids`` empty: of anybody."""

    user_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class SessionsEnded(LiveEvent):
    """Sign-ins that hold no longer: their browsers go to the sign-in page."""

    session_ids: tuple[int, ...]


@dataclass(frozen=True)
class SettingsChanged(LiveEvent):
    """A setting of «Настройки» changed."""

    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportProgress(LiveEvent):
    """A load of partners went on, ended or was removed."""

    import_id: int


@dataclass(frozen=True)
class CallsChanged(LiveEvent):
    """Call records were made or went on."""

    call_ids: tuple[int, ...]


@dataclass(frozen=True)
class CallRinging(LiveEvent):
    """A phone of these operators (extensions) rings for a call from outside or inside."""

    call_id: int
    operators: tuple[str, ...]


@dataclass(frozen=True)
class CallAnswered(LiveEvent):
    """This operator (extension) and the other side of the call now talk."""

    call_id: int
    operator: str


@dataclass(frozen=True)
class CallEnded(LiveEvent):
    """This operator's (extension) part of a call is over, talked or not."""

    call_id: int
    operator: str


@dataclass(frozen=True)
class ListenedIn(LiveEvent):
    """A supervisor listens to this operator's (extension) talk; ``mode`` is listen, whisper or join."""

    operator: str
    user_id: int
    mode: str


@dataclass(frozen=True)
class PageInFront(LiveEvent):
    """The user looks at this browser page now; "": at none of those he had in front."""

    user_id: int
    page_id: str


@dataclass(frozen=True)
class OperatorsChanged(LiveEvent):
    """These operators (extensions) are in another state; empty: read all again."""

    operators: tuple[str, ...] = ()


@dataclass(frozen=True)
class QueuesChanged(LiveEvent):
    """Somebody began or ended waiting in these queues."""

    queues: tuple[str, ...] = ()


@dataclass(frozen=True)
class TelephonyChanged(LiveEvent):
    """The line to the PBX came or went, or KAW has caught up with it."""


EVENTS: dict[type[LiveEvent], Event[Any]] = {
    kind: Event()
    for kind in (
        PartnersChanged,
        AttachmentsChanged,
        FieldsChanged,
        RightsChanged,
        SessionsEnded,
        SettingsChanged,
        ImportProgress,
        CallsChanged,
        CallRinging,
        CallAnswered,
        CallEnded,
        ListenedIn,
        PageInFront,
        OperatorsChanged,
        QueuesChanged,
        TelephonyChanged,
    )
}

Listener = Callable[[LiveEvent], None]
_listeners: list[Listener] = []
_followers: list[Listener] = []
_loop: asyncio.AbstractEventLoop | None = None


def on(kind: type[LiveEvent]) -> Event[Any]:
    """The stream of one kind of event; a component's ``.subscribe(handler)`` ends by itself with its page."""
    return EVENTS[kind]


def use_loop(loop: asyncio.AbstractEventLoop | None) -> None:
    """Deliver to subscribers on this event loop (None: there are no browsers, as in a command-line tool)."""
    global _loop
    _loop = loop


def listen(listener: Listener) -> None:
    """Call ``listener`` for every event in the thread that committed, before any browser hears of it: for caches."""
    _listeners.append(listener)


def follow(follower: Listener) -> None:
    """Call ``follower`` for every event on the event loop, outside of any page: for what serves all pages at once."""
    _followers.append(follower)


def announce(events: Iterable[LiveEvent]) -> None:
    """Tell this process's caches and browsers. Callable from any thread."""
    for event in events:
        for listener in _listeners:
            listener(event)
        if _loop is not None and not _loop.is_closed():
            # an empty context: the announcer's forced language is not the readers'
            _loop.call_soon_threadsafe(_deliver, event, context=Context())


def _deliver(event: LiveEvent) -> None:
    for follower in _followers:
        follower(event)
    EVENTS[type(event)].emit(event)


def encode(event: LiveEvent) -> str:
    """One event as a line of JSON, for other processes."""
    return json.dumps({"kind": type(event).__name__, **asdict(event)})


def decode(line: str) -> LiveEvent | None:
    """The event of a line made by ``encode``; None if this version does not know it."""
    data = json.loads(line)
    kinds = {kind.__name__: kind for kind in EVENTS}
    kind = kinds.get(data.pop("kind", ""))
    if kind is None:
        log.warning("unknown live event ignored: %s", line[:200])
        return None
    return kind(**{key: tuple(value) if isinstance(value, list) else value for key, value in data.items()})

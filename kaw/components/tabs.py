"""What can be opened in a tab: a registry that tab contents enter themselves in.

    async def build(tab: TabContext) -> None:
        groups = await db.in_thread(groups.all_groups, tab.actor)
        ...
    tabs.register("groups", TabKind(N_("Groups"), icons.GROUPS, right=Right.ADMIN, build=build))

The address of a tab is /kind or /kind/key. Builders run inside the tab's panel when it is first shown.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from nicegui import ui
from nicegui.helpers import expects_arguments

from kaw import live
from kaw.errors import AccessDenied
from kaw.models import Right
from kaw.services.access import Actor, Rights

HOME = "partners"  # the first tab; it cannot be closed


@dataclass
class TabContext:
    """What a builder is given: who looks, at what, and how to act on its own tab."""

    actor: Actor
    key: str
    set_title: Callable[[str], None]
    set_dirty: Callable[[bool], None]  # ● and a question before closing
    close: Callable[[], None]  # without asking: after a save, or when the thing is gone
    open: Callable[..., None]  # open(kind, key="")
    save_draft: Callable[[Mapping[str, Any]], None]  # kept over reload and restart; {} forgets it
    set_query: Callable[[Mapping[str, str]], None]  # what stands behind "?" in the browser's address while it is shown
    query: dict[str, str] = field(default_factory=dict)  # what stood there when the tab was opened
    draft: dict[str, Any] = field(default_factory=dict)  # what was typed and not saved, when the tab comes back
    subscriptions: list[tuple[type[live.LiveEvent], Callable[..., Any]]] = field(default_factory=list)
    confirm_close: Callable[[], Awaitable[bool]] | None = None  # set it to ask in other words than the frame's
    on_show: Callable[[], Any] | None = None  # called when the user comes back to the tab
    in_sight: Callable[[], bool] = lambda: True  # whether it is the tab that is shown

    def on(self, kind: type[live.LiveEvent], handler: Callable[..., Any]) -> None:
        """Hear live events as long as the tab is open (a plain ``subscribe`` would last as long as the browser).

        A handler that may not read any more what it shows is not an error: the frame takes the tab's content away.
        """

        async def hear(event: live.LiveEvent) -> None:
            with suppress(AccessDenied):
                result = handler(event) if expects_arguments(handler) else handler()
                if inspect.isawaitable(result):
                    await result

        live.on(kind).subscribe(hear)
        self.subscriptions.append((kind, hear))

    def stop_listening(self) -> None:
        """The tab is closed or built anew."""
        for kind, handler in self.subscriptions:
            live.on(kind).unsubscribe(handler)
        self.subscriptions.clear()


@dataclass(frozen=True)
class TabKind:
    """One kind of tab. ``title`` is a message id; ``right`` None: open to every signed-in user."""

    title: str
    icon: str
    build: Callable[[TabContext], Awaitable[None] | None]
    right: Right | None = None
    needs_key: bool = False  # /partner alone means nothing, /partner/15 does
    takes_key: bool = False  # /user is a new user, /user/5 an old one
    titles: Callable[[Actor, Sequence[str]], Mapping[str, str]] | None = (
        None  # names by key, for tabs restored unopened
    )

    def open_to(self, rights: Rights) -> bool:
        """Whether a user with these rights may open it. The services decide again what he sees in it."""
        return self.right is None or rights.has(self.right)

    def fits(self, key: str) -> bool:
        """Whether the key is one this kind of tab could have."""
        return bool(key) if self.needs_key else (not key or self.takes_key)


TABS: dict[str, TabKind] = {}


def register(kind: str, description: TabKind) -> None:
    """Enter a kind of tab; its name is the first part of its address."""
    TABS[kind] = description


def tab_id(kind: str, key: str = "") -> str:
    """The name of one open tab, as drafts and the workspace know it: "partner/15", "groups"."""
    return f"{kind}/{key}" if key else kind


def address(kind: str, key: str = "") -> str:
    """Where the tab is found in the browser's address line."""
    return "/" if kind == HOME else f"/{tab_id(kind, key)}"


def here() -> ui.element:
    """The element a builder is filling: keep it to build the content anew."""
    return ui.context.slot.parent

"""One open tab: its place in the bar, its panel, and the building of its content when it is first shown."""

import inspect
import logging
from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw import db
from kaw.components import errors, icons, states
from kaw.components.tab_bar import Tab
from kaw.components.tabs import TabContext, TabKind, tab_id
from kaw.errors import AccessDenied, KawError, NotFound, SignedOut
from kaw.i18n import _, explain
from kaw.services import access

log = logging.getLogger(__name__)


class OpenTab:
    """A tab that somebody has open. ``head`` and ``panel`` are given by the workspace."""

    def __init__(self, kind: str, key: str, description: TabKind, head: Tab, panel: ui.element) -> None:
        self.kind, self.key, self.description = kind, key, description
        self.id = tab_id(kind, key)
        self.head, self.panel = head, panel
        self.title = _(description.title)
        self.dirty = False
        self.state = "new"  # new, shown, refused
        self.context: TabContext | None = None
        self.query: dict[str, str] = {}

    def set_title(self, title: str) -> None:
        """Name it by what it shows."""
        self.title = title
        self.head.set_title(title)

    def set_dirty(self, dirty: bool) -> None:
        """Whether it holds what is not saved."""
        if dirty != self.dirty:
            self.dirty = dirty
            self.head.set_dirty(dirty)

    def show(self, selected: bool) -> None:
        """Bring its panel to the front, or put it behind."""
        self.head.set_selected(selected)
        self.panel.classes("" if selected else "kaw-hidden", remove="kaw-hidden" if selected else "")

    def drop(self) -> None:
        """Take it out of the page."""
        if self.context is not None:
            self.context.stop_listening()
        self.head.delete()
        self.panel.delete()

    async def build(self, make_context: Callable[["OpenTab"], TabContext]) -> None:
        """Fill the panel: a skeleton until the content is there, and a state of its own for each way to fail.

        Begun again before it has ended (his rights changed meanwhile), the later one counts.
        """
        if self.context is not None:
            self.context.stop_listening()
        context = self.context = make_context(self)
        self.state = "shown"
        self.panel.clear()
        with self.panel:
            skeleton = states.skeleton()
            content = ui.element("div").classes("kaw-page kaw-hidden")
        try:
            rights = await db.in_thread(access.rights, context.actor)
            if not self.description.open_to(rights):
                raise AccessDenied
            with content:
                result: Any = self.description.build(context)
                if inspect.isawaitable(result):
                    await result
            if self.context is context and not self.panel.is_deleted:
                skeleton.delete()
                content.classes(remove="kaw-hidden")
        except SignedOut:
            self.panel.client.open(errors.SIGN_IN_ADDRESS)
        except Exception as error:
            if self.context is context:
                self._show_failure(error, make_context)
        if self.context is not context:
            context.stop_listening()

    def _show_failure(self, error: Exception, make_context: Callable[["OpenTab"], TabContext]) -> None:
        if self.panel.is_deleted:
            return
        self.state = "refused"
        self.panel.clear()
        with self.panel:
            if isinstance(error, AccessDenied):
                states.empty_state(_("You have no access to this"), explain(error), icon=icons.NO_ACCESS)
            elif isinstance(error, NotFound):
                states.empty_state(_("Nothing was found here"), explain(error), icon=icons.NOT_FOUND)
            else:
                if not isinstance(error, KawError):
                    log.error("the tab %s could not be built", self.kind, exc_info=error)
                states.failed(errors.text_of(error), lambda: self.build(make_context))

"""The open tabs of one browser: opening, closing, switching, the address line, and coming back after a restart."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from nicegui import background_tasks, ui

from kaw import db
from kaw.components import dialogs, icons
from kaw.components.errors import shown
from kaw.components.frame import Frame
from kaw.components.open_tab import OpenTab
from kaw.components.tabs import HOME, TABS, TabContext, TabKind, address, tab_id
from kaw.components.toasts import toast
from kaw.errors import NotFound
from kaw.i18n import N_, _
from kaw.services import access, workspace_state
from kaw.services.access import Actor, Rights


async def _nowhere(_tab: TabContext) -> None:
    raise NotFound


DRAFT_REST = 0.4  # seconds between two writes of what is being typed
NOWHERE = TabKind(N_("Not found"), icons.NOT_FOUND, _nowhere)  # an address that means nothing


class Workspace:
    """Built once per page; ``start`` brings back what was open and shows what the address asks for."""

    def __init__(self, actor: Actor, rights: Rights) -> None:
        self.actor, self.rights = actor, rights
        self.client = ui.context.client
        self.frame = Frame(rights, actor, self.open)
        self.tabs: dict[str, OpenTab] = {}
        self.active: OpenTab | None = None
        self.building: asyncio.Task[None] | None = None  # the content of the tab opened last
        self._drafts: dict[str, dict[str, Any]] = {}

    async def start(self, kind: str = HOME, key: str = "", query: Mapping[str, str] | None = None) -> None:
        """Bring back the saved tabs, then open the one of the address; its content is built meanwhile."""
        saved = await db.in_thread(workspace_state.load, self.actor)
        self._drafts = await db.in_thread(workspace_state.drafts, self.actor)
        self._add(HOME, "")
        for tab in saved.tabs:
            if self._can_be(tab.kind, tab.key) and TABS[tab.kind].open_to(self.rights):
                self._add(tab.kind, tab.key)
        await self._name_unopened()
        wanted = self._add(kind, key) if self._can_be(kind, key) else self._add(kind, key, NOWHERE)
        wanted.query = dict(query or {})
        self._switch(wanted)
        self._tell_address(replace=True)
        self._save()

    def open(self, kind: str, key: str = "") -> None:
        """Open a tab, or switch to it when it is open."""
        if not self._can_be(kind, key):
            return
        if tab_id(kind, key) not in self.tabs and len(self.tabs) > workspace_state.MAX_TABS:
            text = _("At most {limit} tabs can be open. Close some you do not need.")
            toast(text.format(limit=workspace_state.MAX_TABS), "error", client=self.client)
            return
        self._switch(self._add(kind, key))
        self._tell_address()
        self._save()

    def came_to(self, path: str) -> None:
        """The user went back or forward in the browser's history."""
        kind, _slash, key = path.strip("/").partition("/")
        kind = kind or HOME
        if self._can_be(kind, key):
            self._switch(self._add(kind, key))
            self._save()

    async def close(self, tab: OpenTab) -> None:
        """Close a tab; one with unsaved edits asks first."""
        if tab.dirty and not await self._may_lose(tab):
            return
        self._close_now(tab)

    async def rights_changed(self) -> None:
        """Draw the menu anew; what is no longer open to him says so, what has become open is built."""
        self.rights = await db.in_thread(access.rights, self.actor)
        self.frame.show_rights(self.rights)
        for tab in self.tabs.values():
            allowed = tab.description.open_to(self.rights)
            if tab.state != "new" and allowed != (tab.state == "shown"):
                tab.state = "new"
                tab.panel.clear()
        if self.active is not None:
            self._switch(self.active)

    def _can_be(self, kind: str, key: str) -> bool:
        return kind in TABS and TABS[kind].fits(key) and workspace_state.is_tab(tab_id(kind, key))

    def _add(self, kind: str, key: str, description: TabKind | None = None) -> OpenTab:
        name = tab_id(kind, key)
        if name in self.tabs:
            return self.tabs[name]
        description = description or TABS[kind]
        with self.frame.work:
            panel = ui.element("div").classes("kaw-tabpanel kaw-hidden")
        panel.props["role"] = "tabpanel"
        head = self.frame.tab_bar.add(
            _(description.title),
            panel.html_id,
            on_select=lambda: self.open(kind, key),
            on_close=None if name == HOME else lambda: self.close(self.tabs[name]),
        )
        panel.props["aria-labelledby"] = head.html_id
        tab = self.tabs[name] = OpenTab(kind, key, description, head, panel)
        tab.set_dirty(bool(self._drafts.get(name)))
        return tab

    def _switch(self, tab: OpenTab) -> None:
        if self.active is not None and self.active is not tab:
            self.active.show(False)
        self.active = tab
        tab.show(True)
        self.frame.mark(tab.kind)
        self._entitle(tab)
        if tab.state == "new":
            tab.state = "shown"
            self.building = background_tasks.create(tab.build(self._context), context=tab.panel)
        elif tab.context is not None and tab.context.on_show is not None:
            tab.context.on_show()

    def _close_now(self, tab: OpenTab) -> None:
        if self.tabs.pop(tab.id, None) is None:
            return
        order = [*self.tabs.values()]
        if self.active is tab:
            self.active = None
            self._switch(order[-1])
            self._tell_address()
        tab.drop()
        if self._drafts.pop(tab.id, None) is not None:
            dropping = self._keep(workspace_state.drop_draft, tab.id)
            background_tasks.create_lazy(dropping, name=f"draft {self.actor.page_id} {tab.id}")
        self._save()

    async def _may_lose(self, tab: OpenTab) -> bool:
        if tab.context is not None and tab.context.confirm_close is not None:
            return await tab.context.confirm_close()
        self._switch(tab)
        with self.client:
            return await dialogs.confirm(
                _("Close without saving?"),
                _("There are changes that are not saved: {title}").format(title=tab.title),
                action=_("Close without saving"),
                dangerous=True,
            )

    def _context(self, tab: OpenTab) -> TabContext:
        def set_title(title: str) -> None:
            tab.set_title(title)
            if self.active is tab:
                self._entitle(tab)
                self._tell_address(replace=True)  # the tab has another width

        def set_query(query: Mapping[str, str]) -> None:
            tab.query = {name: value for name, value in query.items() if value != ""}
            if self.active is tab:
                self._tell_address(replace=True)

        return TabContext(
            actor=self.actor,
            key=tab.key,
            set_title=set_title,
            set_dirty=tab.set_dirty,
            close=lambda: self._close_now(tab),
            open=self.open,
            save_draft=lambda content: self._save_draft(tab, content),
            set_query=set_query,
            query=dict(tab.query),
            draft=dict(self._drafts.get(tab.id, {})),
            in_sight=lambda: self.active is tab,
        )

    async def _name_unopened(self) -> None:
        """Tabs that come back unopened get the names of their things, as far as he may see them."""
        for kind, description in TABS.items():
            keys = [tab.key for tab in self.tabs.values() if tab.kind == kind and tab.key]
            if keys and description.titles is not None:
                for key, title in (await db.in_thread(description.titles, self.actor, keys)).items():
                    self.tabs[tab_id(kind, key)].set_title(title)

    def _save(self) -> None:
        refs = [
            workspace_state.TabRef(tab.kind, tab.key)
            for tab in self.tabs.values()
            if tab.id != HOME and tab.description is not NOWHERE
        ]
        active = self.active.id if self.active else HOME
        saving = self._keep(workspace_state.save_tabs, refs, active)
        background_tasks.create_lazy(saving, name=f"tabs {self.actor.page_id}")

    def _save_draft(self, tab: OpenTab, content: Mapping[str, Any]) -> None:
        if content:
            self._drafts[tab.id] = dict(content)
            saving = self._keep_draft(tab.id)
        elif self._drafts.pop(tab.id, None) is not None:
            saving = self._keep(workspace_state.drop_draft, tab.id)
        else:
            return
        background_tasks.create_lazy(saving, name=f"draft {self.actor.page_id} {tab.id}")

    async def _keep_draft(self, tab_id: str) -> None:
        """At once, and then not with every key that is pressed."""
        if content := self._drafts.get(tab_id):
            await self._keep(workspace_state.save_draft, tab_id, content)
            await asyncio.sleep(DRAFT_REST)

    async def _keep(self, service: Callable[..., None], *arguments: Any) -> None:
        """Write in the background; what the service refuses is shown."""
        with self.client, shown():
            await db.in_thread(service, self.actor, *arguments)

    def _tell_address(self, *, replace: bool = False) -> None:
        """Put the shown tab into the browser's address line and its head into sight."""
        if (tab := self.active) is None:
            return
        target = address(tab.kind, tab.key) + (f"?{urlencode(tab.query)}" if tab.query else "")
        arguments = json.dumps([target, replace, tab.head.html_id])
        self.client.run_javascript(f"kawShowAddress(...{arguments})")

    def _entitle(self, tab: OpenTab) -> None:
        with self.client:
            ui.page_title(f"{tab.title} · KAW")

"""«Загрузка базы» (R7.7.1): choose a file, look at what it holds, load it; earlier loads."""

from pathlib import Path
from typing import Any

from nicegui import ui

from kaw import db, live
from kaw.components import buttons, layout, states
from kaw.components.administration.import_preview import ImportPreview
from kaw.components.administration.import_report import show_report
from kaw.components.administration.load_list import LoadList
from kaw.components.errors import shown
from kaw.components.file_drop import FileDrop
from kaw.components.tabs import TabContext
from kaw.errors import NotFound
from kaw.fields.numbers import grouped
from kaw.i18n import _
from kaw.models import ImportState
from kaw.services import import_list, import_uploads, imports
from kaw.services.import_list import ImportStatus
from kaw.services.import_progress import Phase

UPLOAD_ADDRESS = "/import-files"
ENDINGS = ".xls,.xlsx,.csv"


async def build(tab: TabContext) -> None:
    """The tab «Загрузка базы»."""
    await ImportsTab(tab).build()


class ImportsTab:
    """The chosen file (its token and name are the tab's draft), the load that runs or has just ended, all loads."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._preview: ImportPreview | None = None
        self._running: int | None = None
        self._reported: int | None = None
        with layout.page():
            with layout.bar():
                layout.title(_("Loading a base"))
                layout.space()
                self._load_button = buttons.primary(_("Load"), self._load)
            with layout.body():
                self._drop = FileDrop(UPLOAD_ADDRESS, self._stored, accept=ENDINGS)
                layout.note(
                    _(
                        "Files of Excel (xls, xlsx) and csv. The first row names the columns as the fields of the card"
                        " are named; each further row becomes a partner."
                    )
                )
                self._stage = ui.element("div").classes("kaw-stack")
                layout.section(_("Loaded files"))
                self._loads = LoadList(tab)
        tab.on(live.ImportProgress, self._progress)
        tab.on(live.FieldsChanged, self._fields_changed)

    async def build(self) -> None:
        """Show what is going on: a running load, or the file chosen before a reload."""
        self._allow()
        loads = await self._loads.read()
        running = next((load for load in loads if load.state is ImportState.RUNNING), None)
        if running is not None:
            self._show_running(running)
        elif self._chosen:
            await self._inspect()

    @property
    def _chosen(self) -> dict[str, Any]:
        return self._tab.draft

    async def _stored(self, answer: dict[str, Any]) -> None:
        """The file has come to the server: look into it."""
        await self._forget_file()
        self._remember({"token": str(answer["token"]), "name": str(answer["name"])})
        await self._inspect()

    def _remember(self, chosen: dict[str, Any]) -> None:
        self._tab.draft = chosen
        self._tab.save_draft(chosen)
        self._drop.set_name(chosen.get("name", ""))

    async def _forget_file(self) -> None:
        if self._chosen:
            await db.in_thread(import_uploads.drop, self._tab.actor, self._chosen["token"])
        self._preview = None
        self._remember({})

    async def _path(self) -> Path:
        return await db.in_thread(import_uploads.path_of, self._tab.actor, self._chosen["token"])

    async def _inspect(self) -> None:
        self._stage.clear()
        self._preview = None
        self._drop.set_name(self._chosen["name"])
        with self._stage:
            states.skeleton(4)
        with shown() as outcome:
            path = await self._path()
            preview = await db.in_thread(imports.inspect, self._tab.actor, path, self._chosen["name"])
        self._stage.clear()
        if outcome.ok:
            with self._stage:
                self._preview = ImportPreview(preview, create_field=self._create_field, on_change=self._allow)
        else:
            await self._forget_file()
        self._allow()

    def _allow(self) -> None:
        self._load_button.set_enabled(self._running is None and self._preview is not None and self._preview.ready)

    def _create_field(self) -> None:
        self._tab.open("field", "new")

    async def _load(self) -> None:
        path = await self._path()
        name, again = self._chosen["name"], self._preview is not None and self._preview.again
        self._load_button.set_enabled(False)
        with shown() as outcome:
            import_id = await db.in_thread(imports.start, self._tab.actor, path, name, force=again)
        if outcome.ok:
            await self._forget_file()
            await self._ended(await db.in_thread(import_list.status, self._tab.actor, import_id))
        self._allow()

    async def _progress(self, event: live.ImportProgress) -> None:
        try:
            load = await db.in_thread(import_list.status, self._tab.actor, event.import_id)
        except NotFound:
            return
        if load.state is ImportState.RUNNING:
            self._show_running(load)
            return
        await self._loads.read()
        if self._running == load.id:
            await self._ended(load)

    def _show_running(self, load: ImportStatus) -> None:
        if self._reported == load.id:
            return
        if self._running != load.id:
            self._running = load.id
            self._stage.clear()
            with self._stage:
                self._bar = states.Progress(load.file_name, self._cancel if load.phase else None)
            self._allow()
        self._bar.set(load.done / load.total if load.total else 0, _how_far(load))

    async def _cancel(self) -> None:
        if self._running is not None:
            await db.in_thread(imports.cancel, self._tab.actor, self._running)

    async def _ended(self, load: ImportStatus) -> None:
        """Both the load itself and its last live event come here."""
        self._running = None
        if self._reported == load.id:
            return
        self._reported = load.id
        self._stage.clear()
        with self._stage:
            await show_report(self._tab.actor, load)
        self._allow()

    async def _fields_changed(self, _event: live.FieldsChanged) -> None:
        """A missing field may be there now."""
        if self._preview is not None and self._running is None:
            await self._inspect()


def _how_far(load: ImportStatus) -> str:
    if load.phase is Phase.READING or not load.total:
        return _("{file}: checking the rows, {done} done").format(file=load.file_name, done=grouped(load.done))
    return _("{file}: {done} of {total} rows written").format(
        file=load.file_name, done=grouped(load.done), total=grouped(load.total)
    )

"""Tabs whose contents the tests of the frame know: a list of everything, a note that can be edited, a broken one."""

import asyncio

from nicegui import ui

from kaw.components import icons, tabs
from kaw.components.form import Form
from kaw.components.tabs import TabContext, TabKind
from kaw.errors import NotFound
from kaw.models import Right

broken = {"now": True}
gates: dict[str, asyncio.Event] = {}  # what the administrators' tab waits for, when it does


def register() -> None:
    tabs.TABS.setdefault(tabs.HOME, TabKind("Partners", icons.PARTNERS, _notes))
    tabs.register("notes", TabKind("Notes", icons.FILE, _notes))
    tabs.register("note", TabKind("Note", icons.FILE, _note, needs_key=True, titles=_titles))
    tabs.register("secret", TabKind("Secret", icons.NO_ACCESS, _secret, right=Right.ADMIN))
    tabs.register("broken", TabKind("Broken", icons.ERROR, _broken))


def _notes(tab: TabContext) -> None:
    for key in ("1", "2"):
        ui.button(f"open note {key}", on_click=lambda key=key: tab.open("note", key))
    ui.button("open secret", on_click=lambda: [tab.open("secret"), tab.open("secret")])


async def _note(tab: TabContext) -> None:
    if tab.key == "404":
        raise NotFound
    tab.set_title(f"Note no. {tab.key}")
    form = Form()
    with form:
        form.text("text", f"Text of note {tab.key}", hint=f"note {tab.key} here")
    form.set_values(tab.draft)

    def changed() -> None:
        tab.set_dirty(bool(form.changes()))
        tab.save_draft(form.changes())

    form.on_change(changed)
    if tab.draft:
        ui.label("came back from a draft")


def _titles(_actor: object, keys: object) -> dict[str, str]:
    return {key: f"Note no. {key}" for key in keys}  # type: ignore[attr-defined]


async def _secret(_tab: TabContext) -> None:
    if "secret" in gates:
        await gates["secret"].wait()
    ui.label("for administrators")


def _broken(_tab: TabContext) -> None:
    if broken["now"]:
        raise RuntimeError("broken on purpose")
    ui.label("mended")

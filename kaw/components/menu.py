"""The menu behind «≡»: what a user's rights open, and nothing else (R6.3)."""

from collections.abc import Callable

from nicegui import ui
from nicegui.element import Element

from kaw.components import icons
from kaw.components.tabs import HOME, TABS
from kaw.i18n import N_, _
from kaw.services.access import Rights

SECTIONS: list[tuple[str, list[str]]] = [
    ("", [HOME, "calls", "missed", "bin"]),
    (N_("Administration"), ["groups", "users", "fields", "lists", "settings", "imports", "audit"]),
    ("", ["account"]),
]
OWN_WORDS = {"account": N_("Personal settings")}  # its tab has another name


class Menu(Element, component="hover_menu.js"):
    """Entries by rights; the one whose tab is shown is marked."""

    def __init__(self, rights: Rights, on_open: Callable[[str], None]) -> None:
        super().__init__()
        self._props["label"] = _("Menu")
        self._on_open = on_open
        self._entries: dict[str, ui.element] = {}
        self._active = ""
        with self.add_slot("icon"):
            ui.icon(icons.MENU)
        self.show(rights)

    def show(self, rights: Rights) -> None:
        """Draw the entries these rights open."""
        for child in list(self.default_slot.children):
            child.delete()
        self._entries.clear()
        with self:
            for heading, kinds in SECTIONS:
                open_kinds = [kind for kind in kinds if kind in TABS and TABS[kind].open_to(rights)]
                if heading and open_kinds:
                    ui.label(_(heading)).classes("kaw-menu-heading")
                for kind in open_kinds:
                    self._entries[kind] = self._entry(kind)
        self.mark(self._active)

    def mark(self, kind: str) -> None:
        """Show where the user is."""
        for name, entry in self._entries.items():
            entry.classes("on" if name == kind else "", remove="" if name == kind else "on")
        self._active = kind

    def _entry(self, kind: str) -> ui.element:
        with ui.element("button").classes("kaw-menu-item").on("click", lambda: self._on_open(kind), []) as entry:
            ui.icon(TABS[kind].icon)
            ui.label(_(OWN_WORDS.get(kind, TABS[kind].title)))
        entry.props["type"] = "button"
        return entry

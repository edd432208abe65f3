"""«Пользователи группы»: everybody with a switch «Да/Нет» (R7.3.3)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.i18n import _


@dataclass(frozen=True)
class SwitchRow:
    """One row: ``saved`` is its state in the database, ``on`` what is chosen on the screen."""

    id: int
    name: str
    note: str
    saved: bool
    on: bool


class SwitchList(Element, component="switch_list.js"):
    """Many switches under one another; ``on_change`` gets the ids switched on after each switch."""

    def __init__(self, *, title: str, switch: str, on_change: Callable[[set[int]], None]) -> None:
        super().__init__()
        self.chosen: set[int] = set()
        self._on_change = on_change
        self._props["rows"] = []
        self._props["labels"] = {
            "list": title,
            "switch": switch,
            "filter": _("Find a user"),
            "changed": _("Changed, not saved yet"),
            "nothing": _("No user of this name."),
            "yes": _("Yes"),
            "no": _("No"),
        }
        self.on("switched", self._switched)

    def show(self, rows: Iterable[SwitchRow]) -> None:
        """Put these rows on the screen."""
        rows = list(rows)
        self.chosen = {row.id for row in rows if row.on}
        self._props["rows"] = [vars(row) for row in rows]
        self.update()

    def _switched(self, event: GenericEventArguments) -> None:
        row_id = int(event.args["id"])
        row = next((row for row in self._props["rows"] if row["id"] == row_id), None)
        if row is None:
            return
        with self._props.suspend_updates():  # the browser shows it already
            row["on"] = bool(event.args["on"])
        self.chosen = {row["id"] for row in self._props["rows"] if row["on"]}
        self._on_change(set(self.chosen))

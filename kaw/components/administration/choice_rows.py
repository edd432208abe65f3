"""The rows of a choice list (R7.6): typed, pasted and dragged; one element, however many rows there are."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui.element import Element
from nicegui.elements.sortable import Sortable  # noqa: F401 - choice_rows.js imports its script
from nicegui.events import GenericEventArguments

from kaw.components.administration.list_form import ChoiceRow
from kaw.i18n import _


class ChoiceRows(Element, component="choice_rows.js"):
    """Rows to edit; ``on_change`` gets all of them after each change, in their order on the screen."""

    def __init__(self, on_change: Callable[[list[ChoiceRow]], None]) -> None:
        super().__init__()
        self.rows: list[ChoiceRow] = []
        self._on_change = on_change
        self._props["rows"] = []
        self._props["edition"] = 0
        self._props["errors"] = {}
        self._props["labels"] = {
            "table": _("Items of the list"),
            "id": _("ID"),
            "name": _("Title"),
            "order": _("Sorting"),
            "hidden": _("Hide records with this status (1) by default"),
            "add": _("Add a row"),
            "remove": _("Remove the row"),
            "move": _("Move the row: drag it or use the arrow keys"),
            "empty": _("The list has no rows yet."),
        }
        self.on("edited", self._edited)
        self.on("arranged", self._arranged)

    def show(self, rows: Iterable[ChoiceRow]) -> None:
        """Put these rows on the screen in place of what is there."""
        self._keep(list(rows))
        self._props["edition"] += 1

    def show_errors(self, errors: Mapping[int, str]) -> None:
        """Write these texts at their rows, by ``ChoiceRow.key``."""
        texts = {str(key): text for key, text in errors.items()}
        if self._props["errors"] != texts:
            self._props["errors"] = texts

    def look_at_error(self) -> None:
        """Bring the first wrong row before the user's eyes."""
        self.run_method("lookAtError")

    def _edited(self, event: GenericEventArguments) -> None:
        changed: dict[str, Any] = event.args
        self._keep(
            [
                ChoiceRow.from_json({**row.as_json(), **changed}) if row.key == changed.get("key") else row
                for row in self.rows
            ]
        )
        self._on_change(self.rows)

    def _arranged(self, event: GenericEventArguments) -> None:
        self._keep([ChoiceRow.from_json(row) for row in event.args])
        self._on_change(self.rows)

    def _keep(self, rows: list[ChoiceRow]) -> None:
        """The browser has these rows already; it gets them again only if it draws the element anew."""
        self.rows = rows
        with self._props.suspend_updates():
            self._props["rows"] = [row.as_json() for row in rows]

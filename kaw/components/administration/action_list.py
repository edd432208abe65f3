"""A small table with one button per row."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui.element import Element

from kaw.components.buttons import busy_while


class ActionList(Element, component="action_list.js"):
    """Rows are dicts with "id", "name" (for the button's accessible name), the columns' texts, and optionally "note"
    in place of the button and "titles" (longer texts by column)."""

    def __init__(self, columns: Mapping[str, str], *, label: str, action: str, on_action: Callable[[int], Any]) -> None:
        super().__init__()
        self._props["columns"] = [{"name": name, "label": text} for name, text in columns.items()]
        self._props["rows"] = []
        self._props["labels"] = {"table": label, "action": action}
        self._on_action = on_action
        self.on("act", lambda event: self._act(int(event.args)))

    def show(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Put these rows on the screen."""
        self._props["rows"] = [dict(row) for row in rows]

    async def _act(self, row_id: int) -> None:
        if any(row["id"] == row_id and not row.get("note") for row in self._props["rows"]):
            await busy_while(self, lambda: self._on_action(row_id))()

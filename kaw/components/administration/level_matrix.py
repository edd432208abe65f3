"""«Поля и доступы к ним»: a table of radio buttons, field × level (R7.3.4)."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.i18n import _
from kaw.models import Access


@dataclass(frozen=True)
class MatrixRow:
    """One field: ``saved`` is its level in the database, ``level`` what is chosen on the screen."""

    id: int
    name: str
    section: str
    saved: Access
    level: Access


class LevelMatrix(Element, component="level_matrix.js"):
    """Levels of many fields; ``on_change`` gets all chosen levels by field id after each pick."""

    def __init__(self, on_change: Callable[[dict[int, Access]], None]) -> None:
        super().__init__()
        self.chosen: dict[int, Access] = {}
        self._on_change = on_change
        self._props["rows"] = []
        self._props["prefix"] = f"level-{self.id}-"
        self._props["labels"] = _labels()
        self.on("levels", self._picked)

    def show(self, rows: Iterable[MatrixRow]) -> None:
        """Put these fields on the screen."""
        rows = list(rows)
        self.chosen = {row.id: row.level for row in rows}
        self._props["rows"] = [
            {"id": row.id, "name": row.name, "section": row.section, "saved": int(row.saved), "level": int(row.level)}
            for row in rows
        ]
        self.update()

    def _picked(self, event: GenericEventArguments) -> None:
        level = Access(int(event.args["level"]))
        picked = {int(field_id) for field_id in event.args["ids"]} & self.chosen.keys()
        self.chosen.update(dict.fromkeys(picked, level))
        with self._props.suspend_updates():  # the browser shows it already
            for row in self._props["rows"]:
                row["level"] = int(self.chosen[row["id"]])
        self._on_change(dict(self.chosen))


def _labels() -> Mapping[str, object]:
    words = level_words()
    return {
        "field": _("Field name"),
        "filter": _("Find a field"),
        "all": _("all"),
        "changed": _("Changed, not saved yet"),
        "nothing": _("No field of this name."),
        "levels": list(words.values()),
        "fill": [_("For all fields: {level}").format(level=word) for word in words.values()],
    }


def level_words() -> dict[Access, str]:
    """The manual's words for the levels."""
    return {Access.HIDDEN: _("not visible"), Access.VIEW: _("view"), Access.EDIT: _("change")}

"""«Пример отображения»: the field being designed, as its card will show it."""

from typing import Any

from nicegui import ui

from kaw.components import inputs, layout
from kaw.components.form import Row
from kaw.i18n import _
from kaw.services.card_schema import CardField

try:
    from kaw.components.editors import EDITORS
except ModuleNotFoundError:  # the editors of the card come with the card itself
    EDITORS: dict[Any, Any] = {}  # type: ignore[no-redef]


class FieldExample(ui.element):
    """A framed row of a card with a working editor in it; what is typed there goes nowhere."""

    def __init__(self) -> None:
        super().__init__("div")
        self.classes("kaw-example")
        self.props["role"] = "group"
        self.props["aria-label"] = _("Example of how it will look:")
        self._shown: CardField | None = None

    def show(self, field: CardField) -> None:
        """Draw this field, unless it is drawn already."""
        if field == self._shown:
            return
        self._shown = field
        self.clear()
        with self:
            layout.note(_("Example of how it will look:"))
            with Row(field.name or _("New field"), required=field.required) as row:
                row.hold(_editor(field))


def _editor(field: CardField) -> Any:
    if field.kind in EDITORS:
        return EDITORS[field.kind](field)
    if field.kind.has_choices:
        return inputs.select({item.id: item.name for item in field.choices})
    return inputs.text(hint=field.hint)

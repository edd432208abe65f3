"""«Пример отображения»: the field being designed, as its card will show it."""

from nicegui import ui

from kaw.components import editors, layout
from kaw.components.form import Row
from kaw.i18n import _
from kaw.services.card_schema import CardField


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
                row.hold(editors.editor(field))

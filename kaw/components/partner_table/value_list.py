"""The values a column can be filtered by, each with a check box (R8.3.3)."""

from collections.abc import Sequence

from nicegui.element import Element
from nicegui.events import GenericEventArguments

from kaw.components.partner_table.words import number
from kaw.i18n import _
from kaw.services.partner_table import ValueCount

Value = str | int | None


class ValueList(Element, component="value_list.js"):
    """Hundreds of values in one element; ``chosen`` are the values switched on, also those not listed now."""

    def __init__(self, label: str, chosen: Sequence[Value]) -> None:
        super().__init__()
        self.chosen: dict[Value, None] = dict.fromkeys(chosen)
        self._values: list[Value] = []
        self._props["label"] = label
        self._props["rows"] = []
        self.on("chosen", self._chosen)

    def show(self, values: Sequence[ValueCount]) -> None:
        """List these."""
        self._values = [item.value for item in values]
        self._props["rows"] = [
            {
                "text": item.text or _("(empty)"),
                "count": "" if item.count is None else number(item.count),
                "on": item.value in self.chosen,
            }
            for item in values
        ]
        self.update()

    def _chosen(self, event: GenericEventArguments) -> None:
        place = int(event.args["place"])
        if not 0 <= place < len(self._values):
            return
        value = self._values[place]
        if event.args["on"]:
            self.chosen[value] = None
        else:
            self.chosen.pop(value, None)
        with self._props.suspend_updates():  # the browser shows it already
            self._props["rows"][place]["on"] = bool(event.args["on"])

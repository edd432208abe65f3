"""A dense list of up to some thousand rows with a sticky head; a row opens by click or Enter.

The partner table has a grid of its own; this is for everything else.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from nicegui import ui

from kaw.i18n import _

VIRTUAL_FROM = 150  # rows; longer lists draw only what is seen

_BODY = """
<q-tr :props="props" :class="{opens: props.row._opens !== false, on: props.row._on}"
      :tabindex="props.row._opens === false ? undefined : 0"
      @click="$parent.$emit('open', props.key)"
      @keydown.enter.prevent="$parent.$emit('open', props.key)"
      @keydown.down.prevent="$event.currentTarget.nextElementSibling?.focus()"
      @keydown.up.prevent="$event.currentTarget.previousElementSibling?.focus()">
  <q-td v-for="column in props.cols" :key="column.name" :props="props"
        :title="column.value === true || column.value === false ? undefined : column.value"
        :class="column.look">
    <span v-if="column.look === 'state'" :class="'kaw-state ' + (props.row['_' + column.name] || '')"
      >{{ column.value }}</span>
    <q-icon v-else-if="column.look === 'flag' && column.value" name="o_check" size="18px" role="img"
      :aria-label="column.label" />
    <q-icon v-else-if="column.look === 'gear'" name="o_settings" size="18px" role="img" :aria-label="column.value" />
    <template v-else-if="column.look !== 'flag'">{{ column.value }}</template>
  </q-td>
</q-tr>
"""


@dataclass(frozen=True)
class Column:
    """A column: the row's key it shows, its heading, and how: "" text, "number", "state" (dot and word), "flag" (✓),
    "gear" (the row's settings open; its value says so to screen readers).

    A state's dot is chosen by the row's ``"_" + name``: waiting, ringing, talking, wrapup, paused, danger.
    """

    name: str
    label: str
    look: str = ""
    align: str = "left"
    sortable: bool = True

    def definition(self) -> dict[str, Any]:
        """The column as Quasar's table wants it."""
        return {
            "name": self.name,
            "label": self.label,
            "field": self.name,
            "align": self.align,
            "sortable": self.sortable,
            "look": self.look,
        }


class ListTable(ui.table):
    """Rows are dicts with an ``"id"``; ``on_open(id)`` is called by click and Enter; ``"_on": True`` marks a row."""

    def __init__(
        self,
        columns: Sequence[Column],
        rows: list[dict[str, Any]],
        on_open: Callable[[Any], Any] | None = None,
        *,
        label: str = "",
    ) -> None:
        super().__init__(columns=[column.definition() for column in columns], rows=rows, row_key="id")
        self.classes("kaw-list").props("flat dense hide-bottom wrap-cells=false binary-state-sort")
        self.props[":rows-per-page-options"] = "[0]"
        self.props[":pagination"] = "{rowsPerPage: 0}"
        self.props["no-data-label"] = _("Nothing here yet")
        if label:
            self.props["aria-label"] = label
        if len(rows) > VIRTUAL_FROM:
            self.props("virtual-scroll virtual-scroll-item-size=34")
        self._opens = on_open is not None
        self.set_rows(rows)
        self.add_slot("body", _BODY)
        if on_open is not None:
            self.on("open", lambda event: on_open(event.args))

    def set_rows(self, rows: list[dict[str, Any]]) -> None:
        """Show these rows instead."""
        self.rows = [{**row, "_opens": self._opens} for row in rows]

    def mark(self, row_id: Any) -> None:
        """Mark the row whose editor is open; None: none."""
        self.rows = [{**row, "_on": row["id"] == row_id} for row in self.rows]

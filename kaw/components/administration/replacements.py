"""Rows of a list that cards hold are being removed: what these cards get instead (R7.6)."""

from collections.abc import Mapping

from nicegui import ui

from kaw.components import buttons, inputs, layout
from kaw.components.dialogs import Dialog
from kaw.fields.numbers import grouped
from kaw.i18n import _, ngettext

LEAVE_EMPTY = 0


async def ask_replacements(
    uses: Mapping[int, int], names: Mapping[int, str], left: Mapping[int, str]
) -> dict[int, int | None] | None:
    """For each used item (``uses``: number of cards) an item of ``left`` or None for empty; None: do not save."""
    asked = Dialog(_("These rows are in use"), wide=True)
    with asked.body:
        layout.text(_("Choose what the cards get instead of the rows you have removed."))
        with ui.element("div").classes("kaw-replacements"):
            selects = {item: _line(item, number, names, left) for item, number in uses.items()}
    with asked.actions:
        buttons.plain(_("Cancel"), asked.close)
        buttons.primary(
            _("Replace and save"),
            lambda: asked.submit({item: select.value or None for item, select in selects.items()}),
        )
    chosen: dict[int, int | None] | None = await asked.result()
    return chosen


def _line(item: int, number: int, names: Mapping[int, str], left: Mapping[int, str]) -> ui.select:
    name = names.get(item, str(item))
    ui.label(name).classes("kaw-strong")
    layout.note(ngettext("in {n} card", "in {n} cards", number).format(n=grouped(number)))
    options = {LEAVE_EMPTY: _("leave empty"), **left}
    select: ui.select = inputs.select(options, LEAVE_EMPTY, label=_("Instead of «{name}»").format(name=name))
    return select

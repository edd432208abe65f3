"""«Тип поля»: all types of fields under their headings."""

import html
import json

from nicegui import ui

from kaw.components import inputs
from kaw.components.administration.field_words import KIND_GROUPS, kind_options
from kaw.i18n import _


def kind_select(value: str) -> ui.select:
    """A select of ``FieldKind`` values."""
    select = inputs.select(kind_options(), value)
    select.add_slot("option", _OPTION.replace("HEADINGS", html.escape(json.dumps(_headings()))))
    return select


def _headings() -> dict[int, str]:
    """The heading above an option, by its place in the list."""
    places: dict[int, str] = {}
    place = 0
    for title, kinds in KIND_GROUPS.items():
        places[place] = _(title)
        place += len(kinds)
    return places


_OPTION = """
<q-item-label v-if="(HEADINGS)[props.index]" header>{{ (HEADINGS)[props.index] }}</q-item-label>
<q-item v-bind="props.itemProps"><q-item-section>{{ props.opt.label }}</q-item-section></q-item>
"""

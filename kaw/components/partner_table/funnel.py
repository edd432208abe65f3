"""The funnel of a column: a popover that makes its ColumnFilter (R8.3.3)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from kaw import db
from kaw.components import buttons, inputs, layout
from kaw.components.editors.contacts import in_groups
from kaw.components.errors import shown
from kaw.components.form import Form
from kaw.components.partner_table.value_list import ValueList
from kaw.components.popover import PopoverAt
from kaw.fields.base import FilterKind
from kaw.i18n import _
from kaw.services import partner_table
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.partner_table import ColumnFilter, TableQuery, ValueCount

ALL, EMPTY, FILLED = "all", "empty", "filled"

Apply = Callable[[ColumnFilter], Any]


class Funnel:
    """Opened under the head of its column; «Применить» hands the filter over, Escape and a click outside drop it."""

    def __init__(self, actor: Actor, field: CardField, query: TableQuery, apply: Apply) -> None:
        self._actor, self._field, self._query, self._apply = actor, field, query, apply
        self._now = query.filters.get(field.unique_name, ColumnFilter())
        self._kind = field.type.filter_kind
        self._contains: Any = None
        self._values: ValueList | None = None

    async def open(self, x: int, y: int) -> None:
        """Show it at these pixels of the window."""
        self._box = PopoverAt(_("Filter: {name}").format(name=self._field.name), x, y)
        with self._box:
            inputs.TextElement("h2", self._field.name)
            self._build()
            with layout.line():
                buttons.primary(_("Apply"), self._done)
                buttons.quiet(_("Reset"), self._reset)
        if self._values is not None:
            await self._list_values("")
        self._box.take_focus()

    def close(self) -> None:
        """Put it away."""
        self._box.close()

    def _build(self) -> None:
        self._form = Form(stacked=True)
        self._form.set_visibility(self._kind is not FilterKind.CHOICES)
        with self._form:
            if self._kind is FilterKind.TEXT:
                self._contains = self._form.text(self._field.unique_name, _("Contains"), self._now.contains)
                self._contains.props("autofocus debounce=250").on_value_change(
                    lambda e: self._list_values(e.value or "")
                )
                self._contains.on("keydown.enter", self._done)
            elif self._kind in (FilterKind.NUMBERS, FilterKind.DATES):
                hint = _("dd.mm.yyyy") if self._kind is FilterKind.DATES else ""
                self._lower = self._form.text("lower", _("From"), str(self._now.lower or ""), hint=hint)
                self._upper = self._form.text("upper", _("To"), str(self._now.upper or ""), hint=hint)
                self._lower.props("autofocus")
                for bound in (self._lower, self._upper):
                    bound.on("keydown.enter", self._done)
        if self._kind in (FilterKind.TEXT, FilterKind.CHOICES):
            self._values = ValueList(_("Values"), self._now.values or ())
        state = {None: ALL, True: EMPTY, False: FILLED}[self._now.empty]
        options = {ALL: _("all"), EMPTY: _("empty"), FILLED: _("filled")}
        self._empty = inputs.segments(options, state, lambda value: None, label=_("Empty values"))

    async def _list_values(self, text: str) -> None:
        with shown():
            found = await db.in_thread(_values, self._actor, self._field, self._query, text.strip())
            if self._values is not None and not self._values.is_deleted:
                self._values.show(found)

    async def _done(self) -> None:
        with shown(self._form) as outcome:
            made = self._filter()
            await self._apply(made)
        if outcome.ok:
            self.close()

    async def _reset(self) -> None:
        await self._apply(ColumnFilter())
        self.close()

    def _filter(self) -> ColumnFilter:
        chosen = tuple(self._values.chosen) if self._values is not None else ()
        return ColumnFilter(
            values=chosen or None,
            contains=(self._contains.value or "").strip() if self._contains is not None else "",
            lower=self._bound("_lower"),
            upper=self._bound("_upper"),
            empty={ALL: None, EMPTY: True, FILLED: False}[self._empty.value],
        )

    def _bound(self, name: str) -> str | None:
        control = getattr(self, name, None)
        return (control.value or "").strip() or None if control is not None else None


def _values(actor: Actor, field: CardField, query: TableQuery, contains: str) -> list[ValueCount]:
    found = partner_table.value_counts(actor, field.unique_name, query, contains)
    if not field.holds_phones:
        return found
    return [replace(item, text=in_groups(field, item.text) or "") for item in found]

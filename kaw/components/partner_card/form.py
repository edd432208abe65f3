"""The fields of a card on the screen: two columns of sections, editors where the user may edit, text elsewhere."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from nicegui import ui

from kaw.components import editors, layout
from kaw.components.call_button import may_call
from kaw.components.editors.contacts import PhoneInput
from kaw.components.editors.references import PartnerPicker, ReferencePicker
from kaw.components.form import Form
from kaw.components.partner_card.read_only import ReadOnly
from kaw.i18n import _
from kaw.models import Side
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

HIGHLIGHT = 1.6  # seconds that what others changed stays marked


class CardForm:
    """``on_edit(name, value)`` is called for every change in an editor, also for those made by ``put``;
    ``on_call(number, typed)`` calls a number that is shown, or one that may have been typed just now.

    ``values`` is what the editors begin with.
    """

    def __init__(
        self,
        actor: Actor,
        fields: Iterable[CardField],
        editable: frozenset[str],
        values: Mapping[str, Any],
        *,
        on_edit: Callable[[str, Any], Any],
        on_open: Callable[[int], Any],
        on_call: Callable[[str, bool], Any],
    ) -> None:
        self.fields = {field.unique_name: field for field in fields}
        self.editable = editable
        self._actor, self._values, self._on_edit, self._on_open = actor, values, on_edit, on_open
        self._on_call = on_call
        self._read_only: dict[str, ReadOnly] = {}
        with Form() as self.form:
            self.form.classes("kaw-card-columns")
            self.sides = {side: self._side(side) for side in Side}

    def put(self, name: str, value: Any, text: str, raw: Any = None) -> None:
        """Show a value: ``value`` as its editor takes it, ``text`` as people read it, ``raw`` as the card holds it."""
        if name in self._read_only:
            self._read_only[name].show(raw, text)
        elif name in self.form.rows:
            editors.put(self.form.rows[name].held, value, text)

    def set_calls(self, on: bool) -> None:
        """Whether there is a PBX to call by."""
        for part in (*self._read_only.values(), *(row.held for row in self.form.rows.values())):
            if isinstance(part, ReadOnly | PhoneInput):
                part.set_calls(on)

    def words(self, name: str, value: Any) -> str:
        """What people read for a value that was typed or picked here."""
        return editors.words(self.fields[name], self.form.rows[name].held, value)

    def picked(self) -> dict[str, dict[int, str]]:
        """Names of what the pickers know, by field."""
        found: dict[str, dict[int, str]] = {}
        for name, row in self.form.rows.items():
            if isinstance(row.held, ReferencePicker):
                found[name] = dict(row.held.options)
        return found

    def mark_gone(self, names: Iterable[str]) -> None:
        """Say at these fields that what was chosen there has been removed from the list."""
        for name in names:
            self.form.rows[name].show_error(_("The chosen value has been removed from the list."))

    def flash(self, names: Iterable[str]) -> None:
        """Mark for a moment what somebody else has just changed."""
        rows = [self.form.rows[name] for name in names if name in self.form.rows]
        for row in rows:
            row.classes("kaw-fresh")
        if rows:
            with self.form:
                ui.timer(HIGHLIGHT, lambda: [row.classes(remove="kaw-fresh") for row in rows], once=True)

    def note(self, notes: Mapping[str, str]) -> None:
        """Quiet words below these fields; nothing below the others."""
        for name, row in self.form.rows.items():
            row.set_note(notes.get(name, ""))

    def _side(self, side: Side) -> ui.element:
        with ui.element("div").classes("kaw-card-side") as column:
            for section, fields in _sections(self.fields.values(), side).items():
                with ui.element("section").classes("kaw-card-section"):
                    if section:
                        layout.section(section)
                    for field in fields:
                        self._row(field)
        return column

    def _row(self, field: CardField) -> None:
        name = field.unique_name
        if name not in self.editable:
            with self.form.row(name, field.name).classes("view"):
                self._read_only[name] = ReadOnly(field, self._on_open, lambda number: self._on_call(number, False))
            return
        value = self._values.get(name)
        control = self.form.hold(
            name, field.name, lambda: editors.editor(field, self._actor, value), required=field.required
        )
        if field.hint:
            control.props["title"] = field.hint  # a narrow column cuts it off
        if isinstance(control, PartnerPicker):
            control.on_open = self._on_open
        if isinstance(control, PhoneInput):
            control.on_call = lambda number: self._on_call(number, True)
            control.set_calls(may_call())
        control.on_value_change(lambda: self._on_edit(name, typed(field, control.value)))


def typed(field: CardField, value: Any) -> Any:
    """What an editor holds; an emptied one like one that was never filled."""
    return blank(field) if value is None else value


def blank(field: CardField) -> Any:
    """What the editor of an empty field holds."""
    return field.type.editable(None, field.context())


def _sections(fields: Iterable[CardField], side: Side) -> dict[str, list[CardField]]:
    sections: dict[str, list[CardField]] = {}
    for field in fields:
        if field.side is side:
            sections.setdefault(field.section, []).append(field)
    return sections

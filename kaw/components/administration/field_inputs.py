"""The inputs of the field editor: «Основные параметры поля», «Дополнительные параметры» and the live example."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from nicegui import ui

from kaw.components import buttons, icons, inputs, layout
from kaw.components.administration.field_example import FieldExample
from kaw.components.administration.field_form import LABELS, example_field
from kaw.components.administration.kind_select import kind_select
from kaw.components.form import Form
from kaw.components.form_state import FormState
from kaw.fields.base import ChoiceItem
from kaw.i18n import _
from kaw.models import FieldKind, Side

ChoiceLists = Mapping[int, Sequence[ChoiceItem]]
OnKind = Callable[[FieldKind, int | None], Awaitable[None]]


class FieldInputs:
    """Two columns of inputs bound to ``state``.

    ``on_edit(name)`` is called after each edit. With ``on_kind`` set, another type or list is not an edit:
    ``on_kind(kind, list_id)`` decides about it.
    """

    def __init__(
        self,
        state: FormState,
        *,
        sections: Sequence[str],
        lists: Mapping[int, str],
        choices: ChoiceLists,
        open_list: Callable[[], None],
    ) -> None:
        self._state = state
        self._choices = choices
        self._open_list = open_list
        self.on_edit: Callable[[str], None] = lambda _name: None
        self.on_kind: OnKind | None = None
        self.form = Form().classes("kaw-editor kaw-field")
        with self.form:
            with layout.stack():
                layout.section(_("Main parameters of the field"))
                self._draw_main(sections)
            with layout.stack():
                layout.section(_("Additional parameters"))
                self._draw_additional(lists)
        self._arrange()

    def refresh(self, names: set[str]) -> None:
        """Put these values of the state on the screen."""
        for name in names:
            control = self._control(name)
            value = self._state.values[name]
            if isinstance(control, ui.select) and value not in control.options:
                value = None
            control.set_value(value)
        self._arrange()

    def set_lists(self, lists: Mapping[int, str], choices: ChoiceLists) -> None:
        """The lists were changed: offer these."""
        self._choices = choices
        chosen = self._state.values["choice_list_id"]
        self._control("choice_list_id").set_options(dict(lists), value=chosen if chosen in lists else None)
        self._arrange()

    def lock_unique_name(self) -> None:
        """An existing field keeps its unique name."""
        self._control("unique_name").props("readonly")
        self.form.rows["unique_name"].classes(remove="required")

    def _draw_main(self, sections: Sequence[str]) -> None:
        values = self._state.values
        form = self.form
        self._watch("name", form.text("name", _(LABELS["name"]), values["name"], required=True, limit=120))
        label = _(LABELS["unique_name"])
        self._watch("unique_name", form.text("unique_name", label, values["unique_name"], required=True, limit=48))
        section = form.text("section", _(LABELS["section"]), values["section"], limit=120)
        section.set_autocomplete(list(sections))
        self._watch("section", section)
        kind = form.hold("kind", _(LABELS["kind"]), lambda: kind_select(values["kind"]), required=True)
        kind.on_value_change(lambda event: self._kind_chosen("kind", event.value))
        self._watch("sort_order", form.number("sort_order", _(LABELS["sort_order"]), values["sort_order"], lowest=0))
        self._watch("shown", form.switch("shown", _(LABELS["shown"]), values["shown"]))

    def _draw_additional(self, lists: Mapping[int, str]) -> None:
        values = self._state.values
        form = self.form
        self._watch("hint", form.text("hint", _(LABELS["hint"]), values["hint"], hint=_("Caption"), limit=255))
        self._draw_lists(lists)
        with form.row("side", _(LABELS["side"])) as row:
            sides = {Side.LEFT.value: _("On the left"), Side.RIGHT.value: _("On the right")}
            row.hold(
                inputs.segments(sides, values["side"], lambda side: self._edited("side", side), label=_(LABELS["side"]))
            )
        label = _(LABELS["on_main_page"])
        self._watch("on_main_page", form.hold("on_main_page", label, lambda: _check(values["on_main_page"])))
        self._watch("required", form.hold("required", _(LABELS["required"]), lambda: _check(values["required"])))
        self._example = FieldExample()

    def _draw_lists(self, lists: Mapping[int, str]) -> None:
        chosen = self._state.values["choice_list_id"]
        with self.form.row("choice_list_id", _(LABELS["choice_list_id"]), required=True) as row:
            select = row.hold(inputs.select(lists, chosen if chosen in lists else None))
            buttons.quiet(_("Create a list"), self._open_list, icon=icons.ADD).classes("small")
        select.on_value_change(lambda event: self._kind_chosen("choice_list_id", event.value))

    def _watch(self, name: str, control: Any) -> None:
        control.on_value_change(lambda event: self._edited(name, event.value))

    def _edited(self, name: str, value: Any) -> None:
        if isinstance(value, float):
            value = int(value)
        if value == self._state.values[name] or (not value and not self._state.values[name]):
            return
        self._state.edit(name, value)
        self.form.rows[name].clear_error()
        self._arrange()
        self.on_edit(name)

    async def _kind_chosen(self, name: str, value: Any) -> None:
        if value == self._state.values[name]:
            return
        if self.on_kind is None:
            self._edited(name, value)
            return
        chosen = {**self._state.values, name: value}
        kind = FieldKind(chosen["kind"])
        if name == "choice_list_id" and value is None:
            return
        await self.on_kind(kind, chosen["choice_list_id"] if kind.has_choices else None)

    def _arrange(self) -> None:
        """Show the inputs that this type of field has, and how the field will look."""
        values = self._state.values
        has_choices = FieldKind(values["kind"]).has_choices
        self.form.rows["hint"].set_visibility(not has_choices)
        self.form.rows["choice_list_id"].set_visibility(has_choices)
        self._control("shown").set_text(_("Yes") if values["shown"] else _("No"))
        self._example.show(example_field(values, self._choices))

    def _control(self, name: str) -> Any:
        return self.form.rows[name].held


def _check(value: bool) -> ui.checkbox:
    return inputs.checkbox("", value)

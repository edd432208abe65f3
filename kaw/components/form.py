"""A form: labels left, controls right, each with a line where its error appears without moving anything.

form = Form()
with form:
    form.text("login", _("Login"), required=True)
    form.select("kind", _("Type"), kinds)
    with form.row("phone", _("Phone")) as row:
        row.hold(phone_editor(...))          # any element with .value and on_value_change
async def save() -> None:
    with shown(form) as outcome:
        await db.in_thread(service.create, actor, **form.values())
    if outcome.ok: ...
buttons.primary(_("Save"), save)
"""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from kaw.components import inputs
from kaw.errors import InvalidValue, InvalidValues, KawError
from kaw.i18n import explain


class Row(ui.element):
    """One label, its control(s), and the line below for a note or an error."""

    def __init__(self, label: str, *, required: bool = False, note: str = "", stacked: bool = False) -> None:
        super().__init__("div")
        self.classes("kaw-row")
        self.classes("required" if required else "").classes("stacked" if stacked else "")
        self._note = note
        with self.default_slot:
            self.label = inputs.TextElement("label", label).classes("kaw-label")
            self.control = ui.element("div").classes("kaw-control")
            self.line = ui.label(note).classes("kaw-error")
        self.held: Any = None

    def __enter__(self) -> "Row":
        self.control.__enter__()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.control.__exit__()

    def hold(self, control: Any) -> Any:
        """Name the control by this row's label and read its ``.value`` with the form's values."""
        self.held = control
        target = f"{control.html_id}-in"
        if isinstance(control, ui.checkbox | ui.switch | inputs.Segments):
            control.props["aria-label"] = self.label.text
        elif getattr(control, "is_group", False):
            control.props["aria-labelledby"] = self.label.html_id
        else:
            control.props["for"] = target  # Quasar gives it to the native input as its id
            self.label.props["for"] = target
        control.props["aria-describedby"] = self.line.html_id
        return control

    def show_error(self, text: str) -> None:
        """Mark the control and say why."""
        self.classes("wrong")
        self.line.set_text(text)
        self.line.props["title"] = text
        self.line.props["role"] = "alert"
        if self.held is not None:
            self.held.props["error"] = True

    def set_note(self, text: str) -> None:
        """Say something else below the control, now or once its error is mended."""
        self._note = text
        if "wrong" not in self.classes:
            self.line.set_text(text)

    def clear_error(self) -> None:
        """Back to the note."""
        if "wrong" not in self.classes:
            return
        self.classes(remove="wrong")
        self.line.set_text(self._note)
        self.line.props("", remove="role title")
        if self.held is not None:
            self.held.props["error"] = False


class Form(ui.element):
    """Rows by name. ``columns`` puts them side by side where the screen is wide; ``stacked`` labels above controls."""

    def __init__(self, *, columns: bool = False, stacked: bool = False) -> None:
        super().__init__("div")
        self.classes("kaw-form").classes("columns" if columns else "")
        self.rows: dict[str, Row] = {}
        self._stacked = stacked
        self._initial: dict[str, Any] = {}
        self._changed_handlers: list[Callable[[], Any]] = []

    def row(self, name: str, label: str, *, required: bool = False, note: str = "") -> Row:
        """An empty row for a control of your own: ``with form.row(...) as row: row.hold(control)``."""
        self.rows[name] = Row(label, required=required, note=note, stacked=self._stacked)
        return self.rows[name]

    def hold(self, name: str, label: str, make: Callable[[], Any], *, required: bool = False, note: str = "") -> Any:
        """A row around the control that ``make`` builds."""
        with self.row(name, label, required=required, note=note) as row:
            control = row.hold(make())
        if required:
            control.props["aria-required"] = "true"
        self._initial[name] = control.value
        if hasattr(control, "on_value_change"):
            control.on_value_change(lambda: self._changed(name))
        return control

    def text(
        self,
        name: str,
        label: str,
        value: str = "",
        *,
        required: bool = False,
        hint: str = "",
        note: str = "",
        limit: int | None = None,
    ) -> ui.input:
        """One line of text."""
        return self.hold(name, label, lambda: inputs.text(value, hint=hint, limit=limit), required=required, note=note)

    def password(self, name: str, label: str, *, required: bool = False, new: bool = False, note: str = "") -> ui.input:
        """A password; ``new`` for one being set."""
        return self.hold(name, label, lambda: inputs.password(new=new), required=required, note=note)

    def text_area(self, name: str, label: str, value: str = "", *, hint: str = "", note: str = "") -> ui.textarea:
        """Several lines of text."""
        return self.hold(name, label, lambda: inputs.text_area(value, hint=hint), note=note)

    def number(
        self,
        name: str,
        label: str,
        value: float | None = None,
        *,
        lowest: float | None = None,
        highest: float | None = None,
        note: str = "",
    ) -> ui.number:
        """A number within limits."""
        return self.hold(name, label, lambda: inputs.number(value, lowest=lowest, highest=highest), note=note)

    def select(
        self,
        name: str,
        label: str,
        options: Mapping[Any, str] | list[str],
        value: Any = None,
        *,
        required: bool = False,
        clearable: bool = False,
        multiple: bool = False,
        note: str = "",
    ) -> ui.select:
        """One or several of a few options."""
        return self.hold(
            name,
            label,
            lambda: inputs.select(options, value, clearable=clearable, multiple=multiple),
            required=required,
            note=note,
        )

    def switch(self, name: str, label: str, value: bool = False, *, note: str = "") -> ui.switch:
        """Yes or no."""
        return self.hold(name, label, lambda: inputs.switch(value=value), note=note)

    def values(self) -> dict[str, Any]:
        """What the controls hold now, by row name."""
        return {name: row.held.value for name, row in self.rows.items() if row.held is not None}

    def changes(self) -> dict[str, Any]:
        """Only what differs from the beginning, or from the last ``keep()``."""
        return {name: value for name, value in self.values().items() if value != self._initial.get(name)}

    def keep(self) -> None:
        """The present values are saved: from now on they are the beginning."""
        self._initial = self.values()
        self.clear_errors()

    def set_values(self, values: Mapping[str, Any]) -> None:
        """Put these values in, by row name; unknown names are left out (a draft of an older form)."""
        for name, value in values.items():
            if name in self.rows and self.rows[name].held is not None:
                self.rows[name].held.set_value(value)

    def on_change(self, handler: Callable[[], Any]) -> None:
        """Call ``handler`` after every change of a control."""
        self._changed_handlers.append(handler)

    def show(self, error: KawError) -> bool:
        """Mark the inputs an error is about; False when none of them is in this form."""
        self.clear_errors()
        wrong = error.errors if isinstance(error, InvalidValues) else [error] if isinstance(error, InvalidValue) else []
        known = [one for one in wrong if one.field in self.rows]
        for one in known:
            self.rows[one.field].show_error(explain(one))
        if known:
            names = {one.field for one in known}
            self._look_at(next(row for name, row in self.rows.items() if name in names))
        return bool(known) and len(known) == len(wrong)

    def clear_errors(self) -> None:
        """Take all marks away."""
        for row in self.rows.values():
            row.clear_error()

    def _changed(self, name: str) -> None:
        self.rows[name].clear_error()
        for handler in self._changed_handlers:
            handler()

    @staticmethod
    def _look_at(row: Row) -> None:
        ui.run_javascript(
            f'const row = document.getElementById("{row.html_id}");'
            'row?.scrollIntoView({block: "nearest"});'
            '(row?.querySelector("input, textarea") ?? row?.querySelector("[tabindex]"))?.focus();'
        )

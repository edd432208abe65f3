"""What will become of a chosen file: its columns and fields, its first rows, what speaks against loading it."""

from collections.abc import Callable

from nicegui import ui

from kaw.components import buttons, inputs, layout, states
from kaw.components.administration.preview_table import PreviewTable
from kaw.components.local_time import day
from kaw.fields.numbers import grouped
from kaw.i18n import _, ngettext
from kaw.services.imports import FilePreview

NAMED_COLUMNS = 8  # of more unmatched columns the rest is only counted


class ImportPreview(ui.element):
    """``ready`` tells whether the file may be loaded; ``on_change`` is called when that changes."""

    def __init__(
        self, preview: FilePreview, *, create_field: Callable[[], None], on_change: Callable[[], None]
    ) -> None:
        super().__init__("div")
        self.classes("kaw-stack")
        self._preview = preview
        self._create_field = create_field
        self._consent: ui.checkbox | None = None
        with self:
            self._warn_again(on_change)
            self._refuse()
            self._tell_unmatched()
            ui.label(self._summary()).classes("kaw-strong")
            PreviewTable(preview)

    @property
    def ready(self) -> bool:
        """Whether «Загрузить» may be pressed."""
        found = self._preview
        return bool(found.matched) and not found.missing and (self._consent is None or self._consent.value)

    @property
    def again(self) -> bool:
        """Whether the user wants a file loaded that had been loaded before."""
        return self._consent is not None and self._consent.value

    def _warn_again(self, on_change: Callable[[], None]) -> None:
        before = self._preview.loaded_before
        if before is None:
            return
        with states.banner(
            _("This file has been loaded already on {date}. Its partners would be there twice.").format(
                date=day(before)
            ),
            "warning",
        ):
            self._consent = inputs.checkbox(_("Load it once more"), False, lambda _value: on_change())

    def _refuse(self) -> None:
        if not self._preview.matched:
            states.banner(
                _("Not one column is called like a field of the card. Name the columns as the fields are named."),
                "error",
            )
        elif self._preview.missing:
            states.banner(
                _("Required fields have no column in the file: {fields}.").format(
                    fields=", ".join(self._preview.missing)
                ),
                "error",
            )

    def _tell_unmatched(self) -> None:
        unmatched = self._preview.unmatched
        if not unmatched:
            return
        with ui.element("div").classes("kaw-unmatched"):
            for title in unmatched[:NAMED_COLUMNS]:
                self._unmatched_line(title)
            rest = len(unmatched) - NAMED_COLUMNS
            if rest > 0:
                layout.note(ngettext("and {n} more column", "and {n} more columns", rest).format(n=rest))

    def _unmatched_line(self, title: str) -> None:
        with layout.line(wrap=True):
            ui.label(_("The project has no field “{name}”: the column will not be loaded").format(name=title))
            button = buttons.quiet(_("Create the field"), self._create_field).classes("small")
            button.props["aria-label"] = _("Create the field «{name}»").format(name=title)

    def _summary(self) -> str:
        found = self._preview
        rows = ngettext("{n} row", "{n} rows", found.rows).format(n=grouped(found.rows))
        return _("{rows}, columns to be loaded: {matched} of {all}").format(
            rows=rows, matched=len(found.matched), all=len(found.columns)
        )

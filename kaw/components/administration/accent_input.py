"""The accent colour with a picture of what it does: a button on light and on dark ground."""

from nicegui import ui

from kaw.components import buttons, inputs, theme
from kaw.i18n import _


class AccentInput(ui.input):
    """Its value is "#rrggbb"; the samples use the shades that KAW makes of it."""

    def __init__(self, standard: str) -> None:
        super().__init__(value=standard)
        self.props(inputs.FIELD_PROPS).props("type=color").classes("kaw-colour")
        self._samples = [ui.label(_("Save")).classes(f"kaw-sample {ground}") for ground in ("light", "dark")]
        for sample in self._samples:
            sample.props["aria-hidden"] = "true"
        buttons.quiet(_("Standard"), lambda: self.set_value(standard)).classes("small")
        self.on_value_change(lambda: self._show(self.value or standard))
        self._show(standard)

    def _show(self, accent: str) -> None:
        for sample, colour in zip(self._samples, theme.accent_pair(accent), strict=True):
            sample.style(f"background: {colour}")

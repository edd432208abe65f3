"""The input of each setting: by its key where it is special, by its kind otherwise."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import inputs
from kaw.components.administration.accent_input import AccentInput
from kaw.components.administration.logo_input import LogoInput
from kaw.components.administration.zone_picker import ZonePicker
from kaw.components.form import Form
from kaw.i18n import _
from kaw.services.settings import SettingKind

SPECIAL: dict[str, Callable[[SettingKind], Any]] = {
    "logo": lambda _kind: LogoInput(),
    "accent_color": lambda kind: AccentInput(kind.default),
    "time_zone": lambda _kind: ZonePicker(),
}


def add_input(form: Form, kind: SettingKind) -> None:
    """A row of the form for one setting."""
    form.hold(kind.key, _(kind.label), lambda: _input(kind), note=_(kind.hint))


def _input(kind: SettingKind) -> Any:
    if kind.key in SPECIAL:
        return SPECIAL[kind.key](kind)
    if kind.options is not None:
        return inputs.select({value: _(text) for value, text in kind.options.items()}, kind.default)
    if kind.secret and not kind.masked:
        return inputs.password(new=True)
    if isinstance(kind.default, list):
        return inputs.text_area()
    if isinstance(kind.default, bool):
        return yes_no()
    if isinstance(kind.default, int):
        number = inputs.number(kind.default)
        number.props["suffix"] = _(kind.unit)
        return number.classes("kaw-short")
    return inputs.text()


def yes_no(value: bool = False) -> ui.switch:
    """A switch that says «Да» or «Нет» beside itself."""
    switch = inputs.switch(value=value)
    switch.bind_text_from(switch, "value", lambda on: _("Yes") if on else _("No"))
    return switch

"""Small round labels: a filter that is set, a state, somebody's initials."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components import icons
from kaw.components.inputs import TextElement
from kaw.i18n import _

LOOKS = "waiting ringing talking wrapup paused danger"  # of a state's dot


def chip(
    text: str, *, on_remove: Callable[[], Any] | None = None, on_click: Callable[[], Any] | None = None
) -> ui.element:
    """A label, with an X when it can be taken away."""
    with ui.element("div").classes("kaw-chip") as place:
        label = ui.label(text).classes("kaw-clip")
        label.props["title"] = text
        if on_click is not None:
            label.on("click", on_click).props["role"] = "button"
        if on_remove is not None:
            with ui.element("button").classes("kaw-chip-remove").on("click", on_remove) as button:
                ui.icon(icons.CLOSE)
            button.props["type"] = "button"
            button.props["aria-label"] = _("Remove: {what}").format(what=text)
    return place


def state(text: str, look: str = "") -> ui.label:
    """A state by dot and word: waiting, ringing, talking, wrapup, paused, danger; "" is grey."""
    return ui.label(text).classes(f"kaw-state {look}")


def redraw_state(label: ui.label, text: str, look: str) -> None:
    """Another text and look of a state; nothing is sent when it is as it was."""
    if label.text != text:
        label.set_text(text)
    if look not in label.classes or not look:
        label.classes(look, remove=LOOKS)


def avatar(full_name: str) -> ui.label:
    """The initials of a person, his name as tooltip."""
    initials = "".join(part[0] for part in full_name.split()[:2]).upper()
    label = TextElement("span", initials).classes("kaw-avatar")
    label.props["title"] = full_name
    return label

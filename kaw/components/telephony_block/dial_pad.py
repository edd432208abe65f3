"""The keys of a telephone, with their letters (R12.1)."""

from collections.abc import Callable
from typing import Any

from nicegui import ui

from kaw.components.inputs import TextElement
from kaw.i18n import _

KEYS = {
    "1": "",
    "2": "ABC",
    "3": "DEF",
    "4": "GHI",
    "5": "JKL",
    "6": "MNO",
    "7": "PQRS",
    "8": "TUV",
    "9": "WXYZ",
    "*": "",
    "0": "+",
    "#": "",
}


def dial_pad(on_key: Callable[[str], Any]) -> ui.element:
    """Twelve keys; ``on_key`` is given the one that was pressed."""
    with ui.element("div").classes("kaw-pad") as pad:
        pad.props["role"] = "group"
        pad.props["aria-label"] = _("Dial pad")
        for key, letters in KEYS.items():
            with ui.element("button").classes("kaw-pad-key") as button:
                TextElement("b", key)
                TextElement("span", letters)
            button.props["type"] = "button"
            button.props["aria-label"] = key
            button.on("click", lambda key=key: on_key(key), [])
    return pad

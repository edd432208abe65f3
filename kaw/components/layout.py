"""The parts every tab is arranged with."""

from nicegui import ui

from kaw.components.inputs import TextElement


def page() -> ui.element:
    """The whole of a tab: bars on top, then a body that scrolls."""
    return ui.element("div").classes("kaw-page")


def bar() -> ui.element:
    """A line of controls at the top of a tab."""
    return ui.element("div").classes("kaw-bar")


def body() -> ui.element:
    """The scrolling part of a tab, with margins."""
    return ui.element("div").classes("kaw-scroll kaw-body")


def split() -> ui.element:
    """List left, editor right; below each other where the screen is narrow. Holds two elements."""
    return ui.element("div").classes("kaw-split")


def foot(text: str = "") -> ui.label:
    """A quiet line below a list: how many there are."""
    return ui.label(text).classes("kaw-foot")


def line(*, wrap: bool = False) -> ui.element:
    """Things side by side."""
    return ui.element("div").classes("kaw-line wrap" if wrap else "kaw-line")


def stack() -> ui.element:
    """Things below each other."""
    return ui.element("div").classes("kaw-stack")


def panel() -> ui.element:
    """A framed part of a page."""
    return ui.element("section").classes("kaw-panel kaw-stack")


def actions() -> ui.element:
    """The buttons below a form."""
    return ui.element("div").classes("kaw-actions")


def space() -> ui.element:
    """Pushes what follows to the right."""
    return ui.element("div").classes("kaw-grow")


def title(text: str) -> ui.label:
    """The heading of a tab."""
    return TextElement("h1", text).classes("kaw-title")


def section(text: str) -> ui.label:
    """The heading of a section of a form."""
    return TextElement("h2", text).classes("kaw-section")


def note(text: str) -> ui.label:
    """A remark in small type."""
    return ui.label(text).classes("kaw-note")


def text(text: str) -> ui.label:
    """A paragraph; line ends are kept."""
    return ui.label(text).classes("kaw-text")


def facts(pairs: list[tuple[str, str]]) -> ui.element:
    """Names and values in two columns."""
    with ui.element("div").classes("kaw-facts") as grid:
        for name, value in pairs:
            ui.label(name)
            ui.label(value)
    return grid

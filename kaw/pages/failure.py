"""The page in place of one that could not be built: what happened, and another try."""

from nicegui import app, ui

from kaw.components import errors, states, theme
from kaw.config import config


def register() -> None:
    """Show it for every page that fails."""
    app.on_page_exception(_show)


def _show(error: Exception) -> None:
    theme.apply(config().language)
    ui.context.client.content.classes("kaw-alone")
    with ui.element("main").classes("kaw-sheet"):
        states.failed(errors.text_of(error), ui.navigate.reload)

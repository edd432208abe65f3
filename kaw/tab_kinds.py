"""Every kind of tab there is, entered in ``components.tabs``."""

from kaw.components import administration


def register() -> None:
    """Once per process, before the pages."""
    administration.register_tabs()

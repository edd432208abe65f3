"""Every kind of tab there is, entered in ``components.tabs``."""

from kaw.components import administration, partner_table


def register() -> None:
    """Once per process, before the pages."""
    partner_table.register_tabs()
    administration.register_tabs()

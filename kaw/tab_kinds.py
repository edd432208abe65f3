"""Every kind of tab there is, entered in ``components.tabs``."""

from kaw.components import administration, call_history, missed_calls, partner_card, partner_table


def register() -> None:
    """Once per process, before the pages."""
    partner_table.register_tabs()
    partner_card.register_tabs()
    call_history.register_tabs()
    missed_calls.register_tabs()
    administration.register_tabs()

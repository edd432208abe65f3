"""The first tab: all partners (R8.3)."""

from kaw.components import icons
from kaw.components.partner_table.tab import build
from kaw.components.tabs import HOME, TabKind, register
from kaw.i18n import N_


def register_tabs() -> None:
    """Enter it in the registry of tabs. Once per process."""
    register(HOME, TabKind(N_("Partners"), icons.PARTNERS, build))

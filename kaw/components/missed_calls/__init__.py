"""«Пропущенные вызовы» (R12.8)."""

from kaw.components import icons
from kaw.components.missed_calls import tab
from kaw.components.tabs import TabKind, register
from kaw.i18n import N_


def register_tabs() -> None:
    """Enter it in the registry of tabs. Once per process."""
    register("missed", TabKind(N_("Missed calls"), icons.MISSED, tab.build))

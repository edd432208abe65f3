"""«История вызовов» (R12.6)."""

from kaw.components import icons
from kaw.components.call_history import tab
from kaw.components.tabs import TabKind, register
from kaw.i18n import N_


def register_tabs() -> None:
    """Enter it in the registry of tabs. Once per process."""
    register("calls", TabKind(N_("Call history"), icons.TIME, tab.build))

"""The partner's card (R8.1, R8.2), the form of a new one, and the bin (R8.4)."""

from kaw.components import icons
from kaw.components.partner_card import bin_tab, new_partner, tab
from kaw.components.tabs import TabKind, register
from kaw.i18n import N_
from kaw.models import Right


def register_tabs() -> None:
    """Enter them in the registry of tabs. Once per process."""
    register("partner", TabKind(N_("Partner"), icons.PARTNER, tab.build, needs_key=True, titles=tab.titles))
    register("new_partner", TabKind(N_("New partner"), icons.ADD, new_partner.build, Right.CONTACTS))
    register("bin", TabKind(N_("Bin"), icons.BIN, bin_tab.build, Right.CONTACTS))

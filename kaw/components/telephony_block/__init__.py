"""The telephony block: a panel over the left of the work area, shown and hidden by its button (R12.1, R12.2)."""

from kaw.components.telephony_block.block import TelephonyBlock

__all__ = ["TelephonyBlock"]

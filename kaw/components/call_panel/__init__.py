"""The call panel, the bar at the bottom (R6.4, R12.3): who is signed in, the phone, the state, the day's calls."""

from kaw.components.call_panel.panel import CallPanel

__all__ = ["CallPanel"]

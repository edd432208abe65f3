"""The rows of the audit log: one element that opens details in place and asks for more at its end."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from nicegui.element import Element

from kaw.i18n import _


@dataclass(frozen=True)
class AuditLine:
    """One entry in words; ``details`` are pairs of a name and a text, ``look`` is "danger" for refusals."""

    id: int
    at: str
    who: str
    action: str
    subject: str
    address: str
    details: tuple[tuple[str, str], ...] = ()
    look: str = ""


class AuditTable(Element, component="audit_table.js"):
    """``on_more`` is called when the last row comes into view and there may be more."""

    def __init__(self, on_more: Callable[[], Any]) -> None:
        super().__init__()
        self.lines: list[AuditLine] = []
        self._props["rows"] = []
        self._props["more"] = False
        self._props["columns"] = [
            {"name": "at", "label": _("Time")},
            {"name": "who", "label": _("User")},
            {"name": "action", "label": _("Action")},
            {"name": "subject", "label": _("Subject")},
            {"name": "address", "label": _("Address")},
        ]
        self._props["labels"] = {
            "table": _("Audit log"),
            "details": _("details"),
            "less": _("hide"),
            "more": _("Show more"),
        }
        self.on("more", on_more, throttle=0.5)

    def show(self, lines: Iterable[AuditLine], *, more: bool) -> None:
        """Put these entries on the screen; ``more``: older ones can be asked for."""
        self.lines = list(lines)
        self._props["rows"] = [asdict(line) for line in self.lines]
        self._props["more"] = more

"""«Журнал»: who did what and when, for administrators (R5.4)."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nicegui import ui

from kaw import db
from kaw.components import buttons, icons, inputs, layout
from kaw.components.administration.audit_details import details, subject
from kaw.components.administration.audit_table import AuditLine, AuditTable
from kaw.components.administration.audit_words import action_text, action_words
from kaw.components.administration.day_input import DayInput
from kaw.components.local_time import day_time
from kaw.components.pickers import user_picker
from kaw.components.states import empty_state
from kaw.components.tabs import TabContext
from kaw.i18n import _
from kaw.models import AuditAction
from kaw.services import audit, card_schema, settings

PAGE = 100
REFUSALS = (AuditAction.SIGN_IN_FAILED, AuditAction.REFUSED)


async def build(tab: TabContext) -> None:
    """Filters above, the newest entries below."""
    await AuditLog(tab).find()


class AuditLog:
    """The log with its filters; older entries come as one scrolls."""

    def __init__(self, tab: TabContext) -> None:
        self._tab = tab
        self._entries: list[audit.AuditRow] = []
        self._asked = 0
        with layout.page():
            with layout.bar():
                layout.title(_("Audit log"))
                self._build_filters()
            with ui.element("div").classes("kaw-scroll"):
                self._table = AuditTable(self._more)
                self._nothing = ui.element("div")
                with self._nothing:
                    empty_state(_("No entries"), _("Nothing of the kind has happened."), icon=icons.AUDIT)

    def _build_filters(self) -> None:
        self._text = inputs.search_box(_("Find in the log"), lambda _text: self.find())
        with ui.element("div").classes("kaw-line wrap kaw-audit-filters"):
            actions = {"": _("Any action")} | {action.value: text for action, text in action_words().items()}
            self._action = inputs.select(actions, "", label=_("Action"), on_change=lambda _value: self.find())
            self._user = user_picker(self._tab.actor, label=_("User"), on_change=lambda _value: self.find())
            self._user.props["placeholder"] = _("Any user")
            self._since = DayInput(_("From day"), self.find)
            self._until = DayInput(_("To day"), self.find)
            buttons.icon_button(icons.REFRESH, _("Refresh"), self.find)

    async def find(self) -> None:
        """Show the newest entries that fit the filters."""
        self._entries = []
        await self._read()

    async def _more(self) -> None:
        if self._entries:
            await self._read()

    async def _read(self) -> None:
        self._asked += 1
        asked = self._asked
        before = self._entries[-1].id if self._entries else None
        fields = await db.in_thread(card_schema.schema)
        found = await db.in_thread(audit.search, self._tab.actor, **self._filters(), before_id=before, limit=PAGE)
        if asked != self._asked or self._table.is_deleted:
            return  # the filters have changed meanwhile
        self._entries += found
        names = {field.id: field.name for field in fields.fields}
        self._table.show([_line(row, names) for row in self._entries], more=len(found) == PAGE)
        self._table.set_visibility(bool(self._entries))
        self._nothing.set_visibility(not self._entries)

    def _filters(self) -> dict[str, Any]:
        return {
            "text": (self._text.value or "").strip(),
            "action": AuditAction(self._action.value) if self._action.value else None,
            "user_id": self._user.value,
            "since": _midnight(self._since.day, 0),
            "until": _midnight(self._until.day, 1),
        }


def _line(row: audit.AuditRow, field_names: Mapping[int, str]) -> AuditLine:
    return AuditLine(
        id=row.id,
        at=day_time(row.at),
        who=row.user_name or "KAW",
        action=action_text(row.action),
        subject=subject(row.action, row.subject),
        address=row.address,
        details=tuple(details(row.details, field_names)),
        look="danger" if row.action in REFUSALS else "",
    )


def _midnight(day: date | None, days_later: int) -> datetime | None:
    """The stored moment at which a day of the organisation, or a later one, begins."""
    if day is None:
        return None
    begins = datetime.combine(day + timedelta(days=days_later), time(), ZoneInfo(settings.value("time_zone")))
    return begins.astimezone(UTC).replace(tzinfo=None)

"""Moments as people read them: stored in UTC, shown in the organisation's time zone."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kaw import db
from kaw.i18n import _
from kaw.services import settings


def local(moment: datetime) -> datetime:
    """A stored moment (naive UTC) on the organisation's clock."""
    return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(settings.value("time_zone")))


def day(moment: datetime) -> str:
    """10.03.2025"""
    return local(moment).strftime("%d.%m.%Y")


def day_time(moment: datetime) -> str:
    """10.03.2025 14:05"""
    return local(moment).strftime("%d.%m.%Y %H:%M")


def when(moment: datetime) -> str:
    """сегодня 10:12, вчера 17:05, 18.11.2025 09:15"""
    here, today = local(moment), local(db.now()).date()
    if here.date() == today:
        return _("today {time}").format(time=here.strftime("%H:%M"))
    if here.date() == today - timedelta(days=1):
        return _("yesterday {time}").format(time=here.strftime("%H:%M"))
    return day_time(moment)

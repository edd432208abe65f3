"""Moments as people read them: stored in UTC, shown in the organisation's time zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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

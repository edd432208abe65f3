"""«Проверить» in «Настройки»: how the line to the PBX is, what it lacks, and how KAW last caught up (R4.3, R12.7)."""

import asyncio
import contextlib
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlmodel import col, select

from kaw import db
from kaw.i18n import N_
from kaw.models import PbxReconciliation
from kaw.services import access, settings, telephony
from kaw.services.access import Actor
from kaw.services.settings import SETTINGS
from kaw.telephony import reach, records_check, web_check
from kaw.telephony.ami_line import AsteriskOptions
from kaw.telephony.port import Check, LinkState, PbxUnavailable, missing, unknown

BEGINNING = "pbx_"
ALL_S = 10.0  # seconds nobody waits longer than


@dataclass(frozen=True)
class Reconciliation:
    """One catching up with what the PBX wrote; calls by how KAW knows of them."""

    at: datetime
    since: datetime | None
    seen_live: int
    recovered: int
    differing: int
    closed: int
    problem: str  # which of the two could not be read, and why
    sources: tuple[str, ...]  # message ids of where KAW looks


@dataclass(frozen=True)
class LineState:
    """The line now. ``detail`` is the exact failure, or the version of a PBX that is connected."""

    state: LinkState
    since: datetime | None
    detail: str
    last: Reconciliation | None


def state(actor: Actor) -> LineState:
    """How the line is, and the last reconciliation; for administrators."""
    access.require_admin(actor)
    link = telephony.link()
    since = datetime.fromtimestamp(link.since, UTC).replace(tzinfo=None) if link.since else None
    return LineState(link.state, since, link.detail, _last())


async def check(actor: Actor, values: Mapping[str, Any]) -> list[Check]:
    """All that KAW needs of the PBX, by what is typed and perhaps not saved yet; InvalidValues names what is wrong.

    A secret that stands there as dots means the saved one.
    """
    typed, saved, here = await db.in_thread(_values, actor, values)
    if not typed["pbx_host"]:
        return [missing(N_("No PBX is named: enter its address."))]
    zone = typed["pbx_time_zone"] or here
    parts: list[tuple[str, Awaitable[Check | list[Check]]]] = [
        ("", _line(telephony.options(typed), telephony.options(saved))),
        ("pbx_queue_log", asyncio.to_thread(records_check.check_queue_log, typed["pbx_queue_log"], here, zone)),
        ("pbx_cdr", asyncio.to_thread(records_check.check_cdr, typed["pbx_cdr"], zone)),
        ("pbx_recordings", _recordings(typed)),
    ]
    if typed["pbx_ws_url"]:
        parts.append(("pbx_ws_url", web_check.check_websocket(typed["pbx_ws_url"])))
    found = await asyncio.gather(*(_part(key, work) for key, work in parts))
    return [line for lines in found for line in lines]


def _values(actor: Actor, values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any], str]:
    """What is typed, what is saved, and the company's time zone."""
    typed = settings.drafted(actor, values, BEGINNING)
    return typed, settings.plain(BEGINNING), str(settings.value("time_zone"))


async def _part(key: str, work: Awaitable[Check | list[Check]]) -> list[Check]:
    """One part, about its setting, in its time."""
    try:
        found = await asyncio.wait_for(work, ALL_S)
    except TimeoutError:
        found = unknown(N_("No answer within {seconds} s."), seconds=int(ALL_S))
    lines = found if isinstance(found, list) else [found]
    return [replace(line, about=SETTINGS[key].label) for line in lines] if key else lines


async def _line(typed: AsteriskOptions, saved: AsteriskOptions) -> list[Check]:
    """By the living line where it is the one that is typed: a new connection has not heard any event yet."""
    if typed == saved and telephony.link().state is LinkState.READY:
        with contextlib.suppress(PbxUnavailable, TimeoutError):  # another process has it, or it has just gone
            async with asyncio.timeout(reach.ALL_S):
                return list(await telephony.pbx().check())
    return await reach.check(typed)


async def _recordings(typed: Mapping[str, Any]) -> Check:
    place, user = str(typed["pbx_recordings"]), str(typed["pbx_recordings_user"])
    if not place:
        return unknown(N_("Not set: there is no player."))
    if place.startswith(("http://", "https://")):
        return await web_check.check_address(place, (user, str(typed["pbx_recordings_secret"])) if user else None)
    return await asyncio.to_thread(web_check.check_directory, place)


def _last() -> Reconciliation | None:
    with db.reading() as session:
        newest = session.exec(select(PbxReconciliation).order_by(col(PbxReconciliation.id).desc()).limit(1)).first()
    if newest is None:
        return None
    return Reconciliation(
        newest.at,
        newest.since,
        newest.seen_live,
        newest.recovered,
        newest.differing,
        newest.closed,
        newest.problem,
        tuple(SETTINGS[key].label for key in ("pbx_queue_log", "pbx_cdr") if settings.value(key)),
    )

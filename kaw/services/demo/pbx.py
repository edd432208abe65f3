"""The demonstration's PBX: a simulated call centre in this process, which KAW reaches over TCP like any other."""

import os
from pathlib import Path

from sqlmodel import col, select

from kaw import db
from kaw.config import config
from kaw.models import PartnerPhone, User
from kaw.services.demo import calls
from kaw.services.demo.team import TEAM, VISITOR
from kaw.telephony.simulator.call_centre import OPERATORS, RECORDINGS, Demo, start_demo

CALLERS = 300


async def open_centre(folder: Path) -> Demo:
    """Start it and let this process's settings point to it."""
    numbers, operators = await db.in_thread(_people)
    demo = await start_demo(numbers, operators, folder=folder, visitor=VISITOR)
    await db.in_thread(_make_place, demo)
    given = {
        "HOST": demo.host,
        "PORT": str(demo.port),
        "USER": demo.user,
        "SECRET": demo.secret,
        "DIAL_CONTEXT": "from-internal",
        "QUEUE_LOG": str(demo.queue_log),
        "CDR": str(demo.cdr),
        "RECORDINGS": str(demo.recordings),
        "TIME_ZONE": "UTC",
    }
    os.environ.update({f"KAW_PBX_{name}": value for name, value in given.items()})
    config.cache_clear()
    return demo


def invent_past(folder: Path) -> int:
    """The calls of the last days; how many they are."""
    numbers, operators = _people()
    return calls.invent(numbers, operators, folder / RECORDINGS)


def _make_place(demo: Demo) -> None:
    """Files that a PBX has before its first call."""
    demo.recordings.mkdir(parents=True, exist_ok=True)
    demo.queue_log.touch()
    demo.cdr.touch()


def _people() -> tuple[list[str], list[tuple[str, str]]]:
    """Partners' numbers, and the operators: users whose extension serves a queue."""
    with db.reading() as session:
        keys = session.exec(select(PartnerPhone.digits10).distinct().limit(CALLERS)).all()
        users = session.exec(select(User.extension, User.full_name).where(col(User.extension).is_not(None))).all()
    serving = {member.extension for member in TEAM if member.queues}
    known = [(extension, name) for extension, name in users if extension in serving]
    return [f"7{key}" for key in keys if len(key) == 10], known or list(OPERATORS)

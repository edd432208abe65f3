"""Where the recording of a call is, and who may hear it (R8.2.8).

The PBX tells a path of its own machine; KAW looks for that file below the directory or the address in its settings and
nowhere else. Whoever may not hear a recording learns no more than that there is none.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from kaw import db
from kaw.errors import NotFound, Unavailable
from kaw.i18n import N_
from kaw.models import AuditAction, AuditEntry, Call
from kaw.services import access, audit, call_partners, settings
from kaw.services.access import Actor

HEADER = 44  # bytes of a wav file without sound
FOLDER = "/monitor/"  # what follows it in the PBX's path holds below the directory too
ONE_LISTENING = timedelta(minutes=30)  # within which a player asks for further pieces
ONE_START = timedelta(seconds=5)  # within which it asks for the first one twice
TELEPHONES_ONLY = {".gsm", ".g729", ".g722", ".ulaw", ".alaw", ".sln", ".sln16", ".wav49"}
MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg"}


class RecordingMissing(NotFound):
    """The call was recorded and its file is not there."""

    default_text = N_("The file of this recording is not there.")


class RecordingUnplayable(NotFound):
    """It is there, in a format of telephones."""

    default_text = N_("Browsers cannot play this format: the PBX should record wav.")


class NothingSaid(NotFound):
    """The file has a beginning and no sound."""

    default_text = N_("Nothing was said in this recording.")


class RecordingsAway(Unavailable):
    """The recordings themselves cannot be got at now."""

    default_text = N_("The server of the recordings cannot be reached.")


@dataclass(frozen=True)
class Recording:
    """A file on this machine, or addresses to try on another."""

    media_type: str
    path: Path | None = None
    size: int = 0
    addresses: tuple[str, ...] = ()
    account: tuple[str, str] | None = None


def open(actor: Actor, call_id: int) -> Recording:
    """The recording of a call of his own, or of any with the reports right; NotFound otherwise."""
    rights = access.rights(actor)
    with db.reading() as session:
        call = session.get(Call, call_id)
        if call is None or not call.recording or not call_partners.may_hear(session, rights, call_id):
            raise NotFound
        told, started, ended = call.recording, call.started_at, call.ended_at
    if _is_over(started):
        raise NotFound
    names = list(_places(told, _days(started, ended)))
    source = str(settings.value("pbx_recordings"))
    if not names or not source:
        raise RecordingMissing
    suffix = Path(names[0]).suffix.lower()
    if suffix not in MEDIA_TYPES:
        raise RecordingUnplayable if suffix in TELEPHONES_ONLY else RecordingMissing
    media_type = MEDIA_TYPES[suffix]
    if source.startswith(("http://", "https://")):
        return _remote(source, names, media_type)
    return _local(Path(source), names, media_type)


def is_offered(told: str | None, started: datetime) -> bool:
    """Whether a player has something to look for: a recording, a place where they are, and its time not over."""
    return bool(told) and bool(settings.value("pbx_recordings")) and not _is_over(started)


def note_listening(actor: Actor, call_id: int, *, from_start: bool = True) -> None:
    """Write it to the audit log: each time it is heard from its start, however many pieces a player asks for then."""
    rights = access.rights(actor)
    subject = f"№ {call_id}"
    with db.transaction() as tx:
        if not call_partners.may_hear(tx.session, rights, call_id):
            raise NotFound
        heard = select(AuditEntry.id).where(
            AuditEntry.action == AuditAction.RECORDING_HEARD,
            AuditEntry.user_id == actor.user_id,
            AuditEntry.subject == subject,
            col(AuditEntry.at) > db.now() - (ONE_START if from_start else ONE_LISTENING),
        )
        if tx.session.exec(heard.limit(1)).first() is None:
            audit.record(tx, actor, AuditAction.RECORDING_HEARD, subject)


def mended(head: bytes, size: int) -> bytes:
    """The first bytes of a wav file of this size; lengths that a stopped PBX left at nothing are filled in."""
    if len(head) < HEADER or head[:4] != b"RIFF" or head[8:12] != b"WAVE" or head[36:40] != b"data":
        return head
    riff, data = head[4:8], head[40:44]
    if int.from_bytes(riff, "little") and int.from_bytes(data, "little"):
        return head
    lengths = [min(size - less, 0xFFFF_FFFF).to_bytes(4, "little") for less in (8, HEADER)]
    return head[:4] + lengths[0] + head[8:40] + lengths[1] + head[HEADER:]


def _is_over(started: datetime) -> bool:
    """Whether recordings of that time are offered no more. Their files are the PBX's and stay."""
    days = int(settings.value("recordings_days"))
    return bool(days) and started < db.now() - timedelta(days=days)


def _days(started: datetime, ended: datetime | None) -> list[str]:
    """Folders by the PBX's calendar; a recording begins after its call, perhaps on the next day."""
    zone = ZoneInfo(str(settings.value("pbx_time_zone") or settings.value("time_zone")))
    moments = (moment.replace(tzinfo=UTC).astimezone(zone) for moment in (started, ended) if moment is not None)
    return [f"{moment:%Y/%m/%d}" for moment in moments]


def _places(told: str, days: Iterable[str]) -> Iterator[str]:
    """Where the file may be below the directory: as the PBX has it, in the folder of its day, by its name alone."""
    unsafe = any(sign in told for sign in ("\\", "\0", "%")) or ".." in told.split("/")
    name = told.rsplit("/", 1)[-1]
    if unsafe:
        return
    relative = told.split(FOLDER, 1)[1] if FOLDER in told else name if told.startswith("/") else told
    yield from dict.fromkeys((relative.lstrip("/"), *(f"{day}/{name}" for day in days), name))


def _local(root: Path, names: list[str], media_type: str) -> Recording:
    root = root.resolve()
    for name in names:
        path = (root / name).resolve()  # follows links: what leads out is not below the root any more
        size = _size(path) if path.is_relative_to(root) else None
        if size is None:
            continue
        if size <= HEADER and media_type == MEDIA_TYPES[".wav"]:
            raise NothingSaid
        if not os.access(path, os.R_OK):
            raise RecordingsAway(N_("KAW may not read the files of recordings. An administrator can mend that."))
        return Recording(media_type, path, size)
    raise RecordingMissing


def _size(path: Path) -> int | None:
    """Of a file; None if there is none, or nothing of it may be known."""
    try:
        return path.stat().st_size if path.is_file() else None
    except OSError:  # a folder that may not be looked into, a name that is too long
        return None


def _remote(base: str, names: list[str], media_type: str) -> Recording:
    user = str(settings.value("pbx_recordings_user"))
    account = (user, settings.secret("pbx_recordings_secret")) if user else None
    addresses = tuple(f"{base.rstrip('/')}/{quote(name)}" for name in names)
    return Recording(media_type, addresses=addresses, account=account)

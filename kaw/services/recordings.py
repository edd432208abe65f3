"""Where the recording of a call is, and who may hear it (R8.2.8).

The PBX tells a path of its own machine; KAW looks for that file below the directory or the address in its settings and
nowhere else. Whoever may not hear a recording learns no more than that there is none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, timedelta
from pathlib import Path
from urllib.parse import quote
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from kaw import db
from kaw.errors import NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, AuditEntry, Call
from kaw.services import access, audit, call_partners, settings
from kaw.services.access import Actor

HEADER = 44  # bytes of a wav file without sound
FOLDER = "/monitor/"  # what follows it in the PBX's path holds below the directory too
ONE_LISTENING = timedelta(minutes=30)
MEDIA_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".opus": "audio/ogg"}


class RecordingMissing(NotFound):
    """The call was recorded and its file is not there."""

    default_text = N_("The file of this recording is not there.")


class NothingSaid(NotFound):
    """The file has a beginning and no sound."""

    default_text = N_("Nothing was said in this recording.")


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
        if call is None or not call.recording or not call_partners.may_know(session, rights, call_id):
            raise NotFound
        told, started = call.recording, call.started_at
    days = int(settings.value("recordings_days"))
    if days and started < db.now() - timedelta(days=days):
        raise NotFound
    here = started.replace(tzinfo=UTC).astimezone(ZoneInfo(str(settings.value("time_zone"))))
    names = list(_places(told, f"{here:%Y/%m/%d}"))
    source = str(settings.value("pbx_recordings"))
    if not names or not source:
        raise RecordingMissing
    media_type = MEDIA_TYPES[Path(names[0]).suffix.lower()]
    if source.startswith(("http://", "https://")):
        return _remote(source, names, media_type)
    return _local(Path(source), names, media_type)


def note_listening(actor: Actor, call_id: int) -> None:
    """Write it to the audit log, once however many pieces a player asks for."""
    rights = access.rights(actor)
    subject = f"№ {call_id}"
    with db.transaction() as tx:
        if not call_partners.may_know(tx.session, rights, call_id):
            raise NotFound
        heard = select(AuditEntry.id).where(
            AuditEntry.action == AuditAction.RECORDING_HEARD,
            AuditEntry.user_id == actor.user_id,
            AuditEntry.subject == subject,
            col(AuditEntry.at) > db.now() - ONE_LISTENING,
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


def _places(told: str, day: str) -> Iterator[str]:
    """Where the file may be below the directory: as the PBX has it, by its name alone, in the folder of its day."""
    unsafe = any(sign in told for sign in ("\\", "\0", "%")) or ".." in told.split("/")
    name = told.rsplit("/", 1)[-1]
    if unsafe or Path(name).suffix.lower() not in MEDIA_TYPES:
        return
    relative = told.split(FOLDER, 1)[1] if FOLDER in told else name if told.startswith("/") else told
    yield from dict.fromkeys((relative.lstrip("/"), f"{day}/{name}", name))


def _local(root: Path, names: list[str], media_type: str) -> Recording:
    root = root.resolve()
    for name in names:
        path = (root / name).resolve()  # follows links: what leads out is not below the root any more
        if path.is_relative_to(root) and path.is_file():
            size = path.stat().st_size
            if size <= HEADER and media_type == MEDIA_TYPES[".wav"]:
                raise NothingSaid
            return Recording(media_type, path, size)
    raise RecordingMissing


def _remote(base: str, names: list[str], media_type: str) -> Recording:
    user = str(settings.value("pbx_recordings_user"))
    account = (user, settings.secret("pbx_recordings_secret")) if user else None
    addresses = tuple(f"{base.rstrip('/')}/{quote(name)}" for name in names)
    return Recording(media_type, addresses=addresses, account=account)

"""Recordings over HTTP: Range, paths, strangers, headers of stopped PBXs (R8.2.8, threats.md "Recordings")."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlmodel import select

from kaw import db
from kaw.models import AuditAction, AuditEntry, CallLeg, LegResult
from kaw.services import call_history, sessions, settings
from kaw.services.call_history import CallQuery
from tests.calls import give_extension, insert_call
from tests.conftest import People

SOUND = bytes(range(256)) * 400
HEAD = b"RIFF\0\0\0\0WAVEfmt " + bytes(20) + b"data\0\0\0\0"


@pytest.fixture
def folder(people: People, tmp_path: Path) -> Path:
    root = tmp_path / "monitor"
    (root / "2026").mkdir(parents=True)
    (root / "2026" / "a.wav").write_bytes(HEAD + SOUND)
    (tmp_path / "secret.wav").write_bytes(HEAD + b"canary")
    settings.change(people.oleg, {"pbx_recordings": str(root)})
    give_extension(people.anna, "101")
    return root


def heard() -> int:
    with db.reading() as session:
        return len(session.exec(select(AuditEntry.id).where(AuditEntry.action == AuditAction.RECORDING_HEARD)).all())


# R8.2.8: seeking, one line in the log, lengths mended
async def test_anna_listens_to_her_own_call(listener: httpx.AsyncClient, people: People, folder: Path) -> None:
    call = insert_call(people.anna, recording="/var/spool/asterisk/monitor/2026/a.wav")
    whole = await listener.get(f"/recordings/{call}")
    assert whole.status_code == 200
    assert whole.content[44:] == SOUND
    assert int.from_bytes(whole.content[40:44], "little") == len(SOUND)
    assert int.from_bytes(whole.content[4:8], "little") == len(SOUND) + 36
    assert whole.headers["content-type"] == "audio/wav"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "no-store" in whole.headers["cache-control"]
    for first, last in ((0, 9), (40, 99), (1000, 1099)):
        part = await listener.get(f"/recordings/{call}", headers={"Range": f"bytes={first}-{last}"})
        assert (part.status_code, part.content) == (206, whole.content[first : last + 1])
    assert (await listener.get(f"/recordings/{call}", headers={"Range": "bytes=-5"})).content == SOUND[-5:]
    assert (await listener.get(f"/recordings/{call}", headers={"Range": "bytes=999999999-"})).status_code == 416
    assert (await listener.head(f"/recordings/{call}")).headers["content-length"] == str(len(whole.content))
    assert heard() == 1


async def test_strangers_get_404(listener: httpx.AsyncClient, people: People, folder: Path) -> None:
    call = insert_call(people.anna, recording="2026/a.wav")
    with db.transaction() as tx:  # all phones of the queue rang, and Anna picked up
        tx.session.add(
            CallLeg(
                call_id=call,
                uniqueid="rang.1",
                channel="PJSIP/102-1",
                operator="102",
                user_id=people.boris.user_id,
                result=LegResult.CANCELLED,
                started_at=db.now(),
            )
        )
    for login, status in (("boris", 404), ("vera", 404), ("nobody", 404), ("oleg", 200)):
        listener.cookies.set(sessions.COOKIE, login)
        assert (await listener.get(f"/recordings/{call}")).status_code == status


async def test_a_company_may_keep_recordings_to_its_leaders(
    listener: httpx.AsyncClient, people: People, folder: Path
) -> None:
    """R7.8: who may hear is a setting; the history offers no player either."""
    call = insert_call(people.anna, recording="2026/a.wav")
    settings.change(people.oleg, {"recordings_heard_by": "leaders"})
    assert (await listener.get(f"/recordings/{call}")).status_code == 404
    assert not call_history.calls(people.anna, CallQuery()).rows[0].has_recording
    assert call_history.calls(people.oleg, CallQuery()).rows[0].has_recording
    listener.cookies.set(sessions.COOKIE, "oleg")
    assert (await listener.get(f"/recordings/{call}")).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        "../secret.wav",
        "/monitor/../secret.wav",
        "..%2fsecret.wav",
        "..\\secret.wav",
        "/secret.wav",
        "out.wav",
        "a\0.wav",
    ],
)
async def test_no_path_leads_out(listener: httpx.AsyncClient, people: People, folder: Path, told: str) -> None:
    (folder / "out.wav").symlink_to(folder.parent / "secret.wav")
    call = insert_call(people.anna, recording=told)
    assert (await listener.get(f"/recordings/{call}")).status_code == 404


async def test_a_file_without_sound_says_so(listener: httpx.AsyncClient, people: People, folder: Path) -> None:
    (folder / "empty.wav").write_bytes(HEAD)
    empty, gone = insert_call(people.anna, recording="empty.wav"), insert_call(people.anna, recording="gone.wav")
    assert (await listener.get(f"/recordings/{empty}")).json() != (await listener.get(f"/recordings/{gone}")).json()


async def test_every_listening_is_in_the_log(
    listener: httpx.AsyncClient, people: People, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R8.2.8: each time from the start is one, and seeking in it is none."""
    call = insert_call(people.anna, recording="2026/a.wav")
    now = db.now()
    for minute, first in ((0, 0), (0, 5000), (1, 90_000), (2, 0), (2, 0), (9, 70_000)):
        monkeypatch.setattr(db, "now", lambda minute=minute: now + timedelta(minutes=minute))
        await listener.get(f"/recordings/{call}", headers={"Range": f"bytes={first}-"})
    assert heard() == 2
    await listener.get("/recordings/99999")
    assert heard() == 2


async def test_a_format_of_telephones_is_called_so(listener: httpx.AsyncClient, people: People, folder: Path) -> None:
    """R8.2.8: it is not missing."""
    (folder / "2026" / "a.gsm").write_bytes(SOUND)
    call = insert_call(people.anna, recording="2026/a.gsm")
    answer = await listener.get(f"/recordings/{call}")
    assert (answer.status_code, "wav" in answer.json()["error"]) == (404, True)


@pytest.mark.parametrize("number", [str(2**63), "9" * 40, "-1", "0"])
async def test_a_number_no_call_can_have_is_no_call(
    listener: httpx.AsyncClient, people: People, folder: Path, number: str
) -> None:
    assert (await listener.get(f"/recordings/{number}")).status_code == 404

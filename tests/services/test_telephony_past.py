"""What the PBX wrote while nobody listened, whatever bytes stand there (R12.7)."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import select

from kaw import db
from kaw.models import Call, OperatorInterval, QueueVisit
from kaw.services import settings, telephony_past
from kaw.services.calls.parties import Parties
from kaw.services.calls.recorder import Recorder
from kaw.services.calls.recovery import Past, catch_up
from kaw.telephony import queue_log
from kaw.telephony.listed import PresentReader
from kaw.telephony.port import Snapshot
from kaw.telephony.translate import translate
from tests.conftest import People
from tests.telephony.pbx_tables import QUEUE_LOG, line, write

NOON = datetime(2026, 11, 23, 9, tzinfo=UTC).timestamp()  # 12:00 in Moscow


def test_the_time_zone_of_the_pbx_holds_for_both(people: People, tmp_path: Path) -> None:
    """R12.7: the company's where none is set."""
    address = f"sqlite:///{tmp_path / 'pbx.sqlite'}"
    write(address, QUEUE_LOG, [line("2026-11-23 12:00:00", "ENTERQUEUE")])
    settings.change(people.oleg, {"pbx_queue_log": f"{address}#queue_log", "time_zone": "Europe/Moscow"})
    assert [each.at for each in telephony_past.read(NOON - 60).lines] == [NOON]
    settings.change(people.oleg, {"pbx_time_zone": "Asia/Vladivostok"})
    assert [each.at for each in telephony_past.read(0).lines] == [NOON - 7 * 3600]


def test_nothing_that_stands_there_keeps_kaw_from_the_present(people: People, tmp_path: Path) -> None:
    """R12.7: what cannot be read at all is named, and the other one still counts."""
    for place, content in enumerate([b"", b"\0" * 9000, b"\xff" * 9000, b"x" * 2_000_000, b'"' * 300_000 + b"\n" * 9]):
        file = tmp_path / f"{place}"
        file.write_bytes(content + b"\n")
        settings.change(people.oleg, {"pbx_queue_log": str(file), "pbx_cdr": str(file)})
        assert telephony_past.read(NOON) == Past([], [])
    (tmp_path / "log").write_text(f"{NOON:.0f}|1.1|support|NONE|ENTERQUEUE||79161234567|1\n")
    settings.change(people.oleg, {"pbx_queue_log": str(tmp_path / "log"), "pbx_cdr": "postgresql+none://kaw@pbx/cdr"})
    past = telephony_past.read(NOON)
    assert (len(past.lines), past.problem) == (1, "CDR: NoSuchModuleError")
    settings.change(people.oleg, {"pbx_cdr": "mysql+mysqldb://kaw@pbx/cdr"})  # a driver that is not installed
    assert telephony_past.read(NOON).problem == "CDR: ModuleNotFoundError"


@pytest.mark.usefixtures("database")
def test_long_names_of_a_pbx_are_recorded() -> None:
    """R12.7: MariaDB refuses what is too long for its column, and with it all that was to be written."""
    uniqueid, queue, interface = f"{'system' * 15}-{NOON:.0f}.7", "q" * 100, f"Local/{'a' * 45}@from-queue/n"
    lines = queue_log.parse(
        [
            f"{NOON:.0f}|NONE|{queue}|{interface}|PAUSE|{'x' * 100}",
            f"{NOON + 1:.0f}|{uniqueid}|{queue}|NONE|ENTERQUEUE||79161234567|1",
            f"{NOON + 9:.0f}|{uniqueid}|{queue}|NONE|ABANDON|1|1|8",
        ]
    )
    recorder = Recorder(Parties)
    catch_up(recorder, Parties(), Past(lines), None, None)
    with db.reading() as session:
        assert session.exec(select(Call.linkedid)).all() == [uniqueid[-64:]]
        assert session.exec(select(QueueVisit.queue)).all() == [queue[:80]]
        paused = session.exec(select(OperatorInterval)).one()
        assert (paused.operator, paused.pause_type) == ("a" * 40, "x" * 80)


@pytest.mark.usefixtures("database")
def test_a_call_with_a_long_id_is_found_again_in_the_present() -> None:
    """R12.7: it is not closed as one that is gone, and who serves its queue still does."""
    uniqueid, queue = f"{'system' * 15}-{NOON:.0f}.7", "q" * 100
    about = {"Uniqueid": uniqueid, "Linkedid": uniqueid, "Channel": "PJSIP/trunk-00000001", "Queue": queue}
    member = {"Queue": queue, "Interface": "PJSIP/1010", "Location": "PJSIP/1010", "Status": "1"}
    heard = [
        {"Event": "Newchannel", "CallerIDNum": "79161234567", "Exten": "500", "ChannelState": "4", **about},
        {"Event": "QueueCallerJoin", **about},
        {"Event": "QueueMemberAdded", **member},
    ]
    recorder, reader = Recorder(Parties), PresentReader()
    recorder.absorb([event for message in heard for event in translate(message, NOON)])
    for event in ("CoreShowChannel", "QueueEntry"):
        reader.hear({"Event": event, **about})
    reader.hear({"Event": "QueueMember", **member})
    memberships = recorder.memberships()
    catch_up(recorder, Parties(), Past(), reader.snapshot(NOON + 60), None)
    assert recorder.memberships() == memberships == [("PJSIP/1010", queue[:80])]
    with db.reading() as session:
        call, visit = session.exec(select(Call)).one(), session.exec(select(QueueVisit)).one()
        assert (call.linkedid, call.closed_by_kaw, visit.left_at) == (uniqueid[-64:], False, None)


def test_what_the_pbx_did_before_kaw_was_there_is_not_told(people: People, tmp_path: Path) -> None:
    """R12.7: a new installation does not begin with yesterday's missed calls."""
    log = tmp_path / "queue_log"
    now = time.time()
    yesterday, later = int(now - 7200), int(now + 5)
    lines = [
        f"{at}|{at}.1|support|NONE|{told}"
        for at in (yesterday, later)
        for told in ("ENTERQUEUE||79161234567|1", "ABANDON|1|1|4")
    ]
    log.write_text("\n".join(lines) + "\n")
    settings.change(people.oleg, {"pbx_queue_log": str(log)})
    recorder = Recorder(telephony_past.parties)
    snapshot = Snapshot(at=now, started_at=now - 86_400)
    telephony_past.catch_up(recorder, snapshot)
    telephony_past.look_again(recorder, snapshot)
    with db.reading() as session:
        assert [call.linkedid for call in session.exec(select(Call))] == [f"{later}.1"]

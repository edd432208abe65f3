"""Which process holds the line to the PBX, and what the others say of it (R12.7, R4.3)."""

import asyncio
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from kaw import db, live
from kaw.models import TelephonyLease
from kaw.services import settings, telephony
from kaw.telephony.port import Link, LinkState, PbxUnavailable
from tests.conftest import People


def lease() -> TelephonyLease | None:
    with db.reading() as session:
        return session.exec(select(TelephonyLease)).first()


def test_one_process_holds_the_line_and_another_takes_over(database: db.Database) -> None:
    """R12.7: the lease is renewed by its holder, refused to others, and free when its holder is not heard of."""
    assert telephony._take("one")
    assert not telephony._take("two")
    assert telephony._take("one")
    with db.transaction() as tx:
        held = tx.session.get(TelephonyLease, 1)
        held.until = db.now() - timedelta(seconds=1)
        tx.session.add(held)
    assert telephony._take("two")
    assert not telephony._take("one")


def test_a_process_that_ends_gives_the_line_up(database: db.Database) -> None:
    """R12.7: only its own."""
    assert telephony._take("one")
    telephony._release("two")
    assert lease() is not None
    telephony._release("one")
    assert lease() is None
    assert telephony._take("two")


def test_who_has_lost_the_lease_may_not_write(database: db.Database) -> None:
    """R12.7: also when he does not know it yet."""
    assert telephony._take("one")
    with db.transaction() as tx:
        telephony._require("one", tx.session)
        with pytest.raises(telephony.LeaseLost):
            telephony._require("two", tx.session)
    telephony._release("one")
    with db.transaction() as tx, pytest.raises(telephony.LeaseLost):
        telephony._require("one", tx.session)


class Line:
    """A line that can only be hung up."""

    def __init__(self) -> None:
        self.ended = asyncio.Event()

    async def stop(self) -> None:
        self.ended.set()


async def test_a_surprise_does_not_end_telephony(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12.7: a deadlock over the lease, or an error in what was being taken up, is tried again."""
    begun = asyncio.Event()
    answers = iter([RuntimeError("deadlock"), RuntimeError("deadlock"), True])

    def take(_name: str) -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def begin() -> None:
        begun.set()

    owner = telephony.Owner()
    monkeypatch.setattr(telephony, "configured", lambda: True)
    monkeypatch.setattr(telephony, "_take", take)
    monkeypatch.setattr(telephony, "RENEW_S", 0.01)
    monkeypatch.setattr(owner, "_begin", begin)
    running = asyncio.create_task(owner.run())
    await asyncio.wait_for(begun.wait(), 10)
    await owner.stop()
    await running


async def test_a_database_that_does_not_answer_costs_the_line_in_time(
    database: db.Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R12.7: the lease runs out in the database, and another process may have it: never two at once."""
    silence, line, owner = threading.Event(), Line(), telephony.Owner()
    monkeypatch.setattr(telephony, "configured", lambda: True)
    monkeypatch.setattr(telephony, "_take", lambda _name: silence.wait(20))
    monkeypatch.setattr(telephony, "RENEW_S", 0.05)
    monkeypatch.setattr(telephony, "LEASE_S", 0.1)
    owner.pbx = line  # type: ignore[assignment]
    running = asyncio.create_task(owner.run())
    await asyncio.wait_for(line.ended.wait(), 10)
    assert owner.pbx is None
    silence.set()
    await owner.stop()
    await running


def test_the_other_processes_know_how_the_line_is(people: People) -> None:
    """R4.3: without a PBX it is off; else what its holder noted."""
    assert not telephony.configured()
    assert telephony.link() == Link(LinkState.OFF)
    settings.change(people.oleg, {"pbx_host": "127.0.0.1", "pbx_secret": "тайна"})
    assert telephony.configured()
    assert telephony.link().state is LinkState.CONNECTING
    assert telephony._take("one")
    telephony._note_state("one", Link(LinkState.WRONG_PASSWORD, detail="Authentication failed"))
    assert (telephony.link().state, telephony.link().detail) == (LinkState.WRONG_PASSWORD, "Authentication failed")
    with pytest.raises(PbxUnavailable):
        telephony.pbx()


def test_the_password_of_the_pbx_is_for_the_line_alone(people: People) -> None:
    """R4.3: kept encrypted, never shown again; the dots that a form sends back leave it as it is."""
    settings.change(people.oleg, {"pbx_host": "pbx", "pbx_secret": "тайна", "pbx_cdr": "mysql://u:слово@db/c#cdr"})
    shown = settings.all_settings(people.oleg)
    assert "тайна" not in str(shown) and "слово" not in str(shown)
    assert shown["pbx_cdr"].startswith("mysql://u:") and shown["pbx_cdr"].endswith("@db/c#cdr")
    settings.change(people.oleg, {"pbx_secret": shown["pbx_secret"], "pbx_cdr": shown["pbx_cdr"], "pbx_host": "other"})
    assert telephony.options().secret == "тайна"
    assert settings.secret("pbx_cdr") == "mysql://u:слово@db/c#cdr"
    assert "тайна" not in repr(telephony.options())
    settings.change(people.oleg, {"pbx_secret": ""})
    assert telephony.options().secret == ""


async def test_changed_settings_begin_the_line_anew(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3: without a restart of KAW; other settings leave it alone."""
    owner = telephony.Owner()
    begun: list[str] = []
    note: Callable[[], None] = lambda: begun.append("anew")  # noqa: E731
    monkeypatch.setattr(owner, "begin_anew", note)
    monkeypatch.setattr(telephony, "_owner", owner)
    telephony._settings_changed(live.SettingsChanged(("company_name", "pbx_stun", "pbx_own_numbers")))
    assert begun == []
    telephony._settings_changed(live.SettingsChanged(("pbx_port",)))
    assert begun == ["anew"]

"""«Проверить»: what an administrator learns of the line, typed or saved (R4.3, R12.7)."""

from datetime import timedelta
from pathlib import Path

import pytest

from kaw import db
from kaw.errors import AccessDenied, InvalidValues
from kaw.models import PbxReconciliation
from kaw.services import settings, telephony, telephony_check
from kaw.services.setting_checks import SECRET_IS_SET
from kaw.telephony.asterisk import Asterisk
from kaw.telephony.port import Check, Link, LinkState, Outcome, PbxUnavailable
from tests.conftest import People
from tests.telephony.lines import line


def words(checks: list[Check]) -> str:
    return "\n".join(check.text.format_map(check.values) for check in checks)


def about(checks: list[Check], label: str) -> Check:
    return next(check for check in checks if check.about == label)


@pytest.mark.parametrize("name", ["anna", "vera"])
async def test_others_learn_nothing_of_the_pbx(people: People, name: str) -> None:
    """R4.3"""
    with pytest.raises(AccessDenied):
        telephony_check.state(getattr(people, name))
    with pytest.raises(AccessDenied):
        await telephony_check.check(getattr(people, name), {})


async def test_without_a_pbx_one_line_says_so(people: People) -> None:
    """R4.3"""
    assert telephony_check.state(people.oleg) == telephony_check.LineState(LinkState.OFF, None, "", None)
    (only,) = await telephony_check.check(people.oleg, settings.all_settings(people.oleg))
    assert only.outcome is Outcome.MISSING


def test_the_exact_failure_and_the_last_reconciliation(people: People) -> None:
    """R12.7: the newest one, and where KAW looks for what it missed."""
    settings.change(people.oleg, {"pbx_host": "pbx", "pbx_cdr": "/var/log/Master.csv"})
    assert telephony._take("one")
    telephony._note_state("one", Link(LinkState.WRONG_PASSWORD, detail="Authentication failed"))
    now = db.now().replace(microsecond=0)
    with db.transaction() as tx:
        tx.session.add(PbxReconciliation(at=now - timedelta(days=1), seen_live=1))
        tx.session.flush()
        tx.session.add(
            PbxReconciliation(
                at=now, since=now - timedelta(hours=1), seen_live=7, recovered=2, differing=1, problem="x"
            )
        )
    found = telephony_check.state(people.oleg)
    assert (found.state, found.detail) == (LinkState.WRONG_PASSWORD, "Authentication failed")
    assert found.last == telephony_check.Reconciliation(now, now - timedelta(hours=1), 7, 2, 1, 0, "x", ("CDR",))


async def test_what_is_typed_is_checked_before_it_is_saved(people: People, tmp_path: Path) -> None:
    """R4.3: dots stand for the saved password; another one that is typed counts at once."""
    async with line(ready=False) as ends:
        settings.change(people.oleg, {"pbx_secret": "secret"})
        shown = settings.all_settings(people.oleg)
        assert shown["pbx_secret"] == SECRET_IS_SET
        typed = shown | {"pbx_host": "127.0.0.1", "pbx_port": ends.server.port, "pbx_user": "kaw"}
        found = await telephony_check.check(people.oleg, typed | {"pbx_recordings": str(tmp_path / "gone")})
        assert "Connected to Asterisk 22.10.1." in words(found)
        assert about(found, "Recordings").outcome is Outcome.MISSING
        assert about(found, "Queue log").outcome is Outcome.UNKNOWN
        wrong = await telephony_check.check(people.oleg, typed | {"pbx_secret": "другая тайна"})
        assert "does not accept user kaw" in words(wrong)
        assert "тайна" not in repr(wrong)
    assert settings.value("pbx_host") == ""


async def test_what_cannot_be_a_value_is_said_at_its_input(people: People) -> None:
    """R4.3: nothing that ends a line goes out; a password has its own input."""
    typed = {"pbx_host": "pbx", "pbx_user": "kaw\r\nAction: Originate", "pbx_recordings": "https://u:p@pbx/monitor"}
    with pytest.raises(InvalidValues) as refused:
        await telephony_check.check(people.oleg, typed)
    assert [error.field for error in refused.value.errors] == ["pbx_user", "pbx_recordings"]


async def test_the_living_line_is_asked_when_nothing_else_is_typed(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """R4.3: it has heard events already; with another address, or without the line, a connection of its own."""
    async with line() as ends:
        ends.sim.people.call_in("79161234567", to="500")
        ends.sim.clock.advance(1)
        await ends.until(lambda: "QueueJoined" in ends.kinds())
        saved = {"pbx_host": "127.0.0.1", "pbx_port": ends.server.port, "pbx_user": "kaw", "pbx_secret": "secret"}
        settings.change(people.oleg, saved)
        hold(monkeypatch, ends.asterisk)
        shown = settings.all_settings(people.oleg)
        by_line = await telephony_check.check(people.oleg, shown)
        assert "Events of calls arrive." in words(by_line)
        assert len(ends.asked("Login")) == 1

        by_itself = await telephony_check.check(people.oleg, shown | {"pbx_dial_context": "outbound"})
        assert "No event of a call has come yet" in words(by_itself)
        assert len(ends.asked("Login")) == 2

        def elsewhere() -> Asterisk:
            raise PbxUnavailable

        monkeypatch.setattr(telephony, "pbx", elsewhere)
        assert "Connected to Asterisk 22.10.1." in words(await telephony_check.check(people.oleg, shown))
        assert len(ends.asked("Login")) == 3


async def test_a_part_that_hangs_does_not_hold_the_others(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """R4.3"""
    monkeypatch.setattr(telephony_check, "ALL_S", 0.3)
    async with line(ready=False) as ends:
        ends.server.stalled = True
        typed = {"pbx_host": "127.0.0.1", "pbx_port": ends.server.port, "pbx_user": "kaw", "pbx_queue_log": "/gone"}
        found = await telephony_check.check(people.oleg, typed)
    assert (found[0].about, found[0].outcome) == ("", Outcome.UNKNOWN)
    assert "There is no file /gone" in words(found)


def hold(monkeypatch: pytest.MonkeyPatch, asterisk: Asterisk) -> None:
    """This process holds the line."""
    monkeypatch.setattr(telephony, "link", lambda: asterisk.link)
    monkeypatch.setattr(telephony, "pbx", lambda: asterisk)

"""What has to go after a time goes, and nothing else."""

from datetime import timedelta

import pytest
from sqlmodel import select

from kaw import db
from kaw.errors import Unavailable
from kaw.models import AuditAction, AuditEntry, OpenTabs, PbxJournal, UserSession
from kaw.services import audit, housekeeping
from kaw.services.calls import journal
from tests.conftest import People


def test_old_lines_of_the_log_go_and_young_ones_stay(people: People) -> None:  # R5.4
    with db.transaction() as tx:
        audit.record(tx, people.oleg, AuditAction.SIGN_IN, subject="young")
        old = db.now() - timedelta(days=2000)
        tx.session.add(AuditEntry(at=old, action=AuditAction.SIGN_IN, subject="old"))
    housekeeping.run()
    assert [row.subject for row in audit.search(people.oleg)] == ["young"]


def test_dead_sign_ins_go_and_the_last_tabs_of_a_user_stay(people: People) -> None:  # R6.2
    old = db.now() - timedelta(days=100)
    with db.transaction() as tx:
        for number, seen in enumerate((old, db.now()), 1):
            row = UserSession(
                id=number, token_hash=f"{number}", user_id=people.anna.user_id, created_at=old, seen_at=seen
            )
            tx.session.add(row)
        tx.session.add(OpenTabs(session_id=1, user_id=people.anna.user_id, tabs='[["users", ""]]', updated_at=old))
    housekeeping.run()
    with db.reading() as session:
        assert session.get(UserSession, 1) is None
        assert session.get(UserSession, 2) is not None
        assert session.get(OpenTabs, 1) is not None


def test_one_chore_that_fails_does_not_keep_the_others_back(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    done = []

    def away() -> None:
        raise Unavailable

    monkeypatch.setattr(housekeeping, "CHORES", (away, lambda: done.append(1)))
    housekeeping.run()
    assert done == [1]


def test_the_journal_of_calls_is_forgotten_in_time(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12.7: of every operator the last word stays, or a restart would not know him."""
    monkeypatch.setattr(journal, "PURGED", 3)
    long_ago = db.now() - timedelta(days=400)
    with db.transaction() as tx:
        subjects = ["1.1", "operator:101", "1.2", "operator:101", "1.3", "1.4", "operator:102", "1.5"]
        tx.session.add_all(PbxJournal(subject=subject, written_at=long_ago, lines="[]") for subject in subjects)
        tx.session.add(PbxJournal(subject="2.1", written_at=db.now(), lines="[]"))
    journal.purge()
    with db.reading() as session:
        left = [row.subject for row in session.exec(select(PbxJournal).order_by(PbxJournal.id))]
    assert left == ["operator:101", "operator:102", "2.1"]

"""The audit log (R5.4)."""

from datetime import timedelta

import pytest

from kaw import db
from kaw.errors import AccessDenied
from kaw.models import AuditAction
from kaw.services import audit
from kaw.services.access import SYSTEM, Actor
from tests.conftest import People
from tests.sign_ins import Clock, enter


def write(actor: Actor, action: AuditAction, subject: str = "", **details: object) -> None:
    with db.transaction() as tx:
        audit.record(tx, actor, action, subject, details)


def subjects(people: People, text: str = "", **filters: object) -> list[str]:
    return [row.subject for row in audit.search(people.oleg, text, **filters)]  # type: ignore[arg-type]


def test_a_line_says_who_what_and_from_where(with_passwords: People) -> None:
    anna = enter("anna", address="192.168.1.20").actor
    write(anna, AuditAction.EXPORT, "партнеры.xlsx", rows=120)
    row = audit.search(with_passwords.oleg)[0]
    assert (row.user_name, row.address, row.action) == ("Анна Иванова", "192.168.1.20", AuditAction.EXPORT)
    assert (row.subject, row.details) == ("партнеры.xlsx", {"rows": 120})


def test_a_deed_taken_back_leaves_no_line(people: People) -> None:
    with pytest.raises(RuntimeError), db.transaction() as tx:
        audit.record(tx, people.oleg, AuditAction.EXPORT, "file")
        raise RuntimeError
    assert audit.search(people.oleg) == []


@pytest.mark.parametrize("name", ["anna", "boris", "vera"])
def test_the_log_is_for_administrators(people: People, name: str) -> None:
    with pytest.raises(AccessDenied):
        audit.search(getattr(people, name))


@pytest.mark.parametrize(
    "text", ["королёв", "КОРОЛЕВ", "олев и", "семён", "иванова", "10.0.0.99", "  Отдел 100%  ", "12345"]
)
def test_search_finds_parts_of_words_in_any_case(with_passwords: People, text: str) -> None:
    anna = enter("anna", address="10.0.0.99").actor
    write(anna, AuditAction.USER_CHANGED, "Королев и Ко", manager="Семен", group=["Отдел 100%"], number=12345)
    write(SYSTEM, AuditAction.EXPORT, "нечто другое", number=1)
    assert "Королев и Ко" in subjects(with_passwords, text)
    assert "нечто другое" not in subjects(with_passwords, text)


@pytest.mark.parametrize("text", ["никто", "%", "_", "manager", "' OR 1=1 --", "\\"])
def test_search_finds_nothing_else(people: People, text: str) -> None:
    write(people.anna, AuditAction.USER_CHANGED, "Королев и Ко", manager="Семен")
    assert subjects(people, text) == []


def test_filters_narrow_together(people: People, clock: Clock) -> None:
    for subject, actor in (("first", people.anna), ("second", people.boris), ("third", people.anna)):
        write(actor, AuditAction.EXPORT, subject)
        write(actor, AuditAction.SIGN_OUT, subject)
        clock.pass_(hours=1)
    assert subjects(people, action=AuditAction.EXPORT) == ["third", "second", "first"]
    assert subjects(people, action=AuditAction.EXPORT, user_id=people.anna.user_id) == ["third", "first"]
    since = clock.now - timedelta(hours=2)
    assert subjects(people, action=AuditAction.EXPORT, since=since) == ["third", "second"]
    assert subjects(people, action=AuditAction.EXPORT, until=since) == ["first"]
    assert subjects(people, "second", action=AuditAction.EXPORT, user_id=people.anna.user_id) == []


def test_pages_go_on_where_the_last_ended(people: People) -> None:
    for number in range(7):
        write(people.oleg, AuditAction.EXPORT, str(number))
    first = audit.search(people.oleg, limit=4)
    rest = audit.search(people.oleg, limit=4, before_id=first[-1].id)
    assert [row.subject for row in first + rest] == list("6543210")
    assert len(audit.search(people.oleg, limit=10**9)) == 7


def test_long_texts_are_cut_not_refused(people: People) -> None:
    write(people.oleg, AuditAction.EXPORT, "я" * 1000, note="x" * 70_000)
    assert len(audit.search(people.oleg)[0].subject) == 255


# R7.8
def test_old_lines_go(people: People, clock: Clock) -> None:
    write(people.oleg, AuditAction.EXPORT, "old")
    clock.pass_(days=31)
    write(people.oleg, AuditAction.EXPORT, "new")
    assert audit.purge_old(30) == 1
    assert subjects(people) == ["new"]
    assert audit.purge_old(30) == 0

"""Signing in, being slowed down, the session limit, and sessions that end (R4.2, R5.1, R5.2)."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from kaw import db, live
from kaw.errors import AccessDenied, InvalidValue, NotFound, SignedOut
from kaw.models import AuditAction, SignInFailure, User, UserSession
from kaw.services import access, audit, passwords, sessions, settings, throttle, users
from kaw.services.access import Actor
from kaw.services.sessions import SessionLimitReached, SignInRefused
from kaw.services.throttle import TooManyTries
from tests.conftest import People
from tests.sign_ins import PASSWORD, Clock, enter, heard, meet


# R5.1
def test_the_right_password_opens_a_session(with_passwords: People) -> None:
    made = enter("  Anna ")
    assert made.actor.user_id == with_passwords.anna.user_id
    assert not made.must_change_password
    assert sessions.actor_for(made.token) == made.actor
    entry = audit.search(with_passwords.oleg, action=AuditAction.SIGN_IN)[0]
    assert (entry.user_name, entry.address) == ("Анна Иванова", "10.0.0.7")


# R5.1: one message that does not tell which was wrong
@pytest.mark.parametrize("login", ["anna", "nobody", "gone", "", "anna\0", "я" * 500])
def test_what_was_wrong_is_not_told(with_passwords: People, login: str) -> None:
    with pytest.raises(SignInRefused) as refused:
        enter(login, "wrong")
    assert (refused.value.text, refused.value.values) == (SignInRefused.default_text, {})


def test_who_is_deactivated_or_deleted_does_not_get_in(with_passwords: People) -> None:
    draft = users.get(with_passwords.oleg, with_passwords.anna.user_id).draft
    users.update(with_passwords.oleg, with_passwords.anna.user_id, users.UserDraft(**{**vars(draft), "active": False}))
    users.delete(with_passwords.oleg, with_passwords.boris.user_id, "удалить")
    for login in ("anna", "boris", f"boris#{with_passwords.boris.user_id}"):
        with pytest.raises(SignInRefused):
            enter(login)


# threats.md: same answer time for unknown and known logins
def test_an_unknown_login_costs_as_much_as_a_known_one(with_passwords: People) -> None:
    passwords.matches("warm", None)

    def fastest(login: str) -> float:
        times = []
        for number in range(4):
            started = time.perf_counter()
            with pytest.raises(SignInRefused):
                enter(login, "wrong", f"10.1.0.{number}")
            times.append(time.perf_counter() - started)
        return min(times)

    known, unknown = fastest("anna"), fastest("nobody")
    assert 0.6 < known / unknown < 1.6


# threats.md: nothing to steal from the table, nothing to fix beforehand
def test_each_sign_in_has_a_token_of_its_own_that_the_table_does_not_hold(with_passwords: People) -> None:
    first, second = enter("anna"), enter("anna")
    assert first.token != second.token
    assert len(first.token) >= 43
    with db.reading() as session:
        kept = session.exec(select(UserSession)).all()
    assert first.token not in str([vars(row) for row in kept])
    assert sessions.actor_for(kept[0].token_hash) is None
    assert sessions.actor_for("") is None


# threats.md: the 6th wrong try waits, per login
def test_the_sixth_wrong_try_of_a_login_waits(with_passwords: People, clock: Clock) -> None:
    for number in range(5):
        with pytest.raises(SignInRefused):
            enter("anna", "wrong", f"10.2.0.{number}")
    with pytest.raises(TooManyTries) as wait:
        enter("ANNA", PASSWORD, "10.2.0.9")  # the right one has to wait as well, or it would be told apart
    assert 1 <= wait.value.seconds <= throttle.FIRST_WAIT + 1
    enter("boris", address="10.2.0.9")
    clock.pass_(seconds=throttle.FIRST_WAIT)
    assert enter("anna").actor.user_id == with_passwords.anna.user_id


def test_the_wait_grows_and_is_forgotten(with_passwords: People, clock: Clock) -> None:
    waits = []
    for _ in range(9):
        with pytest.raises(SignInRefused):
            enter("anna", "wrong", "")
        waits.append(throttle.wait_after(len(waits) + 1, throttle.LOGIN))
        clock.pass_(seconds=waits[-1])
    assert waits == [0, 0, 0, 0, 15, 30, 60, 120, 240]
    assert throttle.wait_after(1000, throttle.LOGIN) == 15 * 60
    clock.pass_(seconds=throttle.FORGET_AFTER.total_seconds() + 1)
    for _ in range(4):
        with pytest.raises(SignInRefused):
            enter("anna", "wrong", "")
    enter("anna")


# threats.md: per address
def test_an_address_that_tries_many_logins_waits(with_passwords: People, clock: Clock) -> None:
    for number in range(throttle.ADDRESS.free):
        with pytest.raises(SignInRefused):
            enter(f"guess{number}", "wrong")
    with pytest.raises(TooManyTries):
        enter("anna")
    enter("anna", address="10.0.0.8")
    clock.pass_(seconds=throttle.ADDRESS.longest_wait)
    enter("anna")


def test_a_known_account_does_not_clear_its_address(with_passwords: People, clock: Clock) -> None:
    for number in range(throttle.ADDRESS.free):
        with pytest.raises(SignInRefused):
            enter(f"guess{number}", "wrong")
        if number % 4 == 0:
            enter("boris")
    with pytest.raises(TooManyTries):
        enter("boris")


def test_many_right_sign_ins_of_an_office_are_no_failures(with_passwords: People) -> None:
    for _ in range(throttle.ADDRESS.free + 3):
        enter("anna")


def test_an_ipv6_network_counts_as_one_address(database: db.Database) -> None:
    for number in range(throttle.ADDRESS.free):
        throttle.take_turn(f"guess{number}", f"2001:db8:1:2::{number:x}")
    with pytest.raises(TooManyTries):
        throttle.take_turn("another", "2001:db8:1:2:ffff::1")
    throttle.take_turn("another", "2001:db8:1:3::1")


# threats.md: tries sent at once do not slip through together
def test_tries_at_the_same_moment_are_all_counted(with_passwords: People) -> None:
    def guess(number: int) -> type[Exception] | None:
        try:
            enter("anna", "wrong", f"10.3.0.{number}")
        except (SignInRefused, TooManyTries) as error:
            return type(error)
        return None

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(guess, range(24)))
    assert results.count(SignInRefused) == 5
    assert results.count(TooManyTries) == 19


# threats.md: a flood of invented logins fills no disk
def test_the_counts_of_a_flood_are_bounded(database: db.Database, clock: Clock) -> None:
    for _ in range(6):
        try:
            throttle.take_turn("anna", "10.0.0.7")
        except TooManyTries:
            continue
    for number in range(40):
        throttle.take_turn(f"guess{number}", f"10.4.0.{number}")
    throttle.forget_old(most=10)
    with db.reading() as session:
        left = {row.subject: row.failures for row in session.exec(select(SignInFailure))}
    assert len(left) == 10
    assert left["login:anna"] == 5  # who is being guessed at is not forgotten for it
    clock.pass_(hours=2)
    throttle.forget_old()
    with db.reading() as session:
        assert session.exec(select(SignInFailure)).all() == []


# R5.1: a forgotten password is reset by an administrator
def test_a_new_password_from_an_administrator_ends_the_wait(with_passwords: People) -> None:
    for _ in range(5):
        with pytest.raises(SignInRefused):
            enter("anna", "wrong")
    draft = users.get(with_passwords.oleg, with_passwords.anna.user_id).draft
    users.update(with_passwords.oleg, with_passwords.anna.user_id, draft, "another-word-2")
    enter("anna", "another-word-2")


# R4.2
def test_the_one_over_the_limit_is_told(with_passwords: People) -> None:
    settings.change(with_passwords.oleg, {"session_limit": 2})
    enter("anna")
    enter("boris")
    enter("boris")  # a second browser of the same user takes no second place
    with pytest.raises(SessionLimitReached):
        enter("vera")
    refused = audit.search(with_passwords.oleg, action=AuditAction.SIGN_IN_FAILED)[0]
    assert refused.user_name == "Вера Чужова"


# R4.2
def test_an_administrator_gets_in_and_makes_room(with_passwords: People) -> None:
    settings.change(with_passwords.oleg, {"session_limit": 1})
    anna = enter("anna")
    oleg = enter("oleg")
    with pytest.raises(SessionLimitReached):
        enter("boris")
    sessions.end(oleg.actor, anna.actor.session_id)
    with pytest.raises(SessionLimitReached):
        enter("boris")  # Oleg himself is one
    sessions.sign_out(oleg.actor)
    enter("boris")


def test_the_last_place_is_given_once(with_passwords: People, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.change(with_passwords.oleg, {"session_limit": 1})
    meet(monkeypatch, sessions, "_begin")

    def come(login: str) -> bool:
        try:
            enter(login, address=f"of-{login}")  # one address would make them take turns
        except SessionLimitReached:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sum(threads.map(come, ("anna", "boris"))) == 1


def test_a_place_left_is_free_after_a_while(with_passwords: People, clock: Clock) -> None:
    settings.change(with_passwords.oleg, {"session_limit": 1})
    anna = enter("anna")
    clock.pass_(seconds=sessions.PRESENT_FOR.total_seconds() + 1)
    boris = enter("boris")
    assert sessions.actor_for(anna.token) is None  # Anna comes back, and her place is taken
    sessions.sign_out(boris.actor)
    assert sessions.actor_for(anna.token) is None
    enter("anna")


def test_who_comes_back_in_time_stays(with_passwords: People, clock: Clock) -> None:
    settings.change(with_passwords.oleg, {"session_limit": 1})
    anna = enter("anna")
    clock.pass_(minutes=9)
    assert sessions.actor_for(anna.token) == anna.actor
    clock.pass_(minutes=9)
    with pytest.raises(SessionLimitReached):
        enter("boris")


# R5.2
def test_signing_out_ends_this_session_alone(with_passwords: People) -> None:
    here, there = enter("anna"), enter("anna")
    with heard(live.SessionsEnded) as events:
        sessions.sign_out(here.actor)
    assert events == [live.SessionsEnded((here.actor.session_id,))]
    assert sessions.actor_for(here.token) is None
    with pytest.raises(SignedOut):
        access.rights(here.actor)
    assert sessions.actor_for(there.token) == there.actor
    sessions.sign_out(here.actor)  # twice does no harm


def test_a_session_that_rests_ends(with_passwords: People, clock: Clock) -> None:
    made = enter("anna")
    clock.pass_(days=13)
    assert sessions.actor_for(made.token)
    clock.pass_(days=13)
    assert sessions.actor_for(made.token)
    clock.pass_(days=15)
    assert sessions.actor_for(made.token) is None
    assert sessions.open_sessions(made.actor, made.actor.user_id) == []


# R5.2
def test_ones_new_password_ends_the_other_browsers(with_passwords: People) -> None:
    here, there = enter("anna"), enter("anna")
    sessions.change_password(here.actor, PASSWORD, "another-word-2")
    assert sessions.actor_for(here.token) == here.actor
    assert sessions.actor_for(there.token) is None
    with pytest.raises(SignInRefused):
        enter("anna")
    enter("anna", "another-word-2")


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("wrong", "another-word-2", "old_password"),
        ("", "another-word-2", "old_password"),
        (PASSWORD, "short", "new_password"),
        (PASSWORD, "x" * 201, "new_password"),
        (PASSWORD, "aaaaaaaaaaaa", "new_password"),
        (PASSWORD, PASSWORD, "new_password"),
    ],
)
def test_a_password_that_will_not_do(with_passwords: People, old: str, new: str, field: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        sessions.change_password(with_passwords.anna, old, new)
    assert wrong.value.field == field
    enter("anna")


def test_a_password_is_not_the_login(database: db.Database) -> None:
    with pytest.raises(InvalidValue):
        passwords.require_good("Konstantin", "konstantin")


# threats.md: an open browser is no way round the throttle
def test_guessing_the_present_password_is_slowed_too(with_passwords: People) -> None:
    for _ in range(5):
        with pytest.raises(InvalidValue):
            sessions.change_password(with_passwords.anna, "wrong", "another-word-2")
    with pytest.raises(TooManyTries):
        sessions.change_password(with_passwords.anna, PASSWORD, "another-word-2")


# R5.3
def test_a_one_time_password_is_replaced_without_being_asked_again(with_passwords: People) -> None:
    with db.transaction() as tx:
        tx.session.get(User, with_passwords.anna.user_id).must_change_password = True
    made = enter("anna")
    assert made.must_change_password
    sessions.change_password(made.actor, None, "another-word-2")
    assert not sessions.must_change_password(made.actor)
    with pytest.raises(InvalidValue):
        sessions.change_password(made.actor, None, "third-word-333")


# threats.md: a session begun with a password that is being changed
def test_a_password_changed_while_it_was_being_checked(with_passwords: People, monkeypatch: pytest.MonkeyPatch) -> None:
    check = passwords.matches

    def slow(password: str, password_hash: str | None) -> bool:
        right = check(password, password_hash)
        monkeypatch.setattr(passwords, "matches", check)
        draft = users.get(with_passwords.oleg, with_passwords.anna.user_id).draft
        users.update(with_passwords.oleg, with_passwords.anna.user_id, draft, "another-word-2")
        return right

    monkeypatch.setattr(passwords, "matches", slow)
    with pytest.raises(SignInRefused):
        enter("anna")


# R4.2
def test_sessions_are_listed_and_ended_by_who_may(with_passwords: People) -> None:
    anna, boris = enter("anna"), enter("boris")
    assert {row.user_name for row in sessions.open_sessions(with_passwords.oleg)} == {"Анна Иванова", "Борис Петров"}
    assert [row.id for row in sessions.open_sessions(anna.actor, anna.actor.user_id)] == [anna.actor.session_id]
    with pytest.raises(AccessDenied):
        sessions.open_sessions(anna.actor)
    with pytest.raises(AccessDenied):
        sessions.open_sessions(anna.actor, boris.actor.user_id)
    with pytest.raises(NotFound):
        sessions.end(anna.actor, boris.actor.session_id)
    with pytest.raises(NotFound):
        sessions.end(with_passwords.oleg, 10**6)
    sessions.end(anna.actor, anna.actor.session_id)
    assert sessions.actor_for(anna.token) is None


def test_a_session_number_of_somebody_else_opens_nothing(with_passwords: People) -> None:
    anna = enter("anna")
    with pytest.raises(SignedOut):
        access.rights(Actor(with_passwords.oleg.user_id, anna.actor.session_id))

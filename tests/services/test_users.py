"""User accounts (R7.1)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlmodel import col, select

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, InvalidValue, InvalidValues, NotFound, SignedOut
from kaw.models import AuditAction, Draft, GroupMember, Right, User
from kaw.services import access, audit, groups, passwords, sessions, users, workspace_state
from kaw.services.users import UserDraft
from tests.conftest import People
from tests.sign_ins import enter, heard, meet

GALINA = UserDraft("Галина Новикова", "galina", reports=True, extension="204", queues=(("sales", True),))


def change(people: People, user_id: int, password: str | None = None, **values: object) -> None:
    draft = users.get(people.oleg, user_id).draft
    users.update(people.oleg, user_id, replace(draft, **values), password)  # type: ignore[arg-type]


# R7.1.1
def test_an_administrator_adds_a_user_who_signs_in(people: People) -> None:
    with heard(live.RightsChanged) as events:
        user_id = users.create(
            people.oleg, replace(GALINA, login=" GaLina ", full_name="Галина   Новикова"), "pass-word-1"
        )
    assert events == [live.RightsChanged((user_id,))]
    assert users.get(people.oleg, user_id).draft == GALINA
    row = next(row for row in users.all_users(people.oleg) if row.id == user_id)
    assert (row.full_name, row.login, row.rights, row.active) == (GALINA.full_name, "galina", (Right.REPORTS,), True)
    assert not row.signed_in
    assert enter("galina", "pass-word-1").actor.user_id == user_id
    assert next(row for row in users.all_users(people.oleg) if row.id == user_id).signed_in
    assert audit.search(people.oleg, action=AuditAction.USER_CREATED)[0].subject == GALINA.full_name


@pytest.mark.parametrize("name", ["anna", "boris", "vera"])
def test_others_see_and_change_no_accounts(people: People, name: str) -> None:
    actor = getattr(people, name)
    for call in (
        lambda: users.all_users(actor),
        lambda: users.get(actor, actor.user_id),
        lambda: users.create(actor, GALINA, "pass-word-1"),
        lambda: users.update(actor, actor.user_id, replace(GALINA, is_admin=True)),
        lambda: users.delete(actor, people.oleg.user_id, "удалить"),
    ):
        with pytest.raises(AccessDenied):
            call()
    assert len(users.all_users(people.oleg)) == 4


def test_nobody_is_not_found(people: People) -> None:
    for call in (
        lambda: users.get(people.oleg, 10**6),
        lambda: users.update(people.oleg, 10**6, GALINA),
        lambda: users.delete(people.oleg, 10**6, "удалить"),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"full_name": "  "}, "full_name"),
        ({"full_name": "я" * 121}, "full_name"),
        ({"login": ""}, "login"),
        ({"login": "two words"}, "login"),
        ({"login": "a#1"}, "login"),
        ({"login": "nul\0"}, "login"),
        ({"login": "x" * 49}, "login"),
        ({"extension": "12a"}, "extension"),
        ({"extension": "1"}, "extension"),
        ({"extension": "²³"}, "extension"),
    ],
)
def test_what_will_not_do_is_said_at_its_input(people: People, values: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidValues) as wrong:
        users.create(people.oleg, replace(GALINA, **values), "pass-word-1")  # type: ignore[arg-type]
    assert [error.field for error in wrong.value.errors] == [field]


def test_markup_in_a_name_is_a_name(people: People) -> None:
    name = "<img src=x onerror=alert(1)> {{7*7}} 🙂"
    user_id = users.create(people.oleg, replace(GALINA, full_name=name), "pass-word-1")
    assert users.get(people.oleg, user_id).draft.full_name == name


# R7.1.1, R7.2: unique logins and internal numbers
def test_a_login_and_a_number_belong_to_one(people: People) -> None:
    users.create(people.oleg, GALINA, "pass-word-1")
    with pytest.raises(InvalidValue) as login:
        users.create(people.oleg, replace(GALINA, login="GALINA", extension=None), "pass-word-1")
    with pytest.raises(InvalidValue) as extension:
        users.create(people.oleg, replace(GALINA, login="galina2"), "pass-word-1")
    with pytest.raises(InvalidValue):
        change(people, people.anna.user_id, login="boris")
    assert (login.value.field, extension.value.field) == ("login", "extension")


@pytest.mark.parametrize(("field", "values"), [("login", {"extension": None}), ("extension", {})])
def test_two_administrators_take_the_same_at_once(people: People, field: str, values: dict[str, None]) -> None:
    def create(number: int) -> str:
        login = "galina" if field == "login" else f"galina{number}"
        try:
            users.create(people.oleg, replace(GALINA, login=login, **values), "pass-word-1")  # type: ignore[arg-type]
        except InvalidValue as error:
            return error.field
        return ""

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(create, range(4))) == ["", field, field, field]


# R5.2
@pytest.mark.parametrize("values", [{"active": False}, {"password": "another-word-2"}])
def test_deactivating_and_a_new_password_end_sessions(with_passwords: People, values: dict[str, object]) -> None:
    anna, boris = enter("anna"), enter("boris")
    with heard(live.SessionsEnded) as events:
        change(with_passwords, anna.actor.user_id, **values)  # type: ignore[arg-type]
    assert events == [live.SessionsEnded((anna.actor.session_id,))]
    assert sessions.actor_for(anna.token) is None
    assert sessions.actor_for(boris.token)
    with pytest.raises(SignedOut):
        access.rights(anna.actor)


def test_a_changed_right_holds_at_once_and_ends_nothing(with_passwords: People) -> None:
    anna = enter("anna")
    assert access.rights(anna.actor).has(Right.CONTACTS)
    with heard(live.RightsChanged) as events:
        change(with_passwords, anna.actor.user_id, contacts=False, tasks=True)
    assert events == [live.RightsChanged((anna.actor.user_id,))]
    rights = access.rights(anna.actor)
    assert (rights.has(Right.CONTACTS), rights.has(Right.TASKS), rights.has(Right.ADMIN)) == (False, True, False)
    assert sessions.actor_for(anna.token)
    entry = audit.search(with_passwords.oleg, action=AuditAction.USER_CHANGED)[0]
    assert entry.details == {"rights before": ["contacts"], "rights": ["tasks"], "active": True}


def test_an_administrators_own_new_password_leaves_him_signed_in(with_passwords: People) -> None:
    here, there = enter("oleg"), enter("oleg")
    users.update(here.actor, here.actor.user_id, users.get(here.actor, here.actor.user_id).draft, "another-word-2")
    assert sessions.actor_for(here.token)
    assert sessions.actor_for(there.token) is None


def test_who_deactivates_himself_is_signed_out(with_passwords: People) -> None:
    change(with_passwords, with_passwords.anna.user_id, is_admin=True)
    here = enter("oleg")
    draft = users.get(here.actor, here.actor.user_id).draft
    users.update(here.actor, here.actor.user_id, replace(draft, active=False))
    assert sessions.actor_for(here.token) is None


def test_a_bad_new_password_changes_nothing(with_passwords: People) -> None:
    with pytest.raises(InvalidValue):
        change(with_passwords, with_passwords.anna.user_id, "short", tasks=True)
    assert not users.get(with_passwords.oleg, with_passwords.anna.user_id).draft.tasks
    enter("anna")


# R7.1.2
def test_the_last_active_administrator_stays(people: People) -> None:
    for call in (
        lambda: change(people, people.oleg.user_id, is_admin=False),
        lambda: change(people, people.oleg.user_id, active=False),
        lambda: users.delete(people.oleg, people.oleg.user_id, "удалить"),
    ):
        with pytest.raises(Conflict):
            call()
    change(people, people.anna.user_id, is_admin=True, active=False)  # an inactive one helps nobody
    with pytest.raises(Conflict):
        change(people, people.oleg.user_id, is_admin=False)
    change(people, people.anna.user_id, active=True)
    change(people, people.oleg.user_id, is_admin=False)
    with pytest.raises(AccessDenied):
        users.all_users(people.oleg)


# R7.1.2, R6.5
@pytest.mark.parametrize("deed", ["demote", "deactivate", "delete"])
def test_two_administrators_do_it_to_each_other_at_once(
    people: People, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(people, people.anna.user_id, is_admin=True)
    drafts = {user_id: users.get(people.oleg, user_id).draft for user_id in (people.oleg.user_id, people.anna.user_id)}

    meet(monkeypatch, users, "_require_other_administrator", after=True)

    def strike(pair: tuple[access.Actor, int]) -> str:
        actor, other = pair
        try:
            if deed == "delete":
                users.delete(actor, other, "удалить")
            else:
                users.update(
                    actor, other, replace(drafts[other], **{{"demote": "is_admin"}.get(deed, "active"): False})
                )
        except (Conflict, AccessDenied) as error:
            return type(error).__name__
        return ""

    with ThreadPoolExecutor(2) as threads:
        pairs = ((people.oleg, people.anna.user_id), (people.anna, people.oleg.user_id))
        results = list(threads.map(strike, pairs))
    assert results.count("") == 1, results
    with db.reading() as session:
        left = session.exec(select(User.id).where(col(User.is_admin), col(User.active))).all()
    assert len(left) == 1


# R7.1.5
def test_a_deleted_user_leaves_his_name_and_his_login(with_passwords: People) -> None:
    anna = enter("anna")
    workspace_state.save_draft(anna.actor, "partner/1", {"name": "secret"})
    users.delete(with_passwords.oleg, anna.actor.user_id, " Удалить ")
    assert sessions.actor_for(anna.token) is None
    assert users.names(with_passwords.oleg, [anna.actor.user_id]) == {anna.actor.user_id: "Анна Иванова"}
    assert "anna" not in [row.login for row in users.all_users(with_passwords.oleg)]
    assert [row.members for row in groups.all_groups(with_passwords.oleg)] == [1, 0]  # Наблюдатели, Операторы
    with db.reading() as session:
        assert session.exec(select(GroupMember).where(GroupMember.user_id == anna.actor.user_id)).all() == []
        assert session.exec(select(Draft)).all() == []
    with pytest.raises(NotFound):
        users.get(with_passwords.oleg, anna.actor.user_id)
    again = users.create(with_passwords.oleg, UserDraft("Анна Новая", "anna"), "pass-word-1")
    assert enter("anna", "pass-word-1").actor.user_id == again != anna.actor.user_id


@pytest.mark.parametrize("word", ["", "да", "удали", "anna"])
def test_deleting_needs_the_word(people: People, word: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        users.delete(people.oleg, people.anna.user_id, word)
    assert wrong.value.field == "confirmation"
    assert users.get(people.oleg, people.anna.user_id)


def test_both_languages_words_delete(people: People) -> None:
    users.delete(people.oleg, people.anna.user_id, "delete")
    users.delete(people.oleg, people.boris.user_id, "удалить")
    assert len(users.all_users(people.oleg)) == 2


def test_anybody_finds_active_colleagues_by_name(people: People) -> None:
    change(people, people.boris.user_id, active=False)
    assert users.find(people.vera, "иВАН") == [(people.anna.user_id, "Анна Иванова")]
    assert users.find(people.vera, "Петров") == []
    assert len(users.find(people.vera, "", limit=2)) == 2


# threats.md: secrets in the database
def test_the_table_holds_no_password(people: People) -> None:
    user_id = users.create(people.oleg, GALINA, "pass-word-1")
    with db.reading() as session:
        kept = str(vars(session.get(User, user_id)))
    assert "pass-word-1" not in kept
    assert "$argon2id$" in kept
    assert passwords.matches("pass-word-1", users_hash(user_id))


def users_hash(user_id: int) -> str:
    with db.reading() as session:
        return session.get(User, user_id).password_hash

"""«Пользователи» and one user, as an administrator meets them."""

import pytest
from sqlmodel import select

from kaw import db
from kaw.components.administration.action_list import ActionList
from kaw.components.administration.queue_rows import QueueRows
from kaw.models import AuditAction, UserSession
from kaw.models import User as UserRow
from kaw.services import audit, passwords, users
from tests.conftest import People
from tests.pages.conftest import Visit, signed_in
from tests.pages.forms import control, drafts_hold, error_at, eventually, fill, press, rows, settled

ADMINISTRATION = ("/users", "/user/new", "/groups", "/group/new", "/settings", "/audit")


async def test_the_list_says_who_may_what_and_who_is_there(visit: Visit, people: People) -> None:
    """R7.1.1"""
    oleg = await visit(people.oleg, "/users")
    await oleg.should_see("Добавить нового пользователя")
    await eventually(lambda: rows(oleg))
    by_login = {row["login"]: row for row in rows(oleg)}
    assert by_login["oleg"]["rights"] == "Администратор"
    assert by_login["anna"]["rights"] == "Партнеры"
    assert by_login["vera"]["rights"] == ""
    assert by_login["oleg"]["state"] == "в программе"
    assert by_login["anna"]["state"] == "не в программе"


async def test_a_new_user_can_sign_in_with_what_was_typed(visit: Visit, people: People) -> None:
    """R7.1.1"""
    oleg = await visit(people.oleg, "/user/new")
    await oleg.should_see("Логин для входа")
    fill(
        oleg,
        {
            "Имя пользователя": "Галина Новикова",
            "Логин для входа": "galina",
            "Пароль": "long-word-17",
            "Работа с отчетами": True,
            "Внутренний номер": "204",
        },
    )
    press(oleg, "Сохранить")
    await eventually(lambda: "galina" in [row.login for row in users.all_users(people.oleg)])
    created = next(row for row in users.all_users(people.oleg) if row.login == "galina")
    assert created.extension == "204"
    assert [right.value for right in created.rights] == ["reports"]
    with db.reading() as session:
        account = session.get(UserRow, created.id)
    assert passwords.matches("long-word-17", account.password_hash)


async def test_queues_are_saved_with_their_membership(visit: Visit, people: People) -> None:
    """R7.1.1 ★"""
    oleg = await visit(people.oleg, f"/user/{people.anna.user_id}")
    await oleg.should_see("Добавить очередь")
    press(oleg, "Добавить очередь")
    await oleg.should_see("Название очереди")
    (lines,) = oleg.find(kind=QueueRows).elements
    oleg.find("Название очереди").type("sales")
    assert lines.value == [["sales", True]]
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert users.get(people.oleg, people.anna.user_id).draft.queues == (("sales", True),)


async def test_what_is_wrong_is_said_at_its_input(visit: Visit, people: People) -> None:
    """R7.1.1"""
    oleg = await visit(people.oleg, "/user/new")
    await oleg.should_see("Логин для входа")
    fill(oleg, {"Имя пользователя": "Вторая Анна", "Логин для входа": "anna", "Пароль": "long-word-17"})
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, "Логин для входа"))
    assert not error_at(oleg, "Имя пользователя")
    assert len([row for row in users.all_users(people.oleg) if row.login == "anna"]) == 1


async def test_rights_are_switched_and_the_password_is_left_alone(visit: Visit, people: People) -> None:
    """R7.1.2"""
    with db.reading() as session:
        before = session.get(UserRow, people.boris.user_id).password_hash
    oleg = await visit(people.oleg, f"/user/{people.boris.user_id}")
    await oleg.should_see("Создание задач")
    fill(oleg, {"Создание задач": True, "Пользователь активирован?": False})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    saved = users.get(people.oleg, people.boris.user_id).draft
    assert saved.tasks
    assert not saved.active
    with db.reading() as session:
        assert session.get(UserRow, people.boris.user_id).password_hash == before


async def test_the_last_administrator_stays(visit: Visit, people: People) -> None:
    """R7.1.2"""
    oleg = await visit(people.oleg, f"/user/{people.oleg.user_id}")
    await oleg.should_see("Админские права")
    fill(oleg, {"Админские права": False})
    press(oleg, "Сохранить")
    await oleg.should_see("последний")
    assert users.get(people.oleg, people.oleg.user_id).draft.is_admin


async def test_a_user_is_deleted_by_the_typed_word(visit: Visit, people: People) -> None:
    """R7.1.5"""
    oleg = await visit(people.oleg, f"/user/{people.vera.user_id}")
    await oleg.should_see("Удалить пользователя")
    press(oleg, "Удалить пользователя")
    await oleg.should_see("Вы точно хотите удалить пользователя «Вера Чужова»?")
    label = "Чтобы подтвердить, введите слово «удалить»"
    fill(oleg, {label: "удал"})
    fill(oleg, {label: "удалить"})
    oleg.find(kind=type(control(oleg, label)), content="удалить").trigger("keydown.enter")
    await eventually(lambda: "vera" not in [row.login for row in users.all_users(people.oleg)])
    assert users.names(people.oleg, [people.vera.user_id]) == {people.vera.user_id: "Вера Чужова"}


async def test_somebody_deleted_in_another_browser_is_said_to_be_gone(visit: Visit, people: People) -> None:
    """R6.5"""
    oleg = await visit(people.oleg, f"/user/{people.vera.user_id}")
    await oleg.should_see("Удалить пользователя")
    users.delete(people.oleg, people.vera.user_id, "удалить")
    await oleg.should_see("Такого пользователя нет")
    await oleg.should_not_see("Сохранить")


async def test_an_edit_by_another_administrator_is_not_written_over(visit: Visit, people: People) -> None:
    """R6.5"""
    oleg = await visit(people.oleg, f"/user/{people.anna.user_id}")
    await oleg.should_see("Имя пользователя")
    fill(oleg, {"Имя пользователя": "Анна Петрова"})
    change_name(people, "Анна Сидорова")
    await oleg.should_see("другой администратор изменил: «Имя пользователя»")
    press(oleg, "Сохранить")
    await settled()
    assert users.get(people.oleg, people.anna.user_id).draft.full_name == "Анна Сидорова"
    press(oleg, "Взять новые")
    await eventually(lambda: control(oleg, "Имя пользователя").value == "Анна Сидорова")


async def test_unsaved_edits_come_back_without_the_password(visit: Visit, people: People) -> None:
    """R6.2"""
    oleg = await visit(people.oleg, f"/user/{people.anna.user_id}")
    await oleg.should_see("Имя пользователя")
    fill(oleg, {"Имя пользователя": "Анна Петрова", "Изменить пароль для входа": "half-typed-word"})
    await eventually(lambda: drafts_hold("Анна Петрова"))
    assert not drafts_hold("half-typed-word")
    again = await visit(people.oleg, f"/user/{people.anna.user_id}")
    await again.should_see("Анна Петрова")
    assert control(again, "Изменить пароль для входа").value == ""


async def test_an_administrator_ends_a_session(visit: Visit, people: People) -> None:
    """R4.2 R5.4"""
    signed_in(people.anna)
    oleg = await visit(people.oleg, f"/user/{people.anna.user_id}")
    await oleg.should_see("Открытые сеансы")
    await eventually(lambda: session_rows(oleg))
    (row,) = session_rows(oleg)
    oleg.find(kind=ActionList).trigger("act", row["id"])
    await oleg.should_see("Открытых сеансов нет.")
    with db.reading() as session:
        ended = session.exec(select(UserSession).where(UserSession.user_id == people.anna.user_id)).one()
    assert ended.ended_at is not None
    assert audit.search(people.oleg, action=AuditAction.SESSION_ENDED)[0].subject == "Анна Иванова"


@pytest.mark.parametrize("address", ADMINISTRATION)
async def test_an_operator_does_not_get_in_by_address(visit: Visit, people: People, address: str) -> None:
    """R6.3 R7.1.4"""
    anna = await visit(people.anna, address)
    await anna.should_see("Нет доступа")
    await anna.should_not_see("Сохранить")


def change_name(people: People, name: str) -> None:
    draft = users.get(people.oleg, people.anna.user_id).draft
    users.update(people.oleg, people.anna.user_id, users.UserDraft(**{**vars(draft), "full_name": name}))


def session_rows(user: object) -> list[dict[str, object]]:
    (table,) = user.find(kind=ActionList).elements  # type: ignore[attr-defined]
    return list(table.props["rows"])

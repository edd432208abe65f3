"""«Мой кабинет»."""

from kaw import db
from kaw.models import User as UserRow
from kaw.services import account, passwords, settings
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import control, error_at, eventually, fill, press


async def test_anybody_changes_his_own_name_and_hours(visit: Visit, people: People) -> None:
    """R7.2"""
    vera = await visit(people.vera, "/account")
    await vera.should_see("Мой кабинет")
    fill(vera, {"ФИО": "Вера Своя", "Звук уведомлений": False})
    assert vera.client
    with vera.client:
        begin, end = control(vera, "Рабочее время")._fields["1"]
        begin.set_value("09:00")
        end.set_value("18:00")
    press(vera, "Как в понедельник, по будням")
    press(vera, "Сохранить")
    await vera.should_see("Сохранено.")
    own = account.get(people.vera)
    assert (own.full_name, own.notification_sound) == ("Вера Своя", False)
    assert own.working_hours == dict.fromkeys("12345", ("09:00", "18:00"))


async def test_wrong_hours_are_said_there(visit: Visit, people: People) -> None:
    """R7.2"""
    vera = await visit(people.vera, "/account")
    await vera.should_see("Мой кабинет")
    with vera.client:  # type: ignore[union-attr]
        control(vera, "Рабочее время")._fields["1"][0].set_value("25:00")
    press(vera, "Сохранить")
    await eventually(lambda: error_at(vera, "Рабочее время"))
    assert account.get(people.vera).working_hours == {}


async def test_a_new_password_needs_the_present_one(visit: Visit, people: People) -> None:
    """R7.2"""
    give_password(people.anna.user_id, "present-word-1")
    anna = await visit(people.anna, "/account")
    await anna.should_see("Новый пароль для anna")
    fill(anna, {"Новый пароль для anna": "another-word-2", "Текущий пароль": "wrong"})
    press(anna, "Сохранить")
    await eventually(lambda: error_at(anna, "Текущий пароль"))
    assert has_password(people.anna.user_id, "present-word-1")
    fill(anna, {"Текущий пароль": "present-word-1"})
    press(anna, "Сохранить")
    await eventually(lambda: control(anna, "Новый пароль для anna").value == "")
    assert has_password(people.anna.user_id, "another-word-2")


async def test_the_telephony_login_is_the_administrators_unless_allowed(visit: Visit, people: People) -> None:
    """R7.2"""
    anna = await visit(people.anna, "/account")
    await anna.should_see("Логин и пароль телефонии задает администратор.")
    settings.change(people.oleg, {"sip_self_service": True})
    again = await visit(people.anna, "/account")
    await again.should_see("Данные для авторизации в телефонии")
    await again.should_not_see("Логин и пароль телефонии задает администратор.")


async def test_the_theme_holds_as_soon_as_it_is_picked(visit: Visit, people: People) -> None:
    """R7.2 ★"""
    anna = await visit(people.anna, "/account")
    await anna.should_see("Темная")
    fill(anna, {"ФИО": "Анна Неготовая"})
    anna.find("Темная").click()
    await eventually(lambda: account.get(people.anna).theme == "dark")
    assert account.get(people.anna).full_name == "Анна Иванова"  # what is unsaved stays so


def give_password(user_id: int, password: str) -> None:
    with db.transaction() as tx:
        tx.session.get(UserRow, user_id).password_hash = passwords.hashed(password)


def has_password(user_id: int, password: str) -> bool:
    with db.reading() as session:
        return passwords.matches(password, session.get(UserRow, user_id).password_hash)

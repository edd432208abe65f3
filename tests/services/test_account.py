"""«Мой кабинет» (R7.2)."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from kaw import db
from kaw.errors import AccessDenied, InvalidValue, KawError
from kaw.models import User
from kaw.services import account, secrets, settings, users
from kaw.services.access import Actor
from kaw.services.account import AccountDraft
from tests.conftest import People

DRAFT = AccountDraft("Анна Иванова", "ru", "auto")


def stored(actor: Actor) -> User:
    with db.reading() as session:
        return session.get(User, actor.user_id)


def test_everybody_changes_his_own_and_nobody_elses(people: People) -> None:
    hours = {"1": ("09:00", "18:00"), "7": ("10:30", "14:00")}
    account.update(people.vera, AccountDraft(" Вера   Новая ", "en", "dark", False, hours))
    own = account.get(people.vera)
    assert (own.full_name, own.language, own.theme, own.notification_sound) == ("Вера Новая", "en", "dark", False)
    assert own.working_hours == hours
    assert account.get(people.anna).full_name == "Анна Иванова"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"full_name": " "}, "full_name"),
        ({"full_name": "я" * 121}, "full_name"),
        ({"language": "fr"}, "language"),
        ({"theme": "pink"}, "theme"),
        ({"working_hours": {"8": ("09:00", "18:00")}}, "working_hours"),
        ({"working_hours": {"1": ("18:00", "09:00")}}, "working_hours"),
        ({"working_hours": {"1": ("9", "18:00")}}, "working_hours"),
        ({"working_hours": {"1": ("09:00", "24:00")}}, "working_hours"),
    ],
)
def test_what_will_not_do_is_said_at_its_input(people: People, values: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidValue) as wrong:
        account.update(people.anna, replace(DRAFT, **values))  # type: ignore[arg-type]
    assert wrong.value.field == field
    assert account.get(people.anna).full_name == "Анна Иванова"


# R7.2: whoever has the number gets its calls
@pytest.mark.parametrize("values", [{"extension": "204"}, {"sip_password": "sip-word"}])
def test_the_telephony_login_is_the_administrators(people: People, data_dir: Path, values: dict[str, str]) -> None:
    assert not account.get(people.anna).may_change_telephony
    with pytest.raises(AccessDenied):
        account.update(people.anna, replace(DRAFT, **values))  # type: ignore[arg-type]
    assert stored(people.anna).extension is None
    assert stored(people.anna).sip_secret is None
    own = {"full_name": "Олег Админов", "extension": "205", **values}
    account.update(people.oleg, replace(DRAFT, **own))  # type: ignore[arg-type]


def test_what_the_administrator_has_set_stays_when_the_rest_is_saved(people: People) -> None:
    draft = users.get(people.oleg, people.anna.user_id).draft
    users.update(people.oleg, people.anna.user_id, replace(draft, extension="204"))
    account.update(people.anna, replace(DRAFT, full_name="Анна Петрова", extension="204"))
    assert account.get(people.anna).extension == "204"
    with pytest.raises(AccessDenied):
        account.update(people.anna, DRAFT)  # giving it up is a change too


# R7.2 R4.3
def test_with_the_setting_users_do_it_themselves(people: People, data_dir: Path) -> None:
    settings.change(people.oleg, {"sip_self_service": True})
    account.update(people.anna, replace(DRAFT, extension="204", sip_password="sip-word"))
    own = account.get(people.anna)
    assert (own.extension, own.has_sip_password, own.may_change_telephony) == ("204", True, True)
    assert "sip-word" not in repr(own)
    kept = stored(people.anna).sip_secret
    assert kept is not None
    assert "sip-word" not in kept
    assert secrets.decrypt(kept) == "sip-word"
    account.update(people.anna, replace(DRAFT, extension="204"))
    assert stored(people.anna).sip_secret == kept  # an empty input keeps it


@pytest.mark.parametrize(
    ("extension", "password"), [("20a", None), ("2" * 17, None), ("204", "x" * 129), ("204", "a\nb")]
)
def test_wrong_telephony_data(people: People, data_dir: Path, extension: str, password: str | None) -> None:
    settings.change(people.oleg, {"sip_self_service": True})
    with pytest.raises(InvalidValue) as wrong:
        account.update(people.anna, replace(DRAFT, extension=extension, sip_password=password))
    assert wrong.value.field == ("sip_password" if password else "extension")
    assert stored(people.anna).extension is None


# R7.2: an extension is unique
def test_a_number_belongs_to_one_also_when_two_take_it_at_once(people: People) -> None:
    settings.change(people.oleg, {"sip_self_service": True})

    def take(actor: Actor) -> str:
        try:
            account.update(actor, AccountDraft("Имя", "ru", "auto", extension="204"))
        except InvalidValue as error:
            return error.field
        return ""

    with ThreadPoolExecutor(3) as threads:
        taken = sorted(threads.map(take, (people.anna, people.boris, people.vera)))
    assert taken == ["", "extension", "extension"]


def test_kaw_itself_has_no_account(people: People) -> None:
    with pytest.raises(KawError):
        account.get(Actor(0))

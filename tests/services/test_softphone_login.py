"""The account of a user's own softphone: to him alone, and never the password (R4.3, R12.2)."""

import hashlib
import json
from dataclasses import replace

import pytest

from kaw import db, live
from kaw.errors import InvalidValue
from kaw.models import Access, Setting, User
from kaw.services import account, settings, softphone_login, users
from kaw.services.account import AccountDraft
from tests.calls import give_extension
from tests.cards import make_card
from tests.conftest import People, allow

PASSWORD = "Kanarienvogel-7"


@pytest.fixture
def phones(people: People, data_dir: object) -> People:
    """A softphone for everybody; Anna has an extension and a password."""
    settings.change(people.oleg, {"pbx_ws_url": "wss://pbx.example:8089/ws", "sip_self_service": True})
    give_extension(people.anna, "101")
    account.update(people.anna, AccountDraft("Анна Иванова", "ru", "auto", extension="101", sip_password=PASSWORD))
    return people


def test_the_owner_gets_the_digest_and_not_the_password(phones: People) -> None:
    login = softphone_login.login(phones.anna)
    assert login is not None
    assert (login.aor, login.login, login.realm) == ("sip:101@pbx.example", "101", "pbx.example")
    expected = hashlib.md5(f"101:pbx.example:{PASSWORD}".encode(), usedforsecurity=False).hexdigest()
    assert login.ha1 == expected
    assert PASSWORD not in str(login.__dict__)
    assert login.ha1 not in repr(login)


def test_an_administrator_gives_a_phone(phones: People) -> None:
    settings.change(phones.oleg, {"sip_self_service": False})
    draft = replace(users.get(phones.oleg, phones.boris.user_id).draft, extension="102")
    users.update(phones.oleg, phones.boris.user_id, draft, sip_password="Stieglitz-3")
    expected = hashlib.md5(b"102:pbx.example:Stieglitz-3", usedforsecurity=False).hexdigest()
    assert softphone_login.login(phones.boris).ha1 == expected
    users.update(phones.oleg, phones.boris.user_id, replace(draft, contacts=True))
    assert softphone_login.login(phones.boris).ha1 == expected
    assert "Stieglitz" not in repr(users.get(phones.oleg, phones.boris.user_id))
    users.update(phones.oleg, phones.boris.user_id, replace(draft, extension="103"))
    assert softphone_login.login(phones.boris) is None  # the password was another number's


@pytest.mark.parametrize(("extension", "password"), [("102", "two\r\nlines"), ("102", "x" * 129), (None, "Stieglitz")])
def test_what_cannot_be_a_phones_password_is_said_at_its_input(
    phones: People, extension: str | None, password: str
) -> None:
    draft = replace(users.get(phones.oleg, phones.boris.user_id).draft, extension=extension)
    with pytest.raises(InvalidValue) as refused:
        users.update(phones.oleg, phones.boris.user_id, draft, sip_password=password)
    assert refused.value.field == "sip_password"


def test_the_settings_say_domain_and_realm(phones: People) -> None:
    settings.change(phones.oleg, {"pbx_sip_domain": "sip.example", "pbx_sip_realm": "asterisk"})
    login = softphone_login.login(phones.anna)
    assert login is not None
    assert (login.aor, login.realm) == ("sip:101@sip.example", "asterisk")


def test_nobody_else_has_one(phones: People) -> None:
    assert softphone_login.login(phones.boris) is None  # no internal number
    give_extension(phones.boris, "102")
    assert softphone_login.login(phones.boris) is None  # no password
    settings.change(phones.oleg, {"pbx_ws_url": ""})
    assert softphone_login.login(phones.anna) is None


# R7.3.6: the browser's own notices name nobody to who may see no phones
def test_numbers_are_shown_by_rights(phones: People) -> None:
    login = softphone_login.login(phones.anna)
    assert login is not None
    assert not login.show_numbers
    card = make_card(phones.oleg)
    allow(phones.editors, {card["phone"]: Access.VIEW})
    login = softphone_login.login(phones.anna)
    assert login is not None
    assert login.show_numbers


def test_the_relay_gets_an_account_for_some_hours(phones: People) -> None:
    settings.change(
        phones.oleg,
        {"pbx_stun": "stun:pbx.example:3478", "pbx_turn": "turn:pbx.example:3478", "pbx_turn_secret": "geheim"},
    )
    login = softphone_login.login(phones.anna)
    assert login is not None
    stun, turn = login.ice_servers
    assert stun == {"urls": "stun:pbx.example:3478"}
    assert turn["username"].endswith(":101")
    assert turn["credential"] != "geheim"


# R4.3: the key that passwords are kept with was lost
def test_a_password_of_another_key_is_to_be_entered_anew(phones: People) -> None:
    with db.transaction() as tx:
        tx.session.get(User, phones.anna.user_id).sip_secret = "kept with another key"
    with pytest.raises(InvalidValue) as refused:
        softphone_login.login(phones.anna)
    assert refused.value.field == "sip_password"


# R12.2
def test_without_the_relays_secret_there_is_a_softphone_and_no_relay(phones: People) -> None:
    settings.change(phones.oleg, {"pbx_stun": "stun:a", "pbx_turn": "turn:a", "pbx_turn_secret": "geheim"})
    with db.transaction() as tx:
        tx.session.get(Setting, "pbx_turn_secret").value = json.dumps("kept with another key")
        tx.announce(live.SettingsChanged(("pbx_turn_secret",)))
    login = softphone_login.login(phones.anna)
    assert login is not None
    assert login.ice_servers == ({"urls": "stun:a"},)


def test_the_relays_account_is_renewed_in_time() -> None:
    assert softphone_login.RENEW_S < softphone_login.TURN_HOURS * 3600

"""The telephone of a page over a whole day: calls that come to nothing, a database that is away, an open night."""

import asyncio
import re
import threading
from collections.abc import Callable
from typing import Any

import pytest
from nicegui.testing import User
from sqlmodel import col, select

from kaw import db, live
from kaw.components import phone_desk, placed_call
from kaw.components.call_button import place_call
from kaw.components.softphone import Softphone
from kaw.errors import Unavailable
from kaw.models import CallDirection, OperatorState
from kaw.models import User as UserRow
from kaw.services import account, call_partners, operators, partners, settings, softphone_login, telephony
from kaw.services.access import Actor
from kaw.services.account import AccountDraft
from kaw.services.operators import Own
from kaw.telephony.port import PbxRefused
from tests.calls import insert_call, put_state
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, settled
from tests.pages.test_call_panel import NUMBER, PASSWORD, SHOWN, answer, card, hang_up, phone_says, ran, ring
from tests.pages.test_canary import Wire, wire
from tests.pbx import PaperPbx

__all__ = ["card", "wire"]  # fixtures

RELAY = {"pbx_turn": "turn:pbx.example:3478", "pbx_turn_secret": "geheim"}


@pytest.fixture
def sisters(people: People, card: dict[str, int]) -> tuple[int, int]:
    """«Астра» and «Роза» share a telephone."""
    astra, rose = (partners.create(people.anna, {"name": name, "phone": NUMBER}) for name in ("Астра", "Роза"))
    return astra, rose


@pytest.fixture
def softphone(people: People, card: dict[str, int], data_dir: object) -> None:
    """Anna's browser is her phone."""
    settings.change(people.oleg, {"pbx_ws_url": "wss://pbx.example/ws", "sip_self_service": True} | RELAY)
    account.update(people.anna, AccountDraft("Анна Иванова", "ru", "auto", extension="101", sip_password=PASSWORD))


async def call_from_card(user: User, people: People, partner_id: int, number: str = SHOWN) -> None:
    assert user.client
    with user.client:
        await place_call(people.anna, number, partner_id)


def dial(people: People, **values: Any) -> int:
    """Her phone dials, as the recorder tells it."""
    call = insert_call(people.anna, number=NUMBER, stage="ringing", ago=1, direction=CallDirection.OUTBOUND, **values)
    live.announce([live.CallRinging(call, ("101",))])
    return call


def partner_of(people: People, call: int) -> int | None:
    return call_partners.caller(people.anna, call).partner_id


async def is_asked(user: User, people: People) -> None:
    """Both have the number, and nobody is told apart by himself."""
    call = ring(people.anna)
    await user.should_see("несколько партнеров")
    await settled()
    assert partner_of(people, call) is None


# R12.5: what was read when he opened the page may be older than the call
async def test_a_call_that_begins_while_the_page_is_loaded(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, rings, own = threading.Event(), threading.Event(), operators.own

    def slow(actor: Actor) -> Own:
        found = own(actor)
        if not read.is_set():
            read.set()
            assert rings.wait(10)
        return found

    async def nothing_else(_desk: object) -> None:
        pass

    monkeypatch.setattr(operators, "own", slow)
    user = await visit(people.oleg)  # who joins no queue, after which he would read once more
    await eventually(read.is_set)
    ring(people.oleg, "100")
    monkeypatch.setattr(phone_desk.PhoneDesk, "refresh", nothing_else)  # the line's own news would help, later
    rings.set()
    await user.should_see("Входящий вызов")


# R12.4, R12.5
async def test_a_call_from_a_card_is_its_partners_and_the_next_one_is_asked_about(
    visit: Visit, people: People, sisters: tuple[int, int], pbx: PaperPbx
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    await call_from_card(user, people, sisters[0])
    call = dial(people)
    await eventually(lambda: partner_of(people, call) == sisters[0])
    answer(call)
    await user.should_see("Разговор")
    hang_up(call)
    await user.should_see("Постобработка")
    await is_asked(user, people)


# R12.5: the PBX was told whose call it is, and nothing had to be said
async def test_a_call_that_needed_no_choice_is_over_with_its_end(
    visit: Visit, people: People, sisters: tuple[int, int], pbx: PaperPbx
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    await call_from_card(user, people, sisters[0], f"{SHOWN} доб. 12")
    call = dial(people, partner_id=sisters[0])
    await user.should_see("добавочный 12")
    answer(call)
    await user.should_see("Разговор")
    hang_up(call)
    await user.should_see("Постобработка")
    await is_asked(user, people)
    await user.should_not_see("добавочный 12")


# R12.4, R12.5
async def test_a_call_the_pbx_refuses_leaves_nothing_behind(
    visit: Visit, people: People, sisters: tuple[int, int], pbx: PaperPbx
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    pbx.refuse = PbxRefused()
    with pytest.raises(PbxRefused):
        await call_from_card(user, people, sisters[0])
    call = dial(people)  # by hand, at the phone
    await user.should_see("Набор номера")
    await settled()
    assert partner_of(people, call) is None


# R12.2, R12.5
async def test_a_call_that_fails_in_the_softphone_leaves_nothing_behind(
    visit: Visit, people: People, sisters: tuple[int, int], softphone: None, pbx: PaperPbx, wire: Wire
) -> None:
    user = await visit(people.anna)
    await user.should_see(kind=Softphone)
    phone_says(user, registration="registered")
    await user.should_see("Зарегистрирован")
    await call_from_card(user, people, sisters[0])
    await eventually(lambda: ran(wire, "call"))
    call = {"id": "a", "incoming": False, "number": NUMBER, "stage": "dialling"}
    phone_says(user, registration="registered", calls=[call])
    ends(user, call, reason="microphone")
    made = dial(people)
    await settled()
    await settled()
    assert partner_of(people, made) is None


def ends(user: User, call: dict[str, Any], reason: str) -> None:
    state = {"registration": "registered", "microphone": "denied", "leads": True, "calls": []}
    user.find(kind=Softphone).trigger("phone", {"kind": "ended", "state": state, "call": call, "reason": reason})


# R12.5: a mobile that rang in a dead spot; hours later the landline of the family calls
async def test_a_call_the_pbx_never_told_of_is_forgotten(
    visit: Visit, people: People, sisters: tuple[int, int], pbx: PaperPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    await call_from_card(user, people, sisters[0])
    await is_asked(user, people)
    monkeypatch.setattr(placed_call, "TOLD_WITHIN", 0.0)
    put_state("101", OperatorState.WAITING)
    await settled()
    call = dial(people)
    await settled()
    await settled()
    assert partner_of(people, call) is None


def away_for(times: int, function: Callable[..., Any]) -> tuple[Callable[..., Any], list[int]]:
    """The same, with the database away for the first tries; and how many there were."""
    tries: list[int] = []

    def tried(*values: Any) -> Any:
        tries.append(1)
        if len(tries) <= times:
            raise Unavailable
        return function(*values)

    return tried, tries


@pytest.fixture
def quiet_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """News of the line would make pages read anew."""
    monkeypatch.setattr(telephony.Owner, "_tell", lambda *_: None)


# R6.4
async def test_a_page_opened_while_the_database_is_away_finds_its_telephone_later(
    quiet_line: None,
    visit: Visit,
    people: People,
    card: dict[str, int],
    pbx: PaperPbx,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    own, tries = away_for(2, operators.own)
    monkeypatch.setattr(operators, "own", own)
    monkeypatch.setattr(phone_desk, "AGAIN_S", 0.05)
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    assert len(tries) == 3
    await asyncio.sleep(0.2)
    assert len(tries) == 3  # nothing is asked for while all is well


# R4.3: the PBX was taken out of the settings in the moment the database was away
async def test_the_wish_to_read_everything_outlives_a_failure(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    configured, _tries = away_for(1, lambda: False)
    monkeypatch.setattr(telephony, "configured", configured)
    monkeypatch.setattr(phone_desk, "AGAIN_S", 0.05)
    live.announce([live.TelephonyChanged()])
    await user.should_see("телефония не подключена")


# R4.3, R12.2: the key that passwords are kept with was lost
async def test_a_password_that_cannot_be_read_takes_only_the_softphone_away(
    visit: Visit, people: People, softphone: None, pbx: PaperPbx
) -> None:
    with db.transaction() as tx:
        row = tx.session.exec(select(UserRow).where(col(UserRow.id) == people.anna.user_id)).one()
        row.sip_secret = "of another key"
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    await user.should_see("сменился ключ шифрования")
    await user.should_not_see(kind=Softphone)
    ring(people.anna)
    await user.should_see("Входящий вызов")


# R12.2: what the relay is given ends after some hours
async def test_a_page_open_overnight_keeps_the_relay(
    visit: Visit, people: People, softphone: None, pbx: PaperPbx, wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(softphone_login, "RENEW_S", 1.1)
    user = await visit(people.anna)
    await user.should_see(kind=Softphone)
    await eventually(lambda: len({ends for sent in wire.sent for ends in re.findall(r"(\d{10}):101", sent)}) > 2)


# R12.8: said in the operator's language, whoever listens in
async def test_a_supervisor_is_announced_in_the_operators_language(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx
) -> None:
    with db.transaction() as tx:
        tx.session.get(UserRow, people.anna.user_id).language = "en"
    settings.change(people.oleg, {"supervision_announced": True})
    user = await visit(people.anna)
    await user.should_see("Extension 101")
    live.announce([live.ListenedIn("101", people.oleg.user_id, "listen")])
    await user.should_see("A supervisor listens to your talk")

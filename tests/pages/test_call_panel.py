"""The call panel, the telephony block and the screen pop as their users meet them (R6.4, R12.1–R12.5, R12.8)."""

from typing import Any

import pytest
from nicegui import ui
from nicegui.testing import User
from nicegui.testing.user_interaction import UserInteraction

from kaw import live
from kaw.components.call_button import place_call
from kaw.components.call_panel.lists import CallRows, OperatorRows
from kaw.components.presence import presence
from kaw.components.softphone import Softphone
from kaw.components.stopwatch import Stopwatch
from kaw.models import Access, OperatorState
from kaw.services import account, call_cards, call_notes, call_partners, partners, settings
from kaw.services.access import Actor
from kaw.services.account import AccountDraft
from kaw.telephony.port import Link, LinkState
from tests.calls import finish, give_extension, insert_call, put_state, take, wait_in
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, press, settled
from tests.pages.test_canary import Wire, wire
from tests.pbx import PaperPbx

__all__ = ["wire"]  # the fixture

NUMBER = "79031545546"
SHOWN = "+7 903 154-55-46"


@pytest.fixture
def card(people: People, pbx: PaperPbx) -> dict[str, int]:
    """Anna (101) sees phones, Boris (102) sees names alone; both serve "support"."""
    presence._pages.clear()  # of earlier stories
    presence._front.clear()
    made = make_card(people.oleg)
    allow(people.editors, {field_id: Access.EDIT for name, field_id in made.items() if name != "secret"})
    allow(people.viewers, {made["name"]: Access.VIEW})
    give_extension(people.oleg, "100")
    give_extension(people.anna, "101", "support")
    give_extension(people.boris, "102", "support")
    put_state("101", OperatorState.WAITING, ago=90)
    return made


def ring(actor: Actor, extension: str = "101", number: str = NUMBER, **values: Any) -> int:
    """The phone rings, as the recorder tells it."""
    call = insert_call(actor, number=number, extension=extension, stage="ringing", ago=1, **values)
    call_cards.ringing(call)
    live.announce([live.CallRinging(call, (extension,))])
    return call


def answer(call: int, extension: str = "101") -> None:
    take(call)
    call_cards.answered(call, extension)
    live.announce([live.CallAnswered(call, extension)])


def hang_up(call: int, extension: str = "101") -> None:
    finish(call)
    live.announce([live.CallEnded(call, extension)])


def look_at(user: User) -> None:
    """The browser is there, and its user looks at it."""
    assert user.client
    for handler in list(user.client.connect_handlers):
        user.client.safe_invoke(handler)


def elements(user: User, name: str) -> list[ui.element]:
    """By class, in the order of the page."""
    assert user.client
    found = [each for each in user.client.elements.values() if name in each.classes]
    return sorted(found, key=lambda each: each.id)


def click(user: User, element: ui.element) -> None:
    UserInteraction(user, {element}, None).click()


def tabs(user: User) -> list[str]:
    return [str(tab.props["title"]) for tab in elements(user, "kaw-tab")]


def counters(user: User) -> list[str]:
    return [child.text for each in elements(user, "kaw-counter") for child in each.default_slot.children[1:2]]  # type: ignore[attr-defined]


# R6.4
async def test_the_bar_says_state_counters_and_how_he_is_reached(
    visit: Visit, people: People, card: dict[str, int]
) -> None:
    insert_call(people.anna, ago=600)
    insert_call(people.anna, ago=300, stage="missed")
    wait_in("support", NUMBER)
    user = await visit(people.anna)
    for words in ("Анна Иванова", "Добавочный 101", "Ожидание", "принятые", "пропущенные", "в очереди", "Выйти"):
        await user.should_see(words)
    assert counters(user) == ["1", "1", "1"]
    assert any(clock.props.get("since") for clock in user.find(kind=Stopwatch).elements)


# R4.3
async def test_a_lost_line_and_no_internal_number_are_said(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx
) -> None:
    pbx.link = Link(LinkState.LOST)
    user = await visit(people.anna)
    await user.should_see("Нет связи с АТС")
    pbx.link = Link(LinkState.READY)
    live.announce([live.TelephonyChanged()])
    await user.should_see("Добавочный 101")
    vera = await visit(people.vera)
    await vera.should_see("нет внутреннего номера")


# R12.3: everyone sees the operators' states, also who has no phone
async def test_who_has_no_phone_sees_the_operators(visit: Visit, people: People, card: dict[str, int]) -> None:
    put_state("101", OperatorState.PAUSED, "Технический сбой")
    vera = await visit(people.vera)
    await vera.should_see("нет внутреннего номера")
    (button,) = elements(vera, "kaw-everybody")
    assert button.visible
    click(vera, button)
    await eventually(lambda: vera.find(kind=OperatorRows).elements)
    (rows,) = vera.find(kind=OperatorRows).elements
    shown = {row["name"]: (row["extension"], row["state"], row["calls"]) for row in rows.props["rows"]}
    assert shown["Анна Иванова"] == ("101", "Пауза: Технический сбой", False)
    anna = await visit(people.anna)
    await anna.should_see("Добавочный 101")
    assert not elements(anna, "kaw-everybody")[0].visible


# R12.3: «Пауза» opens the types, «В работу» resumes
async def test_pause_and_back_to_work(visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    press(user, "Пауза")
    await user.should_see("Технический сбой")
    click(user, next(each for each in elements(user, "kaw-menu-item") if label_of(each) == "Технический сбой"))
    await eventually(lambda: pbx.names() == ["pause"])
    put_state("101", OperatorState.PAUSED, "Технический сбой")
    await user.should_see("Пауза: Технический сбой")
    press(user, "В работу")
    await eventually(lambda: pbx.names() == ["pause", "pause"])
    put_state("101", OperatorState.WAITING)
    await user.should_see("Ожидание")


def label_of(entry: ui.element) -> str:
    return next((str(child.text) for child in entry.default_slot.children if isinstance(child, ui.label)), "")


# R12.3, R12.8: everybody sees who is in which state; supervisors see whom they talk with, and may listen
async def test_the_list_of_operators(visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    put_state("102", OperatorState.PAUSED, "Перерыв")
    insert_call(people.anna, number=NUMBER, stage="talking")
    for actor, may_listen in ((people.boris, False), (people.oleg, True)):
        user = await visit(actor)
        await user.should_see("Добавочный")
        click(user, elements(user, "kaw-operator-state")[0])
        await user.should_see(kind=OperatorRows)
        (listed,) = user.find(kind=OperatorRows).elements
        rows = {row["extension"]: row for row in listed.props["rows"]}
        assert (rows["101"]["listen"], bool(rows["101"]["caller"])) == (may_listen, may_listen)
        if actor is people.boris:
            assert rows["102"]["state"] == "Пауза: Перерыв"
            user.find(kind=OperatorRows).trigger("listen", ["101", "listen"])  # a forged message
            await user.should_see("У вас нет права")
            assert pbx.names() == []
        else:
            user.find(kind=OperatorRows).trigger("listen", ["101", "listen"])
            await eventually(lambda: pbx.names() == ["listen_in"])


# R12.3: a click opens the calls behind a counter
async def test_the_calls_behind_a_counter(visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    call = insert_call(people.anna, number=NUMBER, ago=300, stage="missed")
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    click(user, elements(user, "kaw-counter")[1])
    await user.should_see(kind=CallRows)
    (row,) = next(iter(user.find(kind=CallRows).elements)).props["rows"]
    assert (row["title"], row["number"]) == ("Ромашка", SHOWN)
    user.find(kind=CallRows).trigger("call", call)
    await eventually(lambda: pbx.names() == ["originate"])


# R12.5: a notice before answering; the card opens for the operator who answered
async def test_a_known_partner_calls(visit: Visit, people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    insert_call(people.anna, number=NUMBER, ago=7200, partner_id=known)
    user, other = await visit(people.anna), await visit(people.boris)
    look_at(user)
    look_at(other)
    await user.should_see("Добавочный 101")
    call = ring(people.anna, queue="support")
    for words in ("Входящий вызов", "Ромашка", SHOWN, "последний разговор", "очередь support", "Ответьте на телефоне"):
        await user.should_see(words)
    answer(call)
    await eventually(lambda: tabs(user) == ["Партнеры", "Ромашка"])
    await user.should_see("Разговор")
    await settled()
    assert tabs(other) == ["Партнеры"]
    await other.should_not_see("Входящий вызов", retries=1)


# R12.5: an unknown number gets a new card that opens
async def test_a_new_card_opens_for_an_unknown_number(visit: Visit, people: People, card: dict[str, int]) -> None:
    user = await visit(people.anna)
    look_at(user)
    await user.should_see("Добавочный 101")
    call = ring(people.anna)
    await user.should_see("нет в базе")
    answer(call)
    made = call_partners.caller(people.anna, call).partner_id
    await eventually(lambda: tabs(user) == ["Партнеры", f"№ {made}"])


# R12.5: several partners with that number: a choice
async def test_several_partners_are_asked_about(visit: Visit, people: People, card: dict[str, int]) -> None:
    for name in ("Астра", "Роза"):
        partners.create(people.anna, {"name": name, "phone": NUMBER})
    user = await visit(people.anna)
    look_at(user)
    await user.should_see("Добавочный 101")
    call = ring(people.anna)
    await user.should_see("несколько партнеров")
    answer(call)
    await user.should_see("Кто звонит?")
    again = await visit(people.anna)  # he loaded the page anew, and the question went with it
    await again.should_see("Кто это?")
    press(again, "Кто это?")
    await again.should_see("Кто звонит?")
    click(user, next(each for each in elements(user, "kaw-menu-item") if label_of(each) == "Роза"))
    await eventually(lambda: tabs(user) == ["Партнеры", "Роза"])
    assert call_partners.caller(people.anna, call).title == "Роза"


# R12.5: in the page he looks at, and in no other of his
async def test_the_card_opens_in_the_page_in_front(visit: Visit, people: People, card: dict[str, int]) -> None:
    partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    first, second = await visit(people.anna), await visit(people.anna)
    look_at(second)
    look_at(first)
    for user in (first, second):
        await user.should_see("Добавочный 101")
    answer(ring(people.anna))
    await eventually(lambda: tabs(first) == ["Партнеры", "Ромашка"])
    await second.should_see("Разговор")
    assert tabs(second) == ["Партнеры"]


# R7.3.6, R12.5: who may not see phones gets no number in any byte
async def test_no_number_reaches_who_sees_no_phones(
    visit: Visit, people: People, card: dict[str, int], wire: Wire
) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    for name in ("Астра", "Роза"):
        partners.create(people.anna, {"name": name, "phone": "79091112233"})
    insert_call(people.boris, extension="102", number=NUMBER, ago=600, partner_id=known)
    wait_in("support", NUMBER)
    user = await visit(people.boris)
    look_at(user)
    await user.should_see("Добавочный 102")
    call = ring(people.boris, "102")
    await user.should_see("Входящий вызов")
    await user.should_see("Ромашка")
    for place in range(3):
        click(user, elements(user, "kaw-counter")[place])
        await settled()
    answer(call, "102")
    await eventually(lambda: tabs(user) == ["Партнеры", "Ромашка"])
    hang_up(call, "102")
    await user.should_see("Постобработка")
    unknown = ring(people.boris, "102", "79096414210")
    answer(unknown, "102")
    await eventually(lambda: len(tabs(user)) == 3)
    hang_up(unknown, "102")
    shared = ring(people.boris, "102", "79091112233")
    await user.should_see("несколько партнеров")
    answer(shared, "102")
    await user.should_see("Кто звонит?")
    everything = "\n".join(wire.sent)
    for piece in ("1545546", "154-55-46", "6414210", "641-42-10", "1112233", "111-22-33"):
        assert piece not in everything


# R12.8: after the talk an outcome and a note, «Готово» ends it
async def test_after_call_work(visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    call = ring(people.anna)
    answer(call)
    hang_up(call)
    put_state("101", OperatorState.AFTER_CALL)
    await user.should_see("Готово")
    outcome = str(settings.value("call_outcomes")[0])
    bar = next(each for each in elements(user, "kaw-call-strip") if "kaw-hidden" not in each.classes)
    note = next(each for each in bar.descendants() if isinstance(each, ui.input))
    note.set_value("Просит счет")
    choose(user, bar, outcome)
    press(user, "Готово")
    await eventually(lambda: pbx.names() == ["pause"])
    assert call_notes.get(people.anna, call) == call_notes.Notes("Просит счет", outcome)
    await eventually(lambda: "kaw-hidden" in bar.classes)


def choose(user: User, bar: ui.element, outcome: str) -> None:
    for each in bar.descendants():
        if isinstance(each, ui.select):
            each.set_value(outcome)
        elif "kaw-segment" in each.classes and getattr(each, "text", "") == outcome:
            click(user, each)


# R12.1: number in any notation, its errors at the field
async def test_dialling_from_the_block(visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    click(user, elements(user, "kaw-tabbar")[0].default_slot.children[1])
    await user.should_see("ABC")
    (number,) = elements(user, "kaw-number")
    number.set_value("позвони")  # type: ignore[attr-defined]
    press(user, "Позвонить")
    await user.should_see("В номере не может быть букв")
    number.set_value("8 (903) 154-55-46")  # type: ignore[attr-defined]
    press(user, "Позвонить")
    await eventually(lambda: pbx.names() == ["originate"])
    assert pbx.asked[0][1]["number"] == NUMBER


# R12.3: a desk phone whose operator is away looks the same in block and bar, and what is typed stays
async def test_the_block_says_with_the_bar_whether_he_is_there(
    visit: Visit, people: People, card: dict[str, int]
) -> None:
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    click(user, elements(user, "kaw-tabbar")[0].default_slot.children[1])
    await user.should_see("ABC")
    elements(user, "kaw-number")[0].set_value("8903")  # type: ignore[attr-defined]
    assert looks(user) == [True, True]
    put_state("101", OperatorState.OFFLINE)
    await eventually(lambda: looks(user) == [False, False])
    assert elements(user, "kaw-number")[0].value == "8903"  # type: ignore[attr-defined]


def looks(user: User) -> list[bool]:
    """Whether the dots of the own phone are green, in the order of the page."""
    texts = ("Ваш телефон · 101", "Добавочный 101")
    return ["waiting" in each.classes for each in elements(user, "kaw-state") if getattr(each, "text", "") in texts]


# R12.3: a closed or crashed browser pauses its operator; one that comes back in time does not
async def test_a_browser_that_stays_away_pauses_its_operator(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.change(people.oleg, {"auto_pause_lost_seconds": 1})
    user = await visit(people.anna)
    await user.should_see("Добавочный 101")
    look_at(user)
    assert user.client
    assert presence.is_here(people.anna.user_id)
    user.client.delete()
    assert not presence.is_here(people.anna.user_id)
    await eventually(lambda: pbx.names() == ["pause"])
    assert pbx.asked[0][1]["reason"] == "нет связи"


# R12.2: the softphone of this browser: answer, reject, hold, mute, keys, transfer; the password never leaves KAW
async def test_the_block_drives_the_softphone(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx, wire: Wire, data_dir: object
) -> None:
    settings.change(people.oleg, {"pbx_ws_url": "wss://pbx.example/ws", "sip_self_service": True})
    account.update(people.anna, AccountDraft("Анна Иванова", "ru", "auto", extension="101", sip_password=PASSWORD))
    user = await visit(people.anna)
    await user.should_see(kind=Softphone)
    await eventually(lambda: ran(wire, "configure"))
    phone_says(user, registration="registered")
    await user.should_see("Зарегистрирован")
    call = {"id": "a", "incoming": True, "number": NUMBER, "stage": "ringing"}
    phone_says(user, kind="incoming", registration="registered", calls=[call])
    ring(people.anna)
    await user.should_see("Ответить")
    user.find("Ответить").click()
    await eventually(lambda: ran(wire, "answer"))
    phone_says(user, registration="registered", calls=[{**call, "stage": "talking", "answeredAt": 1}])
    await user.should_see("Удержать")
    for words, command in (("Удержать", "hold"), ("Микрофон", "mute"), ("Завершить", "hangUp")):
        press(user, words)
        await eventually(lambda command=command: ran(wire, command))
    press(user, "Перевести")
    await user.should_see("Сначала спросить")
    assert pbx.names() == []  # the phone itself does all of it
    assert PASSWORD not in "\n".join(wire.sent)


# R12.4: a click calls by the softphone when it is registered
async def test_calls_go_by_the_softphone_when_it_is_registered(
    visit: Visit, people: People, card: dict[str, int], pbx: PaperPbx, wire: Wire, data_dir: object
) -> None:
    settings.change(people.oleg, {"pbx_ws_url": "wss://pbx.example/ws", "sip_self_service": True})
    account.update(people.anna, AccountDraft("Анна Иванова", "ru", "auto", extension="101", sip_password=PASSWORD))
    user = await visit(people.anna)
    await user.should_see(kind=Softphone)
    assert user.client
    with user.client:
        await place_call(people.anna, SHOWN)
        assert pbx.names() == ["originate"]
        phone_says(user, registration="registered")
        await user.should_see("Зарегистрирован")
        await place_call(people.anna, SHOWN)
    await eventually(lambda: ran(wire, "call"))
    assert pbx.names() == ["originate"]


PASSWORD = "Kanarienvogel-7"


def phone_says(user: User, kind: str = "changed", **state: Any) -> None:
    """The browser's phone tells its state."""
    whole = {"registration": "off", "microphone": "ready", "leads": True, "calls": [], **state}
    (call,) = whole["calls"] or [None]
    user.find(kind=Softphone).trigger("phone", {"kind": kind, "state": whole, "call": call})


def ran(wire: Wire, command: str) -> bool:
    return any(
        f'\\"{command}\\"' in sent or f'"{command}"' in sent
        for sent in wire.sent
        if "run_method" in sent or "runMethod" in sent
    )

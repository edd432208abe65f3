"""Whose number calls, the card a call makes, and who learns what of it (R12.5)."""

import threading
import time

import pytest
from sqlmodel import select

from kaw import db
from kaw.errors import NotFound
from kaw.models import Access, Call, CallDirection, CallLeg, Change, ChangeKind, FieldKind, PartnerCard
from kaw.services import access, call_cards, call_partners, fields, partners, settings
from kaw.services import bin as bin_
from kaw.services.dialling import origin
from kaw.services.fields import FieldDraft
from tests.calls import change_call, give_extension, insert_call
from tests.cards import make_card
from tests.conftest import People, allow
from tests.sign_ins import meet

NUMBER = "79031545546"


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """Anna may edit all but "secret"; Boris sees names alone, no phone."""
    made = make_card(people.oleg)
    allow(people.editors, {field_id: Access.EDIT for name, field_id in made.items() if name != "secret"})
    allow(people.viewers, {made["name"]: Access.VIEW})
    give_extension(people.anna, "101")
    give_extension(people.boris, "102")
    return made


def cards() -> list[int]:
    with db.reading() as session:
        return list(session.exec(select(PartnerCard.id).order_by(PartnerCard.id)))


def partner_of(call_id: int) -> int | None:
    with db.reading() as session:
        return session.get(Call, call_id).partner_id


# R12.5: an unknown number gets a card by itself
def test_an_unknown_number_gets_a_card_with_its_phone(people: People, card: dict[str, int]) -> None:
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    made = partners.get(people.anna, partner_of(call))
    assert made.texts["phone"] == "+7 903 154-55-46"
    assert made.texts["name"] == ""
    assert made.title == f"№ {made.id}"
    with db.reading() as session:
        created = session.exec(select(Change).where(Change.partner_id == made.id, Change.kind == ChangeKind.CREATED))
        assert {line.user_id for line in created} == {None}  # nobody but KAW itself


# R12.5: exactly one even if two calls arrive together
def test_two_calls_from_one_number_at_once_make_one_card(
    people: People, card: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = [
        insert_call(people.anna, number=NUMBER, stage="talking"),
        insert_call(people.boris, number="+7 903 154-55-46", extension="102", stage="talking"),
    ]
    meet(monkeypatch, call_cards, "_make_card")  # both have found nobody
    meet(monkeypatch, call_cards, "_insert")
    answers = [
        threading.Thread(target=call_cards.answered, args=(call, operator))
        for call, operator in zip(calls, ("101", "102"), strict=True)
    ]
    for answer in answers:
        answer.start()
    for answer in answers:
        answer.join()
    assert len(cards()) == 1
    assert [partner_of(call) for call in calls] == cards() * 2


def test_a_known_number_gets_no_second_card(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": "8 903 154-55-46"})
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    assert (cards(), partner_of(call)) == ([known], known)


def test_a_card_in_the_bin_is_nobodys_number(people: People, card: dict[str, int]) -> None:
    gone = partners.create(people.anna, {"name": "Ромашка", "phone": "8 903 154-55-46"})
    bin_.delete(people.anna, [gone])
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    assert partner_of(call) not in (None, gone)


# R12.5: whoever calls without a number, from inside or from one's own lines is no new partner
@pytest.mark.parametrize(
    "number",
    ["", "anonymous", "Restricted", "102", "305", "74959950054", "8 495 995-00-54", "trunk-1", "99999999999999999999"],
)
def test_no_card_is_made_for(people: People, card: dict[str, int], number: str) -> None:
    settings.change(people.oleg, {"pbx_own_numbers": ["+7 495 995-00-54"], "pbx_trunks": ["trunk-1"]})
    call = insert_call(people.anna, number=number, stage="talking")
    call_cards.answered(call, "101")
    assert (cards(), partner_of(call)) == ([], None)


def test_no_card_is_made_for_calls_out_and_inside(people: People, card: dict[str, int]) -> None:
    for direction in (CallDirection.OUTBOUND, CallDirection.INTERNAL):
        call = insert_call(people.anna, number=NUMBER, stage="talking", direction=direction)
        call_cards.answered(call, "101")
    assert cards() == []


# R12.5: several partners with that number: a choice
def test_several_partners_are_a_choice_and_no_new_card(people: People, card: dict[str, int]) -> None:
    ids = [partners.create(people.anna, {"name": name, "phone": NUMBER}) for name in ("Астра", "Роза")]
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    assert partner_of(call) is None
    asked = call_partners.caller(people.anna, call)
    assert asked.choices == ((ids[0], "Астра"), (ids[1], "Роза"))
    call_partners.assign(people.anna, call, ids[1])
    assert (partner_of(call), call_partners.caller(people.anna, call).title) == (ids[1], "Роза")


def test_a_choice_is_one_of_those_offered(people: People, card: dict[str, int]) -> None:
    for name in ("Астра", "Роза"):
        partners.create(people.anna, {"name": name, "phone": NUMBER})
    other = partners.create(people.anna, {"name": "Чужая"})
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    with pytest.raises(NotFound):
        call_partners.assign(people.anna, call, other)


def test_ringing_tells_the_only_partner(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    earlier = insert_call(people.anna, number=NUMBER, ago=7200)
    change_call(earlier, partner_id=known)
    call = insert_call(people.anna, number=NUMBER, stage="ringing", ago=3)
    call_cards.ringing(call)
    found = call_partners.caller(people.anna, call)
    assert (partner_of(call), found.title, found.number) == (known, "Ромашка", "+7 903 154-55-46")
    assert found.last is not None
    assert found.last.name == "Анна Иванова"
    assert call_cards.ringing(0) is None


# R12.4: a call from a card belongs to that card, though others have the number, too
def test_a_call_placed_from_a_card_is_that_partners(people: People, card: dict[str, int]) -> None:
    _other, meant = (partners.create(people.anna, {"name": name, "phone": NUMBER}) for name in ("Астра", "Роза"))
    call = insert_call(
        people.anna, number=NUMBER, direction=CallDirection.OUTBOUND, stage="missed", origin=origin(meant)
    )
    call_cards.over([call])
    assert partner_of(call) == meant


# R8.2.8: a caller who rang at no phone, and a call that became known late, are their partner's all the same
def test_calls_that_rang_nowhere_are_their_partners(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    for name in ("Астра", "Роза"):
        partners.create(people.anna, {"name": name, "phone": "79031545547"})
    calls = [
        insert_call(people.anna, number=number, stage="missed", **values)
        for number, values in (
            (NUMBER, {}),
            ("79031545547", {}),  # two partners have it
            ("79031545548", {}),  # nobody has it
            ("102", {"direction": CallDirection.INTERNAL}),
        )
    ]
    call_cards.over(calls)
    assert [partner_of(call) for call in calls] == [known, None, None, None]


# R8.2.8: the card may be made after the call
def test_a_new_card_gets_the_calls_that_its_number_has_made(people: People, card: dict[str, int]) -> None:
    unknown = insert_call(people.anna, number=NUMBER, stage="missed", ago=900)
    internal = insert_call(people.anna, number=NUMBER, direction=CallDirection.INTERNAL)
    made = partners.create(people.anna, {"name": "Ромашка", "phone": "8 (903) 154-55-46"})
    assert [partner_of(call) for call in (unknown, internal)] == [made, None]
    partners.create(people.anna, {"name": "Астра", "phone": NUMBER})
    assert partner_of(unknown) == made
    later = insert_call(people.anna, number=NUMBER, stage="missed")
    partners.create(people.anna, {"name": "Роза", "phone": NUMBER})
    assert partner_of(later) is None  # a person says whose it was


def test_a_number_added_to_a_card_brings_its_calls(people: People, card: dict[str, int]) -> None:
    """R8.2.8: a card in the bin has none."""
    binned = partners.create(people.oleg, {"name": "Астра", "phone": NUMBER})
    bin_.delete(people.oleg, [binned])
    unknown = insert_call(people.anna, number=NUMBER, stage="missed")
    made = partners.create(people.anna, {"name": "Ромашка"})
    partners.save(people.anna, made, {"phone": NUMBER}, partners.get(people.anna, made).version)
    assert partner_of(unknown) == made


# R7.3.6, R12.5: who may not see phones gets no number in the notice, and the card all the same
def test_who_sees_no_phones_gets_no_number(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    call = insert_call(people.boris, number=NUMBER, extension="102", stage="talking")
    call_cards.answered(call, "102")
    notice = call_partners.caller(people.boris, call)
    assert (notice.number, notice.title, notice.partner_id, notice.hidden_from_him) == ("", "Ромашка", known, True)
    bin_.delete(people.oleg, [known])
    assert call_partners.caller(people.boris, call).partner_id is None


# R12.5, R7.3.6: who may not see phones chooses, too, and by names alone
def test_who_sees_no_phones_is_asked_which_of_several_it_was(people: People, card: dict[str, int]) -> None:
    ids = [partners.create(people.anna, {"name": name, "phone": NUMBER}) for name in ("Астра", "Роза")]
    call = insert_call(people.boris, number=NUMBER, extension="102", stage="talking")
    call_cards.answered(call, "102")
    asked = call_partners.caller(people.boris, call)
    assert (asked.number, asked.choices) == ("", ((ids[0], "Астра"), (ids[1], "Роза")))
    call_partners.assign(people.boris, call, ids[1])
    known = call_partners.caller(people.boris, call)
    assert (known.number, known.title, known.choices) == ("", "Роза", ())
    bin_.delete(people.oleg, [ids[1]])
    assert call_partners.caller(people.boris, call).title == "Астра"  # as it is for who sees phones


# R7.3.6: his history shows the number that he typed, beside its time: no partner's notice names the same talk
def test_the_last_contact_is_none_that_he_dialled(people: People, card: dict[str, int]) -> None:
    known = partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    came = insert_call(people.anna, number=NUMBER, ago=7200, partner_id=known)
    insert_call(
        people.boris, number=NUMBER, extension="102", ago=3600, partner_id=known, direction=CallDirection.OUTBOUND
    )
    call = insert_call(people.boris, number=NUMBER, extension="102", stage="ringing", partner_id=known)
    with db.reading() as session:
        at = session.get(Call, came).answered_at
    assert call_partners.caller(people.boris, call).last.at == at
    assert call_partners.caller(people.oleg, call).last.at > at  # the administrator sees phones, and all calls


# R7.3.6: and none by a number of the card that is hidden from him
def test_the_last_contact_is_none_by_a_hidden_number(people: People, card: dict[str, int]) -> None:
    assert fields.create(people.oleg, FieldDraft("Личный телефон", "private", FieldKind.PHONE))
    known = partners.create(people.oleg, {"name": "Ромашка", "phone": NUMBER, "private": "79096414210"})
    insert_call(people.anna, number="79096414210", ago=3600, partner_id=known)
    call = insert_call(people.anna, number=NUMBER, stage="ringing", partner_id=known)
    assert call_partners.caller(people.anna, call).last is None
    assert call_partners.caller(people.oleg, call).last is not None


# R7.3.6: he knows the number that he typed, and is not told whose it is, be it one partner's or several's
def test_who_sees_no_phones_is_not_told_whom_he_called(people: People, card: dict[str, int]) -> None:
    partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    call = insert_call(people.boris, number=NUMBER, extension="102", stage="talking", direction=CallDirection.OUTBOUND)
    call_cards.answered(call, "102")
    found = call_partners.caller(people.boris, call)
    assert (found.number, found.title, found.partner_id) == ("", "", None)
    partners.create(people.anna, {"name": "Роза", "phone": NUMBER})
    second = insert_call(people.boris, number=NUMBER, extension="102", direction=CallDirection.OUTBOUND)
    assert call_partners.caller(people.boris, second).choices == ()


# R7.3.6: a hidden phone field does not tell whose number it is
def test_a_number_in_a_hidden_field_is_nobodys(people: People, card: dict[str, int]) -> None:
    hidden = fields.create(people.oleg, FieldDraft("Личный телефон", "private", FieldKind.PHONE))
    assert hidden
    partners.create(people.oleg, {"name": "Ромашка", "private": NUMBER})
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    found = call_partners.caller(people.anna, call)
    assert (found.number, found.partner_id, found.title, found.choices) == ("+7 903 154-55-46", None, "", ())


def test_nobody_learns_of_anothers_call(people: People, card: dict[str, int]) -> None:
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    with pytest.raises(NotFound):
        call_partners.caller(people.boris, call)
    assert call_partners.caller(people.oleg, call).number == "+7 903 154-55-46"


def test_a_colleague_is_called_by_name(people: People, card: dict[str, int]) -> None:
    """R12.5: each sees the other, whoever began; and who sees no phones sees him, too."""
    call = insert_call(people.anna, number="102", stage="ringing", direction=CallDirection.INTERNAL)
    with db.transaction() as tx:
        leg = tx.session.exec(select(CallLeg).where(CallLeg.call_id == call)).one()
        leg.called = False
        tx.session.add(
            CallLeg(
                call_id=call,
                uniqueid="other.1",
                channel="PJSIP/102-00000001",
                operator="102",
                user_id=people.boris.user_id,
                started_at=db.now(),
            )
        )
    sides = {actor: call_partners.caller(actor, call) for actor in (people.anna, people.boris, people.oleg)}
    assert {actor: (side.title, side.number, side.inbound) for actor, side in sides.items()} == {
        people.anna: ("Борис Петров", "102", False),
        people.boris: ("Анна Иванова", "101", True),
        people.oleg: ("Борис Петров", "102", False),
    }


def test_a_new_card_has_its_number_where_its_operator_sees_it(people: People, card: dict[str, int]) -> None:
    """R12.5: the first phone field is not open to everybody."""
    second = fields.create(people.oleg, FieldDraft("Второй телефон", "second_phone", FieldKind.PHONE))
    allow(people.viewers, {card["name"]: Access.VIEW, second: Access.EDIT})
    call = insert_call(people.boris, number=NUMBER, extension="102", stage="talking")
    call_cards.answered(call, "102")
    made = partners.get(people.boris, partner_of(call))
    assert made.texts["second_phone"] == "+7 903 154-55-46"


def test_without_a_phone_field_no_card_is_made(people: People) -> None:
    call = insert_call(people.anna, number=NUMBER, stage="talking")
    call_cards.answered(call, "101")
    assert cards() == []


def test_one_look_up_is_quick(people: People, card: dict[str, int]) -> None:
    partners.create(people.anna, {"name": "Ромашка", "phone": NUMBER})
    with db.reading() as session:
        call_partners.with_number(session, NUMBER)
        spent = []
        for _ in range(20):
            started = time.perf_counter()
            call_partners.with_number(session, NUMBER)
            spent.append(time.perf_counter() - started)
    assert min(spent) < 0.005  # the machine may have other work


def test_a_number_of_many_partners_hides_no_other(people: People, card: dict[str, int]) -> None:
    """R12.6: every caller of a page keeps his name."""
    for _time in range(45):
        partners.create(people.anna, {"name": "Филиал", "phone": NUMBER})
    other = partners.create(people.anna, {"name": "Ромашка", "phone": "79990001122"})
    calls = [insert_call(people.anna, number=number) for number in (NUMBER, "79990001122")]
    with db.reading() as session:
        rows = [session.get(Call, call) for call in calls]
        found = call_partners.callers_of(session, access.rights(people.anna), rows)
    assert len(found[calls[0]].choices) == call_partners.MOST
    assert found[calls[1]].partner_id == other

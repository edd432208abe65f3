"""Notes and outcomes of calls (R12.8), and whose they are (R7.3.6, R12.6)."""

import pytest

from kaw import db, live
from kaw.errors import AccessDenied, InvalidValue, NotFound
from kaw.models import Call, User
from kaw.services import call_history, call_notes
from kaw.services.call_history import CallQuery
from tests.calls import give_extension, insert_call
from tests.conftest import People
from tests.sign_ins import heard


@pytest.fixture
def call(people: People) -> int:
    give_extension(people.anna, "101")
    return insert_call(people.anna)


def test_a_note_and_an_outcome_stay_with_the_call(people: People, call: int) -> None:
    with heard(live.CallsChanged) as told:
        call_notes.save(people.anna, call, "Просит счет\r\nдо пятницы\x00", "Перезвонить", done=True)
    assert call_notes.get(people.anna, call) == call_notes.Notes("Просит счет\nдо пятницы", "Перезвонить")
    assert told == [live.CallsChanged((call,))]
    call_notes.save(people.oleg, call, outcome="")
    assert call_notes.get(people.oleg, call) == call_notes.Notes("Просит счет\nдо пятницы", "")
    with db.reading() as session:
        assert session.get(Call, call).noted_by == people.oleg.user_id


def test_only_his_own_call(people: People, call: int) -> None:
    for stranger in (people.boris, people.vera):
        with pytest.raises(NotFound):
            call_notes.save(stranger, call, "чужое")
        with pytest.raises(NotFound):
            call_notes.get(stranger, call)
    with pytest.raises(NotFound):
        call_notes.save(people.anna, call + 99, "нет такого")
    assert call_notes.get(people.anna, call).note == ""


def test_who_may_hear_of_all_calls_reads_and_does_not_write(people: People, call: int) -> None:
    """R12.8: what an operator wrote down stays his; an administrator may put it right."""
    call_notes.save(people.anna, call, "Просит счет")
    with db.transaction() as tx:
        tx.session.get(User, people.boris.user_id).right_reports = True
        tx.announce(live.RightsChanged((people.boris.user_id,)))
    assert call_notes.get(people.boris, call).note == "Просит счет"
    with pytest.raises(AccessDenied):
        call_notes.save(people.boris, call, "")
    writers = {actor: call_history.calls(actor, CallQuery()).rows[0].may_note for actor in (people.anna, people.boris)}
    assert writers == {people.anna: True, people.boris: False}


def test_notes_stand_in_the_history(people: People, call: int) -> None:
    """R12.8, R12.6: what was written down is read again."""
    call_notes.save(people.anna, call, "Просит счет", "Перезвонить", done=True)
    (row,) = call_history.calls(people.anna, CallQuery()).rows
    assert (row.outcome, row.note) == ("Перезвонить", "Просит счет")


def test_only_outcomes_of_the_settings(people: People, call: int) -> None:
    with pytest.raises(InvalidValue) as refused:
        call_notes.save(people.anna, call, outcome="<img onerror=alert(1)>")
    assert refused.value.field == "outcome"
    with pytest.raises(InvalidValue) as refused:
        call_notes.save(people.anna, call, "я" * 4001)
    assert refused.value.field == "note"

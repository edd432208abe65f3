"""History of a card and bringing values back (R8.2.3)."""

import pytest

from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound
from kaw.models import Access, ChangeKind
from kaw.services import choices, history, partners
from tests.cards import make_card
from tests.conftest import People, allow


@pytest.fixture
def fields(people: People) -> dict[str, int]:
    made = make_card(people.oleg)
    allow(people.editors, {item: Access.EDIT for name, item in made.items() if name != "secret"})
    allow(people.viewers, {made["name"]: Access.VIEW})
    return made


@pytest.fixture
def card_id(people: People, fields: dict[str, int]) -> int:
    made = partners.create(
        people.oleg, {"name": "ООО «Ромашка»", "status": "Думает", "tags": ["VIP"], "secret": "тайна"}
    )
    partners.save(people.anna, made, {"status": "Активный", "tags": ["Дилер"]}, 1)
    partners.save(people.oleg, made, {"secret": "другая"}, 2)
    return made


def test_it_tells_who_changed_what_from_what_to_what(people: People, card_id: int) -> None:
    latest, before, first = history.entries(people.oleg, card_id)
    assert (latest.author, latest.kind, latest.version) == ("Олег Админов", ChangeKind.EDITED, 3)
    assert [(line.field_name, line.old, line.new) for line in before.lines] == [
        ("Статус партнера", "Думает", "Активный"),
        ("Метки", "VIP", "Дилер"),
    ]
    assert before.author == "Анна Иванова"
    assert (first.kind, first.version) == (ChangeKind.CREATED, 1)
    assert first.at <= before.at <= latest.at


def test_it_is_read_in_portions(people: People, card_id: int) -> None:
    assert [entry.version for entry in history.entries(people.oleg, card_id, limit=2)] == [3, 2]
    assert [entry.version for entry in history.entries(people.oleg, card_id, before=2)] == [1]


def test_a_hidden_field_is_absent_and_so_is_a_save_of_nothing_else(people: People, card_id: int) -> None:  # R7.3.6
    seen = history.entries(people.anna, card_id)
    assert [entry.version for entry in seen] == [2, 1]
    assert "тайна" not in str(seen)
    assert "Секрет" not in str(seen)
    assert [entry.version for entry in history.entries(people.boris, card_id)] == [1]
    with pytest.raises(NotFound):
        history.entries(people.vera, card_id)


def test_names_stay_as_they_were_then(people: People, card_id: int) -> None:
    statuses = next(row.id for row in choices.all_lists(people.oleg) if row.name == "Статусы партнера")
    held = choices.get(people.oleg, statuses)
    renamed = [choices.ItemDraft(item.id, item.name + "!", item.sort_order) for item in held.items]
    choices.save(people.oleg, statuses, held.name, renamed, held.version)
    assert partners.get(people.oleg, card_id).texts["status"] == "Активный!"
    assert history.entries(people.anna, card_id)[0].lines[0].old == "Думает"


def test_an_old_value_is_brought_back(people: People, card_id: int) -> None:
    lines = history.entries(people.anna, card_id)[0].lines
    assert all(line.restorable for line in lines)
    card = history.restore_value(people.anna, lines[0].change_id)
    assert card.texts["status"] == "Думает"
    card = history.restore_value(people.anna, lines[1].change_id)
    assert card.texts["tags"] == "VIP"
    latest = history.entries(people.anna, card_id)[0]
    assert (latest.kind, latest.author) == (ChangeKind.RESTORED_VALUE, "Анна Иванова")


def test_bringing_back_needs_the_field_s_edit_level(people: People, card_id: int, fields: dict[str, int]) -> None:
    secret = history.entries(people.oleg, card_id)[0].lines[0].change_id
    with pytest.raises(NotFound):
        history.restore_value(people.anna, secret)
    allow(people.editors, {fields["secret"]: Access.VIEW})
    assert not history.entries(people.anna, card_id)[0].lines[0].restorable
    with pytest.raises(AccessDenied):
        history.restore_value(people.anna, secret)
    with pytest.raises(NotFound):
        history.restore_value(people.oleg, 10_000)
    assert history.restore_value(people.oleg, secret).texts["secret"] == "тайна"


def test_what_the_list_does_not_have_any_more_is_refused(people: People, card_id: int) -> None:
    statuses = next(row.id for row in choices.all_lists(people.oleg) if row.name == "Статусы партнера")
    held = choices.get(people.oleg, statuses)
    kept = [item for item in held.items if item.name != "Думает"]
    choices.save(people.oleg, statuses, held.name, kept, held.version)
    status = history.entries(people.anna, card_id)[0].lines[0]
    with pytest.raises(InvalidValue):
        history.restore_value(people.anna, status.change_id)


def test_a_required_field_is_not_emptied_and_a_binned_card_not_touched(people: People, card_id: int) -> None:
    partners.save(people.anna, card_id, {"comment": "Позвонить"}, 3)
    change = history.entries(people.anna, card_id)[0].lines[0].change_id
    partners.delete(people.anna, [card_id])
    with pytest.raises(Conflict):
        history.restore_value(people.anna, change)

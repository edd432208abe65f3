"""«Списки»: items of choice fields (R7.6)."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from kaw import db, live
from kaw.errors import AccessDenied, Conflict, InvalidValue, NotFound
from kaw.models import AuditAction, AuditEntry, CardState, Change, FieldKind, PartnerChoice
from kaw.services import choices, fields
from kaw.services.access import Actor
from kaw.services.choices import ChoicesInUse, ItemDraft
from kaw.services.fields import FieldDraft
from tests.cards import HIDDEN_STATUS, STATUSES, TAGS, choice_ids, make_card, make_list
from tests.conftest import People
from tests.services.test_fields import column_values, states, write_cards


def listed(actor: Actor, name: str) -> choices.ListDetails:
    found = next(row for row in choices.all_lists(actor) if row.name == name)
    return choices.get(actor, found.id)


def save(actor: Actor, details: choices.ListDetails, items: list[ItemDraft], **options: Any) -> None:
    choices.save(actor, details.id, details.name, items, version=details.version, **options)


def renamed(item: ItemDraft, name: str) -> ItemDraft:
    return ItemDraft(item.id, name, item.sort_order, item.hidden_by_default)


def placed(*items: ItemDraft) -> list[ItemDraft]:
    return [ItemDraft(item.id, item.name, place, item.hidden_by_default) for place, item in enumerate(items)]


def history() -> list[tuple[str | None, str | None, str | None, str | None]]:
    query = select(Change).where(Change.field_id.is_not(None)).order_by(Change.id)  # type: ignore[union-attr]
    with db.reading() as session:
        return [(row.old_value, row.new_value, row.old_shown, row.new_shown) for row in session.exec(query)]


def test_a_list_has_items_in_their_order(people: People) -> None:  # R7.6
    list_id = choices.save(
        people.oleg, None, " Статусы  партнера ", [ItemDraft(None, "Думает", 20), ItemDraft(None, "Активный", 10, True)]
    )
    details = choices.get(people.oleg, list_id)
    assert details.name == "Статусы партнера"
    assert [(item.name, item.sort_order, item.hidden_by_default) for item in details.items] == [
        ("Активный", 0, True),
        ("Думает", 1, False),
    ]
    [row] = choices.all_lists(people.oleg)
    assert (row.id, row.items, row.used_by) == (list_id, 2, ())
    with db.reading() as session:
        [entry] = session.exec(select(AuditEntry)).all()
    assert (entry.action, entry.subject) == (AuditAction.LIST_CREATED, "Статусы партнера")


@pytest.mark.parametrize(
    "service",
    [
        lambda actor: choices.all_lists(actor),
        lambda actor: choices.get(actor, 1),
        lambda actor: choices.save(actor, None, "Новый", []),
        lambda actor: choices.delete(actor, 1, "удалить"),
    ],
)
def test_only_administrators_see_and_change_lists(people: People, service: Callable[[Actor], Any]) -> None:  # R7.6
    make_list(people.oleg, "Метки", TAGS)
    for stranger in (people.anna, people.boris, people.vera):
        with pytest.raises(AccessDenied):
            service(stranger)


@pytest.mark.parametrize(
    ("name", "items", "place"),
    [
        ("", ["a"], "name"),
        ("х" * 121, ["a"], "name"),
        ("МЕТКИ", ["a"], "name"),
        ("Новый", ["a", " "], "rows"),
        ("Новый", ["Ёлка", "елка"], "rows"),
        ("Новый", ["х" * 121], "rows"),
        ("Новый", [str(number) for number in range(1001)], "rows"),
    ],
)
def test_senseless_lists_are_refused(people: People, name: str, items: list[str], place: str) -> None:  # R7.6
    make_list(people.oleg, "Метки", TAGS)
    with pytest.raises(InvalidValue) as refused:
        make_list(people.oleg, name, items)
    assert refused.value.field == place
    assert len(choices.all_lists(people.oleg)) == 1


def test_nobody_finds_a_list_that_is_not_there(people: People) -> None:  # R7.6
    for service in (
        lambda: choices.get(people.oleg, 99),
        lambda: choices.save(people.oleg, 99, "Новый", []),
        lambda: choices.delete(people.oleg, 99, "удалить"),
    ):
        with pytest.raises(NotFound):
            service()


def test_a_renamed_item_is_renamed_everywhere_and_a_moved_one_sorts_anew(people: People) -> None:  # R7.6
    make_card(people.oleg)
    statuses, tags = listed(people.oleg, "Статусы партнера"), listed(people.oleg, "Метки")
    active, _inactive, thinks, _refused = (item.id for item in statuses.items)
    vip, _supplier, dealer = (item.id for item in tags.items)
    write_cards({"status": active, "tags": (vip, dealer)}, {"status": thinks, "tags": (dealer,)}, {"name": "x"})
    assert column_values("status", sort_key=True) == [0, 2, None]
    heard: list[live.LiveEvent] = []
    live.listen(heard.append)
    items = list(statuses.items)
    save(people.oleg, statuses, placed(renamed(items[2], "Думаёт"), *items[:2], items[3]))
    save(people.oleg, tags, placed(tags.items[2], tags.items[1], tags.items[0]))
    assert column_values("status", sort_key=True) == [1, 0, None]
    assert column_values("tags", sort_key=True) == [0, 0, None]
    assert column_values("status") == [active, thinks, None]
    assert fields.all_fields(people.oleg)[4].field.choices[0].name == "Думаёт"
    assert live.FieldsChanged() in heard
    assert live.PartnersChanged() in heard
    assert history() == []


def test_an_item_hidden_by_default_takes_its_partners_off_the_table(people: People) -> None:  # R7.6
    make_card(people.oleg)
    statuses, tags = listed(people.oleg, "Статусы партнера"), listed(people.oleg, "Метки")
    write_cards(
        {"status": statuses.items[0].id},
        {"status": statuses.items[3].id},
        {"tags": (tags.items[1].id, tags.items[2].id)},
        {},
    )
    shown, hidden = CardState.SHOWN, CardState.HIDDEN_BY_CHOICE
    assert states() == [shown, hidden, shown, shown]
    save(people.oleg, tags, [ItemDraft(item.id, item.name, item.sort_order, True) for item in tags.items])
    assert states() == [shown, hidden, hidden, shown]
    save(people.oleg, statuses, [ItemDraft(item.id, item.name, item.sort_order) for item in statuses.items])
    assert states() == [shown, shown, hidden, shown]


def test_removing_a_used_item_asks_what_to_put_in_its_place(people: People) -> None:  # R7.6, R8.2.3
    make_card(people.oleg)
    statuses = listed(people.oleg, "Статусы партнера")
    active, inactive, thinks, refused = statuses.items
    write_cards({"status": thinks.id}, {"status": thinks.id}, {"status": refused.id}, {"status": active.id})
    with pytest.raises(ChoicesInUse) as used:
        save(people.oleg, statuses, [active, inactive])
    assert used.value.uses == {thinks.id: 2, refused.id: 1}
    with pytest.raises(InvalidValue):
        save(people.oleg, statuses, [active], replacements={thinks.id: inactive.id, refused.id: None})
    assert listed(people.oleg, "Статусы партнера") == statuses
    save(people.oleg, statuses, [active, inactive], replacements={thinks.id: inactive.id, refused.id: None})
    assert column_values("status") == [inactive.id, inactive.id, None, active.id]
    assert column_values("status", sort_key=True) == [1, 1, None, 0]
    assert states() == [CardState.SHOWN] * 4
    assert history() == [
        (str(thinks.id), str(inactive.id), "Думает", "Не активный"),
        (str(thinks.id), str(inactive.id), "Думает", "Не активный"),
        (str(refused.id), None, "Отказ", None),
    ]
    with db.reading() as session:
        assert session.execute(sa.text("SELECT version FROM partner_card ORDER BY id")).scalars().all() == [2, 2, 2, 1]


def test_an_unused_item_is_removed_without_asking(people: People) -> None:  # R7.6
    make_card(people.oleg)
    tags = listed(people.oleg, "Метки")
    save(people.oleg, tags, [*tags.items[:2], ItemDraft(None, "Новая", 9)])
    assert [item.name for item in listed(people.oleg, "Метки").items] == ["VIP", "Поставщик", "Новая"]


def test_one_of_several_choices_is_replaced(people: People) -> None:  # R7.6
    make_card(people.oleg)
    tags = listed(people.oleg, "Метки")
    vip, supplier, dealer = tags.items
    write_cards({"tags": (vip.id, dealer.id)}, {"tags": (dealer.id,)}, {"tags": (supplier.id, dealer.id)})
    save(people.oleg, tags, [vip, supplier], replacements={dealer.id: supplier.id})
    assert column_values("tags") == [(vip.id, supplier.id), (supplier.id,), (supplier.id,)]
    with db.reading() as session:
        rows = session.exec(select(PartnerChoice.partner_id, PartnerChoice.choice_id)).all()
    assert sorted(rows) == [(1, vip.id), (1, supplier.id), (2, supplier.id), (3, supplier.id)]
    assert history()[0][2:] == ("VIP, Дилер", "VIP, Поставщик")
    tags = listed(people.oleg, "Метки")
    save(people.oleg, tags, [vip], replacements={supplier.id: None})
    assert column_values("tags") == [(vip.id,), None, None]
    assert column_values("tags", sort_key=True) == [0, None, None]


def test_values_of_a_deleted_field_follow_its_list(people: People) -> None:  # R7.5.4, R7.6
    ids = make_card(people.oleg)
    statuses = listed(people.oleg, "Статусы партнера")
    active, _inactive, thinks, _refused = statuses.items
    write_cards({"status": thinks.id})
    fields.delete(people.oleg, ids["status"], "удалить")
    with pytest.raises(ChoicesInUse):
        save(people.oleg, statuses, [active])
    save(people.oleg, statuses, [active], replacements={thinks.id: active.id})
    fields.restore(people.oleg, ids["status"])
    assert column_values("status") == [active.id]


def test_a_stale_editor_is_a_conflict(people: People) -> None:  # R6.5
    make_list(people.oleg, "Метки", TAGS)
    tags = listed(people.oleg, "Метки")
    save(people.oleg, tags, list(tags.items[:2]))
    with pytest.raises(Conflict):
        save(people.oleg, tags, list(tags.items))
    with pytest.raises(Conflict):  # also when it names an item that has gone
        choices.save(people.oleg, tags.id, tags.name, tags.items)
    assert len(listed(people.oleg, "Метки").items) == 2


def test_a_list_in_use_is_not_deleted(people: People) -> None:  # R7.6
    ids = make_card(people.oleg)
    statuses = listed(people.oleg, "Статусы партнера")
    with pytest.raises(InvalidValue) as refused:
        choices.delete(people.oleg, statuses.id, "нет")
    assert refused.value.field == "confirmation"
    with pytest.raises(Conflict, match="Статус партнера"):
        choices.delete(people.oleg, statuses.id, "удалить")
    fields.delete(people.oleg, ids["status"], "удалить")
    with pytest.raises(Conflict, match="Статус партнера"):  # it may come back
        choices.delete(people.oleg, statuses.id, "удалить")
    unused = make_list(people.oleg, "Лишний", STATUSES)
    choices.delete(people.oleg, unused, "Удалить")
    with pytest.raises(NotFound):
        choices.get(people.oleg, unused)


def test_fields_of_one_list_are_counted_and_changed_together(people: People) -> None:  # R7.6
    list_id = make_list(people.oleg, "Статусы", STATUSES, hidden=(HIDDEN_STATUS,))
    for name in ("one", "two"):
        fields.create(people.oleg, FieldDraft(name, name, FieldKind.RADIO, choice_list_id=list_id))
    ids = choice_ids(people.oleg, list_id)
    write_cards({"one": ids["Думает"], "two": ids["Думает"]}, {"two": ids["Думает"]})
    details = choices.get(people.oleg, list_id)
    assert choices.all_lists(people.oleg)[0].used_by == ("one", "two")
    left = [item for item in details.items if item.name != "Думает"]
    with pytest.raises(ChoicesInUse) as used:
        save(people.oleg, details, left)
    assert used.value.uses == {ids["Думает"]: 3}
    save(people.oleg, details, left, replacements={ids["Думает"]: ids["Отказ"]})
    assert column_values("one") == [ids["Отказ"], None]
    assert column_values("two") == [ids["Отказ"], ids["Отказ"]]
    assert states() == [CardState.HIDDEN_BY_CHOICE] * 2

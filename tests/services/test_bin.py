"""The bin (R8.4)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from kaw import db
from kaw.errors import AccessDenied, InvalidValue, NotFound
from kaw.models import Access, AuditAction, Call, Change, ChangeKind, PartnerPhone
from kaw.services import audit, bin, card_schema, history, partner_table, partners
from kaw.services.partner_table import TableQuery
from tests.calls import insert_call
from tests.cards import make_card
from tests.conftest import People, allow


@pytest.fixture
def cards(people: People) -> list[int]:
    made = make_card(people.oleg)
    allow(people.editors, dict.fromkeys(made.values(), Access.EDIT))
    allow(people.viewers, dict.fromkeys(made.values(), Access.EDIT))
    return [
        partners.create(
            people.anna, {"name": f"ООО «Ромашка-{number}»", "phone": f"+7903154554{number}", "status": status}
        )
        for number, status in enumerate(("Думает", "Отказ", "Активный"))
    ]


def test_deleted_cards_are_nowhere_but_in_the_bin(people: People, cards: list[int]) -> None:
    assert partners.delete(people.anna, cards[:2]) == 2
    assert [row["id"] for row in partner_table.page(people.anna, TableQuery()).rows] == cards[2:]
    assert [row["id"] for row in partner_table.page(people.anna, TableQuery("ромашка")).rows] == cards[2:]
    assert partners.find_by_phone(people.anna, "+79031545540") == []
    assert partners.titles(people.anna, cards) == {cards[2]: "ООО «Ромашка-2»"}
    assert partner_table.rows(people.anna, cards) == partner_table.rows(people.anna, cards[2:])
    page = partners.bin_page(people.anna)
    assert page.total == 2
    assert {(row.id, row.title, row.deleted_by) for row in page.rows} == {
        (cards[0], "ООО «Ромашка-0»", "Анна Иванова"),
        (cards[1], "ООО «Ромашка-1»", "Анна Иванова"),
    }
    assert all(row.goes_at - row.deleted_at == timedelta(days=30) for row in page.rows)
    assert [row.action for row in audit.search(people.oleg, action=AuditAction.PARTNER_DELETED)]


def test_a_restored_card_is_as_it_was(people: People, cards: list[int]) -> None:
    before = [partners.get(people.anna, card_id).texts for card_id in cards]
    partners.delete(people.anna, cards)
    for card_id in cards:
        partners.restore(people.anna, card_id)
    assert [partners.get(people.anna, card_id).texts for card_id in cards] == before
    shown = [row["id"] for row in partner_table.page(people.anna, TableQuery()).rows]
    assert shown == [cards[0], cards[2]]  # R7.6: «Отказ» is hidden by default again
    kinds = [entry.kind for entry in history.entries(people.anna, cards[0])]
    assert kinds == [ChangeKind.RESTORED, ChangeKind.DELETED, ChangeKind.CREATED]


def test_only_the_contacts_right_deletes_and_restores(people: People, cards: list[int]) -> None:  # R7.1.4
    for actor in (people.boris, people.vera):
        with pytest.raises(AccessDenied):
            partners.delete(actor, cards)
        with pytest.raises(AccessDenied):
            partners.restore(actor, cards[0])
        with pytest.raises(AccessDenied):
            partners.bin_page(actor)
    with pytest.raises(NotFound):
        partners.restore(people.anna, cards[0])
    with pytest.raises(NotFound):
        partners.delete(people.anna, [9_999])
    with pytest.raises(InvalidValue):
        partners.delete(people.anna, range(2_000))


def test_after_thirty_days_a_card_goes_with_all_that_was_its(
    people: People, cards: list[int], data_dir: object
) -> None:
    partners.delete(people.anna, cards[:2])
    assert bin.purge_old() == 0
    call = insert_call(people.anna, partner_id=cards[0])
    table = card_schema.schema().table
    with db.transaction() as tx:
        old = sa.update(table).where(table.c.id == cards[0]).values(deleted_at=db.now() - timedelta(days=31))
        tx.session.connection().execute(old)
    assert bin.purge_old() == 1
    with pytest.raises(NotFound):
        partners.get(people.oleg, cards[0])
    with db.reading() as session:
        for other in (Change, PartnerPhone):
            left = session.execute(sa.select(sa.func.count()).where(other.partner_id == cards[0])).scalar_one()
            assert left == 0
        assert session.get(Call, call).partner_id is None
    assert partners.create(people.anna, {"name": "Новый"}) > max(cards)  # a number is never given again

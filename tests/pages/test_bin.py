"""«Корзина»: who may look into it, and how a partner comes back."""

from typing import Any

from nicegui.testing import User

from kaw.components.administration.action_list import ActionList
from kaw.components.partner_card import bin_tab
from kaw.models import Access
from kaw.services import partners
from tests.cards import make_card
from tests.conftest import People, allow
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, press


async def test_a_deleted_partner_is_restored(visit: Visit, people: People) -> None:
    """R8.4"""
    card = make_card(people.oleg)
    allow(people.editors, {card["name"]: Access.EDIT})
    romashka = partners.create(people.oleg, {"name": "ООО «Ромашка»"})
    partners.delete(people.oleg, [romashka])
    anna = await visit(people.anna, "/bin")
    await eventually(lambda: rows(anna))
    (row,) = rows(anna)
    assert (row["id"], row["name"], row["by"]) == (romashka, "ООО «Ромашка»", "Олег Админов")
    anna.find(kind=ActionList).trigger("act", romashka)
    await anna.should_see("Партнер «ООО «Ромашка»» восстановлен.")
    assert not partners.get(people.anna, romashka).in_bin
    await anna.should_see("Корзина пуста")


async def test_the_bin_follows_what_others_delete(visit: Visit, people: People) -> None:
    """R8.4 R6.5"""
    make_card(people.oleg)
    romashka = partners.create(people.oleg, {"name": "ООО «Ромашка»"})
    oleg = await visit(people.oleg, "/bin")
    await oleg.should_see("Корзина пуста")
    partners.delete(people.oleg, [romashka])
    await eventually(lambda: rows(oleg))


async def test_a_full_bin_is_read_in_parts(visit: Visit, people: People, monkeypatch: Any) -> None:
    """R8.4"""
    monkeypatch.setattr(bin_tab, "PAGE", 2)
    make_card(people.oleg)
    ids = [partners.create(people.oleg, {"name": f"ООО «Лютик {number}»"}) for number in range(5)]
    partners.delete(people.oleg, ids)
    oleg = await visit(people.oleg, "/bin")
    await eventually(lambda: len(rows(oleg)) == 2)
    await oleg.should_see("5 партнеров")
    press(oleg, "Показать еще")
    await eventually(lambda: len(rows(oleg)) == 4)
    press(oleg, "Показать еще")
    await eventually(lambda: len(rows(oleg)) == 5)
    await oleg.should_not_see("Показать еще")


async def test_without_the_contacts_right_there_is_no_bin(visit: Visit, people: People) -> None:
    """R8.4 R7.3.6"""
    card = make_card(people.oleg)
    allow(people.viewers, {card["name"]: Access.VIEW})
    partners.delete(people.oleg, [partners.create(people.oleg, {"name": "ООО «Ромашка»"})])
    boris = await visit(people.boris, "/bin")
    await boris.should_see("Нет доступа")
    await boris.should_not_see("Восстановить")


def rows(user: User) -> list[dict[str, Any]]:
    (table,) = user.find(kind=ActionList).elements
    return list(table.props["rows"])

"""A partner's card as its users meet it: making one, changing it, and what others change meanwhile."""

from typing import Any

import pytest
from nicegui.testing import User
from sqlmodel import select

from kaw import db
from kaw.components import icons
from kaw.components.partner_card.files import FileRows
from kaw.components.partner_card.history import FeedRows
from kaw.components.partner_card.read_only import ReadOnly
from kaw.models import Access, Draft, FieldKind
from kaw.services import attachments, choices, history, partners
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from tests.cards import HIDDEN_STATUS, choice_ids, make_card, make_fields
from tests.conftest import People, allow
from tests.pages.conftest import Visit
from tests.pages.forms import control, error_at, eventually, fill, press, settled

WHOLE_CARD = {
    "name": "ООО «Ромашка»",
    "phone": "8 (903) 154-55-46",
    "inn": "7707083893",
    "comment": "Звонить после обеда",
    "secret": "скидка 15 %",
}


@pytest.fixture
def card(people: People) -> dict[str, int]:
    """Anna edits all but the secret, Boris looks at all but it."""
    made = make_card(people.oleg)
    open_fields = [field_id for name, field_id in made.items() if name != "secret"]
    allow(people.editors, dict.fromkeys(open_fields, Access.EDIT))
    allow(people.viewers, dict.fromkeys(open_fields, Access.VIEW))
    return made


@pytest.fixture
def romashka(people: People, card: dict[str, int]) -> int:
    return partners.create(people.oleg, WHOLE_CARD)


async def test_a_new_partner_is_saved_and_his_card_opens(visit: Visit, people: People, card: dict[str, int]) -> None:
    """R8.1"""
    anna = await visit(people.anna, "/new_partner")
    await anna.should_see("Название")
    await anna.should_not_see("Секрет")
    fill(anna, {"Название": "ООО «Лютик»", "Телефон": "89031545546", "Сумма": "1250,50"})
    press(anna, "Сохранить")
    await anna.should_see("ООО «Лютик»")
    await eventually(lambda: partners.find_by_phone(people.anna, "+7 903 154 55 46"))
    (partner_id,) = partners.find_by_phone(people.anna, "+7 903 154 55 46")
    assert partners.get(people.anna, partner_id).values["amount"] == 125050
    await anna.should_see(f"№ {partner_id}")


async def test_wrong_input_is_shown_at_its_field(visit: Visit, people: People, card: dict[str, int]) -> None:
    """R8.1"""
    anna = await visit(people.anna, "/new_partner")
    await anna.should_see("ИНН")
    fill(anna, {"ИНН": "7728168970", "Дата сделки": "31.02.2025"})
    press(anna, "Сохранить")
    await eventually(lambda: error_at(anna, "Название"))
    assert error_at(anna, "ИНН")
    assert error_at(anna, "Дата сделки")
    assert not error_at(anna, "Телефон")
    fill(anna, {"Название": "ООО «Лютик»"})
    assert not error_at(anna, "Название")


async def test_without_the_contacts_right_there_is_no_new_partner(
    visit: Visit, people: People, card: dict[str, int]
) -> None:
    """R8.1 R6.3"""
    boris = await visit(people.boris, "/new_partner")
    await boris.should_see("Нет доступа")
    await boris.should_not_see("Сохранить")


async def test_only_what_was_changed_is_saved(visit: Visit, people: People, romashka: int) -> None:
    """R8.2"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Комментарий": "Звонить утром", "Телефон": "+7 903 154-55-46"})  # the phone is the same
    press(anna, "Сохранить")
    await eventually(lambda: partners.get(people.anna, romashka).values["comment"] == "Звонить утром")
    (entry, _created) = history.entries(people.anna, romashka)
    assert [line.unique_name for line in entry.lines] == ["comment"]
    await anna.should_see("Сохранено")
    await eventually(lambda: feed(anna)[0]["lines"][0]["new"] == "Звонить утром")
    assert partners.get(people.oleg, romashka).values["secret"] == "скидка 15 %"


async def test_errors_of_an_old_card_stand_at_their_fields(visit: Visit, people: People, romashka: int) -> None:
    """R8.2"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Название": "", "ИНН": "123"})
    press(anna, "Сохранить")
    await eventually(lambda: error_at(anna, "ИНН"))
    assert error_at(anna, "Название")
    assert partners.get(people.anna, romashka).title == "ООО «Ромашка»"


async def test_what_he_may_only_look_at_is_text(visit: Visit, people: People, romashka: int) -> None:
    """R7.3.6"""
    boris = await visit(people.boris, f"/partner/{romashka}")
    await boris.should_see("Комментарий")
    await boris.should_not_see("Сохранить")
    await boris.should_not_see("Секрет")
    shown = [part["text"] for element in boris.find(kind=ReadOnly).elements for part in element.props.get("parts", [])]
    assert "Звонить после обеда" in shown
    assert "+7 903 154-55-46" in shown
    assert "скидка 15 %" not in shown


async def test_who_sees_no_field_finds_no_card(visit: Visit, people: People, romashka: int) -> None:
    """R7.3.6"""
    vera = await visit(people.vera, f"/partner/{romashka}")
    await vera.should_see("Здесь ничего нет")
    await vera.should_not_see("Ромашка")


@pytest.mark.parametrize("key", ["999999", "abc", "99999999999999999999", "-1"])
async def test_an_address_of_no_card_says_so(visit: Visit, people: People, card: dict[str, int], key: str) -> None:
    """R6.3"""
    oleg = await visit(people.oleg, f"/partner/{key}")
    await oleg.should_see("Здесь ничего нет")


async def test_the_head_tells_the_state(visit: Visit, people: People, romashka: int) -> None:
    """R8.2"""
    status = next(f for f in partners.get(people.oleg, romashka).fields if f.unique_name == "status")
    partners.save(people.oleg, romashka, {"status": status.choices[0].id}, 1)
    anna = await opened(visit, people.anna, romashka)
    await anna.should_see("Активный")


async def test_the_head_shows_the_first_phone(visit: Visit, people: People, romashka: int) -> None:
    """R8.2"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Телефон": "8 495 123-45-67, 8 903 154-55-46"})
    press(anna, "Сохранить")
    (head,) = (one for one in anna.find(kind=ReadOnly).elements if "kaw-card-phone" in one.classes)
    await eventually(lambda: [part["text"] for part in head.props["parts"]] == ["+7 495 123-45-67"])


async def test_the_history_brings_a_value_back(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.3"""
    partners.save(people.anna, romashka, {"comment": "Не звонить"}, 1)
    anna = await opened(visit, people.anna, romashka)
    await eventually(lambda: feed(anna)[0]["lines"])
    (line,) = feed(anna)[0]["lines"]
    assert (line["field"], line["old"], line["new"]) == ("Комментарий", "Звонить после обеда", "Не звонить")
    assert "Анна Иванова" in feed(anna)[0]["about"]
    anna.find(kind=FeedRows).trigger("restore", line["id"])
    await eventually(lambda: control(anna, "Комментарий").value == "Звонить после обеда")
    assert partners.get(people.anna, romashka).values["comment"] == "Звонить после обеда"
    await eventually(lambda: feed(anna)[0]["what"] == "Возвращено прежнее значение")


async def test_bringing_back_asks_while_something_is_unsaved(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.3 R6.2"""
    partners.save(people.anna, romashka, {"comment": "Не звонить"}, 1)
    anna = await opened(visit, people.anna, romashka)
    await eventually(lambda: feed(anna)[0]["lines"])
    fill(anna, {"Название": "ООО «Роза»"})
    anna.find(kind=FeedRows).trigger("restore", feed(anna)[0]["lines"][0]["id"])
    await anna.should_see("Несохраненные правки в других полях останутся.")
    press(anna, "Вернуть")
    await eventually(lambda: control(anna, "Комментарий").value == "Звонить после обеда")
    assert control(anna, "Название").value == "ООО «Роза»"


async def test_a_viewer_brings_nothing_back(visit: Visit, people: People, romashka: int) -> None:
    """R7.3.6"""
    partners.save(people.oleg, romashka, {"comment": "Не звонить", "secret": "скидка 20 %"}, 1)
    boris = await visit(people.boris, f"/partner/{romashka}")
    await eventually(lambda: feed(boris))
    (line,) = feed(boris)[0]["lines"]
    assert line["field"] == "Комментарий"
    assert not line["restorable"]
    boris.find(kind=FeedRows).trigger("restore", line["id"])
    await settled()
    assert partners.get(people.oleg, romashka).values["comment"] == "Не звонить"


async def test_a_long_history_goes_on(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.3"""
    for number in range(1, 41):
        partners.save(people.oleg, romashka, {"visits": str(number)}, number)
    anna = await opened(visit, people.anna, romashka)
    await eventually(lambda: len(feed(anna)) == 30)
    anna.find(kind=FeedRows).trigger("more")
    await eventually(lambda: len(feed(anna)) == 41)
    assert feed(anna)[-1]["what"] == "Карточка создана"


@pytest.mark.usefixtures("data_dir")
async def test_files_are_listed_and_deleted(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.4"""
    attachments.add(people.anna, romashka, "Бриф.docx", [b"x" * 2048])
    anna = await opened(visit, people.anna, romashka)
    await eventually(lambda: files(anna))
    (row,) = files(anna)
    assert (row["name"], row["size"]) == ("Бриф.docx", "2 КБ")
    assert "Анна Иванова" in row["about"]
    anna.find(kind=FileRows).trigger("remove", row["id"])
    await anna.should_see("Удалить файл «Бриф.docx»?")
    press(anna, "Удалить")
    await eventually(lambda: not attachments.of_partner(people.anna, romashka))
    await eventually(lambda: not files(anna))


@pytest.mark.usefixtures("data_dir")
async def test_a_viewer_sees_files_and_deletes_none(visit: Visit, people: People, romashka: int) -> None:
    """R8.2.4"""
    boris = await visit(people.boris, f"/partner/{romashka}")
    await boris.should_see("Комментарий")
    attachments.add(people.anna, romashka, "Бриф.docx", [b"x"])
    await eventually(lambda: files(boris))
    assert not next(iter(boris.find(kind=FileRows).elements)).props["removable"]
    await boris.should_not_see("Добавить файлы")


async def test_untouched_fields_follow_what_others_save(visit: Visit, people: People, romashka: int) -> None:
    """R6.5"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Название": "ООО «Роза»"})
    partners.save(people.oleg, romashka, {"comment": "Не звонить"}, 1)
    await eventually(lambda: control(anna, "Комментарий").value == "Не звонить")
    assert control(anna, "Название").value == "ООО «Роза»"
    press(anna, "Сохранить")
    await eventually(lambda: partners.get(people.anna, romashka).title == "ООО «Роза»")
    assert partners.get(people.anna, romashka).values["comment"] == "Не звонить"


async def test_both_changed_the_same_field_and_take_theirs(visit: Visit, people: People, romashka: int) -> None:
    """R6.5"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Комментарий": "Звонить утром"})
    partners.save(people.oleg, romashka, {"comment": "Не звонить"}, 1)
    await anna.should_see("Олег Админов: «Не звонить»")
    press(anna, "Сохранить")
    await anna.should_see("Карточку изменил(а) Олег Админов")
    assert partners.get(people.anna, romashka).values["comment"] == "Не звонить"
    press(anna, "Взять их")
    await eventually(lambda: control(anna, "Комментарий").value == "Не звонить")
    await anna.should_not_see("Карточку изменил(а)")


async def test_both_changed_the_same_field_and_keep_mine(visit: Visit, people: People, romashka: int) -> None:
    """R6.5"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Комментарий": "Звонить утром"})
    partners.save(people.oleg, romashka, {"comment": "Не звонить"}, 1)
    await anna.should_see("Олег Админов: «Не звонить»")
    press(anna, "Сохранить")
    await anna.should_see("Карточку изменил(а) Олег Админов")
    press(anna, "Оставить мои")
    await anna.should_not_see("Карточку изменил(а)")
    press(anna, "Сохранить")
    await eventually(lambda: partners.get(people.anna, romashka).values["comment"] == "Звонить утром")


async def test_unsaved_text_comes_back_and_can_be_taken_back(visit: Visit, people: People, romashka: int) -> None:
    """R6.2"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Комментарий": "Половина зам"})
    await eventually(lambda: draft_holds("Половина зам"))
    assert not draft_holds("Ромашка")  # only what was changed
    again = await opened(visit, people.anna, romashka)
    await again.should_see("Восстановлен несохраненный текст")
    assert control(again, "Комментарий").value == "Половина зам"
    press(again, "Отменить правки")
    await eventually(lambda: control(again, "Комментарий").value == "Звонить после обеда")
    await again.should_not_see("Восстановлен несохраненный текст")
    await eventually(lambda: not draft_holds("Половина зам"))


async def test_a_draft_meets_a_change_made_while_nobody_looked(visit: Visit, people: People, romashka: int) -> None:
    """R6.2 R6.5"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Комментарий": "Звонить утром"})
    await eventually(lambda: draft_holds("Звонить утром"))
    partners.save(people.oleg, romashka, {"comment": "Не звонить"}, 1)
    again = await opened(visit, people.anna, romashka)
    press(again, "Сохранить")
    await again.should_see("Карточку изменил(а) Олег Админов")
    assert partners.get(people.anna, romashka).values["comment"] == "Не звонить"


async def test_a_chosen_item_removed_from_its_list_is_told(visit: Visit, people: People, romashka: int) -> None:
    """R6.5"""
    anna = await opened(visit, people.anna, romashka)
    status = next(f for f in partners.get(people.oleg, romashka).fields if f.unique_name == "status")
    chosen = choice_ids(people.oleg, status.choice_list_id or 0)[HIDDEN_STATUS]
    fill(anna, {"Статус партнера": chosen, "Комментарий": "Звонить утром"})
    remove_item(people.oleg, status.choice_list_id or 0, HIDDEN_STATUS)
    await eventually(lambda: error_at(anna, "Статус партнера"))
    assert control(anna, "Статус партнера").value is None
    assert control(anna, "Комментарий").value == "Звонить утром"


@pytest.mark.parametrize("address", ["/partner/{}", "/new_partner"])
async def test_a_new_field_appears_and_typed_text_stays(
    visit: Visit, people: People, romashka: int, address: str
) -> None:
    """R6.5 R7.5.1"""
    oleg = await visit(people.oleg, address.format(romashka))
    await eventually(lambda: control(oleg, "Комментарий") is not None)
    fill(oleg, {"Комментарий": "набрано и не сохранено", "Дата сделки": "01.02.2025"})
    make_fields(people.oleg, [FieldDraft("Откуда узнал", "source", FieldKind.TEXT)])
    await eventually(lambda: control(oleg, "Откуда узнал") is not None)
    assert control(oleg, "Комментарий").value == "набрано и не сохранено"
    assert control(oleg, "Дата сделки").value == "01.02.2025"
    fill(oleg, {"Название": "ООО «Ландыш»", "Откуда узнал": "по радио"})
    press(oleg, "Сохранить")
    await oleg.should_see("сохранен" if address == "/new_partner" else "Сохранено")


async def test_fewer_rights_take_the_editor_away_at_once(
    visit: Visit, people: People, card: dict[str, int], romashka: int
) -> None:
    """R7.3.6 R6.5"""
    anna = await opened(visit, people.anna, romashka)
    fill(anna, {"Название": "ООО «Роза»", "Комментарий": "Звонить утром"})
    allow(people.editors, {card["comment"]: Access.VIEW, card["inn"]: Access.HIDDEN})
    await anna.should_not_see("ИНН")
    assert control(anna, "Комментарий") is None
    assert control(anna, "Название").value == "ООО «Роза»"


async def test_a_deleted_card_says_so_and_comes_back(visit: Visit, people: People, romashka: int) -> None:
    """R8.4 R6.5"""
    anna = await opened(visit, people.anna, romashka)
    boris = await visit(people.boris, f"/partner/{romashka}")
    await boris.should_see("Комментарий")
    partners.delete(people.oleg, [romashka])
    await boris.should_see("Этой карточки больше нет")
    await boris.should_not_see("Восстановить")
    await anna.should_see("«ООО «Ромашка»» в корзине")
    press(anna, "Восстановить")
    await anna.should_see("Комментарий")
    assert not partners.get(people.anna, romashka).in_bin


async def test_a_card_is_deleted_from_itself(visit: Visit, people: People, romashka: int) -> None:
    """R8.4"""
    anna = await opened(visit, people.anna, romashka)
    press(anna, icons.DELETE)
    await anna.should_see("Удалить «ООО «Ромашка»»?")
    press(anna, "Удалить")
    await eventually(lambda: partners.get(people.anna, romashka).in_bin)


async def opened(visit: Visit, actor: Actor, partner_id: int) -> User:
    """The card on this user's screen."""
    user = await visit(actor, f"/partner/{partner_id}")
    await user.should_see("Название")
    await eventually(lambda: control(user, "Название") is not None)
    return user


def feed(user: User) -> list[dict[str, Any]]:
    (element,) = user.find(kind=FeedRows).elements
    assert element.props["entries"]
    return list(element.props["entries"])


def files(user: User) -> list[dict[str, Any]]:
    (element,) = user.find(kind=FileRows).elements
    return list(element.props["rows"])


def draft_holds(text: str) -> bool:
    with db.reading() as session:
        return any(text in draft.content for draft in session.exec(select(Draft)))


def remove_item(actor: Actor, list_id: int, name: str) -> None:
    details = choices.get(actor, list_id)
    kept = [item for item in details.items if item.name != name]
    choices.save(actor, list_id, details.name, [ItemDraft(**vars(item)) for item in kept], details.version)

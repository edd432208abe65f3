"""The usual card of the test stories."""

from collections.abc import Iterable

from kaw.models import Access, FieldKind, Side
from kaw.services import choices, fields
from kaw.services.access import Actor
from kaw.services.choices import ItemDraft
from kaw.services.fields import FieldDraft
from tests.conftest import People, allow

STATUSES = ("Активный", "Не активный", "Думает", "Отказ")
HIDDEN_STATUS = "Отказ"
TAGS = ("VIP", "Поставщик", "Дилер")


def make_card(actor: Actor) -> dict[str, int]:
    """A card with a field of each usual kind; field ids by unique name. All but "comment" are on the main page."""
    statuses = make_list(actor, "Статусы партнера", STATUSES, hidden=(HIDDEN_STATUS,))
    tags = make_list(actor, "Метки", TAGS)
    drafts = [
        FieldDraft("Название", "name", FieldKind.TEXT, required=True),
        FieldDraft("Телефон", "phone", FieldKind.PHONE),
        FieldDraft("Email", "email", FieldKind.EMAIL),
        FieldDraft("ИНН", "inn", FieldKind.INN),
        FieldDraft("Статус партнера", "status", FieldKind.DROPDOWN, choice_list_id=statuses),
        FieldDraft("Метки", "tags", FieldKind.CHECKBOXES, choice_list_id=tags),
        FieldDraft("Комментарий", "comment", FieldKind.LONG_TEXT, side=Side.RIGHT),
        FieldDraft("Дата сделки", "deal_date", FieldKind.DATE, side=Side.RIGHT),
        FieldDraft("Сумма", "amount", FieldKind.MONEY, side=Side.RIGHT),
        FieldDraft("Визиты", "visits", FieldKind.NUMBER, side=Side.RIGHT),
        FieldDraft("Секрет", "secret", FieldKind.TEXT, side=Side.RIGHT),
    ]
    return make_fields(actor, drafts)


def make_card_with_phones(people: People) -> dict[str, int]:
    """The same, on which Anna edits names and phones and Boris sees names alone."""
    made = make_card(people.oleg)
    allow(people.editors, {made["name"]: Access.EDIT, made["phone"]: Access.EDIT})
    allow(people.viewers, {made["name"]: Access.VIEW})
    return made


def make_fields(actor: Actor, drafts: Iterable[FieldDraft]) -> dict[str, int]:
    """Create these fields in their order, all on the main page but a comment; field ids by unique name."""
    made = {}
    for place, draft in enumerate(drafts):
        placed = {**vars(draft), "sort_order": place, "on_main_page": draft.unique_name != "comment"}
        made[draft.unique_name] = fields.create(actor, FieldDraft(**placed))
    return made


def make_list(actor: Actor, name: str, items: Iterable[str], hidden: Iterable[str] = ()) -> int:
    """A choice list; its id."""
    hiding = set(hidden)
    return choices.save(
        actor, None, name, [ItemDraft(None, item, place, item in hiding) for place, item in enumerate(items)]
    )


def choice_ids(actor: Actor, list_id: int) -> dict[str, int]:
    """Ids of the items of a list by name."""
    return {item.name: item.id or 0 for item in choices.get(actor, list_id).items}

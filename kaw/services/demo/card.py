"""The card of the demonstration company: the fields and lists of the manual (chapters 7.5 and 7.6)."""

from dataclasses import dataclass

from kaw.models import FieldKind, Side
from kaw.services import choices, fields
from kaw.services.access import Actor

FUNNEL, SOURCES, CALLS, PARTNERS = "Воронка продаж", "Источники клиентов", "Статусы звонка", "Статусы партнера"
FIRST, SECOND = "1. Контактные данные", "2. Контактные данные"

# Items in their order.
LISTS: dict[str, tuple[str, ...]] = {
    FUNNEL: (
        "Первый контакт",
        "Выявление потребности",
        "Коммерческое предложение",
        "Переговоры",
        "Договор",
        "Оплата",
        "Повторные продажи",
    ),
    SOURCES: ("Сайт", "Рекомендация", "Выставка", "Холодный звонок", "Реклама", "Социальные сети"),
    CALLS: ("Дозвон", "Недозвон", "Перезвонить", "Занято", "Автоответчик", "Неверный номер"),
    PARTNERS: ("Активный", "Не активный", "Думает", "Отказ", "Заключаем договор", "Элитный"),
}
HIDDEN_BY_DEFAULT = frozenset({(PARTNERS, "Отказ")})


@dataclass(frozen=True)
class DemoField:
    """One field as the manual's table shows it."""

    unique_name: str
    name: str
    kind: FieldKind
    side: Side
    main: bool
    section: str = ""
    hint: str = ""
    choices: str = ""
    required: bool = False


FIELDS = (
    DemoField("name", "Название контакта", FieldKind.TEXT, Side.LEFT, True, FIRST, required=True),
    DemoField("phone", "Телефон", FieldKind.TEXT, Side.LEFT, True, FIRST, "Введите номер телефона"),
    DemoField("fio", "Контактное лицо", FieldKind.TEXT, Side.RIGHT, True, SECOND, "Введите ФИО контактного лица"),
    DemoField("email", "Email", FieldKind.TEXT, Side.RIGHT, True, SECOND, "Введите электронный адрес"),
    DemoField("inn", "ИНН компании", FieldKind.TEXT, Side.LEFT, True, SECOND, "Введите ИНН"),
    DemoField("opisanie_partnera", "Описание партнера", FieldKind.TEXT, Side.LEFT, False, SECOND),
    DemoField("hobbi", "Хобби КЛ", FieldKind.TEXT, Side.RIGHT, False, SECOND),
    DemoField(
        "comment", "Комментарий_", FieldKind.LONG_TEXT, Side.RIGHT, True, SECOND, "Введите комментарий по партнеру"
    ),
    DemoField("dop_info", "дополнительная информация", FieldKind.LONG_TEXT, Side.LEFT, True),
    DemoField("dogovorennosty_new", "договоренности с партнером", FieldKind.TEXT, Side.LEFT, False),
    DemoField("lpvp", "лпвп", FieldKind.TEXT, Side.RIGHT, False, hint="Лицо, влияющее на принятие решения, если есть"),
    DemoField("data_sdelki", "Дата последней сделки", FieldKind.DATE, Side.LEFT, False),
    DemoField("newdate", "Новое поле", FieldKind.DATE, Side.RIGHT, False),
    DemoField("status", "Статус", FieldKind.DROPDOWN, Side.RIGHT, True, choices=CALLS),
    DemoField("partner_status", "Статус партнера", FieldKind.DROPDOWN, Side.LEFT, True, choices=PARTNERS),
)


def create(actor: Actor) -> dict[str, int]:
    """Make the lists and fields; field ids by unique name. A list or field of that name that is there already stays."""
    lists = {row.name: row.id for row in choices.all_lists(actor)}
    for name, items in LISTS.items():
        if name not in lists:
            drafts = [
                choices.ItemDraft(None, item, order, (name, item) in HIDDEN_BY_DEFAULT)
                for order, item in enumerate(items, 1)
            ]
            lists[name] = choices.save(actor, None, name, drafts)
    made = {row.field.unique_name: row.field.id for row in fields.all_fields(actor)}
    for order, item in enumerate(FIELDS, 1):
        if item.unique_name not in made:
            made[item.unique_name] = fields.create(actor, _draft(item, order, lists))
    return made


def _draft(item: DemoField, order: int, lists: dict[str, int]) -> fields.FieldDraft:
    return fields.FieldDraft(
        name=item.name,
        unique_name=item.unique_name,
        kind=item.kind,
        section=item.section,
        sort_order=order,
        hint=item.hint,
        choice_list_id=lists.get(item.choices),
        side=item.side,
        on_main_page=item.main,
        required=item.required,
    )

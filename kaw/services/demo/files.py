"""A few files of partners."""

import random
from collections.abc import Sequence

from sqlmodel import col, select

from kaw import db
from kaw.models import PartnerCard
from kaw.services import attachments
from kaw.services.access import Actor

CARDS_WITH_FILES = 25
FILES = {
    "Реквизиты.txt": "ООО «Пример»\r\nр/с 40702810000000000000\r\nБИК 044525000\r\n",
    "Прайс-лист на март.csv": "Артикул;Наименование;Цена\r\n100;Бумага А4;350,00\r\n101;Папка-регистратор;180,50\r\n",
    "Договор поставки (проект).txt": "ДОГОВОР ПОСТАВКИ № ___\r\n\r\nПоставщик обязуется передать товар в срок.\r\n",
    "Заметки со встречи.txt": "Договорились о пробной партии. Следующая встреча через две недели.\r\n",
}


def attach(editors: Sequence[Actor], seed: int = 9) -> None:
    """Add one to three files to some of the first cards."""
    dice = random.Random(seed)
    with db.reading() as session:
        ids = session.exec(select(PartnerCard.id).order_by(col(PartnerCard.id)).limit(CARDS_WITH_FILES * 4)).all()
    for partner_id in ids[::4]:
        for name in dice.sample(list(FILES), k=dice.choice((1, 1, 2, 3))):
            attachments.add(dice.choice(editors), partner_id or 0, name, [FILES[name].encode("utf-8-sig")])

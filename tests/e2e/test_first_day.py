"""The first day with KAW, as a new administrator and his operator live it, in a real browser."""

import random
from collections.abc import Callable
from pathlib import Path

import openpyxl
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.screens import Screen

ADMIN_PASSWORD = "Очень-длинный-пароль-1"
ANNA_PASSWORD = "Пароль-Анны-2"
SECRET = "КАНАРЕЙКА-7Q"
STATUSES = ["Активный", "Думает", "Отказ"]


def test_the_first_day(server: Server, browser_of: Callable[..., Page], tmp_path: Path) -> None:
    """R5.1 R5.3 R6.2 R6.5 R7.1.1 R7.3.1 R7.3.6 R7.5.1 R7.6 R7.7.1 R8.2 R8.2.3 R8.3.2 R8.3.3"""
    server.start()
    oleg = Screen(browser_of())

    sign_in(oleg.page, server, "admin", server.one_time_password())
    oleg.change_first_password(ADMIN_PASSWORD)
    oleg.skip_demonstration_data()

    oleg.make_list("Статусы партнера", [(name, name == "Отказ") for name in STATUSES])
    oleg.make_field("Название контакта", "name", "Текстовое", on_main_page=True, required=True)
    oleg.make_field("Телефон", "phone", "Телефон", on_main_page=True)
    oleg.make_field(
        "Статус партнера", "partner_status", "Выпадающий список", choice_list="Статусы партнера", on_main_page=True
    )
    oleg.make_field("Дата сделки", "deal_date", "Дата", on_main_page=True)
    oleg.make_field("Тайная заметка", "secret_note", "Текстовое", on_main_page=True)

    oleg.make_user("Анна Иванова", "anna", ANNA_PASSWORD)
    oleg.make_group(
        "Операторы",
        members=["Анна Иванова"],
        levels={
            "Название контакта": "изменение",
            "Телефон": "изменение",
            "Статус партнера": "изменение",
            "Дата сделки": "просмотр",
            "Тайная заметка": "не видно",
        },
    )

    oleg.load_file(thousand_partners(tmp_path / "База партнеров.xlsx"), rows=1000)
    oleg.go_to("Партнеры")
    expect(oleg.footer).to_contain_text("партнер")

    anna_page = browser_of()
    heard = record_everything(anna_page)
    anna = Screen(anna_page)
    sign_in(anna.page, server, "anna", ANNA_PASSWORD)
    expect(anna.row("Ёлкин")).to_have_count(0)  # not on the first screen: found by searching
    anna.search("елкин")
    expect(anna.row("ООО «Ёлкин и сыновья»")).to_be_visible()
    anna.search("641-42-10")
    expect(anna.row("ООО «Ёлкин и сыновья»")).to_be_visible()
    anna.search("")
    expect(anna.row("Ёлкин")).to_have_count(0)  # all are back: the funnel counts what the table shows
    anna.filter("Статус партнера", ["Думает"])
    expect(anna.chip("Статус партнера")).to_be_visible()
    anna.reset_filters()

    anna.search("елкин")
    anna.open_card("ООО «Ёлкин и сыновья»")
    oleg.search("елкин")
    expect(oleg.row("ООО «Ёлкин и сыновья»")).to_be_visible()
    anna.fill("Название контакта", "ООО «Ёлкин и внуки»")
    anna.save()
    expect(oleg.row("ООО «Ёлкин и внуки»")).to_be_visible(timeout=2_000)  # no reload, R6.5

    anna.section("История")
    expect(anna.panel).to_contain_text("Анна Иванова")
    expect(anna.panel).to_contain_text("ООО «Ёлкин и сыновья»")
    expect(anna.panel).to_contain_text("ООО «Ёлкин и внуки»")

    assert SECRET not in "".join(heard)
    assert "Тайная заметка" not in "".join(heard)
    assert SECRET in oleg.page.content() or oleg.row(SECRET).count() > 0


def thousand_partners(path: Path) -> Path:
    """A file as an office keeps it: ё, many notations of phones, dates as dates."""
    dice = random.Random(7)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Название контакта", "Телефон", "Статус партнера", "Дата сделки", "Тайная заметка"])
    for number in range(999):
        digits = f"{dice.randrange(10**8, 10**9)}"
        phone = f"+7 (9{digits[:2]}) {digits[2:5]}-{digits[5:7]}-{digits[7:]}"
        sheet.append(
            [
                f"ООО «Партнер {number}»",
                phone,
                dice.choice(STATUSES),
                f"{1 + number % 28:02}.03.2025",
                f"{SECRET} {number}",
            ]
        )
    sheet.append(["ООО «Ёлкин и сыновья»", "8 909 641 42 10", "Активный", "10.03.2025", SECRET])
    book.save(path)
    return path


def record_everything(page: Page) -> list[str]:
    """Every byte the server sends to this browser from now on, by HTTP and by WebSocket."""
    heard: list[str] = []
    page.on("websocket", lambda socket: socket.on("framereceived", lambda data: heard.append(_text(data))))
    page.on("response", lambda response: heard.append(_body(response)))
    return heard


def _text(data: str | bytes) -> str:
    return data if isinstance(data, str) else data.decode("utf-8", "replace")


def _body(response: object) -> str:
    try:
        return response.text()  # type: ignore[attr-defined]
    except Exception:  # a redirect or a picture has no text
        return ""

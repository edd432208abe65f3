"""The pictures of the guides, taken of the real thing.

Every run takes them, so that a screen that cannot be drawn is noticed; KAW_PICTURES=1 puts them into docs/pictures.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Server, sign_in
from tests.e2e.screens import Screen
from tests.e2e.simulated_office import Office

PASSWORD = "kaw-demo-2026"
# file, who looks, address, a text that is there when the screen is complete, colour scheme, width
PICTURES = [
    ("partners", "ivanova", "/", "показаны", "light", 1440),
    ("partners-dark", "ivanova", "/?q=елк", "показаны", "dark", 1440),
    ("partners-phone", "ivanova", "/", "показаны", "light", 360),
    ("card", "ivanova", "/partner/1", "Карточка создана", "light", 1440),
    ("card-phone", "ivanova", "/partner/1", "Информация", "light", 360),
    ("fields", "morozov", "/fields", "Создать новое поле", "light", 1440),
    ("list", "morozov", "/list/4", "Сохранить", "light", 1440),
    ("user", "morozov", "/user/4", "Открытых сеансов", "light", 1440),
    ("group", "morozov", "/group/1", "Поля и доступы к ним", "light", 1440),
    ("import", "morozov", "/imports", "Загрузка базы", "light", 1440),
    ("settings", "morozov", "/settings", "Часовой пояс", "light", 1440),
]


@pytest.mark.parametrize(
    ("name", "login", "address", "text", "scheme", "width"), PICTURES, ids=[p[0] for p in PICTURES]
)
def test_picture(
    demo: Server,
    browser_of: Callable[..., Page],
    tmp_path: Path,
    name: str,
    login: str,
    address: str,
    text: str,
    scheme: str,
    width: int,
) -> None:
    page = browser_of(width=width, height=780 if width < 500 else 860, scheme=scheme)
    sign_in(page, demo, login, PASSWORD)
    expect(page.get_by_role("tab").first).to_be_visible()
    page.goto(demo.url + address)
    screen = Screen(page)
    expect(screen.panel).to_contain_text(text)
    if address.startswith("/?") or address == "/":
        expect(screen.panel.locator(".ag-row .kaw-cell-title").first).to_be_visible()
    take(page, name, tmp_path)


def test_pictures_of_a_call(company: Server, office: Office, browser_of: Callable[..., Page], tmp_path: Path) -> None:
    page = browser_of(width=1440, height=860)
    sign_in(page, company, "ivanova", PASSWORD)
    page.get_by_role("button", name="Телефония").click()
    number = partner_of(page, 3)
    talk(page, office, number)
    caller = office.call_in(number)
    expect(page.locator(".kaw-call-strip.ringing")).to_contain_text("последний разговор")
    take(page, "ringing", tmp_path)
    office.pick_up("201")
    page.locator(".kaw-phone").get_by_label("Заметка к звонку").fill("Просит счет на три позиции")
    expect(page.locator(".kaw-phone .kaw-talk-time")).to_have_text("00:04")
    take(page, "talk", tmp_path)
    office.hang_up(caller)
    page.get_by_role("group", name="Постобработка").get_by_role("radio", name="Перезвонить").click()
    page.get_by_role("button", name="Готово").click()
    page.get_by_role("button", name="# История").click()
    expect(Screen(page).panel).to_contain_text("Просит счет на три позиции")
    take(page, "calls", tmp_path)


def talk(page: Page, office: Office, number: str) -> None:
    """A call that comes and goes."""
    caller = office.call_in(number)
    expect(page.locator(".kaw-call-strip.ringing")).to_be_visible()
    office.pick_up("201")
    expect(page.locator(".kaw-phone")).to_contain_text("Разговор")
    expect(Screen(page).panel).to_contain_text("Карточка создана")
    office.hang_up(caller)
    page.get_by_role("button", name="Готово").click()
    expect(page.locator(".kaw-operator-state")).to_contain_text("Ожидание")


def partner_of(page: Page, place: int) -> str:
    """The phone number in a row of the table."""
    cell = page.locator(f".ag-row[row-index='{place}'] [col-id]").filter(has_text=re.compile(r"\+7 \d{3}"))
    found = re.search(r"\+7[\d -]+", cell.first.inner_text())
    assert found
    return re.sub(r"\D", "", found[0])


def take(page: Page, name: str, tmp_path: Path) -> None:
    """The picture, of a page that fits its window."""
    folder = ROOT / "docs" / "pictures" if os.environ.get("KAW_PICTURES") else tmp_path
    page.screenshot(path=folder / f"{name}.png")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, "the page scrolls sideways"

"""The pictures of the guides, taken of the real thing.

Every run takes them, so that a screen that cannot be drawn is noticed; KAW_PICTURES=1 puts them into docs/pictures.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ROOT, Server, sign_in
from tests.e2e.screens import Screen

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
    folder = ROOT / "docs" / "pictures" if os.environ.get("KAW_PICTURES") else tmp_path
    page.screenshot(path=folder / f"{name}.png")
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wider <= 0, "the page scrolls sideways"

"""The card in a real browser: what is typed, when and how (R8.2)."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.screens import Screen

PASSWORD = "kaw-demo-2026"
DESCRIPTION, PHONE = "Описание партнера", "Телефон"


def test_what_is_typed_the_moment_the_card_appears_is_kept(demo: Server, browser_of: Callable[..., Page]) -> None:
    """R8.2"""
    anna = signed_in(demo, browser_of())
    for text in ("сразу", "и еще раз сразу", "и в третий", "и в четвертый"):
        anna.open(f"{demo.url}/partner/40")
        anna.fill(DESCRIPTION, text)
        anna.page.keyboard.press("Control+s")
        expect(anna.panel.locator(".kaw-feed-line").first).to_contain_text(f"→ {text}")
        expect(anna.panel.get_by_role("textbox", name=DESCRIPTION)).to_have_value(text)


def test_a_phone_is_put_in_groups_when_its_field_is_left(demo: Server, browser_of: Callable[..., Page]) -> None:
    """R7.5.2 R8.2"""
    anna = signed_in(demo, browser_of())
    anna.open(f"{demo.url}/partner/41")
    anna.fill(PHONE, "89031545546")
    anna.page.keyboard.press("Tab")
    expect(anna.panel.get_by_role("textbox", name=PHONE)).to_have_value("+7 903 154-55-46")


def signed_in(server: Server, page: Page) -> Screen:
    sign_in(page, server, "ivanova", PASSWORD)
    screen = Screen(page)
    expect(screen.footer).to_contain_text("партнер")
    return screen

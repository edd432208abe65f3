"""The partner table in a real browser: what only its JavaScript does (R8.3)."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.screens import Screen

PASSWORD = "kaw-demo-2026"
NAME = "Название контакта"
SCRIPTS = (
    "<img src=x onerror=window.kawHurt=1>",
    "<svg onload=window.kawHurt=1>",
    "{{window.kawHurt=1}}",
    '"><script>window.kawHurt=1</script>',
)
ROWS = "**/data/partners*"


@pytest.fixture
def anna(demo: Server, browser_of: Callable[..., Page]) -> Screen:
    return at_the_table(demo, browser_of(1366, 768), "ivanova")


@pytest.fixture
def oleg(demo: Server, browser_of: Callable[..., Page]) -> Screen:
    return at_the_table(demo, browser_of(), "morozov")


@pytest.fixture
def renamed(demo: Server, oleg: Screen) -> Iterator[Callable[[str, str], None]]:
    """``renamed(card's address, name)``: Oleg gives a partner another name."""
    before: dict[str, str] = {}

    def rename(address: str, name: str) -> None:
        if not oleg.page.url.endswith(address):
            oleg.open(demo.url + address)
        field = oleg.panel.get_by_role("textbox", name=NAME)
        before.setdefault(address, field.input_value())
        field.fill(name)
        oleg.save()
        expect(oleg.page.get_by_text("Сохранено").last).to_be_visible()

    yield rename
    for address, name in before.items():
        rename(address, name)


def at_the_table(server: Server, page: Page, login: str) -> Screen:
    sign_in(page, server, login, PASSWORD)
    screen = Screen(page)
    expect(screen.panel.locator(".kaw-cell-title").first).to_be_visible()
    return screen


def titles(screen: Screen) -> list[str]:
    return screen.panel.locator(".kaw-cell-title").all_inner_texts()


def test_fifteen_rows_fit_and_the_name_stays_beside_them(anna: Screen) -> None:
    """R8.3.1"""
    box = anna.panel.locator(".ag-body-viewport").bounding_box()
    assert box
    assert box["height"] // 34 >= 15
    pinned = anna.panel.locator(".ag-pinned-left-cols-container .kaw-cell-title")
    expect(pinned.first).to_be_visible()


def test_what_others_change_appears_in_its_place(anna: Screen, renamed: Callable[[str, str], None]) -> None:
    """R6.5 R8.3.1"""
    body = anna.panel.locator(".ag-body-viewport")
    body.evaluate("(element) => { element.scrollTop = 5100; }")
    anna.page.wait_for_function(
        "() => [...document.querySelectorAll('.kaw-cell-title')].some((a) => +a.pathname.split('/')[2] > 150)"
    )
    address = anna.panel.locator(".kaw-cell-title").nth(12).get_attribute("href")
    assert address
    renamed(address, "ООО «На глазах»")
    expect(anna.row("ООО «На глазах»").first).to_be_visible(timeout=2_000)
    assert body.evaluate("(element) => element.scrollTop") == 5100


def test_a_table_nobody_sees_reads_nothing_until_somebody_does(
    anna: Screen, renamed: Callable[[str, str], None]
) -> None:
    """R6.5"""
    address = anna.panel.locator(".kaw-cell-title").first.get_attribute("href")
    assert address
    anna.panel.locator(".kaw-cell-title").nth(3).click()
    expect(anna.panel.get_by_role("textbox", name=NAME)).to_be_visible()
    asked: list[str] = []

    def note(request: Request) -> None:
        if "/data/partners" in request.url:
            asked.append(request.url)

    anna.page.on("request", note)
    renamed(address, "ООО «За спиной»")
    renamed(address, "ООО «За спиной, второй раз»")
    assert asked == []
    anna.tab("Партнеры").click()
    expect(anna.row("ООО «За спиной, второй раз»").first).to_be_visible()


def test_the_word_typed_last_is_what_is_found(anna: Screen) -> None:
    """R8.3.2"""
    box = anna.panel.get_by_role("searchbox")
    box.press_sequentially("ром", delay=200)
    box.press_sequentially("ашка", delay=200)
    expect(anna.panel.locator(".kaw-cell-title mark").first).to_have_text("Ромашка")
    assert all("ромашка" in title.casefold() for title in titles(anna))
    expect(anna.page).to_have_url(f"{anna.page.url.split('?')[0]}?q=%D1%80%D0%BE%D0%BC%D0%B0%D1%88%D0%BA%D0%B0")
    anna.page.reload()
    expect(anna.panel.locator(".kaw-cell-title mark").first).to_have_text("Ромашка")


def test_arrows_move_and_enter_opens_the_card(anna: Screen) -> None:
    """R8.3.4"""
    anna.panel.locator(".ag-center-cols-container .ag-row[row-index='2'] .ag-cell").nth(1).click()
    name = titles(anna)[3]
    anna.page.keyboard.press("ArrowDown")
    anna.page.keyboard.press("Enter")
    expect(anna.tab(name)).to_have_attribute("aria-selected", "true")


def test_a_server_that_does_not_answer_is_told_and_asked_again(anna: Screen) -> None:
    anna.page.route(ROWS, abort)
    anna.panel.get_by_role("button", name=f"{NAME}: сортировать").click()
    expect(anna.panel.get_by_text("Сервер не отвечает.")).to_be_visible()
    anna.page.unroute(ROWS, abort)
    anna.button("Повторить").click()
    expect(anna.panel.get_by_text("Сервер не отвечает.")).to_be_hidden()
    expect(anna.panel.locator(".kaw-cell-title").first).to_be_visible()


def test_readings_that_were_given_up_hold_up_no_others(anna: Screen) -> None:
    """R8.3.2: the grid asks two blocks at a time, and a search that is typed over is never answered."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    anna.page.route(ROWS, hold)
    for word in ("ромашка", "астра", "звезда", "вектор"):
        with anna.page.expect_request(ROWS):
            anna.search(word)
    anna.page.unroute(ROWS, hold)
    anna.search("")
    expect(anna.panel.locator(".kaw-cell-title").first).to_be_visible()


def abort(route: Route) -> None:
    route.abort()


def test_nothing_typed_runs_as_a_script(demo: Server, anna: Screen, renamed: Callable[[str, str], None]) -> None:
    """R8.2 R8.2.3 R8.3.1"""
    address = anna.panel.locator(".kaw-cell-title").nth(5).get_attribute("href")
    assert address
    for text in SCRIPTS:
        renamed(address, text)
        expect(anna.row(text).first).to_be_visible()
        anna.search(text)
        expect(anna.panel.locator(".kaw-cell-title").first).to_have_text(text)
        anna.panel.get_by_role("button", name="Удалить партнера").first.click()
        expect(anna.page.get_by_role("dialog")).to_contain_text(text)
        unhurt(anna)
        anna.page.get_by_role("dialog").get_by_role("button", name="Отмена").click()
        expect(anna.page.get_by_role("dialog")).to_have_count(0)  # an open dialog holds the focus
        anna.search("")
    anna.open(demo.url + address)
    expect(anna.panel.locator(".kaw-feed-line").nth(2)).to_contain_text(SCRIPTS[1])
    unhurt(anna)


def unhurt(screen: Screen) -> None:
    assert screen.page.evaluate("window.kawHurt") is None
    assert screen.page.locator("[onerror], [onload]").count() == 0


def test_a_funnel_is_used_without_a_mouse(anna: Screen) -> None:
    """R8.3.3"""
    anna.panel.get_by_role("button", name="Статус партнера: фильтр").focus()
    anna.page.keyboard.press("Enter")
    popover = anna.page.get_by_role("dialog", name="Фильтр: Статус партнера")
    expect(popover.get_by_role("checkbox").first).to_be_focused()
    anna.page.keyboard.press("Escape")
    expect(popover).to_have_count(0)

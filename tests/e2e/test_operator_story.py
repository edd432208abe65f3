"""An operator's work with a phone on the desk, against a PBX over TCP, in a real browser (R12.2b–R12.5, R12.8)."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.simulated_office import Office

PASSWORD = "kaw-demo-2026"


def work(page: Page, company: Server, login: str = "ivanova") -> Page:
    sign_in(page, company, login, PASSWORD)
    expect(page.locator(".kaw-operator-state")).to_contain_text("Ожидание")
    return page


def counter(page: Page, name: str) -> str:
    found = re.search(rf"{name}\s*(\d+)", page.locator(".kaw-counters").inner_text())
    assert found
    return found[1]


# R12.5, R12.8: an unknown number calls, its card opens for who answered, outcome and note stay with the call
def test_an_unknown_partner_calls(company: Server, office: Office, browser_of: Callable[..., Page]) -> None:
    page, colleague = work(browser_of(), company), work(browser_of(), company, "kuznetsov")
    caller = office.call_in("79998887766")
    notice = page.locator(".kaw-call-strip.ringing")
    expect(notice).to_contain_text("+7 999 888-77-66")
    expect(notice).to_contain_text("нет в базе")
    office.pick_up("201")
    expect(page.get_by_role("tab", selected=True)).to_have_text(re.compile("№ 2001"))
    expect(page.locator(".kaw-phone")).to_contain_text("Разговор")
    expect(colleague.get_by_role("tab")).to_have_count(1)
    page.locator(".kaw-phone").get_by_label("Заметка к звонку").fill("Просит счет")
    page.locator("input[aria-label='Название контакта'], .kaw-row input").first.fill("ООО «Новое»")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("tab", selected=True)).to_contain_text("ООО «Новое»")
    office.hang_up(caller)
    strip = page.get_by_role("group", name="Постобработка")
    expect(strip).to_contain_text("ООО «Новое»")
    expect(page.locator(".kaw-operator-state")).to_contain_text("Постобработка")
    assert office.paused("201") == "after-call"
    expect(strip.get_by_label("Заметка к звонку")).to_have_value("Просит счет")
    strip.get_by_role("radio", name="Перезвонить").click()
    strip.get_by_role("button", name="Готово").click()
    expect(strip).to_be_hidden()
    expect(page.locator(".kaw-operator-state")).to_contain_text("Ожидание")
    assert office.paused("201") is None
    assert counter(page, "принятые") == "1"
    find_and_hear(page, company)


def find_and_hear(page: Page, company: Server) -> None:
    """R12.6, R8.2.8: the call in «История вызовов», its recording, and the way back to the card."""
    page.get_by_role("button", name="# История").click()
    row = page.get_by_role("tabpanel").filter(visible=True).get_by_role("row").filter(has_text="ООО «Новое»")
    expect(row).to_contain_text("Входящий, отвечен")
    expect(row).to_contain_text("+7 999 888-77-66")
    expect(row.locator(".outcome")).to_have_text(re.compile(r"Перезвонить\s*Просит счет"))
    row.get_by_role("button", name="Прослушать").click()
    player = row.locator("audio")
    page.wait_for_function("(audio) => audio.currentTime > 0.3", arg=player.element_handle())
    player.evaluate("(audio) => new Promise((done) => { audio.onseeked = done; audio.currentTime = 9; })")
    page.wait_for_function("(audio) => audio.currentTime > 9.2 && !audio.paused", arg=player.element_handle())
    part = page.request.get(f"{company.url}{player.get_attribute('src')}", headers={"Range": "bytes=100-199"})
    assert (part.status, len(part.body())) == (206, 100)
    row.get_by_role("link", name="ООО «Новое»").click()
    expect(page.get_by_role("tab", selected=True)).to_contain_text("ООО «Новое»")
    page.get_by_role("radio", name="История по звонкам").click()
    calls = page.get_by_role("region", name="История по звонкам")
    expect(calls).to_contain_text("звонков сделано — 1, пропущено — 0")
    expect(calls.get_by_role("row")).to_have_count(2)
    calls.get_by_role("button", name="Изменить итог и заметку").click()
    dialog = page.get_by_role("dialog", name="Итог и заметка")
    dialog.get_by_label("Заметка к звонку").fill("Счет отправлен")
    dialog.get_by_role("button", name="Сохранить").click()
    expect(calls.locator("td.outcome")).to_contain_text("Счет отправлен")


# R12.5: the second call of the same number finds the card of the first
def test_the_same_number_again_is_the_same_card(
    company: Server, office: Office, browser_of: Callable[..., Page]
) -> None:
    page = work(browser_of(), company)
    for _ in range(2):
        caller = office.call_in("79998887766")
        expect(page.locator(".kaw-call-strip.ringing")).to_be_visible()
        office.pick_up("201")
        expect(page.get_by_role("tab", selected=True)).to_have_text(re.compile("№ 2001"))
        office.hang_up(caller)
        page.get_by_role("button", name="Готово").click()
        expect(page.locator(".kaw-operator-state")).to_contain_text("Ожидание")
    expect(page.get_by_role("tab")).to_have_count(2)


# R12.3: «Пауза» and «В работу», seen by everybody and obeyed by the PBX
def test_a_pause_is_the_pbxs_and_everybodys(company: Server, office: Office, browser_of: Callable[..., Page]) -> None:
    page, colleague = work(browser_of(), company), work(browser_of(), company, "kuznetsov")
    page.get_by_role("button", name="Пауза").click()
    page.get_by_role("button", name="Технический сбой").click()
    expect(page.locator(".kaw-operator-state")).to_contain_text("Пауза: Технический сбой")
    assert office.paused("201") == "Технический сбой"
    colleague.locator(".kaw-operator-state").click()
    expect(colleague.locator(".kaw-operator", has_text="Анна Иванова")).to_contain_text("Технический сбой")
    page.get_by_role("button", name="В работу").click()
    expect(page.locator(".kaw-operator-state")).to_contain_text("Ожидание")
    assert office.paused("201") is None


# R12.2b, R12.4: a call out by the desk phone, ended from the screen
def test_a_call_out_by_the_phone_on_the_desk(company: Server, office: Office, browser_of: Callable[..., Page]) -> None:
    page = work(browser_of(), company)
    page.get_by_role("button", name="Телефония").click()
    block = page.locator(".kaw-phone")
    block.get_by_label("Номер телефона").fill("8 (903) 154-55-46")
    block.get_by_role("button", name="Позвонить по номеру").click()
    expect(block).to_contain_text("Набор номера")
    office.pick_up("201")
    expect(block).to_contain_text("+7 903 154-55-46")
    block.get_by_role("button", name="Завершить").click()
    expect(page.locator(".kaw-operator-state")).to_contain_text(re.compile("Ожидание|Постобработка"))
    assert office.ringing("201") is None


# R12.4: one click on a phone in the partner table; the card stays closed
def test_a_call_from_the_partner_table(company: Server, office: Office, browser_of: Callable[..., Page]) -> None:
    page = work(browser_of(), company)
    cell = page.locator(".kaw-phone-cell").filter(has=page.locator(".kaw-more")).first
    number = cell.locator(".kaw-clip").first.inner_text()
    cell.locator(".kaw-call-button").dblclick()
    expect(page.locator(".kaw-phone")).to_contain_text("Набор номера")
    office.pick_up("201")
    expect(page.locator(".kaw-phone")).to_contain_text(number)
    expect(page.get_by_role("tab")).to_have_count(1)
    assert office.calls_of("201") == 1
    page.locator(".kaw-phone").get_by_role("button", name="Завершить").click()
    expect(page.locator(".kaw-operator-state")).to_contain_text(re.compile("Ожидание|Постобработка"))
    cell.locator(".kaw-more").click()
    others = page.get_by_role("dialog").filter(visible=True).get_by_role("button", name="Позвонить")
    expect(others.nth(1)).to_be_visible()
    second = (others.nth(1).get_attribute("aria-label") or "").removeprefix("Позвонить ").split(" доб.")[0]
    others.nth(1).click()
    expect(page.locator(".kaw-phone")).to_contain_text("Набор номера")
    office.pick_up("201")
    expect(page.locator(".kaw-phone")).to_contain_text(second.split(" (")[0])
    expect(page.get_by_role("tab")).to_have_count(1)


# R4.3: a lost line is said, and comes back by itself
def test_a_lost_line_is_said(company: Server, office: Office, browser_of: Callable[..., Page]) -> None:
    page = work(browser_of(), company)
    office.drop_the_line()
    expect(page.locator(".kaw-registration")).to_have_text(re.compile("Нет связи с АТС|Подключение к АТС"))
    expect(page.locator(".kaw-registration")).to_have_text("Добавочный 201")


# R12.3: a crashed browser pauses its operator; back again, he resumes with one click
def test_a_browser_that_is_gone_pauses_its_operator(
    company: Server, office: Office, browser_of: Callable[..., Page]
) -> None:
    admin = browser_of()
    sign_in(admin, company, "morozov", PASSWORD)
    admin.goto(f"{company.url}/settings")
    seconds = admin.get_by_label("Пауза, если браузера нет")
    expect(seconds).to_be_visible()
    seconds.fill("1")
    admin.get_by_role("button", name="Сохранить").first.click()
    expect(admin.locator(".kaw-toast")).to_contain_text("Сохранено")
    page = work(browser_of(), company)
    page.get_by_role("button", name="Телефония").click()
    expect(page.locator(".kaw-phone")).to_be_visible()  # it is connected
    page.context.close()
    admin.locator(".kaw-operator-state").click()
    expect(admin.locator(".kaw-operator", has_text="Анна Иванова")).to_contain_text("нет связи", timeout=15_000)
    assert office.paused("201") == "нет связи"
    back = browser_of()
    sign_in(back, company, "ivanova", PASSWORD)
    expect(back.locator(".kaw-operator-state")).to_contain_text("Пауза: нет связи")
    back.get_by_role("button", name="В работу").click()
    expect(back.locator(".kaw-operator-state")).to_contain_text("Ожидание")

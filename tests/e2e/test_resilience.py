"""Tabs, unsaved text and data survive a reload, a restart and a power cut; a lost server is told."""

import signal
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.screens import Screen

PASSWORD = "kaw-demo-2026"


def test_tabs_and_unsaved_text_come_back_after_a_power_cut(server: Server, browser_of: Callable[..., Page]) -> None:
    """R6.2"""
    server.start("--demo")
    anna = Screen(browser_of())
    sign_in(anna.page, server, "ivanova", PASSWORD)
    expect(anna.footer).to_contain_text("партнер")
    anna.open(f"{server.url}/partner/1")
    expect(anna.panel).to_contain_text("Карточка создана")
    anna.fill("Описание партнера", "набрано и не сохранено")
    wait_for_draft(server, "набрано и не сохранено")
    server.stop(signal.SIGKILL)
    server.start("--demo")
    anna.page.goto(f"{server.url}/partner/1")
    expect(anna.panel.get_by_label("Описание партнера")).to_have_value("набрано и не сохранено")


def wait_for_draft(server: Server, text: str) -> None:
    """Until it is on the disk: what counts is what survives the power cut."""
    deadline = time.monotonic() + 10
    path = server.data_dir / "demo" / "kaw.sqlite"
    while time.monotonic() < deadline:
        with closing(sqlite3.connect(path)) as connection:
            if text in str(connection.execute("SELECT content FROM draft").fetchall()):
                return
        time.sleep(0.05)  # another process writes it; nothing here could tell us
    pytest.fail("the draft was not written")


def test_signing_out_ends_every_window_of_the_browser(demo: Server, browser_of: Callable[..., Page]) -> None:
    """R5.2"""
    first = browser_of()
    sign_in(first, demo, "petrov", PASSWORD)
    expect(Screen(first).footer).to_contain_text("партнер")
    second = first.context.new_page()
    second.goto(demo.url)
    expect(Screen(second).footer).to_contain_text("партнер")
    first.get_by_role("button", name="Выйти").click()
    expect(second.get_by_role("button", name="Войти")).to_be_visible(timeout=5_000)
    expect(first.get_by_role("button", name="Войти")).to_be_visible(timeout=5_000)


def test_a_deactivated_user_is_out_within_five_seconds(demo: Server, browser_of: Callable[..., Page]) -> None:
    """R5.2"""
    pavel, oleg = browser_of(), Screen(browser_of())
    sign_in(pavel, demo, "kuznetsov", PASSWORD)
    expect(Screen(pavel).footer).to_contain_text("партнер")
    sign_in(oleg.page, demo, "morozov", PASSWORD)
    expect(oleg.footer).to_contain_text("партнер")
    oleg.go_to("Пользователи")
    oleg.panel.get_by_text("Павел Кузнецов").click()
    oleg.panel.get_by_label("Пользователь активирован?").click()
    oleg.save()
    expect(pavel.get_by_role("button", name="Войти")).to_be_visible(timeout=5_000)


def test_a_lost_server_is_told_and_the_page_comes_back(server: Server, browser_of: Callable[..., Page]) -> None:
    server.start("--demo")
    anna = Screen(browser_of())
    sign_in(anna.page, server, "ivanova", PASSWORD)
    expect(anna.footer).to_contain_text("партнер")
    server.stop()
    expect(anna.page.get_by_text("Нет связи с сервером")).to_be_visible(timeout=30_000)
    server.start("--demo")
    expect(anna.footer).to_contain_text("партнер", timeout=60_000)

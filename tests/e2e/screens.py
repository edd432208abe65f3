"""KAW's screens as a person uses them: what is on them by its visible words."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

ADDRESSES = {
    "Партнеры": "/",
    "Группы": "/groups",
    "Пользователи": "/users",
    "Поля": "/fields",
    "Списки": "/lists",
    "Настройки": "/settings",
    "Загрузка базы": "/imports",
    "Журнал": "/audit",
    "Корзина": "/bin",
    "Личные настройки": "/account",
}


class Screen:
    """One person's browser on the workspace."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def panel(self) -> Locator:
        """What the active tab shows."""
        return self.page.locator(".kaw-tabpanel:not(.kaw-hidden)")

    @property
    def footer(self) -> Locator:
        """The line below the partner table."""
        return self.page.locator(".kaw-partners-foot")

    def open(self, address: str) -> None:
        """Go to an address and wait until the page hears what is typed into it."""
        self.page.goto(address)
        self.page.wait_for_function("window.did_handshake")

    def change_first_password(self, password: str) -> None:
        self.page.get_by_label("Новый пароль", exact=True).fill(password)
        self.page.get_by_label("Новый пароль еще раз").fill(password)
        self.page.get_by_role("button", name="Сохранить").click()

    def skip_demonstration_data(self) -> None:
        self.page.get_by_role("button", name="Начать с пустой").click()

    def go_to(self, entry: str) -> None:
        """Open an entry of the menu; it opens by pointing at ≡ and closes on leaving."""
        self.page.get_by_role("button", name="Меню").hover()
        self.page.get_by_role("navigation", name="Меню").get_by_role("button", name=entry).click()
        self.page.mouse.move(700, 500)
        expect(self.page).to_have_url(re.compile(f"{ADDRESSES[entry]}$"))

    def tab(self, title: str) -> Locator:
        return self.page.get_by_role("tab", name=title)

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name, exact=True)

    def create(self, word: str) -> None:
        """The one visible button that begins a new thing, in an empty list or above a full one."""
        self.panel.get_by_role("button", name=word).locator("visible=true").first.click()

    def save(self) -> None:
        self.button("Сохранить").click()

    def fill(self, label: str, text: str) -> None:
        self.panel.get_by_label(label, exact=True).fill(text)

    def choose(self, label: str, option: str) -> None:
        """Pick from a drop-down."""
        self.panel.get_by_label(label, exact=True).click()
        self.page.get_by_role("option", name=option, exact=True).click()

    def tick(self, label: str) -> None:
        box = self.panel.get_by_role("checkbox", name=label)
        box.click()
        expect(box).to_be_checked()

    def make_list(self, name: str, items: Iterable[tuple[str, bool]]) -> None:
        self.go_to("Списки")
        self.create("Создать")
        self.fill("Название списка (обязательно)", name)
        for number, (item, hidden) in enumerate(items, 1):
            name_of_row = self.panel.get_by_label(f"Название, {number}", exact=True)
            if not name_of_row.count():
                self.panel.locator(".kaw-choice-add").click()
            name_of_row.fill(item)
            if hidden:
                self.panel.get_by_role("checkbox").nth(number - 1).check()
        self.save()
        expect(self.page.get_by_text(f"Список «{name}» создан.")).to_be_visible()

    def make_field(
        self,
        name: str,
        unique_name: str,
        kind: str,
        *,
        choice_list: str = "",
        on_main_page: bool = False,
        required: bool = False,
    ) -> None:
        self.go_to("Поля")
        self.create("Создать")
        self.fill("Название поля", name)
        self.panel.get_by_label("Уникальное название поля (на латинице без пробелов)").fill(unique_name)
        self.choose("Тип поля", kind)
        if choice_list:
            self.choose("Список", choice_list)
        if on_main_page:
            self.tick("Выводить ли на главной странице")
        if required:
            self.tick("Обязательное?")
        self.save()
        expect(self.page.get_by_text(f"Поле «{name}» создано.")).to_be_visible()

    def make_user(self, name: str, login: str, password: str) -> None:
        self.go_to("Пользователи")
        self.button("Добавить нового пользователя").click()
        self.fill("Имя пользователя", name)
        self.fill("Логин для входа", login)
        self.fill("Пароль", password)
        self.save()
        expect(self.page.get_by_text(f"Пользователь «{name}» создан.")).to_be_visible()

    def make_group(self, name: str, members: Iterable[str], levels: Mapping[str, str]) -> None:
        self.go_to("Группы")
        self.create("Добавить")
        self.fill("Название группы", name)
        self.save()
        for member in members:
            self.panel.get_by_role("switch", name=member).check(force=True)
        for field, level in levels.items():
            self.panel.get_by_role("radio", name=f"{field}: {level}").check(force=True)
        self.save()
        expect(self.page.get_by_text("Сохранено.")).to_be_visible()

    def load_file(self, path: Path, *, rows: int) -> None:
        self.go_to("Загрузка базы")
        self.panel.locator("input[type=file]").set_input_files(path)
        self.button("Загрузить").click()
        expect(self.page.get_by_text("Добавлено партнеров").first).to_be_visible(timeout=30_000)
        del rows

    def search(self, text: str) -> None:
        self.panel.get_by_role("searchbox").fill(text)

    def row(self, text: str) -> Locator:
        """A row of the partner table by a text in it."""
        return self.panel.locator(".ag-row", has_text=text)

    def filter(self, column: str, values: Iterable[str]) -> None:
        self.panel.get_by_role("button", name=f"{column}: фильтр").click()
        popover = self.page.get_by_role("dialog", name=f"Фильтр: {column}")
        for value in values:
            popover.get_by_label(value).check()
        popover.get_by_role("button", name="Применить").click()
        expect(popover).to_have_count(0)

    def chip(self, text: str) -> Locator:
        return self.panel.locator(".kaw-chip", has_text=text)

    def reset_filters(self) -> None:
        self.button("Сбросить").click()

    def open_card(self, name: str) -> None:
        self.row(name).get_by_role("link", name=name).click()
        expect(self.tab(name)).to_have_attribute("aria-selected", "true")

    def section(self, name: str) -> None:
        """Switch to a section of the card."""
        self.panel.get_by_role("radio", name=name, exact=True).click()

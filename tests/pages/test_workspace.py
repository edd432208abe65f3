"""The frame, its tabs and its menu."""

import asyncio

from nicegui import ui
from nicegui.testing import User

from kaw import db, live
from kaw.components.tab_bar import Tab
from kaw.i18n import use_language
from kaw.models import User as UserRow
from kaw.services import workspace_state
from kaw.services.access import Actor
from kaw.services.workspace_state import TabRef
from tests.conftest import People
from tests.pages import tabs_under_test
from tests.pages.conftest import Visit


async def test_the_frame_says_who_is_signed_in_and_what_telephony_does(visit: Visit, people: People) -> None:
    """R6.1 R6.4 R4.3"""
    anna = await visit(people.anna, "/notes")
    await anna.should_see("Анна Иванова")
    await anna.should_see("© KAW 2026")
    await anna.should_see("телефония не подключена")
    await anna.should_see("Выйти")


async def test_the_menu_has_what_the_rights_open(visit: Visit, people: People) -> None:
    """R6.3"""
    oleg = await visit(people.oleg, "/notes")
    await oleg.should_see("Администрирование")
    await oleg.should_see("Пользователи")
    vera = await visit(people.vera, "/notes")
    await vera.should_not_see("Администрирование")
    await vera.should_not_see("Пользователи")
    await vera.should_see("Личные настройки")


async def test_a_direct_address_without_the_right_shows_no_content(visit: Visit, people: People) -> None:
    """R6.3"""
    anna = await visit(people.anna, "/secret")
    await anna.should_see("Нет доступа")
    await anna.should_not_see("for administrators")
    oleg = await visit(people.oleg, "/secret")
    await oleg.should_see("for administrators")


async def test_an_unknown_address_and_a_missing_thing_look_alike(visit: Visit, people: People) -> None:
    for address in ("/nonsense", "/note/404", "/note"):
        anna = await visit(people.anna, address)
        await anna.should_see("Здесь ничего нет")


async def test_opening_an_open_tab_switches_to_it(visit: Visit, people: People) -> None:
    """R6.2"""
    anna = await visit(people.anna, "/notes")
    anna.find("open note 1").click()
    await anna.should_see("note 1 here")
    click_tab(anna, "Notes")
    anna.find("open note 1").click()
    await anna.should_see("note 1 here")
    assert titles(anna).count("Note no. 1") == 1


async def test_the_first_tab_cannot_be_closed(visit: Visit, people: People) -> None:
    """R6.2"""
    anna = await visit(people.anna, "/notes")
    assert "kaw-tab-close" not in classes_inside(tabs_of(anna)[0])
    assert "kaw-tab-close" in classes_inside(tabs_of(anna)[1])


async def test_a_tab_with_unsaved_text_asks_before_closing(visit: Visit, people: People) -> None:
    """R6.2"""
    anna = await visit(people.anna, "/note/1")
    anna.find("note 1 here").type("half a thought")
    close(anna, "Note no. 1")
    await anna.should_see("Закрыть без сохранения?")
    anna.find("Отмена").click()
    assert "Note no. 1" in titles(anna)
    close(anna, "Note no. 1")
    await anna.should_see("Закрыть без сохранения?")
    anna.find(kind=ui.button, content="Закрыть без сохранения").click()
    await anna.should_not_see("half a thought")
    assert "Note no. 1" not in titles(anna)


async def test_tabs_and_unsaved_text_come_back_after_a_reload(visit: Visit, people: People) -> None:
    """R6.2"""
    anna = await visit(people.anna, "/note/1")
    anna.find("note 1 here").type("half a thought")
    await anna.should_see("half a thought")
    await saved(people.anna, "1", "half a thought")
    again = await visit(people.anna, "/notes")
    assert "Note no. 1" in titles(again)
    click_tab(again, "Note no. 1")
    await again.should_see("came back from a draft")
    await again.should_see("half a thought")


async def test_tabs_are_ones_own(visit: Visit, people: People) -> None:
    """R6.2: what one has open and typed is nobody else's."""
    anna = await visit(people.anna, "/note/1")
    anna.find("note 1 here").type("half a thought")
    await anna.should_see("half a thought")
    await saved(people.anna, "1", "half a thought")
    boris = await visit(people.boris, "/note/1")
    await boris.should_see("note 1 here")
    await boris.should_not_see("half a thought")


async def test_a_tab_that_fails_can_be_tried_again(visit: Visit, people: People) -> None:
    tabs_under_test.broken["now"] = True
    anna = await visit(people.anna, "/broken")
    await anna.should_see("Не удалось загрузить")
    tabs_under_test.broken["now"] = False
    anna.find("Повторить").click()
    await anna.should_see("mended")


async def test_a_right_given_or_taken_shows_without_a_reload(visit: Visit, people: People) -> None:
    """R6.3 R6.5"""
    anna = await visit(people.anna, "/secret")
    await anna.should_see("Нет доступа")
    make_administrator(people.anna, True)
    await anna.should_see("for administrators")
    await anna.should_see("Пользователи")
    make_administrator(people.anna, False)
    await anna.should_see("Нет доступа")
    await anna.should_not_see("for administrators")


async def test_a_tab_opened_twice_at_once_is_built_once(visit: Visit, people: People) -> None:
    """R6.2: whoever creates a group gets its tab and the news of changed rights in one moment."""
    oleg = await visit(people.oleg, "/notes")
    await oleg.should_see("open secret")
    oleg.find("open secret").click()
    await oleg.should_see("for administrators")
    assert len(oleg.find("for administrators").elements) == 1


async def test_a_right_taken_while_the_tab_is_being_built(visit: Visit, people: People) -> None:
    """R6.3: what was begun with the right comes to nothing."""
    tabs_under_test.gates["secret"] = asyncio.Event()
    oleg = await visit(people.oleg, "/secret")
    make_administrator(people.vera, True)
    make_administrator(people.oleg, False)
    await oleg.should_see("Нет доступа")
    tabs_under_test.gates.pop("secret").set()
    make_administrator(people.anna, True)
    await oleg.should_not_see("for administrators", retries=3)
    await oleg.should_see("Нет доступа")


async def test_each_reader_gets_his_language(visit: Visit, people: People) -> None:
    with db.transaction() as tx:
        tx.session.get(UserRow, people.boris.user_id).language = "en"
    boris = await visit(people.boris, "/notes")
    await boris.should_see("Sign out")
    anna = await visit(people.anna, "/notes")
    await anna.should_see("Выйти")
    with use_language("en"):  # whatever the task speaks that announces, the reader's page speaks his language
        make_administrator(people.anna, True)
    await anna.should_see("Пользователи")


async def test_a_stranger_gets_the_sign_in_page(visit: Visit, people: People) -> None:
    """R5.1"""
    stranger = await visit(None, "/notes")
    await stranger.should_see("Войти")
    await stranger.should_not_see("open note 1")


def tabs_of(user: User) -> list[Tab]:
    return list(user.find(kind=Tab).elements) and sorted(user.find(kind=Tab).elements, key=lambda tab: tab.id)


def titles(user: User) -> list[str]:
    return [str(tab.props["title"]) for tab in tabs_of(user)]


def tab_named(user: User, title: str) -> Tab:
    return next(tab for tab in tabs_of(user) if tab.props["title"] == title)


def click_tab(user: User, title: str) -> None:
    tab = tab_named(user, title)
    _fire(tab, "click")


def close(user: User, title: str) -> None:
    button = next(child for child in tab_named(user, title).descendants() if "kaw-tab-close" in child.classes)
    _fire(button, "click")


def classes_inside(element: ui.element) -> set[str]:
    return {name for child in element.descendants() for name in child.classes}


def make_administrator(actor: Actor, on: bool) -> None:
    with db.transaction() as tx:
        tx.session.get(UserRow, actor.user_id).is_admin = on
        tx.announce(live.RightsChanged((actor.user_id,)))


async def saved(actor: Actor, key: str, text: str) -> None:
    """Wait until the note's tab and the text typed into it are in the database: both are written in the background."""
    for _ in range(1000):
        drafts = await db.in_thread(workspace_state.drafts, actor)
        open_tabs = (await db.in_thread(workspace_state.load, actor)).tabs
        if drafts.get(f"note/{key}") == {"text": text} and TabRef("note", key) in open_tabs:
            return
    raise AssertionError("nothing was saved")


def _fire(element: ui.element, event: str) -> None:
    from nicegui import events

    for listener in element._event_listeners.values():
        if listener.type.split(".")[0] == event and listener.handler is not None:
            arguments = events.GenericEventArguments(sender=element, client=element.client, args={})
            events.handle_event(listener.handler, arguments)

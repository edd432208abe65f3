"""«Загрузка базы», as an administrator meets it. R7.7.1"""

from io import BytesIO
from pathlib import Path

import pytest
from nicegui.testing import User
from openpyxl import load_workbook

from kaw import db
from kaw.components.administration.preview_table import PreviewTable
from kaw.components.file_drop import FileDrop
from kaw.components.list_table import ListTable
from kaw.config import config
from kaw.errors import AccessDenied, NotFound
from kaw.models import FieldKind
from kaw.services import card_schema, fields, import_list, import_uploads
from kaw.services.access import Actor
from kaw.services.fields import FieldDraft
from kaw.services.import_uploads import ImportUpload
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import eventually, fill, press

GOOD = "Название контакта;ИНН компании;Город\nООО «Ромашка»;7707083893;Казань\nИП Петров;;Тверь\n"
WITH_ERRORS = "Название контакта;ИНН компании\nООО «Ромашка»;7707083893\n=HYPERLINK(1);7707083894\n"


@pytest.fixture(autouse=True)
def own_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config(), "data_dir", tmp_path)


async def test_a_file_is_looked_at_before_it_is_loaded(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("В проекте нет поля „Город“: столбец не будет загружен")
    await oleg.should_see("2 строки, загрузятся столбцы: 2 из 3")
    (preview,) = oleg.find(kind=PreviewTable).elements
    assert preview.props["rows"][0] == ["ООО «Ромашка»", "7707083893", "Казань"]
    assert number_of_cards() == 0


async def test_a_file_is_loaded(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("2 строки")
    press(oleg, "Загрузить")
    await oleg.should_see("Добавлено партнеров")
    assert number_of_cards() == 2
    (load,) = import_list.all_imports(people.oleg)
    assert (load.file_name, load.added, load.wrong) == ("база.csv", 2, 0)
    assert not list(config().data_dir.glob("uploads/*/*"))


async def test_wrong_rows_are_listed_and_can_be_taken_away(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, WITH_ERRORS)
    await oleg.should_see("2 строки")
    press(oleg, "Загрузить")
    await oleg.should_see("Строки, которые не загрузились")
    (wrong,) = lists(oleg, "Строки, которые не загрузились")[0].rows
    assert (wrong["number"], wrong["field"]) == (3, "ИНН компании")
    press(oleg, "Скачать все (xlsx)")
    response = await oleg.download.next()
    sheet = load_workbook(BytesIO(response.content)).active
    assert [cell.value for cell in sheet[2]][:2] == [3, "ИНН компании"]


async def test_a_file_loaded_before_needs_a_word_of_consent(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("2 строки")
    press(oleg, "Загрузить")
    await oleg.should_see("Добавлено партнеров")
    again = await choose(visit, people.oleg, GOOD)
    await again.should_see("Этот файл уже загружали")
    press(again, "Загрузить")  # does nothing: the button is switched off
    assert number_of_cards() == 2
    again.find("Загрузить еще раз").click()
    press_last(again, "Загрузить")
    await eventually(lambda: number_of_cards() == 4)


async def test_what_is_no_table_is_refused_in_words(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, "\x00\x01\x02" * 100)
    await oleg.should_see("Это не таблица.")
    await oleg.should_not_see(kind=PreviewTable)
    assert not import_list.all_imports(people.oleg)


async def test_a_missing_field_is_made_and_the_column_found(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("В проекте нет поля „Город“")
    fields.create(people.oleg, FieldDraft("Город", "city", FieldKind.TEXT))
    await oleg.should_not_see("В проекте нет поля „Город“")
    await oleg.should_see("2 строки, загрузятся столбцы: 3 из 3")


async def test_a_chosen_file_survives_a_reload(visit: Visit, people: People) -> None:
    """R6.2 R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("2 строки")
    again = await visit(people.oleg, "/imports")
    await again.should_see("2 строки")


async def test_a_load_is_taken_back_as_a_whole(visit: Visit, people: People) -> None:
    """R7.7.1"""
    make_fields(people.oleg)
    oleg = await choose(visit, people.oleg, GOOD)
    await oleg.should_see("2 строки")
    press(oleg, "Загрузить")
    await oleg.should_see("Добавлено партнеров")
    (load,) = import_list.all_imports(people.oleg)
    again = await visit(people.oleg, "/imports")
    await eventually(lambda: lists(again, "Загруженные файлы")[0].rows)
    again.find(kind=ListTable).trigger("open", load.id)
    await again.should_see("Удалить загрузку")
    press(again, "Удалить загрузку")
    await again.should_see("2 партнера отправятся в корзину.")
    fill(again, {"Чтобы подтвердить, введите слово «удалить»": "удалить"})
    press_last(again, "Удалить загрузку")
    await again.should_see("Загрузка удалена.")


def test_a_chosen_file_belongs_to_who_sent_it(database: db.Database, people: People) -> None:
    """R7.7.1"""
    with pytest.raises(AccessDenied):
        ImportUpload(people.anna)
    token = store(people.oleg, GOOD)
    assert import_uploads.path_of(people.oleg, token).read_text() == GOOD
    for stranger in ("../../etc/passwd", "0" * 32, ""):
        with pytest.raises(NotFound):
            import_uploads.path_of(people.oleg, stranger)
    with pytest.raises(AccessDenied):
        import_uploads.path_of(people.anna, token)


async def choose(visit: Visit, actor: Actor, content: str) -> User:
    """Choose a file, as the browser's part of ``FileDrop`` does when it has been sent."""
    user = await visit(actor, "/imports")
    await user.should_see("Файлы Excel (xls, xlsx) и csv.")
    await eventually(lambda: user.find(kind=FileDrop).elements)
    user.find(kind=FileDrop).trigger("stored", {"token": store(actor, content), "name": "база.csv"})
    return user


def store(actor: Actor, content: str) -> str:
    incoming = ImportUpload(actor)
    incoming.write(content.encode())
    return incoming.finish()


def make_fields(actor: Actor) -> None:
    fields.create(actor, FieldDraft("Название контакта", "name", FieldKind.TEXT))
    fields.create(actor, FieldDraft("ИНН компании", "inn", FieldKind.INN))


def number_of_cards() -> int:
    with db.reading() as session:
        return len(session.connection().execute(card_schema.schema().table.select()).all())


def lists(user: User, label: str) -> list[ListTable]:
    return [found for found in user.find(kind=ListTable).elements if found.props.get("aria-label") == label]


def press_last(user: User, words: str) -> None:
    """Click the newest button with exactly these words: of the dialog on top."""
    from nicegui import events, ui

    button = max((found for found in user.find(kind=ui.button).elements if found.text == words), key=lambda one: one.id)
    with button.client:
        for listener in button._event_listeners.values():
            if listener.type == "click" and button.enabled:
                arguments = events.GenericEventArguments(sender=button, client=button.client, args=None)
                events.handle_event(listener.handler, arguments)

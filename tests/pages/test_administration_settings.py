"""«Настройки» and «Журнал», as an administrator meets them."""

from kaw import db
from kaw.components.administration.action_list import ActionList
from kaw.components.administration.audit_table import AuditTable
from kaw.models import AuditAction
from kaw.services import audit, settings
from kaw.services.setting_checks import SECRET_IS_SET
from tests.conftest import People
from tests.pages.conftest import Visit, signed_in
from tests.pages.forms import control, drafts_hold, error_at, eventually, fill, press


async def test_settings_are_changed_and_only_those(visit: Visit, people: People) -> None:
    """R7.8"""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Название организации")
    fill(oleg, {"Название организации": "ООО «Ромашка»", "Наибольший размер файла": 80.0})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert settings.value("company_name") == "ООО «Ромашка»"
    assert settings.value("upload_limit_mb") == 80
    entry = audit.search(people.oleg, action=AuditAction.SETTING_CHANGED)[0]
    assert set(entry.subject.split(", ")) == {"company_name", "upload_limit_mb"}


async def test_a_wrong_setting_is_said_at_its_input(visit: Visit, people: People) -> None:
    """R7.8"""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Название организации")
    fill(oleg, {"Название организации": "ООО «Ромашка»", "Наибольший размер файла": 0.5})
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, "Наибольший размер файла"))
    assert settings.value("company_name") == ""


async def test_settings_changed_by_another_show_at_once(visit: Visit, people: People) -> None:
    """R6.5"""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Название организации")
    settings.change(people.oleg, {"company_name": "ООО «Лютик»"})
    await oleg.should_see("ООО «Лютик»")


async def test_a_password_that_was_only_typed_is_kept_nowhere(visit: Visit, people: People) -> None:
    """R4.3: what else was typed comes back after a reload; a saved password is dots at once."""
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Название организации")
    typed = {"Пароль интерфейса управления": "secret-word", "CDR": "mysql://u:secret-word@db/c#cdr"}
    fill(oleg, {"Название организации": "ООО «Лютик»", **typed})
    await eventually(lambda: drafts_hold("Лютик"))
    assert not drafts_hold("secret-word")
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    await eventually(lambda: control(oleg, "Пароль интерфейса управления").value == SECRET_IS_SET)
    assert settings.secret("pbx_secret") == "secret-word"
    assert "secret-word" not in control(oleg, "CDR").value


async def test_all_open_sessions_are_there_to_be_ended(visit: Visit, people: People) -> None:
    """R4.2"""
    signed_in(people.anna)
    oleg = await visit(people.oleg, "/settings")
    await oleg.should_see("Открытые сеансы")
    await eventually(lambda: {row["name"] for row in list_rows(oleg)} == {"Олег Админов", "Анна Иванова"})
    own = next(row for row in list_rows(oleg) if row["name"] == "Олег Админов")
    assert own["note"] == "этот браузер"


async def test_the_log_is_in_words_and_can_be_searched(visit: Visit, people: People) -> None:
    """R5.4"""
    settings.change(people.oleg, {"company_name": "ООО «Ромашка»"})
    with db.transaction() as tx:
        audit.record(tx, people.anna, AuditAction.USER_CHANGED, "Борис Петров", {"rights": ["reports"], "active": True})
    oleg = await visit(people.oleg, "/audit")
    await oleg.should_see("Журнал")
    await eventually(lambda: "Изменен пользователь" in actions(oleg))
    first = lines(oleg)[0]
    assert (first.who, first.subject) == ("Анна Иванова", "Борис Петров")
    assert first.details == (("Доступы", "Отчеты"), ("Активирован", "Да"))
    assert "Название организации" in [line.subject for line in lines(oleg)]
    oleg.find("Найти в журнале").type("Борис")
    await eventually(lambda: [line.subject for line in lines(oleg)] == ["Борис Петров"])
    oleg.find("Найти в журнале").type(" никто")
    await oleg.should_see("Записей нет")


async def test_older_entries_come_on_demand(visit: Visit, people: People) -> None:
    """R5.4"""
    with db.transaction() as tx:
        for number in range(130):
            audit.record(tx, people.oleg, AuditAction.EXPORT, f"файл {number}")
    oleg = await visit(people.oleg, "/audit")
    await eventually(lambda: len(lines(oleg)) == 100)
    oleg.find(kind=AuditTable).trigger("more")
    await eventually(lambda: len(lines(oleg)) == 130)
    assert len({line.id for line in lines(oleg)}) == 130


def lines(user: object) -> list:
    (table,) = user.find(kind=AuditTable).elements  # type: ignore[attr-defined]
    return table.lines


def actions(user: object) -> list[str]:
    return [line.action for line in lines(user)]


def list_rows(user: object) -> list[dict[str, object]]:
    (table,) = user.find(kind=ActionList).elements  # type: ignore[attr-defined]
    return list(table.props["rows"])

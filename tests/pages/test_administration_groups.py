"""«Группы»: members and the matrix of levels, as an administrator meets them."""

from nicegui.testing import User

from kaw import db, live
from kaw.components.administration.level_matrix import LevelMatrix
from kaw.components.administration.switch_list import SwitchList
from kaw.models import Access, Field, FieldKind, FieldState
from kaw.services import groups
from tests.conftest import People
from tests.pages.conftest import Visit
from tests.pages.forms import control, error_at, eventually, fill, press, rows, settled


async def test_groups_are_listed_with_their_number_of_users(visit: Visit, people: People) -> None:
    """R7.3.1"""
    oleg = await visit(people.oleg, "/groups")
    await oleg.should_see("Добавить новую группу пользователей")
    await eventually(lambda: {row["name"]: row["members"] for row in rows(oleg)} == {"Операторы": 1, "Наблюдатели": 1})


async def test_a_new_group_needs_a_name_of_its_own(visit: Visit, people: People) -> None:
    """R7.3.1"""
    oleg = await visit(people.oleg, "/group/new")
    await oleg.should_see("Название группы")
    fill(oleg, {"Название группы": "Операторы"})
    press(oleg, "Сохранить")
    await eventually(lambda: error_at(oleg, "Название группы"))
    fill(oleg, {"Название группы": "Вечерняя смена"})
    press(oleg, "Сохранить")
    await oleg.should_see("Группа: Вечерняя смена")
    assert "Вечерняя смена" in [row.name for row in groups.all_groups(people.oleg)]


async def test_levels_are_picked_one_by_one_and_by_the_column(visit: Visit, people: People) -> None:
    """R7.3.2 R7.3.4"""
    name, phone, note = make_fields("Название контакта", "Телефон", "Комментарий")
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Поля и доступы к ним")
    matrix = oleg.find(kind=LevelMatrix)
    matrix.trigger("levels", {"ids": [name, phone, note], "level": 1})
    matrix.trigger("levels", {"ids": [name], "level": 2})
    matrix.trigger("levels", {"ids": [note], "level": 0})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    levels = groups.get(people.oleg, people.editors).levels
    assert levels == {name: Access.EDIT, phone: Access.VIEW}
    shown = {row["id"]: (row["saved"], row["level"]) for row in matrix_rows(oleg)}
    assert shown == {name: (2, 2), phone: (1, 1), note: (0, 0)}


async def test_a_forged_pick_of_an_unknown_field_changes_nothing(visit: Visit, people: People) -> None:
    """R7.3.4"""
    (name,) = make_fields("Название контакта")
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Поля и доступы к ним")
    oleg.find(kind=LevelMatrix).trigger("levels", {"ids": [name, 4711], "level": 1})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert groups.get(people.oleg, people.editors).levels == {name: Access.VIEW}


async def test_a_user_is_switched_into_the_group_and_out(visit: Visit, people: People) -> None:
    """R7.3.3"""
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Пользователи группы")
    switches = oleg.find(kind=SwitchList)
    switches.trigger("switched", {"id": people.vera.user_id, "on": True})
    switches.trigger("switched", {"id": people.anna.user_id, "on": False})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert groups.get(people.oleg, people.editors).members == {people.vera.user_id}


async def test_the_level_of_a_deleted_field_waits_for_its_return(visit: Visit, people: People) -> None:
    """R7.5.4"""
    kept, deleted = make_fields("Телефон", "Хобби КЛ")
    groups.update(people.oleg, people.editors, "Операторы", [], {kept: Access.VIEW, deleted: Access.EDIT})
    with db.transaction() as tx:
        tx.session.get(Field, deleted).state = FieldState.DELETED
        tx.announce(live.FieldsChanged())
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Поля и доступы к ним")
    assert [row["id"] for row in matrix_rows(oleg)] == [kept]
    oleg.find(kind=LevelMatrix).trigger("levels", {"ids": [kept], "level": 0})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert groups.get(people.oleg, people.editors).levels == {deleted: Access.EDIT}


async def test_two_administrators_change_different_levels_and_both_hold(visit: Visit, people: People) -> None:
    """R6.5"""
    name, phone = make_fields("Название контакта", "Телефон")
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Поля и доступы к ним")
    oleg.find(kind=LevelMatrix).trigger("levels", {"ids": [name], "level": 2})
    groups.update(people.oleg, people.editors, "Операторы", [], {phone: Access.VIEW})
    await eventually(lambda: {row["id"]: row["level"] for row in matrix_rows(oleg)} == {name: 2, phone: 1})
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert groups.get(people.oleg, people.editors).levels == {name: Access.EDIT, phone: Access.VIEW}


async def test_a_level_that_both_changed_waits_for_a_decision(visit: Visit, people: People) -> None:
    """R6.5"""
    (phone,) = make_fields("Телефон")
    oleg = await visit(people.oleg, f"/group/{people.editors}")
    await oleg.should_see("Поля и доступы к ним")
    oleg.find(kind=LevelMatrix).trigger("levels", {"ids": [phone], "level": 2})
    groups.update(people.oleg, people.editors, "Операторы", [], {phone: Access.VIEW})
    await oleg.should_see("другой администратор изменил: «Телефон»")
    press(oleg, "Сохранить")
    await settled()
    assert groups.get(people.oleg, people.editors).levels == {phone: Access.VIEW}
    press(oleg, "Оставить мои")
    await oleg.should_not_see("другой администратор изменил")
    press(oleg, "Сохранить")
    await oleg.should_see("Сохранено.")
    assert groups.get(people.oleg, people.editors).levels == {phone: Access.EDIT}


async def test_a_group_is_deleted_by_the_typed_word(visit: Visit, people: People) -> None:
    """R7.3.5"""
    oleg = await visit(people.oleg, f"/group/{people.viewers}")
    await oleg.should_see("Удалить группу")
    press(oleg, "Удалить группу")
    await oleg.should_see("Вы точно хотите удалить группу «Наблюдатели»?")
    label = "Чтобы подтвердить, введите слово «удалить»"
    fill(oleg, {label: "удалить"})
    oleg.find(kind=type(control(oleg, label)), content="удалить").trigger("keydown.enter")
    await eventually(lambda: [row.name for row in groups.all_groups(people.oleg)] == ["Операторы"])


def make_fields(*names: str) -> list[int]:
    """Text fields of these names, usable at once; their ids."""
    with db.transaction() as tx:
        fields = [
            Field(name=name, unique_name=f"field_{number}", kind=FieldKind.TEXT, state=FieldState.READY)
            for number, name in enumerate(names)
        ]
        tx.session.add_all(fields)
        tx.session.flush()
        tx.announce(live.FieldsChanged())
        return [field.id or 0 for field in fields]


def matrix_rows(user: User) -> list[dict[str, object]]:
    (matrix,) = user.find(kind=LevelMatrix).elements
    return list(matrix.props["rows"])

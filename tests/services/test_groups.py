"""Groups and the levels they give (R7.3)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from kaw import live
from kaw.errors import AccessDenied, InvalidValue, NotFound
from kaw.models import Access, AuditAction, FieldKind
from kaw.services import access, audit, fields, groups, users
from kaw.services.fields import FieldDraft
from tests.conftest import People
from tests.sign_ins import heard, meet


@pytest.fixture
def two_fields(people: People) -> tuple[int, int]:
    first = fields.create(people.oleg, FieldDraft("Название", "name", FieldKind.TEXT))
    return first, fields.create(people.oleg, FieldDraft("Секрет", "secret", FieldKind.TEXT))


# R7.3.1 R7.3.2
def test_a_group_is_made_named_and_filled(people: People, two_fields: tuple[int, int]) -> None:
    name, secret = two_fields
    group = groups.create(people.oleg, "  Отдел   продаж ")
    assert groups.get(people.oleg, group).levels == {}  # a new group shows nothing
    with heard(live.RightsChanged) as events:
        levels = {name: Access.EDIT, secret: Access.VIEW}
        groups.update(people.oleg, group, "Продажи", {people.vera.user_id}, levels)
    assert events == [live.RightsChanged()]
    saved = groups.get(people.oleg, group)
    assert (saved.name, saved.members, saved.levels) == ("Продажи", {people.vera.user_id}, levels)
    assert access.rights(people.vera).level(name) == Access.EDIT
    assert {row.name: row.members for row in groups.all_groups(people.oleg)}["Продажи"] == 1
    assert audit.search(people.oleg, action=AuditAction.GROUP_CHANGED)[0].subject == "Продажи"


# R7.3.1: the widest level counts; no group, no field; an administrator sees all
def test_the_widest_level_of_all_groups_counts(people: People, two_fields: tuple[int, int]) -> None:
    name, secret = two_fields
    both = {people.anna.user_id, people.boris.user_id}
    groups.update(people.oleg, people.editors, "Операторы", both, {name: Access.VIEW})
    groups.update(people.oleg, people.viewers, "Наблюдатели", {people.anna.user_id}, {name: Access.EDIT})
    assert access.rights(people.anna).level(name) == Access.EDIT
    assert access.rights(people.boris).level(name) == Access.VIEW
    assert access.rights(people.anna).level(secret) == Access.HIDDEN
    assert access.rights(people.vera).level(name) == Access.HIDDEN
    assert access.rights(people.oleg).level(secret) == Access.EDIT


def test_what_is_not_given_any_more_is_gone_at_once(people: People, two_fields: tuple[int, int]) -> None:
    name, _secret = two_fields
    groups.update(people.oleg, people.editors, "Операторы", {people.anna.user_id}, {name: Access.EDIT})
    assert access.rights(people.anna).edits(name)
    groups.update(people.oleg, people.editors, "Операторы", {people.anna.user_id}, {name: Access.HIDDEN})
    assert not access.rights(people.anna).sees(name)
    groups.update(people.oleg, people.editors, "Операторы", set(), {name: Access.EDIT})
    assert not access.rights(people.anna).sees(name)


def test_levels_and_members_that_do_not_exist_are_left_out(people: People, two_fields: tuple[int, int]) -> None:
    users.delete(people.oleg, people.boris.user_id, "удалить")
    members = {people.anna.user_id, people.boris.user_id, 10**6}
    groups.update(people.oleg, people.editors, "Операторы", members, {two_fields[0]: Access.VIEW, 10**6: Access.EDIT})
    saved = groups.get(people.oleg, people.editors)
    assert (saved.members, saved.levels) == ({people.anna.user_id}, {two_fields[0]: Access.VIEW})


def test_a_level_that_is_none_is_refused(people: People, two_fields: tuple[int, int]) -> None:
    with pytest.raises(InvalidValue):
        groups.update(people.oleg, people.editors, "Операторы", set(), {two_fields[0]: 7})  # type: ignore[dict-item]
    assert groups.get(people.oleg, people.editors).members == {people.anna.user_id}


@pytest.mark.parametrize("name", ["anna", "boris", "vera"])
def test_others_see_and_change_no_groups(people: People, name: str) -> None:
    actor = getattr(people, name)
    for call in (
        lambda: groups.all_groups(actor),
        lambda: groups.get(actor, people.editors),
        lambda: groups.create(actor, "Своя"),
        lambda: groups.update(actor, people.editors, "Операторы", {actor.user_id}, {}),
        lambda: groups.delete(actor, people.editors, "удалить"),
    ):
        with pytest.raises(AccessDenied):
            call()
    assert len(groups.all_groups(people.oleg)) == 2


def test_a_group_that_is_not_there(people: People) -> None:
    for call in (
        lambda: groups.get(people.oleg, 10**6),
        lambda: groups.update(people.oleg, 10**6, "Новая", set(), {}),
        lambda: groups.delete(people.oleg, 10**6, "удалить"),
    ):
        with pytest.raises(NotFound):
            call()


@pytest.mark.parametrize("name", ["", "   ", "я" * 121, "Операторы"])
def test_a_name_that_will_not_do(people: People, name: str) -> None:
    with pytest.raises(InvalidValue) as made:
        groups.create(people.oleg, name)
    with pytest.raises(InvalidValue):
        groups.update(people.oleg, people.viewers, name, set(), {})
    assert made.value.field == "name"


def test_two_administrators_make_the_same_group_at_once(people: People) -> None:
    def create(_number: int) -> bool:
        try:
            groups.create(people.oleg, "Продажи")
        except InvalidValue:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(create, range(4))) == 1


def test_two_administrators_save_the_same_group_at_once(
    people: People, two_fields: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    group = groups.create(people.oleg, "Новая")
    meet(monkeypatch, groups, "_write_levels")

    def save(level: Access) -> None:
        groups.update(people.oleg, group, "Новая", {people.anna.user_id}, dict.fromkeys(two_fields, level))

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(save, (Access.VIEW, Access.EDIT)))
    saved = groups.get(people.oleg, group)
    assert saved.members == {people.anna.user_id}
    assert len(set(saved.levels.values())) == 1


# R7.3.3
def test_a_deleted_group_gives_nothing(people: People, two_fields: tuple[int, int]) -> None:
    groups.update(people.oleg, people.editors, "Операторы", {people.anna.user_id}, {two_fields[0]: Access.EDIT})
    with pytest.raises(InvalidValue):
        groups.delete(people.oleg, people.editors, "нет")
    assert access.rights(people.anna).edits(two_fields[0])
    groups.delete(people.oleg, people.editors, "удалить")
    assert not access.rights(people.anna).sees(two_fields[0])
    assert audit.search(people.oleg, action=AuditAction.GROUP_DELETED)[0].subject == "Операторы"

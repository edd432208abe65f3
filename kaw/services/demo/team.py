"""The people of the demonstration company: one of each kind that rights make."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from kaw.models import Access, Right
from kaw.services import groups, users
from kaw.services.access import Actor

PASSWORD = "kaw-demo-2026"  # noqa: S105 - printed at every start of the demonstration


@dataclass(frozen=True)
class Member:
    """One user; ``group`` "" is in none, ``role`` "": a colleague whom no visitor plays."""

    login: str
    name: str
    role: str
    group: str
    rights: frozenset[Right] = frozenset()
    extension: str | None = None
    queues: tuple[tuple[str, bool], ...] = ()  # name, joins by signing in


BOTH = (("support", False), ("sales", False))
VISITOR = "201"  # extension of whom a visitor of the demonstration usually is: he does not work by himself
LEADERS, OPERATORS, VIEWERS = "Руководители", "Операторы", "Наблюдатели"
TEAM = (
    Member("morozov", "Олег Морозов", "администратор", LEADERS, frozenset({Right.ADMIN}), "101"),
    Member(
        "sokolova",
        "Ирина Соколова",
        "руководитель: отчеты, задачи, партнеры",
        LEADERS,
        frozenset({Right.CONTACTS, Right.TASKS, Right.REPORTS}),
        "102",
    ),
    Member(
        "ivanova", "Анна Иванова", "оператор, создает партнеров", OPERATORS, frozenset({Right.CONTACTS}), VISITOR, BOTH
    ),
    Member("kuznetsov", "Павел Кузнецов", "оператор", OPERATORS, extension="202", queues=BOTH),
    Member("semenova", "Алёна Семёнова", "оператор", OPERATORS, extension="203", queues=BOTH),
    *(
        Member(login, name, "", OPERATORS, extension=extension, queues=BOTH)
        for login, name, extension in (
            ("fedorov", "Егор Фёдоров", "204"),
            ("kozlova", "Дарья Козлова", "205"),
            ("mironova", "Жанна Миронова", "206"),
            ("orlov", "Григорий Орлов", "207"),
            ("vasiliev", "Игорь Васильев", "208"),
        )
    ),
    Member("petrov", "Борис Петров", "только смотрит", VIEWERS),
    Member("orlova", "Вера Орлова", "ни в одной группе", ""),
)
LOGINS = tuple((member.login, PASSWORD, f"{member.name}, {member.role}") for member in TEAM if member.role)

# What a group sees otherwise than the rest of the card: operators know no agreements, viewers no personal notes.
OPERATORS_EXCEPT = {"dogovorennosty_new": Access.HIDDEN, "lpvp": Access.VIEW, "inn": Access.VIEW}
VIEWERS_EXCEPT = {
    "dogovorennosty_new": Access.HIDDEN,
    "lpvp": Access.HIDDEN,
    "hobbi": Access.HIDDEN,
    "comment": Access.HIDDEN,
}
GROUPS: tuple[tuple[str, Access, Mapping[str, Access]], ...] = (
    (LEADERS, Access.EDIT, {}),
    (OPERATORS, Access.EDIT, OPERATORS_EXCEPT),
    (VIEWERS, Access.VIEW, VIEWERS_EXCEPT),
)


@dataclass(frozen=True)
class Team:
    """Users by their part in the story; ``editors`` are those who filled the cards."""

    editors: tuple[Actor, ...]


def create(actor: Actor, field_ids: Mapping[str, int], *, open_sign_ins: bool) -> Team:
    """Make users and groups. A login that is taken stays its owner's; a group that is there keeps what it gives."""
    taken = {row.login for row in users.all_users(actor)}
    ids: dict[str, int] = {}
    for member in TEAM:
        if member.login not in taken:
            password = PASSWORD if open_sign_ins else secrets.token_urlsafe(24)
            ids[member.login] = users.create(actor, _draft(member), password)
    there = {row.name: row.id for row in groups.all_groups(actor)}
    for name, level, exceptions in GROUPS:
        group = groups.get(actor, there.get(name) or groups.create(actor, name))
        members = {ids[member.login] for member in TEAM if member.group == name and member.login in ids}
        levels = {field_id: exceptions.get(field, level) for field, field_id in field_ids.items()}
        groups.update(actor, group.id, name, group.members | members, levels | dict(group.levels))
    return Team(tuple(Actor(ids[m.login]) for m in TEAM if m.login in ids and m.group in (LEADERS, OPERATORS)))


def _draft(member: Member) -> users.UserDraft:
    return users.UserDraft(
        full_name=member.name,
        login=member.login,
        is_admin=Right.ADMIN in member.rights,
        contacts=Right.CONTACTS in member.rights,
        tasks=Right.TASKS in member.rights,
        reports=Right.REPORTS in member.rights,
        extension=member.extension,
        queues=member.queues,
    )

"""Groups of users and what each may see and change on the card (R7.3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import sqlmodel as sm
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, func, select

from kaw import db, live
from kaw.errors import InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import Access, AuditAction, Field, Group, GroupAccess, GroupMember, User
from kaw.services import access, audit
from kaw.services.access import Actor
from kaw.services.confirmation import require_word


@dataclass(frozen=True)
class GroupRow:
    """A line of the table «Группы»."""

    id: int
    name: str
    members: int


@dataclass(frozen=True)
class GroupDetails:
    """One group: ids of its members, and the levels it gives by field id (absent: hidden)."""

    id: int
    name: str
    members: frozenset[int]
    levels: Mapping[int, Access]


def all_groups(actor: Actor) -> list[GroupRow]:
    """Every group, by name."""
    access.require_admin(actor)
    members = select(GroupMember.group_id, func.count(col(GroupMember.user_id))).group_by(col(GroupMember.group_id))
    with db.reading() as session:
        counts: dict[int, int] = dict(session.exec(members).all())
        groups = session.exec(select(Group).order_by(col(Group.name))).all()
    return [GroupRow(group.id or 0, group.name, counts.get(group.id or 0, 0)) for group in groups]


def get(actor: Actor, group_id: int) -> GroupDetails:
    """One group."""
    access.require_admin(actor)
    with db.reading() as session:
        group = _existing(session, group_id)
        members = session.exec(select(GroupMember.user_id).where(GroupMember.group_id == group_id)).all()
        levels = session.exec(
            select(GroupAccess.field_id, GroupAccess.level).where(GroupAccess.group_id == group_id)
        ).all()
    return GroupDetails(
        group_id, group.name, frozenset(members), {field_id: Access(level) for field_id, level in levels}
    )


def create(actor: Actor, name: str) -> int:
    """A new group without members and with every field hidden; its id."""
    access.require_admin(actor)
    name = _checked(name)
    try:
        with db.transaction() as tx:
            _require_free(tx.session, name)
            group = Group(name=name)
            tx.session.add(group)
            tx.session.flush()
            audit.record(tx, actor, AuditAction.GROUP_CREATED, name)
            tx.announce(live.RightsChanged())
            return group.id or 0
    except IntegrityError as error:
        raise _taken(name) from error


def update(actor: Actor, group_id: int, name: str, members: Collection[int], levels: Mapping[int, Access]) -> None:
    """Set name, members and levels of a group as a whole; it holds for everybody from the next call on."""
    access.require_admin(actor)
    name = _checked(name)
    levels = _checked_levels(levels)
    try:
        with db.transaction() as tx:
            group = _existing(tx.session, group_id, lock=True)
            _require_free(tx.session, name, group_id)
            group.name = name
            tx.session.add(group)
            _write_members(tx.session, group_id, members)
            _write_levels(tx.session, group_id, levels)
            details = {
                "members": len(members),
                "levels": {str(field_id): level.name for field_id, level in levels.items()},
            }
            audit.record(tx, actor, AuditAction.GROUP_CHANGED, name, details)
            tx.announce(live.RightsChanged())
    except IntegrityError as error:
        raise _taken(name) from error


def delete(actor: Actor, group_id: int, confirmation: str) -> None:
    """Delete a group; its members lose what only it gave them."""
    access.require_admin(actor)
    require_word(confirmation)
    with db.transaction() as tx:
        group = _existing(tx.session, group_id, lock=True)
        tx.session.exec(sm.delete(GroupMember).where(col(GroupMember.group_id) == group_id))
        tx.session.exec(sm.delete(GroupAccess).where(col(GroupAccess.group_id) == group_id))
        tx.session.delete(group)
        audit.record(tx, actor, AuditAction.GROUP_DELETED, group.name)
        tx.announce(live.RightsChanged())


def _existing(session: Session, group_id: int, *, lock: bool = False) -> Group:
    group = session.get(Group, group_id, with_for_update=lock)
    if group is None:
        raise NotFound
    return group


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidValue("name", N_("This must be filled in."))
    if len(name) > 120:
        raise InvalidValue(
            "name", N_("At most {limit} characters fit here, and this has {length}."), limit=120, length=len(name)
        )
    return name


def _checked_levels(levels: Mapping[int, Access]) -> dict[int, Access]:
    try:
        return {field_id: Access(level) for field_id, level in levels.items()}
    except ValueError:
        raise InvalidValue("levels") from None


def _require_free(session: Session, name: str, group_id: int = 0) -> None:
    if session.exec(select(Group).where(Group.name == name, Group.id != group_id)).first() is not None:
        raise _taken(name)


def _taken(name: str) -> InvalidValue:
    return InvalidValue("name", N_("There is already a group called “{name}”."), name=name)


def _write_members(session: Session, group_id: int, members: Collection[int]) -> None:
    session.exec(sm.delete(GroupMember).where(col(GroupMember.group_id) == group_id))
    known = session.exec(select(User.id).where(col(User.id).in_(set(members)), col(User.deleted_at).is_(None))).all()
    session.add_all(GroupMember(group_id=group_id, user_id=user_id or 0) for user_id in known)


def _write_levels(session: Session, group_id: int, levels: Mapping[int, Access]) -> None:
    session.exec(sm.delete(GroupAccess).where(col(GroupAccess.group_id) == group_id))
    known = session.exec(select(Field.id).where(col(Field.id).in_(set(levels)))).all()
    session.add_all(
        GroupAccess(group_id=group_id, field_id=field_id or 0, level=levels[field_id or 0])
        for field_id in known
        if levels[field_id or 0] > Access.HIDDEN
    )

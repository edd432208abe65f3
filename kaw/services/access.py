"""Who may do what: the only place that knows.

An ``Actor`` says who acts and from which sign-in, and carries no rights: every service call asks here again, so that
a right taken away holds from the next call on, also in pages opened before. Rights are cached per actor and dropped
when anything they are made of is committed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlmodel import col, select

from kaw import db, live
from kaw.errors import AccessDenied, NotFound, SignedOut
from kaw.models import Access, GroupAccess, GroupMember, Right, User, UserSession
from kaw.services.cache import Cache


@dataclass(frozen=True, slots=True)
class Actor:
    """The acting user, first argument of every service call."""

    user_id: int
    session_id: int = 0  # 0: not from a browser (a test, a token, a command)
    page_id: str = ""  # the browser page it comes from: live events name it as their origin


SYSTEM = Actor(0)  # KAW itself: imports its demonstration data, answers calls


@dataclass(frozen=True)
class Rights:
    """What one user may do at this moment."""

    user_id: int
    full_name: str = ""
    is_admin: bool = False
    switched: frozenset[Right] = frozenset()
    levels: Mapping[int, Access] = field(default_factory=dict)  # by field id; absent: hidden

    def has(self, right: Right) -> bool:
        """Whether the right is switched on; an administrator has all."""
        return self.is_admin or right in self.switched

    def level(self, field_id: int) -> Access:
        """How far a field is open to him (R7.3.1): the widest level of his groups."""
        return Access.EDIT if self.is_admin else self.levels.get(field_id, Access.HIDDEN)

    def sees(self, field_id: int) -> bool:
        """Whether he may know the field's values."""
        return self.level(field_id) >= Access.VIEW

    def edits(self, field_id: int) -> bool:
        """Whether he may change the field's values."""
        return self.level(field_id) >= Access.EDIT


def rights(actor: Actor) -> Rights:
    """What the actor may do now; SignedOut when his sign-in or his account no longer holds."""
    if actor.user_id == SYSTEM.user_id:
        return Rights(user_id=0, is_admin=True)
    found = _rights.get((actor.user_id, actor.session_id))
    if found is None:
        raise SignedOut
    return found


def require(actor: Actor, right: Right) -> Rights:
    """His rights, when the named one is among them; AccessDenied otherwise."""
    found = rights(actor)
    if not found.has(right):
        raise AccessDenied
    return found


def require_admin(actor: Actor) -> Rights:
    """His rights, when he is an administrator."""
    return require(actor, Right.ADMIN)


def require_field(actor: Actor, field_id: int, level: Access) -> Rights:
    """His rights, when the field is open to him that far. A field hidden from him does not exist for him."""
    found = rights(actor)
    if found.level(field_id) < Access.VIEW:
        raise NotFound
    if found.level(field_id) < level:
        raise AccessDenied
    return found


def may_change_files(found: Rights, field_ids: Iterable[int]) -> bool:
    """Whether he may add files to cards he sees and delete them (R8.2.4): who may edit one of the card's fields
    (``field_ids``), or has the contacts right."""
    return found.has(Right.CONTACTS) or any(found.edits(field_id) for field_id in field_ids)


def require_file_change(actor: Actor, field_ids: Iterable[int]) -> Rights:
    """His rights, when he may add and delete files of cards; AccessDenied otherwise."""
    found = rights(actor)
    if not may_change_files(found, field_ids):
        raise AccessDenied
    return found


def _load(key: tuple[int, int]) -> Rights | None:
    user_id, session_id = key
    with db.reading() as session:
        user = session.get(User, user_id)
        if user is None or not user.active or user.deleted_at is not None:
            return None
        if session_id:
            sign_in = session.get(UserSession, session_id)
            if sign_in is None or sign_in.ended_at is not None or sign_in.user_id != user_id:
                return None
        rows = session.exec(
            select(GroupAccess.field_id, GroupAccess.level)
            .join(GroupMember, col(GroupMember.group_id) == col(GroupAccess.group_id))
            .where(GroupMember.user_id == user_id)
        ).all()
    levels: dict[int, Access] = {}
    for field_id, level in rows:
        levels[field_id] = max(Access(level), levels.get(field_id, Access.HIDDEN))
    return Rights(
        user_id=user_id,
        full_name=user.full_name,
        is_admin=user.is_admin,
        switched=frozenset(
            right
            for right, on in (
                (Right.ADMIN, user.is_admin),
                (Right.CONTACTS, user.right_contacts),
                (Right.TASKS, user.right_tasks),
                (Right.REPORTS, user.right_reports),
            )
            if on
        ),
        levels=levels,
    )


_rights: Cache[tuple[int, int], Rights | None] = Cache(
    _load, drop_on=(live.RightsChanged, live.SessionsEnded, live.FieldsChanged)
)

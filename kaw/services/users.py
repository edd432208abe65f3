"""User accounts (R7.1): for administrators, except for finding a colleague by name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlmodel as sm
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import Conflict, InvalidValue, InvalidValues, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, Draft, GroupMember, QueueMembership, Right, User, UserSession
from kaw.services import access, audit, partner_values, passwords, phones, sessions, settings, throttle
from kaw.services.access import Actor
from kaw.services.confirmation import require_word

RIGHT_COLUMNS = {
    Right.ADMIN: "is_admin",
    Right.CONTACTS: "right_contacts",
    Right.TASKS: "right_tasks",
    Right.REPORTS: "right_reports",
}


@dataclass(frozen=True)
class UserDraft:
    """What an administrator sets; ``queues``: (name, joins by signing in)."""

    full_name: str
    login: str
    is_admin: bool = False
    contacts: bool = False
    tasks: bool = False
    reports: bool = False
    active: bool = True
    extension: str | None = None
    queues: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True)
class UserRow:
    """A line of the table «Пользователи»."""

    id: int
    full_name: str
    login: str
    rights: tuple[Right, ...]
    active: bool
    extension: str | None
    signed_in: bool


@dataclass(frozen=True)
class UserDetails:
    """One account as its editor shows it."""

    id: int
    draft: UserDraft
    groups: tuple[int, ...]
    created_at: datetime
    has_sip_password: bool = False


def all_users(actor: Actor) -> list[UserRow]:
    """Every account that is not deleted, by name."""
    access.require_admin(actor)
    with db.reading() as session:
        present = set(
            session.exec(
                select(UserSession.user_id).where(
                    col(UserSession.ended_at).is_(None),
                    col(UserSession.seen_at) > db.now() - sessions.PRESENT_FOR,
                )
            )
        )
        users = session.exec(select(User).where(col(User.deleted_at).is_(None)).order_by(col(User.full_name))).all()
    return [
        UserRow(
            user.id or 0, user.full_name, user.login, rights_of(user), user.active, user.extension, user.id in present
        )
        for user in users
    ]


def get(actor: Actor, user_id: int) -> UserDetails:
    """One account."""
    access.require_admin(actor)
    with db.reading() as session:
        user = _existing(session, user_id)
        queues = session.exec(
            select(QueueMembership).where(QueueMembership.user_id == user_id).order_by(col(QueueMembership.queue))
        ).all()
        groups = session.exec(select(GroupMember.group_id).where(GroupMember.user_id == user_id)).all()
    draft = UserDraft(
        full_name=user.full_name,
        login=user.login,
        is_admin=user.is_admin,
        contacts=user.right_contacts,
        tasks=user.right_tasks,
        reports=user.right_reports,
        active=user.active,
        extension=user.extension,
        queues=tuple((row.queue, row.dynamic) for row in queues),
    )
    return UserDetails(user_id, draft, tuple(groups), user.created_at, bool(user.sip_secret))


def create(actor: Actor, draft: UserDraft, password: str, sip_password: str = "") -> int:
    """A new account; its id. ``sip_password`` of his internal number makes his browser a telephone."""
    access.require_admin(actor)
    draft = _checked(draft)
    passwords.require_good(password, draft.login)
    phones.require_password(sip_password, draft.extension)
    user = User(
        login=draft.login,
        full_name=draft.full_name,
        password_hash=passwords.hashed(password),
        created_at=db.now(),
        language=str(settings.value("language")),
    )
    with _taken(draft), db.transaction() as tx:
        _require_free(tx.session, draft)
        _apply(user, draft, sip_password)
        tx.session.add(user)
        tx.session.flush()
        _write_queues(tx.session, user.id or 0, draft.queues)
        audit.record(tx, actor, AuditAction.USER_CREATED, user.full_name, {"rights": list(rights_of(user))})
        tx.announce(live.RightsChanged((user.id or 0,)))
        return user.id or 0


def update(actor: Actor, user_id: int, draft: UserDraft, password: str | None = None, sip_password: str = "") -> None:
    """Change an account; an empty password stays as it is, and that of a phone goes with the internal number.

    Deactivating and a new password end its sessions at once.
    """
    access.require_admin(actor)
    draft = _checked(draft)
    if password:
        passwords.require_good(password, draft.login)
    phones.require_password(sip_password, draft.extension)
    new_hash = passwords.hashed(password) if password else None
    with _taken(draft), db.transaction() as tx:
        _lock_accounts(tx.session)
        user = _existing(tx.session, user_id)
        _require_free(tx.session, draft, user_id)
        if user.is_admin and user.active and not (draft.is_admin and draft.active):
            _require_other_administrator(tx.session, user_id)
        before = rights_of(user)
        partner_values.follow_user_name(tx.session, user_id, draft.full_name)
        _apply(user, draft, sip_password)
        if new_hash:
            user.password_hash, user.must_change_password = new_hash, False
            throttle.forgive(tx.session, user.login)
            audit.record(tx, actor, AuditAction.PASSWORD_CHANGED, user.full_name)
        tx.session.add(user)
        _write_queues(tx.session, user_id, draft.queues)
        details = {"rights before": list(before), "rights": list(rights_of(user)), "active": user.active}
        audit.record(tx, actor, AuditAction.USER_CHANGED, user.full_name, details)
        if new_hash or not user.active:
            spared = actor.session_id if user_id == actor.user_id and user.active else 0
            sessions.end_all_of(tx, user_id, but=spared)
        tx.announce(live.RightsChanged((user_id,)))


def delete(actor: Actor, user_id: int, confirmation: str) -> None:
    """Delete an account; its history, calls and tasks stay readable under its name. The login becomes free."""
    access.require_admin(actor)
    require_word(confirmation)
    with db.transaction() as tx:
        _lock_accounts(tx.session)
        user = _existing(tx.session, user_id)
        if user.is_admin and user.active:
            _require_other_administrator(tx.session, user_id)
        audit.record(tx, actor, AuditAction.USER_DELETED, user.full_name, {"login": user.login})
        user.active, user.deleted_at = False, db.now()
        user.login, user.extension, user.sip_secret = f"{user.login[:48]}#{user_id}", None, None
        tx.session.add(user)
        for table in (GroupMember, QueueMembership, Draft):
            tx.session.exec(sm.delete(table).where(col(table.user_id) == user_id))
        sessions.end_all_of(tx, user_id)
        tx.announce(live.RightsChanged((user_id,)))


def find(actor: Actor, text: str, limit: int = 20) -> list[tuple[int, str]]:
    """Colleagues whose name contains the text, for pickers: (id, name)."""
    access.rights(actor)
    query = select(User.id, User.full_name).where(col(User.deleted_at).is_(None), col(User.active).is_(True))
    with db.reading() as session:
        people = session.exec(query.order_by(col(User.full_name))).all()
    wanted = text.strip().casefold()
    return [(user_id or 0, name) for user_id, name in people if wanted in name.casefold()][:limit]


def names(actor: Actor, user_ids: Iterable[int]) -> dict[int, str]:
    """Full names by id, of deleted users too."""
    access.rights(actor)
    with db.reading() as session:
        return names_in(session, user_ids)


def names_in(session: Session, user_ids: Iterable[int]) -> dict[int, str]:
    """The same within a running session."""
    wanted = set(user_ids)
    if not wanted:
        return {}
    rows = session.exec(select(User.id, User.full_name).where(col(User.id).in_(wanted))).all()
    return {user_id or 0: name for user_id, name in rows}


def rights_of(user: User) -> tuple[Right, ...]:
    """The rights switched on for an account."""
    return tuple(right for right, column in RIGHT_COLUMNS.items() if getattr(user, column))


def extension_taken(extension: str | None) -> InvalidValue:
    """The error of an internal number that somebody else has."""
    return InvalidValue(
        "extension", N_("The internal number {extension} belongs to somebody else."), extension=extension
    )


def _checked(draft: UserDraft) -> UserDraft:
    name, login = " ".join(draft.full_name.split()), draft.login.strip().casefold()
    extension = (draft.extension or "").strip() or None
    errors = []
    if not name:
        errors.append(InvalidValue("full_name", N_("This must be filled in.")))
    if len(name) > 120:
        errors.append(
            InvalidValue(
                "full_name",
                N_("At most {limit} characters fit here, and this has {length}."),
                limit=120,
                length=len(name),
            )
        )
    if not login or len(login) > 48 or any(c.isspace() or not c.isprintable() or c == "#" for c in login):
        errors.append(InvalidValue("login", N_("A login has up to 48 characters, without spaces and “#”.")))
    try:
        phones.require_number(extension)
    except InvalidValue as error:
        errors.append(error)
    queues = tuple({" ".join(queue.split())[:64]: dynamic for queue, dynamic in draft.queues if queue.strip()}.items())
    if errors:
        raise InvalidValues(errors)
    return UserDraft(
        name, login, draft.is_admin, draft.contacts, draft.tasks, draft.reports, draft.active, extension, queues
    )


def _apply(user: User, draft: UserDraft, sip_password: str) -> None:
    user.full_name, user.login, user.active = draft.full_name, draft.login, draft.active
    user.is_admin, user.right_contacts = draft.is_admin, draft.contacts
    user.right_tasks, user.right_reports = draft.tasks, draft.reports
    phones.assign(user, draft.extension, sip_password)


def _existing(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None or user.deleted_at is not None:
        raise NotFound
    return user


def _require_free(session: Session, draft: UserDraft, user_id: int = 0) -> None:
    others = select(User).where(User.id != user_id)
    if session.exec(others.where(User.login == draft.login)).first() is not None:
        raise InvalidValue("login", N_("The login “{login}” is taken."), login=draft.login)
    if draft.extension and session.exec(others.where(User.extension == draft.extension)).first() is not None:
        raise extension_taken(draft.extension)


class _taken:  # noqa: N801 - reads as a with-statement's word
    """Two administrators at once: the loser of the unique index gets the same clear message."""

    def __init__(self, draft: UserDraft) -> None:
        self._draft = draft

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, IntegrityError):
            return
        if "extension" in str(error.orig).rpartition(" key ")[2]:
            raise extension_taken(self._draft.extension) from error
        raise InvalidValue("login", N_("The login “{login}” is taken."), login=self._draft.login) from error


def _lock_accounts(session: Session) -> None:
    """One change of accounts at a time, or two administrators could demote each other at once. Before any other read:
    MariaDB would go on seeing what that one saw."""
    session.exec(select(User.id).order_by(col(User.id)).with_for_update()).all()


def _require_other_administrator(session: Session, user_id: int) -> None:
    """Somebody must be able to get in."""
    others = select(User.id).where(
        col(User.is_admin).is_(True), col(User.active).is_(True), col(User.deleted_at).is_(None), User.id != user_id
    )
    if session.exec(others.limit(1)).first() is None:
        raise Conflict(N_("This is the last active administrator. Make somebody else an administrator first."))


def _write_queues(session: Session, user_id: int, queues: tuple[tuple[str, bool], ...]) -> None:
    for row in session.exec(select(QueueMembership).where(QueueMembership.user_id == user_id)):
        session.delete(row)
    session.flush()
    session.add_all(QueueMembership(user_id=user_id, queue=queue, dynamic=dynamic) for queue, dynamic in queues)

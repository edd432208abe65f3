"""Open tabs and unsaved text, kept so that a reload, a restart or the next sign-in brings them back (R6.2)."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, delete, select

from kaw import db
from kaw.errors import InvalidValue
from kaw.i18n import N_
from kaw.models import Draft, OpenTabs
from kaw.services import access
from kaw.services.access import Actor
from kaw.services.upsert import put

MAX_TABS = 30
MAX_DRAFTS = 60
MAX_DRAFT_BYTES = 256 * 1024
_TAB = re.compile(r"[a-z_]{1,24}(/[\w.-]{0,39})?")


@dataclass(frozen=True)
class TabRef:
    """Which tab: its kind and what it is about ("partner", "15")."""

    kind: str
    key: str = ""

    @property
    def name(self) -> str:
        """ "partner/15", or "users"."""
        return f"{self.kind}/{self.key}" if self.key else self.kind


@dataclass(frozen=True)
class Workspace:
    """The tabs of a browser, in order, and the name of the active one."""

    tabs: tuple[TabRef, ...] = ()
    active: str = ""


def load(actor: Actor) -> Workspace:
    """The tabs of this sign-in; a new sign-in starts with those of the user's last one."""
    access.rights(actor)
    with db.reading() as session:
        row = session.get(OpenTabs, actor.session_id) if actor.session_id else None
        if row is None or row.user_id != actor.user_id:
            newest = select(OpenTabs).where(OpenTabs.user_id == actor.user_id).order_by(col(OpenTabs.updated_at).desc())
            row = session.exec(newest.limit(1)).first()
    if row is None:
        return Workspace()
    return Workspace(tuple(TabRef(str(kind), str(key)) for kind, key in json.loads(row.tabs)), row.active)


def save_tabs(actor: Actor, tabs: Sequence[TabRef], active: str) -> None:
    """Remember the tabs; InvalidValue when there are too many or one is no tab at all."""
    access.rights(actor)
    if len(tabs) > MAX_TABS:
        raise InvalidValue("tabs", N_("At most {limit} tabs can be open. Close some you do not need."), limit=MAX_TABS)
    for tab in tabs:
        _require_tab(tab.name)
    with db.transaction() as tx:
        put(
            tx.session,
            OpenTabs(
                session_id=actor.session_id,
                user_id=actor.user_id,
                tabs=json.dumps([[tab.kind, tab.key] for tab in tabs]),
                active=active[:64],
                updated_at=db.now(),
            ),
        )


def drafts(actor: Actor) -> dict[str, dict[str, Any]]:
    """Unsaved text by the name of its tab."""
    access.rights(actor)
    with db.reading() as session:
        rows = session.exec(select(Draft).where(Draft.user_id == actor.user_id)).all()
    return {row.tab: json.loads(row.content) for row in rows}


def save_draft(actor: Actor, tab: str, content: dict[str, Any]) -> None:
    """Keep what was typed into a tab (JSON values); the oldest go when there are too many."""
    access.rights(actor)
    _require_tab(tab)
    encoded = json.dumps(content, ensure_ascii=False).encode("utf-8", "replace")  # half an emoji is no text to store
    if len(encoded) > MAX_DRAFT_BYTES:
        raise InvalidValue("draft", N_("This text is too long to be kept as a draft. Save it."))
    with db.transaction() as tx:
        put(tx.session, Draft(user_id=actor.user_id, tab=tab, content=encoded.decode(), updated_at=db.now()))
        kept = select(Draft.tab).where(Draft.user_id == actor.user_id).order_by(col(Draft.updated_at).desc())
        for name in tx.session.exec(kept).all()[MAX_DRAFTS:]:
            tx.session.exec(delete(Draft).where(col(Draft.user_id) == actor.user_id, col(Draft.tab) == name))


def drop_draft(actor: Actor, tab: str) -> None:
    """Forget it: it was saved or thrown away."""
    access.rights(actor)
    with db.transaction() as tx:
        tx.session.exec(delete(Draft).where(col(Draft.user_id) == actor.user_id, col(Draft.tab) == tab))


def is_tab(name: str) -> bool:
    """Whether it could be the name of a tab."""
    return _TAB.fullmatch(name) is not None


def _require_tab(name: str) -> None:
    if not is_tab(name):
        raise InvalidValue("tabs")

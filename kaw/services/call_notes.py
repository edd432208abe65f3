"""What an operator writes down about a call: a note during the talk, an outcome after it (R12.8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from kaw import db, live
from kaw.errors import AccessDenied, InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import Call, CallLeg
from kaw.services import access, settings
from kaw.services.access import Actor, Rights
from kaw.services.call_partners import may_know

LONGEST = 4000


@dataclass(frozen=True)
class Notes:
    """What stands there now."""

    note: str
    outcome: str


def get(actor: Actor, call_id: int) -> Notes:
    """Of a call of one's own, or of any for who has the reports right."""
    rights = access.rights(actor)
    with db.reading() as session:
        call = session.get(Call, call_id)
        if call is None or not may_know(session, rights, call_id):
            raise NotFound
        return Notes(call.note, call.disposition)


def save(
    actor: Actor, call_id: int, note: str | None = None, outcome: str | None = None, *, done: bool = False
) -> None:
    """Write a note and an outcome ("" takes them away, None leaves them); ``done`` ends the after-call work.

    What is written before that is dated by the talk: the work after it goes on. AccessDenied for who may only read it.
    """
    rights = access.rights(actor)
    text = None if note is None else _checked(note)
    with db.transaction() as tx:
        call = tx.session.get(Call, call_id, with_for_update=True)
        if call is None or not may_know(tx.session, rights, call_id):
            raise NotFound
        own = select(CallLeg.id).where(CallLeg.call_id == call_id, CallLeg.user_id == rights.user_id).limit(1)
        if not may_note(rights, tx.session.exec(own).first() is not None):
            raise AccessDenied
        if outcome and outcome != call.disposition and outcome not in settings.value("call_outcomes"):
            raise InvalidValue("outcome", N_("There is no such outcome any more."))
        call.note = call.note if text is None else text
        call.disposition = call.disposition if outcome is None else outcome[:80]
        noted_at = db.now() if done else _talk_end(tx.session, actor, call_id)
        if call.noted_by == actor.user_id and call.noted_at is not None:
            noted_at = max(noted_at, call.noted_at)  # «Готово» may overtake what was typed before it
        call.noted_by, call.noted_at = actor.user_id, noted_at
        tx.session.add(call)
        tx.announce(live.CallsChanged((call_id,)))


def may_note(rights: Rights, own: bool) -> bool:
    """Whether a user may write about a call; ``own``: his phone took part in it."""
    return own or rights.is_admin


def _checked(note: str) -> str:
    text = note.replace("\r\n", "\n").replace("\x00", "").strip()
    if len(text) > LONGEST:
        raise InvalidValue(
            "note", N_("At most {limit} characters fit here, and this has {length}."), limit=LONGEST, length=len(text)
        )
    return text


def _talk_end(session: Session, actor: Actor, call_id: int) -> datetime:
    """Now, or the end of his part in the call when that is over."""
    query = (
        select(CallLeg.ended_at)
        .where(CallLeg.call_id == call_id, CallLeg.user_id == actor.user_id, col(CallLeg.answered_at).is_not(None))
        .order_by(col(CallLeg.started_at).desc())
        .limit(1)
    )
    return session.exec(query).first() or db.now()

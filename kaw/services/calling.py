"""Calls placed, ended and given away through the PBX, for a user with a phone of his own (R12.2b, R12.4, R12.8).

The functions are async: the PBX answers on the event loop, the database is asked in its threads. Without a line they
raise PbxUnavailable, and nothing is kept for later.
"""

from dataclasses import dataclass
from typing import Literal

from sqlmodel import col, select

from kaw import db, live
from kaw.errors import Conflict, InvalidValue, NotFound
from kaw.i18n import N_
from kaw.models import AuditAction, Call, Right, User
from kaw.services import access, audit, call_partners, card_schema, partner_cards, settings, telephony
from kaw.services.access import Actor
from kaw.services.dialling import clean_number, origin
from kaw.services.operator_legs import open_leg
from kaw.services.phones import extension_of, interface_of

__all__ = ["ListenMode", "call", "clean_number", "hang_up", "listen_in", "transfer"]

RING_S = 30  # seconds the operator's own phone rings
ListenMode = Literal["listen", "whisper", "join"]
MODES: tuple[ListenMode, ...] = ("listen", "whisper", "join")


@dataclass(frozen=True)
class _Placing:
    extension: str
    number: str
    origin: str


@dataclass(frozen=True)
class _Leg:
    """A channel as the PBX calls it, and its ids: the call's Linkedid, its own Uniqueid."""

    name: str
    call: str
    channel: str


async def call(actor: Actor, number: str, partner_id: int | None = None) -> None:
    """Ring the user's own phone and then dial; ``partner_id`` is whom he calls, where he called from a card.

    InvalidValue: the number, or he has no internal number; PbxRefused: his phone cannot be rung.
    """
    placing = await db.in_thread(_prepare, actor, number, partner_id)
    await telephony.pbx().originate(
        interface=interface_of(placing.extension),
        number=placing.number,
        context=str(settings.value("pbx_dial_context")),
        origin=placing.origin,
        caller_id=placing.number,
        ring_s=RING_S,
    )


async def hang_up(actor: Actor) -> None:
    """End the call the user's phone is in; Conflict when it is in none."""
    leg = await db.in_thread(_leg, actor, talking=False)
    await telephony.pbx().hang_up(leg.name, call=leg.call, channel=leg.channel)


async def transfer(actor: Actor, number: str) -> None:
    """Give whom he talks with to another number, without asking there first."""
    channel, target = await db.in_thread(_transferring, actor, number)
    context = str(settings.value("pbx_transfer_context") or settings.value("pbx_dial_context"))
    await telephony.pbx().transfer(channel, number=target, context=context)


async def listen_in(actor: Actor, extension: str, mode: ListenMode) -> None:
    """Ring the supervisor's phone and let him hear an operator's talk; for who has the reports right.

    It is in the audit log before it is asked for; with the setting, the operator sees it on his screen.
    """
    own = await db.in_thread(_allow_listening, actor, extension, mode)
    await telephony.pbx().listen_in(interface_of(own), extension, mode=mode)
    if settings.value("supervision_announced"):
        live.announce([live.ListenedIn(extension, actor.user_id, mode)])


def _prepare(actor: Actor, number: str, partner_id: int | None) -> _Placing:
    rights = access.rights(actor)
    dialled, _extension = clean_number(number)
    with db.reading() as session:
        if partner_id is not None:
            partner_cards.row_of(session, card_schema.schema(), rights, partner_id)
            if partner_id not in call_partners.with_number(session, dialled):
                partner_id = None  # a number that was typed and is not on the card
        extension = extension_of(session, actor)
    if dialled == extension:
        raise InvalidValue("number", N_("This is your own number."))
    return _Placing(extension, dialled, origin(partner_id))


def _transferring(actor: Actor, number: str) -> tuple[str, str]:
    """The channel of his talk and whom it is given to."""
    access.rights(actor)
    target, _extension = clean_number(number)
    return _leg(actor, talking=True).name, target


def _leg(actor: Actor, *, talking: bool) -> _Leg:
    """His part in a talk, else in what rings or is dialled."""
    access.rights(actor)
    with db.reading() as session:
        found = open_leg(session, extension_of(session, actor))
        call = session.get(Call, found.call_id) if found is not None else None
    if found is None or call is None or (talking and found.answered_at is None):
        raise Conflict(N_("You are not in a call."))
    return _Leg(found.channel, call.linkedid, found.uniqueid)


def _allow_listening(actor: Actor, extension: str, mode: str) -> str:
    """The supervisor's own extension."""
    access.require(actor, Right.REPORTS)
    if mode not in MODES:
        raise InvalidValue("mode")
    with db.transaction() as tx:
        own = extension_of(tx.session, actor)
        operator = tx.session.exec(
            select(User).where(User.extension == extension, col(User.deleted_at).is_(None))
        ).first()
        if operator is None:
            raise NotFound
        if own == extension:
            raise Conflict(N_("This is your own number."))
        leg = open_leg(tx.session, extension)
        if leg is None or leg.answered_at is None:
            raise Conflict(N_("{name} is not in a call now."), name=operator.full_name)
        audit.record(tx, actor, AuditAction.LISTENED_IN, operator.full_name, {"extension": extension, "mode": mode})
    return own

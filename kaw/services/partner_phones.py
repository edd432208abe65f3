"""The numbers of a card that a user may call (R12.4): those in the fields he sees, and no others."""

from collections.abc import Iterator

from kaw.errors import NotFound
from kaw.fields.phone import PhoneEntry, phones_in
from kaw.services import partners, settings
from kaw.services.access import Actor
from kaw.services.partner_cards import Card


def to_call(actor: Actor, partner_id: int, number: str) -> str:
    """What to dial for a number as a screen showed it, or as ``partner_phone`` keeps it; with its extension.

    NotFound when the card has it no longer, or not in a field he sees.
    """
    card = partners.get(actor, partner_id)
    for entry in _entries(card):
        if number in (entry.dialled, entry.number):
            return entry.dialled
    raise NotFound


def _entries(card: Card) -> Iterator[PhoneEntry]:
    region = str(settings.value("phone_region"))
    for field in card.fields:
        if field.holds_phones:
            yield from phones_in(card.texts[field.unique_name], region)

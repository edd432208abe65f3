"""What a user who opens a card gets to see, and what he may do with it."""

from dataclasses import dataclass

from kaw.models import Right
from kaw.services import access, attachments, partners
from kaw.services.access import Actor
from kaw.services.partner_cards import Card


@dataclass(frozen=True)
class Opened:
    """A card and what its reader may do with it beside the fields."""

    card: Card
    may_delete: bool
    may_change_files: bool

    @property
    def shape(self) -> object:
        """What the form is built of; while it stays the same only values change."""
        return self.card.fields, self.card.editable, self.may_delete, self.may_change_files, self.card.in_bin


def open_card(actor: Actor, partner_id: int) -> Opened:
    """NotFound for who may not see the card."""
    card = partners.get(actor, partner_id)
    return Opened(card, access.rights(actor).has(Right.CONTACTS), attachments.may_change(actor))

"""All numbers of a phone cell, each with its call button (R12.4)."""

from kaw import db
from kaw.components import inputs
from kaw.components.call_button import call_partner
from kaw.components.partner_card.read_only import ReadOnly
from kaw.components.popover import PopoverAt
from kaw.errors import NotFound
from kaw.services import partners
from kaw.services.access import Actor


async def show_numbers(actor: Actor, partner_id: int, column: str, x: int, y: int) -> None:
    """Open them at these pixels of the window; NotFound where he does not see the field."""
    card = await db.in_thread(partners.get, actor, partner_id)
    field = next((each for each in card.fields if each.unique_name == column and each.holds_phones), None)
    if field is None:
        raise NotFound

    async def call(number: str) -> None:
        await call_partner(actor, partner_id, number)
        popover.close()

    with PopoverAt(card.title, x, y) as popover:
        inputs.TextElement("h2", card.title)
        ReadOnly(field, on_call=call).show(card.values[column], card.texts[column])
    popover.take_focus()

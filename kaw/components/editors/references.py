"""Editors that point to a user or to another partner; both are searched for on the server."""

from collections.abc import Callable, Sequence
from typing import Any

from kaw.components import icons
from kaw.components.buttons import icon_button
from kaw.components.pickers import Picker, Search
from kaw.i18n import _
from kaw.services import partner_table, partners, users
from kaw.services.access import Actor
from kaw.services.card_schema import CardField
from kaw.services.partner_table import TableQuery

FOUND_AT_ONCE = 20


class ReferencePicker(Picker):
    """A picker that is given ids whose names it does not know yet."""

    def __init__(self, search: Search, *, hint: str) -> None:
        super().__init__(search, hint=hint)
        self.classes("kaw-picker")

    def put(self, value: int | None, text: str) -> None:
        """Show this one under this name."""
        if value is None:
            self.set_value(None)
        else:
            self.set_options({**dict(self.options), value: text}, value=value)

    def name_of(self, value: int | None) -> str:
        """What one that was picked here is called."""
        return str(dict(self.options).get(value, ""))


class PartnerPicker(ReferencePicker):
    """With a button that opens the other card: ``on_open(id)``."""

    def __init__(self, search: Search, *, hint: str) -> None:
        super().__init__(search, hint=hint)
        self.on_open: Callable[[int], Any] | None = None
        with self.add_slot("append"):
            self._look = icon_button(icons.CHEVRON_RIGHT, _("Open the card"), self._open, small=True)
        self._look.set_visibility(False)
        self.on_value_change(lambda: self._look.set_visibility(self.value is not None and self.on_open is not None))

    def _open(self) -> None:
        if self.on_open is not None and self.value is not None:
            self.on_open(self.value)


def user(field: CardField, actor: Actor | None = None, _value: int | None = None) -> ReferencePicker:
    """A colleague, by a part of his name."""
    return ReferencePicker(
        lambda text: users.find(actor, text) if actor else [], hint=field.hint or _("Start typing a name")
    )


def partner(field: CardField, actor: Actor | None = None, _value: int | None = None) -> PartnerPicker:
    """Another card, by whatever its row in the table is found by."""
    return PartnerPicker(
        lambda text: found_partners(actor, text) if actor else [], hint=field.hint or _("Name, phone or INN")
    )


def found_partners(actor: Actor, text: str) -> Sequence[tuple[int, str]]:
    """Partners that this user's table would find, with their titles."""
    rows = partner_table.page(actor, TableQuery(search=text.strip()), limit=FOUND_AT_ONCE).rows
    ids = [int(row["id"]) for row in rows]
    titles = partners.titles(actor, ids)
    return [(partner_id, titles[partner_id]) for partner_id in ids if partner_id in titles]

"""Unsaved edits that come back: what they chose may be gone meanwhile, and ids in them need their names."""

from collections.abc import Iterable, Mapping
from typing import Any

from kaw.components.form_state import FormState
from kaw.components.partner_card.form import CardForm, blank
from kaw.models import FieldKind
from kaw.services import partners, users
from kaw.services.access import Actor
from kaw.services.card_schema import CardField

Names = Mapping[str, Mapping[int, str]]  # by field and id


def names_of(actor: Actor, fields: Iterable[CardField], draft: Mapping[str, Any]) -> dict[str, dict[int, str]]:
    """What the users and partners picked in a draft are called."""
    edits = draft.get("edits", {})
    found: dict[str, dict[int, str]] = {}
    for field in fields:
        value = edits.get(field.unique_name)
        if not isinstance(value, int):
            continue
        if field.kind is FieldKind.USER:
            found[field.unique_name] = users.names(actor, [value])
        elif field.kind is FieldKind.PARTNER:
            found[field.unique_name] = partners.titles(actor, [value])
    return found


def show_edits(form: CardForm, state: FormState, names: Names) -> None:
    """Put all unsaved values into their editors; a choice that is no longer in its list is taken out, and told."""
    gone = []
    for name in sorted(state.changed):
        value, field = state.values[name], form.fields[name]
        kept = value
        if field.kind.has_choices:
            kept = _still_there(field, value)
            if kept != value:
                state.edit(name, kept)
                gone.append(name)
        text = names.get(name, {}).get(value, "") if isinstance(value, int) else ""
        form.put(name, kept, text)
    form.mark_gone(gone)


def _still_there(field: CardField, value: Any) -> Any:
    ids = {item.id for item in field.choices}
    if isinstance(value, list):
        return [item for item in value if item in ids]
    return value if value in ids else blank(field)

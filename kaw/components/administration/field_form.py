"""The inputs of one field, as flat plain values (for drafts) and as the service's ``FieldDraft``; no widgets."""

from collections.abc import Mapping
from typing import Any

from kaw.i18n import N_
from kaw.models import FieldKind, Side
from kaw.services.card_schema import CardField
from kaw.services.fields import FieldDraft

LABELS: dict[str, str] = {
    "name": N_("Name of the field"),
    "unique_name": N_("Unique name of the field (latin letters, no blanks)"),
    "section": N_("group name"),
    "kind": N_("Type of the field"),
    "sort_order": N_("Sorting"),
    "shown": N_("Show"),
    "hint": N_("Placeholder"),
    "choice_list_id": N_("List"),
    "side": N_("Position in the card"),
    "on_main_page": N_("Show on the main page?"),
    "required": N_("Required?"),
}


def blank_values(next_place: int) -> dict[str, Any]:
    """The inputs of a new field that comes last in the card."""
    return values_of(CardField(id=0, name="", unique_name="", kind=FieldKind.TEXT, sort_order=next_place))


def values_of(field: CardField) -> dict[str, Any]:
    """The inputs that show a saved field."""
    return {
        "name": field.name,
        "unique_name": field.unique_name,
        "section": field.section,
        "kind": field.kind.value,
        "sort_order": field.sort_order,
        "shown": field.shown,
        "hint": field.hint,
        "choice_list_id": field.choice_list_id,
        "side": field.side.value,
        "on_main_page": field.on_main_page,
        "required": field.required,
    }


def draft_of(values: Mapping[str, Any]) -> FieldDraft:
    """What the service is asked to save."""
    kind = FieldKind(values["kind"])
    return FieldDraft(
        name=str(values["name"] or "").strip(),
        unique_name=str(values["unique_name"] or "").strip(),
        kind=kind,
        section=str(values["section"] or "").strip(),
        sort_order=int(values["sort_order"] or 0),
        shown=bool(values["shown"]),
        hint="" if kind.has_choices else str(values["hint"] or ""),
        choice_list_id=values["choice_list_id"] if kind.has_choices else None,
        side=Side(values["side"]),
        on_main_page=bool(values["on_main_page"]),
        required=bool(values["required"]),
    )


def example_field(values: Mapping[str, Any], choices: Mapping[int, Any]) -> CardField:
    """The field as the live example draws it; ``choices`` maps a list's id to its items."""
    draft = draft_of(values)
    return CardField(
        id=0,
        name=draft.name,
        unique_name="example",
        kind=draft.kind,
        hint=draft.hint,
        required=draft.required,
        choices=tuple(choices.get(draft.choice_list_id or 0, ())),
    )

"""Words about fields that several screens share."""

from kaw.fields import FIELD_TYPES
from kaw.fields.numbers import grouped
from kaw.i18n import N_, _, ngettext
from kaw.models import FieldKind

KIND_GROUPS: dict[str, tuple[FieldKind, ...]] = {
    N_("Text and numbers"): (FieldKind.TEXT, FieldKind.LONG_TEXT, FieldKind.NUMBER, FieldKind.MONEY),
    N_("Date and time"): (FieldKind.DATE, FieldKind.DATETIME),
    N_("Choice from a list"): (FieldKind.LIST, FieldKind.DROPDOWN, FieldKind.RADIO, FieldKind.CHECKBOXES),
    N_("Contacts and details"): (FieldKind.PHONE, FieldKind.EMAIL, FieldKind.LINK, FieldKind.INN),
    N_("Marks and links"): (FieldKind.YES_NO, FieldKind.USER, FieldKind.PARTNER),
}


def kind_label(kind: FieldKind) -> str:
    """The type of a field in the manual's words: «Текстовое», «Дата»."""
    return _(FIELD_TYPES[kind].label)


def kind_options() -> dict[str, str]:
    """All types by their value, in the order of ``KIND_GROUPS``."""
    return {kind.value: kind_label(kind) for kinds in KIND_GROUPS.values() for kind in kinds}


def cards_filled(number: int) -> str:
    """In how many cards a field has a value."""
    if not number:
        return _("not filled in any card")
    return ngettext("filled in {n} card", "filled in {n} cards", number).format(n=grouped(number))

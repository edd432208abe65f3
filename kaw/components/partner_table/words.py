"""What the partner table says in words."""

from kaw.i18n import _, ngettext
from kaw.services.card_schema import CardField
from kaw.services.partner_table import ColumnFilter, Count

THIN_SPACE = "\u202f"
FEW = 3  # values named in a chip


def number(value: int) -> str:
    """12 418, with thin spaces."""
    return f"{value:,}".replace(",", THIN_SPACE)


def counted(count: Count) -> str:
    """«12 418 партнеров», or «более 10 000 партнеров» until the exact number is there."""
    if not count.exact:
        return _("more than {n} partners").format(n=number(count.number - 1))
    return ngettext("{n} partner", "{n} partners", count.number).format(n=number(count.number))


def hidden(count: int, names: list[str]) -> str:
    """How many are left out by default, and because of which choices."""
    shown = number(count) if count <= 10_000 else f"> {number(10_000)}"
    return _("hidden by default: {n} ({names})").format(n=shown, names=", ".join(names))


def chip(field: CardField, column: ColumnFilter) -> str:
    """A filter as its chip says it: «Город: Москва, Казань»."""
    parts: list[str] = []
    if column.values is not None:
        parts.append(_values(field, column))
    if column.contains.strip():
        parts.append(f"«{column.contains.strip()}»")
    if column.lower:
        parts.append(_("from {value}").format(value=column.lower))
    if column.upper:
        parts.append(_("to {value}").format(value=column.upper))
    if column.empty is not None:
        parts.append(_("empty") if column.empty else _("filled"))
    return f"{field.name}: {' '.join(parts)}"


def _values(field: CardField, column: ColumnFilter) -> str:
    chosen = list(column.values or ())
    names = {item.id: item.name for item in field.choices}
    if field.choices and len(chosen) == len(names) + 1:
        return _("all")
    texts = [_("empty") if value is None else str(names.get(value, value)) for value in chosen]  # type: ignore[call-overload]
    more = f" +{len(texts) - FEW}" if len(texts) > FEW else ""
    return ", ".join(texts[:FEW]) + more

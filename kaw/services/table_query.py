"""What a user asks of the partner table: search, filters, sort; and its form in an address (R8.3.3)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kaw.errors import InvalidValue
from kaw.i18n import N_

Scalar = str | int | bool | None

LONGEST_SEARCH = 200
MOST_VALUES = 1000
LONGEST_VALUE = 300
SEPARATOR = "."


@dataclass(frozen=True)
class ColumnFilter:
    """The funnel of one column; everything set must hold.

    ``values``: one of these (ids of choices, users or partners; None is "empty"). ``lower``, ``upper``: a range with
    both ends, as people type them (dates dd.mm.yyyy or ISO). ``empty``: True only empty ones, False only filled.
    """

    values: tuple[Scalar, ...] | None = None
    contains: str = ""
    lower: Any = None
    upper: Any = None
    empty: bool | None = None

    @property
    def is_set(self) -> bool:
        """Whether it narrows anything."""
        return (
            self.values is not None
            or bool(self.contains.strip())
            or _given(self.lower)
            or _given(self.upper)
            or self.empty is not None
        )


@dataclass(frozen=True)
class TableQuery:
    """One view of the table. ``sort`` is "id" or a column's unique name; empty values come last either way."""

    search: str = ""
    filters: Mapping[str, ColumnFilter] = field(default_factory=dict)
    sort: str = "id"
    descending: bool = False

    def to_params(self) -> dict[str, str]:
        """The parameters of an address; defaults are left out."""
        params: dict[str, str] = {}
        if self.search.strip():
            params["q"] = self.search.strip()
        if self.sort != "id":
            params["sort"] = self.sort
        if self.descending:
            params["desc"] = "1"
        for name, column in sorted(self.filters.items()):
            params |= {f"{name}{SEPARATOR}{key}": value for key, value in _filter_params(column).items()}
        return params

    @staticmethod
    def from_params(params: Mapping[str, Any]) -> "TableQuery":
        """The inverse of ``to_params``; InvalidValue for anything it could not have made."""
        parts: dict[str, dict[str, str]] = {}
        for key, given in params.items():
            name, dot, part = str(key).partition(SEPARATOR)
            if dot:
                parts.setdefault(name, {})[part] = _text(str(key), given)
        return TableQuery(
            search=_text("q", params.get("q", "")),
            filters={name: _filter_of(name, column) for name, column in parts.items()},
            sort=_text("sort", params.get("sort", "id")) or "id",
            descending=_flag("desc", params.get("desc", "0")),
        )


def _filter_params(column: ColumnFilter) -> dict[str, str]:
    params: dict[str, str] = {}
    if column.values is not None:
        params["in"] = "|".join(_escape(value) for value in column.values)
    if column.contains.strip():
        params["has"] = column.contains.strip()
    for key, bound in (("from", column.lower), ("to", column.upper)):
        if _given(bound):
            params[key] = str(bound)
    if column.empty is not None:
        params["empty"] = "1" if column.empty else "0"
    return params


def _filter_of(name: str, parts: Mapping[str, str]) -> ColumnFilter:
    if unknown := set(parts) - {"in", "has", "from", "to", "empty"}:
        raise InvalidValue(f"{name}{SEPARATOR}{min(unknown)}")
    values = None
    if "in" in parts:
        values = tuple(_unescape(name, part) for part in _split(parts["in"]))
        if len(values) > MOST_VALUES:
            raise InvalidValue(name, N_("Choose at most {limit} values."), limit=MOST_VALUES)
    return ColumnFilter(
        values=values,
        contains=parts.get("has", ""),
        lower=parts.get("from") or None,
        upper=parts.get("to") or None,
        empty=_flag(name, parts["empty"]) if "empty" in parts else None,
    )


def _given(bound: Any) -> bool:
    return bound is not None and str(bound).strip() != ""


def _escape(value: Scalar) -> str:
    """Texts begin with ":", numbers with "=", so that 7 and "7" stay apart; empty is "-"."""
    if value is None:
        return "-"
    if isinstance(value, bool | int):
        return f"={int(value)}"
    return ":" + value.replace("\\", "\\\\").replace("|", "\\p")


def _unescape(name: str, part: str) -> Scalar:
    if part == "-":
        return None
    if part.startswith("="):
        digits = part[1:].removeprefix("-")
        if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
            raise InvalidValue(name)
        return int(part[1:])
    if not part.startswith(":"):
        raise InvalidValue(name)
    return _plain(part[1:])


def _plain(part: str) -> str:
    result, escaped = [], False
    for char in part:
        if escaped:
            result.append("|" if char == "p" else char)
        elif char != "\\":
            result.append(char)
        escaped = char == "\\" and not escaped
    return "".join(result)


def _split(text: str) -> list[str]:
    return text.split("|") if text else []


def _text(key: str, given: Any) -> str:
    if not isinstance(given, str):
        raise InvalidValue(key)
    limit = LONGEST_SEARCH if key == "q" else MOST_VALUES * LONGEST_VALUE
    if len(given) > limit:
        text = N_("At most {limit} characters fit here, and this has {length}.")
        raise InvalidValue(key, text, limit=limit, length=len(given))
    return given


def _flag(key: str, given: Any) -> bool:
    if given not in ("0", "1"):
        raise InvalidValue(key)
    return bool(given == "1")

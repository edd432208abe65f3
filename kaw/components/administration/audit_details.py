"""Details of an audit entry in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaw.components.administration import rights_words
from kaw.components.administration.level_matrix import level_words
from kaw.i18n import N_, _
from kaw.models import Access, AuditAction, Right
from kaw.services.settings import SETTINGS

_NAMES = {
    "rights": N_("Rights"),
    "rights before": N_("Rights before"),
    "active": N_("Active"),
    "login": N_("Login"),
    "members": N_("Users"),
    "levels": N_("Access to fields"),
}


def details(content: Mapping[str, Any], field_names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Each detail as its name and its value; ``field_names`` by id, for the levels of a group."""
    for name, value in content.items():
        text = _levels(value, field_names) if name == "levels" else _text(name, value)
        if text:
            yield _(_NAMES[name]) if name in _NAMES else name, text


def subject(action: AuditAction, text: str) -> str:
    """What it was done to; settings are logged by key and shown by label."""
    if action is not AuditAction.SETTING_CHANGED:
        return text
    return ", ".join(_(SETTINGS[key].label) if key in SETTINGS else key for key in text.split(", "))


def _text(name: str, value: Any) -> str:
    if name.startswith("rights"):
        return rights_words.summary([Right(one) for one in value]) or _("none")
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _levels(levels: Mapping[str, str], field_names: Mapping[int, str]) -> str:
    """«изменение: Телефон, Email; просмотр: ИНН»; hidden fields go without saying."""
    words = level_words()
    found: dict[Access, list[str]] = {Access.EDIT: [], Access.VIEW: []}
    for field_id, level in levels.items():
        if Access[level] in found and int(field_id) in field_names:
            found[Access[level]].append(field_names[int(field_id)])
    return "; ".join(f"{words[level]}: {', '.join(names)}" for level, names in found.items() if names)

"""Details of an audit entry in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from kaw.components.administration import rights_words
from kaw.i18n import N_, _
from kaw.models import AuditAction, Right
from kaw.services.settings import SETTINGS

_NAMES = {
    "rights": N_("Rights"),
    "rights before": N_("Rights before"),
    "active": N_("Active"),
    "login": N_("Login"),
    "members": N_("Users"),
}


def details(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each detail as its name and its value."""
    for name, value in content.items():
        if not isinstance(value, Mapping):
            yield _(_NAMES[name]) if name in _NAMES else name, _text(name, value)


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

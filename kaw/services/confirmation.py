"""The word that has to be typed before something is deleted for good."""

from kaw.errors import InvalidValue
from kaw.i18n import N_

WORDS = frozenset({"удалить", "delete"})


def require_word(confirmation: str) -> None:
    """InvalidValue unless the word was typed, in one of the interface's languages."""
    if confirmation.strip().casefold() not in WORDS:
        raise InvalidValue("confirmation", N_("Type the word “delete” to confirm."))

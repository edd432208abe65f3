"""Names of files that people upload, made harmless for headers, lists and other computers."""

import unicodedata
from pathlib import PurePosixPath

from kaw.i18n import _

NAME_LENGTH = 255
ENDING_LENGTH = 20
# Control and formatting characters (CR, LF, NUL, marks that turn the reading direction), separators, half surrogates.
UNWANTED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_name(name: str) -> str:
    """The file's own name: without folders and invisible characters, at most 255 characters, its ending kept."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    text = unicodedata.normalize("NFC", last)
    text = "".join(character for character in text if unicodedata.category(character) not in UNWANTED)
    text = " ".join(text.split()).rstrip(". ")
    if not text:
        return _("Unnamed file")
    if len(text) <= NAME_LENGTH:
        return text
    ending = PurePosixPath(text).suffix[:ENDING_LENGTH]
    return text[: NAME_LENGTH - len(ending)] + ending

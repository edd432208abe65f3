"""A unique latin name proposed for a field: «Дата последней сделки» becomes ``data_posledney_sdelki``."""

import re
import unicodedata
from collections.abc import Container

MAX_LENGTH = 48

_TABLE = {
    **dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True)),
    "ж": "zh",
    "х": "kh",
    "ц": "ts",
    "ч": "ch",
    "ш": "sh",
    "щ": "sch",
    "ю": "yu",
    "я": "ya",
    "ъ": "",
    "ь": "",
}


def latin_name(name: str, taken: Container[str] = ()) -> str:
    """A name of latin letters, digits and underscores that begins with a letter and is not among ``taken``.

    "" when nothing can be written in latin letters.
    """
    spelled = "".join(_TABLE.get(letter, letter) for letter in name.casefold())
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if words and not words[0].isalpha():
        words = f"field_{words}"
    words = words[:MAX_LENGTH].rstrip("_")
    return _free(words, taken) if words else ""


def _free(words: str, taken: Container[str]) -> str:
    candidate, number = words, 2
    while candidate in taken:
        ending = f"_{number}"
        candidate, number = words[: MAX_LENGTH - len(ending)].rstrip("_") + ending, number + 1
    return candidate

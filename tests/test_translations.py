"""Every text in the code has its Russian words, with the same placeholders (R6: Russian first, English second)."""

import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir, extract_from_file
from babel.messages.pofile import read_po

from kaw.i18n import LOCALE_DIR

ROOT = Path(__file__).parents[1]
KEYWORDS = {"_": None, "N_": None, "ngettext": (1, 2)}

MessageId = str | tuple[str, ...]


def messages_in_code() -> set[MessageId]:
    found = extract_from_dir(ROOT / "kaw", [("**.py", "python")], keywords=KEYWORDS)
    messages: set[MessageId] = {message for _file, _line, message, _comments, _context in found}
    messages |= {message for _line, message, _comments, _context in extract_from_file("python", ROOT / "main.py")}
    return {message for message in messages if message}


def catalogue() -> dict[MessageId, tuple[str, ...]]:
    with (LOCALE_DIR / "ru" / "LC_MESSAGES" / "kaw.po").open("rb") as file:
        entries = read_po(file, locale="ru")
    return {
        entry.id: entry.string if isinstance(entry.string, tuple) else (entry.string or "",)
        for entry in entries
        if entry.id and not entry.fuzzy
    }


def test_every_text_of_the_code_has_russian_words() -> None:
    russian = catalogue()
    missing = sorted(str(message) for message in messages_in_code() if not all(russian.get(message, ("",))))
    assert missing == []


def test_a_translation_has_the_placeholders_of_its_text() -> None:
    wrong = [(id_, text) for id_, text, expected in _pairs() if set(_placeholders(text)) != expected]
    assert wrong == []


def test_russian_plurals_have_three_forms() -> None:
    assert [id_ for id_, forms in catalogue().items() if isinstance(id_, tuple) and len(forms) != 3] == []


def _pairs() -> Iterator[tuple[MessageId, str, set[str]]]:
    for id_, forms in catalogue().items():
        expected = set(_placeholders(id_ if isinstance(id_, str) else id_[-1]))
        for text in forms:
            yield id_, text, expected


def _placeholders(text: str) -> Iterator[str]:
    try:
        yield from (name for _before, name, _format, _conversion in string.Formatter().parse(text) if name is not None)
    except ValueError:  # a brace that is no placeholder, as in a text that is never formatted
        return

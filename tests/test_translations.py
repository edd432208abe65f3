"""Every text in the code has its Russian words, with the same placeholders (R6: Russian first, English second)."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po

from kaw.i18n import LOCALE_DIR

ROOT = Path(__file__).parents[1]
COUNT = {"_": 1, "N_": 1, "ngettext": 2}  # texts that each call takes

MessageId = str | tuple[str, ...]


def messages_in_code() -> set[MessageId]:
    found: set[MessageId] = set()
    for path in [ROOT / "main.py", *(ROOT / "kaw").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in COUNT:
                texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
                if len(texts) >= COUNT[node.func.id]:
                    found.add(texts[0] if COUNT[node.func.id] == 1 else (texts[0], texts[1]))
    return found


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

"""Texts in the language of the reader.

Message ids are English; ``locale/ru`` holds the Russian catalogue (the manual's own words). Which language a text is
for depends on who reads it, so the language is asked from a resolver: the frame installs one that knows the browser
behind the running handler; background work sets ``use_language`` for the person it writes to.
"""

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from kaw.errors import N_ as N_
from kaw.errors import KawError

LANGUAGES = {"ru": "Русский", "en": "English"}
DEFAULT_LANGUAGE = "ru"
LOCALE_DIR = Path(__file__).parent / "locale"

_forced: ContextVar[str | None] = ContextVar("kaw_language", default=None)
_resolvers: list[Callable[[], str | None]] = []


def _(text: str) -> str:
    """The text in the reader's language."""
    return translations(language()).gettext(text) if text else text


def ngettext(one: str, many: str, number: int) -> str:
    """The right plural form, with ``{n}`` left for the caller to fill in: Russian has three."""
    return translations(language()).ngettext(one, many, number)


def explain(error: KawError) -> str:
    """The message of an error for the reader."""
    text = _(error.text)
    return text.format_map(error.values) if error.values else text


def language() -> str:
    """Two-letter code of the language the running code writes in."""
    forced = _forced.get()
    if forced:
        return forced
    for resolve in _resolvers:
        found = resolve()
        if found in LANGUAGES:
            return found
    return DEFAULT_LANGUAGE


@contextmanager
def use_language(code: str) -> Iterator[None]:
    """Write in this language within the block, whoever reads."""
    token = _forced.set(code if code in LANGUAGES else DEFAULT_LANGUAGE)
    try:
        yield
    finally:
        _forced.reset(token)


def add_resolver(resolve: Callable[[], str | None]) -> None:
    """Let ``resolve`` tell the language of the browser in whose name code runs (None: it does not know)."""
    _resolvers.append(resolve)


@cache
def translations(code: str) -> gettext.NullTranslations:
    """The catalogue of one language, compiled from its .po file when first needed."""
    path = LOCALE_DIR / code / "LC_MESSAGES" / "kaw.po"
    if not path.exists():
        return gettext.NullTranslations()
    with path.open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)

"""How texts are compared: without regard to case, and with ё as е (R8.3.2)."""

SORT_LENGTH = 64


def fold(text: str) -> str:
    """The text as comparisons see it."""
    return text.casefold().replace("ё", "е")


def sort_text(text: str) -> str:
    """The beginning of a folded text, as sort columns keep it: leading quotes and blanks do not count."""
    return fold(text).lstrip(" \"'«„“”(—-")[:SORT_LENGTH]

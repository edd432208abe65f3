"""E-mail addresses and links."""

import re
from typing import Any, ClassVar
from urllib.parse import urlsplit

from kaw.fields.base import FieldContext
from kaw.fields.text import TextType, clean_line, short_enough
from kaw.i18n import N_
from kaw.models import FieldKind

LINK_SCHEMES = {"http", "https", "ftp"}
_EMAIL = re.compile(
    r"[^\s@<>,;:\"()\[\]\\]{1,64}@(?=.{3,190}$)([^\W_]([\w-]{0,61}[^\W_])?\.)+[^\W\d_]([\w-]{0,61}[^\W_])"
)


class EmailType(TextType):
    """One address or several, separated by commas."""

    kind = FieldKind.EMAIL
    label = N_("Email")
    max_length: ClassVar[int] = 255

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        text = short_enough(clean_line(raw), self.max_length, context)
        parts = [part for part in re.split(r"[\s,;]+", text) if part]
        for part in parts:
            if not _EMAIL.fullmatch(part) or ".." in part or part.startswith(".") or ".@" in part:
                raise context.refuse(N_("Enter an e-mail address, such as name@example.ru."))
        return short_enough(", ".join(parts), self.max_length, context) or None


class LinkType(TextType):
    """An address on the web; "www.example.ru" gets its scheme, and no other scheme can run a script."""

    kind = FieldKind.LINK
    label = N_("Link")
    max_length: ClassVar[int] = 255

    def parse(self, raw: Any, context: FieldContext) -> str | None:
        text = short_enough(clean_line(raw), self.max_length, context)
        if not text:
            return None
        address = text if re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*://", text) else f"https://{text}"
        try:
            parts = urlsplit(address)
            hostname = parts.hostname
        except ValueError:
            hostname = None
        if not hostname or parts.scheme.lower() not in LINK_SCHEMES or "." not in hostname or " " in address:
            raise context.refuse(N_("Enter a link, such as https://example.ru."))
        return short_enough(address, self.max_length, context)

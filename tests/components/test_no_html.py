"""Nothing that a user, a file or another system brings is ever read as HTML: there is no way for it to get there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
WAYS = re.compile(
    r"ui\.html\(|ui\.markdown\(|ui\.add_body_html|html_columns\s*=|innerHTML|outerHTML|insertAdjacentHTML|document\.write"
    r"|v-html|sanitize\s*=\s*False|(?:options|label|message|title)-html|DOMParser|createContextualFragment"
)
CONSTANT = {
    'shape = ui.html("<div></div>" * rows, sanitize=False).classes("kaw-skeleton")',
    'ui.add_body_html(f"<script>kawClock.set({round(time.time() * 1000)})</script>")',  # a number of the server's own
}


def test_no_data_is_read_as_html() -> None:
    """R8.2 R8.3.1"""
    sources = [
        path for folder in ("kaw", "assets") for path in (ROOT / folder).rglob("*") if path.suffix in (".py", ".js")
    ]
    assert len(sources) > 100
    lines = [line.strip() for path in sources for line in path.read_text(encoding="utf-8").splitlines()]
    assert {line for line in lines if WAYS.search(line)} == CONSTANT

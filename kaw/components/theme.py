"""How KAW looks: the style sheet, the accent colour, light and dark, and the language of a page.

The colours, sizes and rules are in assets/kaw.css; this module brings them to the browser.
"""

import colorsys
import hashlib
import re
from copy import copy
from pathlib import Path

from nicegui import Client, app, ui
from nicegui.slot import Slot, get_task_id
from nicegui.translations import translations

from kaw import i18n
from kaw.i18n import _

ASSETS = next(
    path for path in (Path(__file__).parents[1] / "assets", Path(__file__).parents[2] / "assets") if path.is_dir()
)
DEFAULT_ACCENT = "#0e7c66"
THEMES = {"auto": None, "light": False, "dark": True}  # what NiceGUI calls the dark mode of each
LANGUAGE_PACKS = {"ru": "ru", "en": "en-US"}
_LANGUAGE_KEY = "kaw_language"


def install() -> None:
    """Serve the style sheet to every page and let texts follow the reader's language. Once per process."""
    app.add_static_files("/assets", ASSETS, max_cache_age=31_536_000)
    for sheet in sorted(ASSETS.glob("*.css"), key=lambda path: (path.name != "kaw.css", path.name)):
        version = hashlib.sha256(sheet.read_bytes()).hexdigest()[:12]
        ui.add_head_html(f'<link rel="stylesheet" href="/assets/{sheet.name}?v={version}">', shared=True)
    app.config.quasar_config["ripple"] = False
    app.config.quasar_config["loadingBar"]["skipHijack"] = True
    i18n.add_resolver(language_of_browser)
    for language, pack in LANGUAGE_PACKS.items():
        with i18n.use_language(language):
            translations[pack]["connection_lost"] = _("No connection to the server")
            translations[pack]["trying_to_reconnect"] = _("Trying to connect again…")


def apply(language: str, theme: str = "auto", accent: str = DEFAULT_ACCENT) -> None:
    """Draw the page being built in this language, theme ("light", "dark", "auto") and accent colour (#rrggbb)."""
    client = ui.context.client
    own = copy(client.page)  # the page object is shared by all visitors of the address
    own.dark = THEMES.get(theme)
    own.language = LANGUAGE_PACKS.get(language, "ru")
    client.page = own
    client.storage[_LANGUAGE_KEY] = language
    ui.add_head_html(f"<style>{_accent_rule(accent)}{_before_start(theme)}</style>")


def change(theme: str) -> None:
    """Switch the open page to another theme."""
    ui.run_javascript(f"setDark({ {None: 'null', False: 'false', True: 'true'}[THEMES.get(theme)] })")


def change_accent(accent: str) -> None:
    """Switch the open page to another accent colour (#rrggbb)."""
    light, dark = accent_pair(accent)
    ui.run_javascript(
        f'for (const [k, v] of [["--accent-light", "{light}"], ["--accent-dark", "{dark}"]])'
        " document.documentElement.style.setProperty(k, v)"
    )


def accent_pair(accent: str) -> tuple[str, str]:
    """The accent as used on light and on dark ground: dark enough for white text, light enough for dark text."""
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", accent):
        accent = DEFAULT_ACCENT
    hue, lightness, saturation = colorsys.rgb_to_hls(*(int(accent[i : i + 2], 16) / 255 for i in (1, 3, 5)))
    light = lightness
    while light > 0.05 and _contrast_with_white(_hex(hue, light, saturation)) < 4.5:
        light -= 0.02
    return _hex(hue, light, saturation), _hex(hue, max(0.537, lightness), min(saturation, 0.492))


def language_of_browser() -> str | None:
    """The language of the page on whose behalf code runs: handlers, live events, tasks with a ``context``."""
    for slot in reversed(Slot.stacks.get(get_task_id(), [])):
        parent = slot._parent()
        if parent is not None:
            return language_of(parent.client)
    return None


def language_of(client: Client) -> str | None:
    """The language a page was drawn in."""
    return client.storage.get(_LANGUAGE_KEY)


def _accent_rule(accent: str) -> str:
    light, dark = accent_pair(accent)
    return f":root{{--accent-light:{light};--accent-dark:{dark}}}"


def _before_start(theme: str) -> str:
    """The ground of a dark page until the scripts mark it as dark: no white flash."""
    rule = "body:not(.body--light){background:#171614}"
    if theme == "dark":
        return rule
    return f"@media(prefers-color-scheme:dark){{{rule}}}" if theme == "auto" else ""


def _hex(hue: float, lightness: float, saturation: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in colorsys.hls_to_rgb(hue, lightness, saturation))


def _contrast_with_white(colour: str) -> float:
    """WCAG 2.2 contrast ratio against white."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)

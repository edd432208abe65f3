"""Controls to put a value in. They carry an accessible name, or stand in a row of ``form`` that names them."""

from collections.abc import Callable, Mapping
from typing import Any

from nicegui import ui

from kaw.components import icons
from kaw.components.buttons import icon_button
from kaw.i18n import _

FIELD_PROPS = "outlined dense hide-bottom-space no-error-icon"
SEARCH_DELAY_MS = 150

OnChange = Callable[[Any], Any]


def text(value: str = "", *, label: str = "", hint: str = "", limit: int | None = None) -> ui.input:
    """One line of text; ``hint`` is its placeholder, ``limit`` the most characters it takes."""
    field = ui.input(value=value, placeholder=hint or None).props(FIELD_PROPS)
    if limit:
        field.props["maxlength"] = limit
    return named(field, label)


def password(value: str = "", *, label: str = "", new: bool = False) -> ui.input:
    """A password that can be looked at; ``new`` keeps the browser from filling in the old one."""
    field = ui.input(value=value, password=True).props(FIELD_PROPS)
    field.props["autocomplete"] = "new-password" if new else "current-password"

    def toggle() -> None:
        hidden = field.props.get("type") == "password"
        field.props["type"] = "text" if hidden else "password"
        eye.props["icon"] = icons.HIDDEN if hidden else icons.VISIBLE
        eye.props["aria-pressed"] = "true" if hidden else "false"

    with field.add_slot("append"):
        eye = icon_button(icons.VISIBLE, _("Show the password"), toggle, small=True)
    return named(field, label)


def text_area(value: str = "", *, label: str = "", hint: str = "", limit: int | None = None) -> ui.textarea:
    """Several lines of text; grows with them."""
    field = ui.textarea(value=value, placeholder=hint or None).props(FIELD_PROPS).props("autogrow")
    if limit:
        field.props["maxlength"] = limit
    return named(field, label)


def number(
    value: float | None = None, *, label: str = "", lowest: float | None = None, highest: float | None = None
) -> ui.number:
    """A number within limits."""
    return named(ui.number(value=value, min=lowest, max=highest).props(FIELD_PROPS), label)


def select(
    options: Mapping[Any, str] | list[str],
    value: Any = None,
    *,
    label: str = "",
    on_change: OnChange | None = None,
    clearable: bool = False,
    multiple: bool = False,
) -> ui.select:
    """One (or several) of up to about 50 options; more are picked with a search: ``pickers``."""
    options = dict(options) if isinstance(options, Mapping) else list(options)
    field = ui.select(options, value=value, multiple=multiple, clearable=clearable, on_change=_valued(on_change))
    field.props(FIELD_PROPS).props("options-dense behavior=menu")
    field.props["dropdown-icon"] = icons.EXPAND
    if multiple:
        field.props("use-chips")
    return named(field, label)


def checkbox(text: str, value: bool = False, on_change: OnChange | None = None) -> ui.checkbox:
    """Yes or no, with its words beside it."""
    return ui.checkbox(text, value=value, on_change=_valued(on_change)).props("dense")


def switch(text: str = "", value: bool = False, on_change: OnChange | None = None, *, label: str = "") -> ui.switch:
    """On or off, at once. Without ``text`` give it a ``label``."""
    return named(ui.switch(text, value=value, on_change=_valued(on_change)).props("dense"), label)


def search_box(hint: str, on_search: OnChange, *, value: str = "", delay_ms: int = SEARCH_DELAY_MS) -> ui.input:
    """Search as you type: ``on_search(text)`` after a short rest; an X (and Escape) empties it."""
    field = ui.input(value=value, placeholder=hint, on_change=_valued(on_search)).props(FIELD_PROPS)
    field.props("clearable").props(f"debounce={delay_ms}").classes("kaw-search")
    field.props["clear-icon"] = icons.CLOSE
    field.props["type"] = "text"
    field.props["role"] = "searchbox"
    field.on("keydown.escape", lambda: field.set_value(""))
    with field.add_slot("prepend"):
        ui.icon(icons.SEARCH)
    return named(field, hint)


def segments(options: Mapping[Any, str], value: Any, on_change: OnChange, *, label: str) -> "Segments":
    """A few choices side by side, one of them on: views of the same thing."""
    return Segments(options, value, on_change, label)


class Segments(ui.element):
    """Radio buttons drawn as one bar; arrow keys move, as screen readers expect of a radio group."""

    def __init__(self, options: Mapping[Any, str], value: Any, on_change: OnChange, label: str) -> None:
        super().__init__("div")
        self.classes("kaw-segments")
        self.props["role"] = "radiogroup"
        self.props["aria-label"] = label
        self.value = value
        self._on_change = on_change
        self._buttons: dict[Any, ui.element] = {}
        with self:
            for key, text in options.items():
                self._buttons[key] = self._segment(key, text)
        self._mark()

    def set_value(self, value: Any) -> None:
        """Switch without calling ``on_change``."""
        self.value = value
        self._mark()

    def set_text(self, value: Any, text: str) -> None:
        """Give one segment other words (a counter in it)."""
        self._buttons[value].text = text  # type: ignore[attr-defined]

    def _segment(self, key: Any, text: str) -> ui.element:
        button = TextElement("button", text).classes("kaw-segment")
        button.props["role"] = "radio"
        button.props["type"] = "button"
        button.on("click", lambda: self._choose(key))
        button.on("keydown", js_handler=_ARROW_KEYS)
        return button

    def _choose(self, key: Any) -> Any:
        if key == self.value:
            return None
        self.set_value(key)
        return self._on_change(key)

    def _mark(self) -> None:
        for key, button in self._buttons.items():
            button.props["aria-checked"] = "true" if key == self.value else "false"
            button.props["tabindex"] = 0 if key == self.value else -1


class TextElement(ui.label):
    """A label with another tag."""

    def __init__(self, tag: str, text: str) -> None:
        super().__init__(text)
        self.tag = tag


_ARROW_KEYS = """(event) => {
  const step = {ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1}[event.key];
  if (!step) return;
  event.preventDefault();
  const all = [...event.currentTarget.parentElement.children];
  const next = all[(all.indexOf(event.currentTarget) + step + all.length) % all.length];
  next.focus();
  next.click();
}"""


def named(field: Any, label: str) -> Any:
    """Give a control its accessible name."""
    if label:
        field.props["aria-label"] = label
    return field


def _valued(on_change: OnChange | None) -> Callable[[Any], Any] | None:
    """Handlers take the new value; NiceGUI passes an event."""
    if on_change is None:
        return None
    return lambda event: on_change("" if event.value is None and isinstance(event.sender, ui.input) else event.value)

"""Pick a person or a partner by typing: the server searches, the browser never gets the whole list."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import ui

from kaw import db
from kaw.components import icons, inputs
from kaw.components.errors import shown
from kaw.i18n import _

SEARCH_DELAY_MS = 150
Search = Callable[[str], Sequence[tuple[int, str]]]


class Picker(ui.select):
    """A select whose options come from ``search(text)``, a service call that runs off the event loop."""

    def __init__(
        self,
        search: Search,
        value: int | None = None,
        text: str = "",
        *,
        label: str = "",
        hint: str = "",
        on_change: Callable[[int | None], Any] | None = None,
    ) -> None:
        """``value`` and ``text`` are who is picked now and his name."""
        options = {value: text} if value is not None else {}
        super().__init__(options, value=value, with_input=True, clearable=True)
        self.props(inputs.FIELD_PROPS).props(f"options-dense behavior=menu input-debounce={SEARCH_DELAY_MS}")
        self.props["dropdown-icon"] = icons.SEARCH
        self.props["clear-icon"] = icons.CLOSE
        self.props["placeholder"] = hint
        inputs.named(self, label)
        self._search = search
        self._latest = ""
        self.on("input-value", lambda event: self._find(event.args or ""))
        self.on("focus", lambda: self._find(""), [])
        if on_change is not None:
            self.on_value_change(lambda: on_change(self.value))

    async def _find(self, text: str) -> None:
        self._latest = text
        with shown():
            found = await db.in_thread(self._search, text)
            if text != self._latest or self.is_deleted:
                return  # he typed on
            kept = {self.value: self.options[self.value]} if self.value in self.options else {}
            self.set_options({**kept, **dict(found)})


def user_picker(
    actor: Any,
    value: int | None = None,
    text: str = "",
    *,
    label: str = "",
    on_change: Callable[[int | None], Any] | None = None,
) -> Picker:
    """Pick a user by a part of his name."""
    from kaw.services import users

    return Picker(
        lambda typed: users.find(actor, typed),
        value,
        text,
        label=label,
        hint=_("Start typing a name"),
        on_change=on_change,
    )


def partner_picker(
    search: Search,
    value: int | None = None,
    text: str = "",
    *,
    label: str = "",
    on_change: Callable[[int | None], Any] | None = None,
) -> Picker:
    """Pick a partner; ``search(text)`` gives (id, title) pairs that the user may see."""
    return Picker(search, value, text, label=label, hint=_("Name, phone or INN"), on_change=on_change)

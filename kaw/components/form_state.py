"""What somebody has typed into a form, against what is saved: drafts, the dot on the tab, and edits by others.

Values are flat and plain JSON ("name", "right.admin", "level.12"), so that a draft can be stored and two people's
edits can be merged one value at a time.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol


class DraftKeeper(Protocol):
    """The part of a tab's context that remembers unsaved edits."""

    draft: dict[str, Any]

    def set_dirty(self, dirty: bool, /) -> None: ...

    def save_draft(self, content: dict[str, Any], /) -> None: ...


class FormState:
    """The values of one form. ``secrets`` count as edits and never reach a draft, ``bulky`` ones neither; after
    saving secrets are empty."""

    def __init__(
        self,
        keeper: DraftKeeper,
        saved: Mapping[str, Any],
        secrets: Iterable[str] = (),
        bulky: Iterable[str] = (),
    ) -> None:
        self._keeper = keeper
        self._secrets = frozenset(secrets)
        self._undrafted = self._secrets | frozenset(bulky)
        self.conflicts: set[str] = set()
        self._agreed: dict[str, Any] = {}  # what both began with, of the values in conflict
        draft = keeper.draft or {}
        self._remembered = draft
        edits = {name: value for name, value in draft.get("edits", {}).items() if name in saved}
        self.saved = {**saved, **{name: value for name, value in draft.get("base", {}).items() if name in edits}}
        self.values = {**saved, **edits}
        self.merge(saved)

    @property
    def changed(self) -> set[str]:
        """Names whose value differs from the saved one."""
        return {name for name, value in self.values.items() if value != self.saved.get(name)}

    def edit(self, name: str, value: Any) -> None:
        """The user changed one value."""
        self.edit_many({name: value})

    def edit_many(self, values: Mapping[str, Any]) -> None:
        """The user changed several values at once."""
        self.values.update(values)
        self.conflicts &= self.changed
        self._remember()

    def merge(self, theirs: Mapping[str, Any]) -> set[str]:
        """Take over what is saved now. Values that were not edited here follow it; one that was edited here and
        changed by somebody else becomes a conflict. Returns the names whose value on the screen is to be refreshed."""
        mine = self.changed
        differing = {name for name in mine if theirs.get(name) not in (self.saved.get(name), self.values[name])}
        self.conflicts |= differing - self._secrets
        self._agreed = {name: self.saved.get(name) for name in differing} | self._agreed
        refreshed = {name for name in theirs if name not in mine and theirs[name] != self.values.get(name)}
        kept = {name: self.values[name] for name in mine if name in theirs}
        self.saved, self.values = dict(theirs), {**theirs, **kept}
        self.conflicts &= self.changed
        self._remember()
        return refreshed

    def keep_mine(self, names: Iterable[str] | None = None) -> None:
        """My values stay, and saving writes over theirs. ``names``: only these."""
        self.conflicts -= set(self.conflicts) if names is None else set(names)
        self._remember()

    def take_theirs(self, names: Iterable[str] | None = None) -> set[str]:
        """Their values replace mine where both changed; returns those names. ``names``: only these."""
        taken = set(self.conflicts) if names is None else self.conflicts & set(names)
        self.conflicts -= taken
        self._take_back(taken)
        return taken

    def cancel(self) -> set[str]:
        """All edits are taken back; returns their names."""
        changed = self.changed
        self.conflicts.clear()
        self._take_back(changed)
        return changed

    def saved_now(self) -> None:
        """Everything on the screen has been saved; secrets are forgotten."""
        self.values.update({name: "" for name in self._secrets if name in self.values})
        self.saved = dict(self.values)
        self.conflicts.clear()
        self._remember()

    def sent_saved(self, sent: Mapping[str, Any], saved: Mapping[str, Any]) -> set[str]:
        """``sent`` has been saved as ``saved`` says; what was typed since then stays an edit. Returns as ``merge``."""
        unchanged = {name for name, value in sent.items() if self.values.get(name) == value}
        self.saved |= {name: saved[name] for name in sent if name in saved}
        self.values |= {name: self.saved[name] for name in unchanged}
        return self.merge(saved) | unchanged

    def _take_back(self, names: Iterable[str]) -> None:
        self.values.update({name: self.saved[name] for name in names})
        self._remember()

    def _remember(self) -> None:
        changed = self.changed
        self._keeper.set_dirty(bool(changed))
        names = changed - self._undrafted
        edits = {name: self.values[name] for name in names}
        self._agreed = {name: value for name, value in self._agreed.items() if name in self.conflicts}
        base = {name: self._agreed.get(name, self.saved.get(name)) for name in names}
        draft = {"edits": edits, "base": base} if edits else {}
        if draft != self._remembered:
            self._remembered = draft
            self._keeper.save_draft(draft)

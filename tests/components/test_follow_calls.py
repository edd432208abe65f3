"""A tab that nobody looks at remembers which calls went on, and not more than it can use (R12.6)."""

from collections.abc import Callable
from typing import Any

import pytest

from kaw import live
from kaw.components.call_history.call_list import MOST, follow_calls
from kaw.components.partner_card.calls import MANY
from kaw.components.tabs import TabContext
from kaw.services.access import Actor


class HiddenTab(TabContext):
    """Its user looks at another one."""

    def __init__(self) -> None:
        done: Callable[..., None] = lambda *_: None  # noqa: E731
        super().__init__(Actor(1), "", done, done, done, done, done, done, in_sight=lambda: False)

    def on(self, kind: type[live.LiveEvent], handler: Callable[..., Any]) -> None:
        self.tell = handler


@pytest.fixture
def seen() -> list[set[int]]:
    return []


@pytest.fixture
def tab(seen: list[set[int]]) -> HiddenTab:
    tab = HiddenTab()
    follow_calls(tab, seen.append)
    return tab


def test_calls_are_told_of_once_when_somebody_looks_again(tab: HiddenTab, seen: list[set[int]]) -> None:
    for call in (1, 2, 2, 3):
        tab.tell(live.CallsChanged((call,)))
    assert seen == []
    tab.on_show()
    tab.on_show()
    assert seen == [{1, 2, 3}]


def test_a_night_of_calls_is_not_remembered_one_by_one(tab: HiddenTab, seen: list[set[int]]) -> None:
    """Of so many a card does not ask whose they are: it reads."""
    for call in range(100_000):
        tab.tell(live.CallsChanged((call,)))
    tab.on_show()
    (told,) = seen
    assert MANY < len(told) <= MOST
    tab.tell(live.CallsChanged((7,)))
    tab.on_show()
    assert seen[1:] == [{7}]

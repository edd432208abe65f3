"""Reading and filling in forms as their user does: by the labels."""

import asyncio
from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.testing import User

from kaw import db
from kaw.components.form import Row
from kaw.components.list_table import ListTable


def control(user: User, label: str) -> Any:
    """The control in the row of this label."""
    rows = [row for row in user.find(kind=Row).elements if row.label.text == label]
    assert len(rows) == 1, f"{len(rows)} rows called {label}"
    return rows[0].held


def fill(user: User, values: dict[str, Any]) -> None:
    """Put these values into the controls of these labels."""
    assert user.client
    with user.client:
        for label, value in values.items():
            control(user, label).set_value(value)


def error_at(user: User, label: str) -> str:
    """What stands below the control of this label while it is marked as wrong."""
    row = next(row for row in user.find(kind=Row).elements if row.label.text == label)
    return row.line.text if "wrong" in row.classes else ""


def press(user: User, words: str) -> None:
    """Click the button with these words."""
    user.find(kind=ui.button, content=words).click()


def rows(user: User) -> list[dict[str, Any]]:
    """The rows of the list on the screen."""
    (table,) = user.find(kind=ListTable).elements
    return list(table.rows)


async def settled() -> None:
    """What the last click sent to the database threads has come back."""
    for _ in range(5):
        await db.in_thread(lambda: None)
        await asyncio.sleep(0)


async def eventually(check: Callable[[], Any]) -> None:
    """Wait until ``check()`` holds, five seconds at most."""
    for _ in range(250):
        try:
            if check():
                return
        except AssertionError:
            pass  # what it looks for is not on the screen yet
        await asyncio.sleep(0.02)
    assert check()

"""Reading and filling in forms as their user does: by the labels."""

import asyncio
from collections.abc import Callable
from typing import Any

from nicegui import ui
from nicegui.testing import User
from sqlmodel import select

from kaw import db
from kaw.components.form import Row
from kaw.components.list_table import ListTable
from kaw.models import Draft


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


def drafts_hold(text: str) -> bool:
    """Whether a text stands among what is kept of unsaved forms."""
    with db.reading() as session:
        return any(text in draft.content for draft in session.exec(select(Draft)))


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


def click(user: User, element: ui.element, event: str, args: Any) -> None:
    """A message of the browser about this element, or a forged one."""
    for listener in [found for found in element._event_listeners.values() if found.type == event]:
        element._handle_event({"listener_id": listener.id, "args": args})


def click_in_table(user: User, event: str, **args: Any) -> None:
    """The same of the partner table's grid."""
    assert user.client
    (table,) = [
        name.removesuffix("-range")
        for element in user.client.elements.values()
        if (name := str(element.props.get("id", ""))).endswith("-range")
    ]
    click(user, user.client.layout, f"kaw_table_{event}", {"table": table, **args})

"""Shows what KAW refuses: at its input where the form has it, as a toast otherwise, in the reader's language."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from nicegui import ui

from kaw.components.toasts import toast
from kaw.errors import KawError, SignedOut
from kaw.i18n import _, explain

log = logging.getLogger(__name__)

SIGN_IN_ADDRESS = "/login"


class ShowsErrors(Protocol):
    """A form that may know the input an error is about."""

    def show(self, error: KawError) -> bool:
        """Show the error at its input; False if no input of this form is meant."""


@dataclass
class Outcome:
    """Whether the block went through."""

    ok: bool = False


@contextmanager
def shown(form: ShowsErrors | None = None) -> Iterator[Outcome]:
    """Within the block a ``KawError`` is shown to the user instead of raised.

    ``with shown(form) as outcome: await db.in_thread(...)`` and then ``if outcome.ok``. InvalidValue(s) go to their
    inputs when ``form`` has them. A user whose sign-in has ended goes to the sign-in page.
    """
    client = ui.context.client
    outcome = Outcome()
    try:
        yield outcome
        outcome.ok = True
    except SignedOut:
        client.open(SIGN_IN_ADDRESS)
    except KawError as error:
        if client.is_deleted:
            return
        with client:
            if form is None or not form.show(error):
                toast(explain(error), "error")


def unexpected(error: Exception) -> None:
    """For ``ui.on_exception``: what nobody foresaw is logged by NiceGUI; the user learns that it was not his fault."""
    client = ui.context.client
    if client.is_deleted:
        return
    if isinstance(error, SignedOut):
        client.open(SIGN_IN_ADDRESS)
        return
    toast(text_of(error), "error", client=client)


def text_of(error: Exception) -> str:
    """What the user is told about an error, in his language."""
    return explain(error) if isinstance(error, KawError) else _("Something went wrong. It has been written to the log.")

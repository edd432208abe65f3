"""Simulated browsers of signed-in people: everything but the JavaScript, quick enough for every rule of the frame."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from nicegui import Client, core
from nicegui.testing import User
from nicegui.testing.user_simulation import user_simulation
from sqlmodel import select

from kaw import db
from kaw.models import UserSession
from kaw.services import sessions
from kaw.services.access import Actor

Visit = Callable[..., Awaitable[User]]

TRIES = 60  # a tenth of a second apart: databases and threads of a busy machine take their time


class PatientUser(User):
    """Looks longer before he says that something is not there."""

    async def should_see(self, *wanted: Any, retries: int = TRIES, **details: Any) -> None:
        await super().should_see(*wanted, retries=retries, **details)

    async def should_not_see(self, *unwanted: Any, retries: int = TRIES, **details: Any) -> None:
        await super().should_not_see(*unwanted, retries=retries, **details)


@pytest.fixture
async def visit(database: db.Database) -> AsyncIterator[Visit]:
    """``await visit(people.anna, "/notes")``: a browser of her own, signed in, on that address."""
    async with AsyncExitStack() as opened:
        await opened.enter_async_context(user_simulation(main_file=Path(__file__).with_name("program.py")))

        async def make(actor: Actor | None, path: str = "/") -> User:
            transport = httpx.ASGITransport(core.app)
            client = await opened.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
            if actor is not None:
                client.cookies.set(sessions.COOKIE, signed_in(actor))
            user = PatientUser(client)
            await user.open(path)
            return user

        yield make
        for client in list(Client.instances.values()):
            client.delete()  # pages of this story would read the next one's database


def signed_in(actor: Actor) -> str:
    """The token of a new sign-in of this user."""
    token = f"token-of-{actor.user_id}"
    known = select(UserSession).where(UserSession.token_hash == sessions.hash_of(token))
    with db.transaction() as tx:
        if tx.session.exec(known).first() is None:
            tx.session.add(
                UserSession(
                    token_hash=sessions.hash_of(token), user_id=actor.user_id, created_at=db.now(), seen_at=db.now()
                )
            )
    return token

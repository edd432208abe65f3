"""Browsers at KAW's own routes."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from kaw.api import recordings
from kaw.services import sessions
from tests.conftest import People


@pytest.fixture
async def listener(people: People, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """Anna's browser where recordings are; the cookie names the person."""
    monkeypatch.setattr(sessions, "actor_for", lambda token: getattr(people, token, None))
    app = FastAPI()
    app.include_router(recordings.router)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kaw") as client:
        client.cookies.set(sessions.COOKIE, "anna")
        yield client

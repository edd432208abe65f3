"""Who sends a request to a route outside the pages."""

from starlette.requests import Request

from kaw import db
from kaw.services import sessions
from kaw.services.access import Actor


async def actor_of(request: Request) -> Actor | None:
    """The user behind the session cookie; None: nobody is signed in with it."""
    token = request.cookies.get(sessions.COOKIE)
    return await db.in_thread(sessions.actor_for, token) if token else None

"""What every answer carries: no script from elsewhere, no frame around KAW, no page kept by a cache."""

import re

from nicegui import app
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kaw import db
from kaw.errors import KawError
from kaw.services import settings

# NiceGUI's templates need inline scripts and Vue's compiler; everything else comes from KAW itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'{line}",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.format(line="").encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(self)",
}


class SecurityHeaders:
    """ASGI middleware; a route that has set one of the headers itself keeps its own."""

    def __init__(self, inner: ASGIApp) -> None:
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                if _kind(message["headers"]).startswith(b"text/html"):
                    await _allow_softphone(message["headers"])
                _complete(message["headers"])
            await send(message)

        await self._inner(scope, receive, send_with_headers)


def register() -> None:
    """Put the headers on every answer."""
    app.add_middleware(SecurityHeaders)


async def _allow_softphone(headers: list[tuple[bytes, bytes]]) -> None:
    """A page may talk to the PBX's WebSocket, too."""
    if any(name.lower() == b"content-security-policy" for name, _value in headers):
        return
    try:
        line = softphone_origin(await db.in_thread(settings.value, "pbx_ws_url"))
    except (KawError, SQLAlchemyError, KeyError):
        line = ""  # the page that tells of a database that is away has to arrive, too
    policy = CONTENT_SECURITY_POLICY.format(line=f" {line}" if line else "")
    headers.append((b"content-security-policy", policy.encode()))


def softphone_origin(address: str) -> str:
    """``wss://pbx.example:8089`` of ``wss://pbx.example:8089/ws``; "" of anything that is not such an address."""
    found = re.match(r"wss?://([\w.-]+|\[[0-9A-Fa-f:]+\])(:\d{1,5})?(?=[/?#]|$)", address.strip(), re.ASCII)
    return found.group(0) if found else ""


def _kind(headers: list[tuple[bytes, bytes]]) -> bytes:
    return next((value for name, value in headers if name.lower() == b"content-type"), b"")


def _complete(headers: list[tuple[bytes, bytes]]) -> None:
    there = {name.lower(): value for name, value in headers}
    headers += [(name, value) for name, value in HEADERS.items() if name not in there]
    if b"cache-control" not in there and there.get(b"content-type", b"").startswith(
        (b"text/html", b"application/json")
    ):
        headers.append((b"cache-control", b"no-store"))

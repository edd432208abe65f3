"""What every answer carries: no script from elsewhere, no frame around KAW, no page kept by a cache."""

from nicegui import app
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# NiceGUI's templates need inline scripts and Vue's compiler; everything else comes from KAW itself.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "media-src 'self' blob:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
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
                _complete(message["headers"])
            await send(message)

        await self._inner(scope, receive, send_with_headers)


def register() -> None:
    """Put the headers on every answer."""
    app.add_middleware(SecurityHeaders)


def _complete(headers: list[tuple[bytes, bytes]]) -> None:
    there = {name.lower(): value for name, value in headers}
    headers += [(name, value) for name, value in HEADERS.items() if name not in there]
    if b"cache-control" not in there and there.get(b"content-type", b"").startswith(
        (b"text/html", b"application/json")
    ):
        headers.append((b"cache-control", b"no-store"))

"""The workspace: every signed-in address is a tab in it."""

import asyncio
from dataclasses import replace
from urllib.parse import quote
from uuid import uuid4

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app, ui

from kaw import db, live
from kaw.components import errors, theme
from kaw.components.demonstration import offer_demonstration
from kaw.components.tabs import HOME
from kaw.components.workspace import Workspace
from kaw.errors import SignedOut
from kaw.pages import signed_in
from kaw.services import access, account, sessions, settings
from kaw.services.access import Actor, Rights

FIRST_CONTENT_WAIT = 0.15  # seconds; content that is there by then travels with the page itself
ADDRESSES = ("/", "/{path:path}")


def register() -> None:
    """Serve every address that nothing else serves. The last of all pages."""
    scripts = "".join(
        f'<script src="/assets/{file.name}?v={int(file.stat().st_mtime)}"></script>'
        for file in sorted(theme.ASSETS.glob("*.js"))
    )

    async def page(request: Request) -> Response | None:
        if request.headers.get("sec-fetch-dest", "document") not in ("document", "iframe"):
            return Response(status_code=404)  # a stray picture or script is no place to draw a workspace for
        try:
            actor = await signed_in.actor_of(request)
            if actor is None:
                raise SignedOut
            if await db.in_thread(sessions.must_change_password, actor):
                return RedirectResponse("/password", 303)
            ui.add_head_html(scripts)
            await _build(actor, request)
        except SignedOut:
            return RedirectResponse(f"{errors.SIGN_IN_ADDRESS}?next={quote(request.url.path)}", 303)
        return None

    app.get("/health", include_in_schema=False)(_health)
    for address in ADDRESSES:
        ui.page(address, title="KAW", response_timeout=15)(page)


async def _build(actor: Actor, request: Request) -> None:
    actor = replace(actor, page_id=uuid4().hex[:12])
    rights, look = await db.in_thread(_who, actor)
    theme.apply(**look)
    ui.on_exception(errors.unexpected)
    workspace = Workspace(actor, rights)
    kind, _slash, key = request.url.path.strip("/").partition("/")
    await workspace.start(kind or HOME, key, request.query_params)
    _stay_current(workspace)
    if workspace.building is not None:
        await asyncio.wait({workspace.building}, timeout=FIRST_CONTENT_WAIT)
    await offer_demonstration(actor)


def _who(actor: Actor) -> tuple[Rights, dict[str, str]]:
    own = account.get(actor)
    look = {"language": own.language, "theme": own.theme, "accent": str(settings.value("accent_color"))}
    return access.rights(actor), look


def _stay_current(workspace: Workspace) -> None:
    """Follow sign-out, rights and the accent colour; no reload needed."""
    actor = workspace.actor
    signed_in.watch(actor)

    async def rights_changed(event: live.RightsChanged) -> None:
        if not event.user_ids or actor.user_id in event.user_ids:
            with errors.shown():
                await workspace.rights_changed()

    async def settings_changed(event: live.SettingsChanged) -> None:
        if not event.keys or "accent_color" in event.keys:
            _rights, look = await db.in_thread(_who, actor)
            theme.change_accent(look["accent"])

    live.on(live.RightsChanged).subscribe(rights_changed)
    live.on(live.SettingsChanged).subscribe(settings_changed)
    ui.on("kaw_address", lambda event: workspace.came_to(str(event.args)))


async def _health() -> dict[str, str]:
    """For a load balancer or a container's health check: the process answers and its database does."""
    await db.in_thread(_touch_database)
    return {"status": "ok"}


def _touch_database() -> None:
    with db.reading() as session:
        session.connection()

"""From nothing to a KAW that answers: checks, database, first administrator, pages."""

import asyncio
import gc
import logging
import os
import socket
import sys
from pathlib import Path

import sqlalchemy as sa
from fastapi import APIRouter
from fastapi.routing import APIRoute
from nicegui import app, background_tasks, ui

from kaw import certificate, db, i18n, live, tab_kinds
from kaw.api import attachments, import_files, partner_rows, recordings
from kaw.components import theme
from kaw.components.presence import presence
from kaw.config import Config, config
from kaw.errors import InvalidValue, Unavailable
from kaw.i18n import _
from kaw.live_redis import Bridge
from kaw.pages import failure, http, sign_in, workspace
from kaw.services import attachments as files
from kaw.services import demo, fields, first_run, housekeeping, import_uploads, imports, telephony, upgrade
from kaw.services.access import SYSTEM
from kaw.services.demo import pbx as demo_pbx
from kaw.services.settings import SETTINGS, default_of

log = logging.getLogger(__name__)

FRAME_WIDTH = 62
CHORES_AFTER, CHORES_EVERY = 60, 6 * 3600  # seconds


class StartFailed(Exception):
    """KAW cannot start; the text says why in one line."""


def use_demonstration() -> None:
    """Work in a data directory and an SQLite file of their own, whatever is configured."""
    os.environ["KAW_DATA_DIR"] = str(Config().data_dir / "demo")
    os.environ["KAW_DATABASE_URL"] = ""
    config.cache_clear()


def prepare(*, demonstration: bool = False) -> None:
    """Bring the database up to this version and see to it that somebody can sign in. StartFailed: one clear line."""
    settings = config()
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    for chatty in ("alembic", "httpx"):  # httpx would write the address of each recording
        logging.getLogger(chatty).setLevel(logging.WARNING)
    _check_directory(settings.data_dir)
    _check_port(settings.host, settings.port)
    _check_certificate(settings)
    _check_given_settings()
    password = _prepare_database(settings.sqlalchemy_url)
    if password is not None:
        _print_framed(_password_lines(password))
    if demonstration:
        _fill_demonstration()


def _check_given_settings() -> None:
    """What the environment gives for «Настройки» must be allowed there."""
    for kind in SETTINGS.values():
        try:
            default_of(kind)
        except InvalidValue as error:
            raise StartFailed(f"KAW_{kind.key.upper()}: {i18n.explain(error)}") from error


def _mend() -> None:
    """Finish or take back what a process left half done when it was killed."""
    fields.finish_interrupted()
    imports.finish_interrupted()
    files.sweep()
    import_uploads.sweep()


def _prepare_database(url: str) -> str | None:
    """The one-time password when there was nobody yet."""
    try:
        db.connect(url)
        upgrade.upgrade()
        _mend()
        return first_run.ensure_administrator()
    except sa.exc.ArgumentError as error:
        raise StartFailed(_("KAW_DATABASE_URL is not an address of a database.")) from error
    except (Unavailable, sa.exc.OperationalError) as error:
        where = sa.make_url(url).render_as_string(hide_password=True)
        raise StartFailed(_("The database cannot be reached: {where}").format(where=where)) from error


def register() -> None:
    """Enter everything the browser can ask for, and what happens when KAW starts and stops."""
    theme.install()
    tab_kinds.register()
    http.register()
    failure.register()
    for routes in (attachments.router, import_files.router, partner_rows.router, recordings.router):
        _enter(routes)
    sign_in.register()
    workspace.register()  # takes every other address, so it is the last
    app.on_startup(_started)
    app.on_shutdown(_stopping)


def _enter(routes: APIRouter) -> None:
    """Serve a room's routes. ``include_router`` would nest another life cycle into the application's each time."""
    for route in routes.routes:
        if isinstance(route, APIRoute):
            app.add_api_route(route.path, route.endpoint, methods=sorted(route.methods), include_in_schema=False)


def _started() -> None:
    live.use_loop(asyncio.get_running_loop())
    if config().redis_url:
        app.state.bridge = Bridge(config().redis_url)
        app.state.bridge.start()
    background_tasks.create(_keep_house(), name="housekeeping")
    background_tasks.create(_telephone(), name="telephony")
    if not config().redis_url:
        background_tasks.create(presence.expect(), name="who is not back")
    # What lives as long as the process need not be walked by every collection: p95 of 1,000 browsers 913 -> 215 ms.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    scheme = "https" if config().tls_cert else "http"
    log.info("KAW answers on %s://%s:%s", scheme, config().host, config().port)


async def _telephone() -> None:
    """The line to the PBX; the demonstration brings its own."""
    if getattr(app.state, "demonstration", False) and config().demo_calls:
        app.state.centre = await demo_pbx.open_centre(config().data_dir / "pbx")
    await telephony.serve()


async def _keep_house() -> None:
    """Soon after the start, and then a few times a day."""
    await asyncio.sleep(CHORES_AFTER)
    while True:
        try:
            await db.in_thread(housekeeping.run)
        except Exception:
            log.exception("housekeeping waits for its next turn")
        await asyncio.sleep(CHORES_EVERY)


async def _stopping() -> None:
    await telephony.stop()
    if getattr(app.state, "centre", None) is not None:
        await app.state.centre.stop()
    live.use_loop(None)
    if config().redis_url:
        app.state.bridge.stop()


def _check_directory(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise StartFailed(_("The data directory cannot be written to: {path}").format(path=path.absolute())) from error


def _check_certificate(settings: Config) -> None:
    try:
        certificate.check(settings.tls_cert, settings.tls_key)
    except certificate.CertificateUnusable as error:
        raise StartFailed(str(error)) from error


def _check_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            text = _("Port {port} is in use by another program, or {host} is not an address of this computer.")
            raise StartFailed(text.format(port=port, host=host)) from error


def _password_lines(password: str) -> list[str]:
    return [
        _("KAW has been set up. Sign in as the first administrator:"),
        "",
        _("Login:    {login}").format(login="admin"),
        _("Password: {password}").format(password=password),
        "",
        _("The password is shown only now and must be changed at the first sign-in."),
    ]


def _fill_demonstration() -> None:
    if demo.is_empty():
        log.info("filling the demonstration company")
        demo.load(SYSTEM)
        if config().demo_calls:
            demo_pbx.invent_past(config().data_dir / "pbx")
    lines = [_("Demonstration company. Sign in as:"), ""]
    _print_framed(lines + [f"{login:<10} {password:<16} {who}" for login, password, who in demo.LOGINS])


def _print_framed(lines: list[str]) -> None:
    width = max(FRAME_WIDTH, *map(len, lines))
    print("┌" + "─" * (width + 2) + "┐")
    for line in lines:
        print(f"│ {line:<{width}} │")
    print("└" + "─" * (width + 2) + "┘", flush=True)


def run(*, demonstration: bool = False) -> int:
    """The whole program; its exit code."""
    try:
        if demonstration:
            use_demonstration()
        settings = config()
    except ValueError as error:
        print(f"KAW: {error}", file=sys.stderr)
        return 2
    with i18n.use_language(settings.language):
        try:
            prepare(demonstration=demonstration)
        except StartFailed as error:
            print(f"KAW: {error}", file=sys.stderr)
            return 2
    register()
    app.state.demonstration = demonstration
    serve(settings)
    return 0


def serve(settings: Config) -> None:
    """Answer until the process is ended."""
    ui.run(
        host=settings.host,
        port=settings.port,
        title="KAW",
        language=theme.LANGUAGE_PACKS[settings.language],  # type: ignore[arg-type]
        dark=None,
        show=False,
        reload=False,
        tailwind=False,
        reconnect_timeout=45,  # seconds a browser may be away without losing its page
        show_welcome_message=False,
        ssl_certfile=settings.tls_cert or None,
        ssl_keyfile=settings.tls_key or None,
        proxy_headers=False,  # uvicorn would believe X-Forwarded-For of anybody on this machine: see api/client_address
    )

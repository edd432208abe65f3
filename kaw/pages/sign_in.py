"""Signing in and out, and choosing a password of one's own after a one-time password (R5.1–R5.3).

The forms are plain HTML forms: a password manager fills them, they need no socket, and the cookie travels in an HTTP
answer, out of reach of scripts.
"""

import asyncio
import functools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import ParamSpec, TypeVar
from urllib.parse import parse_qsl, quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from nicegui import app, ui

from kaw import db
from kaw.api.client_address import address_of, is_https, same_origin
from kaw.api.signed_in import actor_of
from kaw.components import inputs, theme
from kaw.config import config
from kaw.errors import InvalidValue, KawError, SignedOut, Unavailable
from kaw.i18n import N_, _, explain
from kaw.services import account, sessions, settings
from kaw.services.access import Actor
from kaw.services.passwords import MIN_LENGTH
from kaw.services.sessions import COOKIE, SessionLimitReached, SignInRefused
from kaw.services.throttle import TooManyTries

P = ParamSpec("P")
T = TypeVar("T")

COOKIE_DAYS = 400  # as long as browsers allow: the server ends a session that rests, the cookie must not end one in use
FORM_LIMIT = 16_384  # bytes
_threads = ThreadPoolExecutor(2, thread_name_prefix="kaw-sign-in")

MESSAGES = {
    "refused": SignInRefused.default_text,
    "limit": SessionLimitReached.default_text,
    "old": N_("This is not your present password."),
    "same": N_("Choose a password other than the present one."),
    "weak": N_("This password is too easy to guess."),
    "short": N_("A password has at least {length} characters."),
    "differ": N_("The two passwords differ."),
    "away": Unavailable.default_text,
    "origin": N_("The form came from another site. Open this page again and repeat."),
}


def register() -> None:
    """Serve /login, /password and /logout."""
    ui.page("/login", title="KAW")(sign_in_page)
    ui.page("/password", title="KAW")(password_page)
    app.add_api_route("/login", sign_in, methods=["POST"], include_in_schema=False)
    app.add_api_route("/password", change_password, methods=["POST"], include_in_schema=False)
    app.add_api_route("/logout", sign_out, methods=["POST"], include_in_schema=False)


@dataclass(frozen=True)
class _Company:
    """What these pages show of the organisation."""

    name: str
    logo: str
    accent: str


async def sign_in_page(request: Request) -> Response | None:
    """Login and password."""
    query = request.query_params
    target = local_path(query.get("next", "/"))
    if await actor_of(request) is not None:
        return RedirectResponse(target, 303)
    company = await db.in_thread(_company)
    theme.apply(config().language, accent=company.accent)
    with _sheet(company.name or "KAW", company.logo), _form("/login") as form:
        _error(query)
        form.hidden("next", target)
        form.field("login", _("Login"), autocomplete="username", value=query.get("login", ""))
        form.field("password", _("Password"), kind="password", autocomplete="current-password")
        form.submit(_("Sign in"))
        ui.label(_("Forgot the password? Ask your administrator.")).classes("kaw-note")
    return None


async def sign_in(request: Request) -> Response:
    """Check the form; the cookie of the new session, or back with one message."""
    form = await _fields(request)
    login, password, target = form.get("login", ""), form.get("password", ""), local_path(form.get("next", "/"))
    back = f"/login?next={quote(target)}"
    if not same_origin(request):
        return RedirectResponse(f"{back}&error=origin", 303)
    browser = request.headers.get("user-agent", "")
    try:
        made = await _in_turn(sessions.sign_in, login, password, address_of(request), browser)
    except TooManyTries as wait:
        return RedirectResponse(f"{back}&wait={wait.seconds}", 303)
    except SessionLimitReached:
        return RedirectResponse(f"{back}&error=limit", 303)
    except SignInRefused:
        return RedirectResponse(f"{back}&error=refused&login={quote(login[:64])}", 303)
    except Unavailable:
        return RedirectResponse(f"{back}&error=away", 303)
    await _end_former(request)
    response = RedirectResponse("/password" if made.must_change_password else target, 303)
    response.set_cookie(
        COOKIE,
        made.token,
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="lax",
        secure=is_https(request),
        path="/",
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session of this browser, in all its windows."""
    response = RedirectResponse("/login", 303)
    if same_origin(request):
        await _end_former(request)
        response.delete_cookie(COOKIE, path="/")
    return response


async def password_page(request: Request) -> Response | None:
    """A password of one's own, before anything else."""
    actor = await actor_of(request)
    if actor is None:
        return RedirectResponse("/login", 303)
    own, forced = await db.in_thread(_password_of, actor)
    company = await db.in_thread(_company)
    theme.apply(own.language, own.theme, company.accent)
    with _sheet(_("Choose a password"), company.logo), _form("/password") as form:
        if forced:
            ui.label(_("The one-time password has done its work. Choose one that only you know."))
        _error(request.query_params)
        form.hidden("login", own.login)
        if not forced:
            form.field("old_password", _("Present password"), kind="password", autocomplete="current-password")
        form.field("new_password", _("New password"), kind="password", autocomplete="new-password")
        form.field("repeated", _("New password once more"), kind="password", autocomplete="new-password")
        form.submit(_("Save"))
    return None


async def change_password(request: Request) -> Response:
    """Check the form and go on to the workspace, or back with a message."""
    actor = await actor_of(request)
    if actor is None:
        return RedirectResponse("/login", 303)
    form = await _fields(request)
    new = form.get("new_password", "")
    if not same_origin(request):
        return RedirectResponse("/password?error=origin", 303)
    if new != form.get("repeated", ""):
        return RedirectResponse("/password?error=differ", 303)
    try:
        await _in_turn(sessions.change_password, actor, form.get("old_password", ""), new)
    except InvalidValue as error:
        return RedirectResponse(f"/password?error={_code_of(error)}", 303)
    except TooManyTries as wait:
        return RedirectResponse(f"/password?wait={wait.seconds}", 303)
    except Unavailable:
        return RedirectResponse("/password?error=away", 303)
    except SignedOut:
        return RedirectResponse("/login", 303)
    return RedirectResponse("/", 303)


def local_path(target: str) -> str:
    """The address if it is one of this KAW, else the workspace: a sign-in leads nobody elsewhere."""
    is_local = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if is_local and "\\" not in target else "/"


class _form:  # noqa: N801 - used as a with-statement's word
    """A native form with the look of KAW's own."""

    def __init__(self, action: str) -> None:
        self._element = ui.element("form").props(f"action={action} method=post").classes("kaw-form kaw-native")

    def __enter__(self) -> "_form":
        self._element.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._element.__exit__(*error)

    def hidden(self, name: str, value: str) -> None:
        """A value that travels along."""
        field = ui.element("input")
        field.props.update({"type": "hidden", "name": name, "value": value})

    def field(self, name: str, label: str, *, kind: str = "text", autocomplete: str, value: str = "") -> None:
        """A labelled input; the first empty one has the focus."""
        with ui.element("div").classes("kaw-native-field"):
            inputs.TextElement("label", label).classes("kaw-label").props(f"for={name}")
            field = ui.element("input").classes("kaw-native-input")
        field.props.update({"type": kind, "id": name, "name": name, "autocomplete": autocomplete, "required": True})
        field.props.update({"value": value, "maxlength": 200} if value else {"maxlength": 200})
        if not value and name in ("login", "password", "old_password", "new_password"):
            field.props["autofocus"] = True

    def submit(self, text: str) -> None:
        """The one button."""
        inputs.TextElement("button", text).props("type=submit").classes("kaw-native-submit")


def _sheet(title: str, logo: str) -> ui.element:
    ui.context.client.content.classes("kaw-alone")
    sheet = ui.element("main").classes("kaw-sheet")
    with sheet:
        if logo:
            picture = ui.element("img").classes("kaw-logo")
            picture.props.update({"src": logo, "alt": ""})
        inputs.TextElement("h1", title).classes("kaw-sheet-title")
    return sheet


def _error(query: object) -> None:
    get = query.get  # type: ignore[attr-defined]
    text = ""
    if str(get("wait", "")).isdigit():
        text = explain(TooManyTries(min(int(get("wait")), 3600)))
    elif get("error") in MESSAGES:
        text = explain(KawError(MESSAGES[get("error")], length=MIN_LENGTH))
    if text:
        ui.label(text).classes("kaw-native-error").props("role=alert")


def _code_of(error: InvalidValue) -> str:
    return next((code for code, text in MESSAGES.items() if text == error.text), "weak")


def _company() -> _Company:
    name, logo, accent = (str(settings.value(key)) for key in ("company_name", "logo", "accent_color"))
    return _Company(name, logo, accent)


async def _in_turn(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Check a password in the threads that are there for it: a flood of sign-ins leaves the others' alone."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_threads, functools.partial(function, *args, **kwargs))


async def _end_former(request: Request) -> None:
    """End the session this browser came with."""
    actor = await actor_of(request)
    if actor is not None:
        await db.in_thread(sessions.sign_out, actor)


async def _fields(request: Request) -> dict[str, str]:
    """The inputs of a native form; nothing of one that is too large to be ours."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > FORM_LIMIT:
            return {}
    try:
        return dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        return {}


def _password_of(actor: Actor) -> tuple[account.Account, bool]:
    return account.get(actor), sessions.must_change_password(actor)

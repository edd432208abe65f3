"""Signing in and out over HTTP, what every answer carries, and pages whose sign-in ends (R5.1-R5.3)."""

import html
import re
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from nicegui import Client, core
from sqlmodel import select

from kaw import db
from kaw.config import config
from kaw.models import User as UserRow
from kaw.models import UserSession
from kaw.pages.sign_in import local_path
from kaw.services import audit, groups, sessions, settings, users
from tests.conftest import People
from tests.pages.conftest import Visit, signed_in
from tests.pages.forms import eventually
from tests.sign_ins import PASSWORD, give_passwords

WRONG = "Неверный логин или пароль"


@pytest.fixture
async def browser(visit: Visit, people: People) -> AsyncIterator[httpx.AsyncClient]:
    """A browser nobody is signed in with."""
    give_passwords(people)
    async with httpx.AsyncClient(transport=transport(), base_url="http://kaw") as client:
        yield client


def transport(address: str = "10.0.0.7") -> httpx.ASGITransport:
    return httpx.ASGITransport(core.app, client=(address, 50_000))


async def post(browser: httpx.AsyncClient, login: str, password: str = PASSWORD, **more: str) -> httpx.Response:
    return await browser.post("/login", data={"login": login, "password": password, **more})


async def text_of(browser: httpx.AsyncClient, answer: httpx.Response) -> str:
    """The page an answer leads to, as its browser gets it."""
    assert answer.status_code == 303
    page = await browser.get(answer.headers["location"])
    assert page.status_code == 200
    return html.unescape(page.text)


# R5.1
async def test_the_form_can_be_filled_by_a_password_manager(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/login")
    assert page.status_code == 200
    for part in ("Логин", "Пароль", "Войти", "current-password", "username"):
        assert part in page.text


async def test_the_right_password_leads_to_where_one_wanted_to_go(browser: httpx.AsyncClient) -> None:
    answer = await post(browser, "anna", next="/partners?search=ёлка")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/partners?search=")
    cookie = answer.headers["set-cookie"]
    assert re.search(r"^kaw_session=[\w-]{43};", cookie)
    assert {"httponly", "samesite=lax", "path=/"} <= set(cookie.lower().split("; "))
    assert "secure" not in cookie.lower()
    assert (await browser.get("/login")).headers["location"] == "/"  # is signed in now


async def test_over_https_the_cookie_is_for_https_alone(visit: Visit, people: People) -> None:
    give_passwords(people)
    async with httpx.AsyncClient(transport=transport(), base_url="https://kaw") as browser:
        assert "secure" in (await post(browser, "anna")).headers["set-cookie"].lower()


# R5.1: one message
@pytest.mark.parametrize(("login", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", "")])
async def test_wrong_data_is_told_in_one_message(browser: httpx.AsyncClient, login: str, password: str) -> None:
    answer = await post(browser, login, password)
    assert sessions.COOKIE not in answer.cookies
    text = await text_of(browser, answer)
    assert WRONG in text
    assert PASSWORD not in text


async def test_what_was_typed_as_a_login_is_text(browser: httpx.AsyncClient) -> None:
    answer = await post(browser, '"><script>alert(1)</script>', "wrong")
    page = await browser.get(answer.headers["location"])
    assert "<script>alert(1)" not in page.text


# threats.md: password guessing
async def test_the_sixth_wrong_try_is_told_to_wait(browser: httpx.AsyncClient) -> None:
    for _ in range(5):
        assert "error=refused" in (await post(browser, "anna", "wrong")).headers["location"]
    answer = await post(browser, "anna")
    assert sessions.COOKIE not in answer.cookies
    assert re.search(r"через \d+ с", await text_of(browser, answer))


# threats.md: a forged X-Forwarded-For changes nothing
async def test_a_forged_address_helps_nobody(browser: httpx.AsyncClient, people: People) -> None:
    for number in range(21):
        browser.headers["X-Forwarded-For"] = f"203.0.113.{number}"
        answer = await post(browser, f"guess{number}", "wrong")
    assert "wait=" in answer.headers["location"]
    assert {row.address for row in audit.search(people.oleg)} == {"10.0.0.7"}


async def test_behind_a_named_proxy_each_client_is_itself(
    browser: httpx.AsyncClient, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAW_TRUSTED_PROXIES", "10.0.0.0/24, 2001:db8::1")
    config.cache_clear()
    browser.headers["X-Forwarded-Proto"] = "https"
    browser.headers["X-Forwarded-For"] = "1.1.1.1, 203.0.113.5"  # the first one is what the client claims
    answer = await post(browser, "anna")
    config.cache_clear()
    assert "secure" in answer.headers["set-cookie"].lower()
    assert audit.search(people.oleg)[0].address == "203.0.113.5"


# R4.2
async def test_over_the_limit_one_is_told_so(browser: httpx.AsyncClient, people: People) -> None:
    settings.change(people.oleg, {"session_limit": 1})
    signed_in(people.boris)
    text = await text_of(browser, await post(browser, "anna"))
    assert "администратор" in text
    assert (await post(browser, "oleg")).headers["location"] == "/"


# threats.md: session fixed
async def test_each_sign_in_has_a_new_cookie_and_ends_the_former(browser: httpx.AsyncClient) -> None:
    browser.cookies.set(sessions.COOKIE, "chosen-by-somebody-else")
    first = (await post(browser, "anna")).cookies[sessions.COOKIE]
    browser.cookies.clear()
    browser.cookies.set(sessions.COOKIE, first)
    answer = await post(browser, "boris")
    second = answer.cookies[sessions.COOKIE]
    assert len({"chosen-by-somebody-else", first, second}) == 3
    assert sessions.actor_for(first) is None
    assert sessions.actor_for(second)


# threats.md: open redirect
@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil", "javascript:alert(1)", "", "/a\nb"],
)
async def test_nobody_is_led_elsewhere(browser: httpx.AsyncClient, target: str) -> None:
    assert local_path(target) == "/"
    assert (await post(browser, "anna", next=target)).headers["location"] == "/"
    assert (await browser.get("/login", params={"next": target})).headers["location"] == "/"


# A form of another site
@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://kaw.evil.example"])
async def test_a_form_of_another_site_does_nothing(browser: httpx.AsyncClient, origin: str) -> None:
    answer = await browser.post("/login", data={"login": "anna", "password": PASSWORD}, headers={"Origin": origin})
    assert sessions.COOKIE not in answer.cookies
    await post(browser, "anna")
    token = browser.cookies[sessions.COOKIE]
    await browser.post("/logout", headers={"Origin": origin})
    assert sessions.actor_for(token)
    new = {"old_password": PASSWORD, "new_password": "another-word-2", "repeated": "another-word-2"}
    answer = await browser.post("/password", data=new, headers={"Origin": origin})
    assert "error=origin" in answer.headers["location"]
    assert (await browser.post("/logout", headers={"Origin": "http://kaw"})).headers["location"] == "/login"
    assert sessions.actor_for(token) is None


# threats.md: floods
async def test_an_enormous_form_is_not_read(browser: httpx.AsyncClient) -> None:
    read = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 65_536
            yield b"x" * 65_536

    answer = await browser.post("/login", content=body())
    assert "error=refused" in answer.headers["location"]
    assert read < 1_000_000
    fields = "&".join(f"a{number}=1" for number in range(1000))
    assert "error=refused" in (await browser.post("/login", content=fields)).headers["location"]


async def test_the_database_away_is_told(browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from kaw.errors import Unavailable

    def away(*_anything: object) -> None:
        raise Unavailable

    monkeypatch.setattr(sessions, "sign_in", away)
    assert "недоступ" in (await text_of(browser, await post(browser, "anna"))).lower()


# R5.2
async def test_signing_out_ends_the_session(browser: httpx.AsyncClient) -> None:
    await post(browser, "anna")
    token = browser.cookies[sessions.COOKIE]
    answer = await browser.post("/logout")
    assert answer.headers["location"] == "/login"
    assert 'kaw_session=""' in answer.headers["set-cookie"]
    assert sessions.actor_for(token) is None
    assert (await browser.get("/logout")).status_code != 200  # a link or a picture signs nobody out


# R5.3
async def test_a_one_time_password_comes_before_everything(browser: httpx.AsyncClient, people: People) -> None:
    with db.transaction() as tx:
        tx.session.get(UserRow, people.anna.user_id).must_change_password = True
    assert (await post(browser, "anna", next="/partners")).headers["location"] == "/password"
    assert (await browser.get("/partners")).headers["location"] == "/password"
    assert "Новый пароль" in (await browser.get("/password")).text
    for new, repeated, code in (
        ("short", "short", "short"),
        ("another-word-2", "other", "differ"),
        ("anna", "anna", ""),
    ):
        answer = await browser.post("/password", data={"new_password": new, "repeated": repeated})
        assert f"error={code}" in answer.headers["location"]
        assert "пароль" in (await text_of(browser, answer)).lower()
    good = {"new_password": "another-word-2", "repeated": "another-word-2"}
    assert (await browser.post("/password", data=good)).headers["location"] == "/"
    assert (await browser.get("/partners")).status_code == 200


async def test_guessing_the_present_password_is_told_to_wait(browser: httpx.AsyncClient) -> None:
    await post(browser, "anna")
    new = {"old_password": "wrong", "new_password": "another-word-2", "repeated": "another-word-2"}
    for _ in range(5):
        assert "error=old" in (await browser.post("/password", data=new)).headers["location"]
    assert "wait=" in (await browser.post("/password", data=new)).headers["location"]


# Signed out, nothing opens
@pytest.mark.parametrize("path", ["/", "/partners", "/user/1", "/settings", "/password"])
async def test_pages_lead_to_the_sign_in(browser: httpx.AsyncClient, path: str) -> None:
    browser.cookies.set(sessions.COOKIE, "x" * 43)
    assert (await browser.get(path)).headers["location"].startswith("/login")


async def test_other_routes_answer_without_anything(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/data/partners")
    assert (answer.status_code, answer.json()) == (401, {"error": ""})
    assert (await browser.get("/files/1")).status_code == 404


async def test_what_every_answer_carries(browser: httpx.AsyncClient) -> None:
    await post(browser, "anna")
    for path in ("/", "/login", "/data/partners", "/health", "/nowhere/at/all"):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "default-src 'self'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
    assert (await browser.get("/")).headers["cache-control"] == "no-store"


# R5.2: open tabs too, within 5 seconds
@pytest.mark.parametrize("deed", ["end", "deactivate", "password", "delete", "sign out"])
async def test_an_open_page_is_closed_when_its_sign_in_ends(visit: Visit, people: People, deed: str) -> None:
    give_passwords(people)
    anna = await visit(people.anna, "/")
    boris = await visit(people.boris, "/")
    number = anna.client.id  # type: ignore[union-attr]
    assert number in Client.instances
    await db.in_thread(do, deed, people)
    await eventually(lambda: number not in Client.instances)
    assert boris.client.id in Client.instances  # type: ignore[union-attr]


async def test_a_changed_right_leaves_the_page_open(visit: Visit, people: People) -> None:
    anna, boris = await visit(people.anna, "/"), await visit(people.boris, "/")
    other = boris.client.id  # type: ignore[union-attr]
    draft = users.get(people.oleg, people.anna.user_id).draft
    users.update(people.oleg, people.anna.user_id, replace(draft, contacts=False))
    groups.delete(people.oleg, people.editors, "удалить")
    users.delete(people.oleg, people.boris.user_id, "удалить")
    await eventually(lambda: other not in Client.instances)  # by then hers would be gone as well
    assert anna.client.id in Client.instances  # type: ignore[union-attr]


def do(deed: str, people: People) -> None:
    user_id = people.anna.user_id
    draft = users.get(people.oleg, user_id).draft
    with db.reading() as session:
        (number,) = session.exec(select(UserSession.id).where(UserSession.user_id == user_id)).all()
    if deed == "end":
        sessions.end(people.oleg, number)
    elif deed == "deactivate":
        users.update(people.oleg, user_id, replace(draft, active=False))
    elif deed == "password":
        users.update(people.oleg, user_id, draft, "another-word-2")
    elif deed == "delete":
        users.delete(people.oleg, user_id, "удалить")
    else:
        sessions.sign_out(replace(people.anna, session_id=number))

"""Files over HTTP: the direct address of a file, and uploading (R8.2.4, threats.md "Files")."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI

from kaw.api import attachments as routes
from kaw.models import Access, FieldKind
from kaw.services import attachments, fields, partners, sessions
from tests.conftest import People, allow

CONTENT = bytes(range(256)) * 400


@pytest.fixture
def card(people: People, data_dir: Path) -> int:
    name = fields.create(people.oleg, fields.FieldDraft("Название", "name", FieldKind.TEXT))
    allow(people.editors, {name: Access.EDIT})
    allow(people.viewers, {name: Access.VIEW})
    return partners.create(people.oleg, {"name": "ООО «Ёлочка»"})


@pytest.fixture
async def browser(people: People, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """A browser; the value of its cookie says who is signed in."""
    monkeypatch.setattr(sessions, "actor_for", lambda token: getattr(people, token, None))
    app = FastAPI()
    app.include_router(routes.router)
    transport = httpx.ASGITransport(app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://kaw") as client:
        yield client


def sign_in(browser: httpx.AsyncClient, login: str) -> httpx.AsyncClient:
    browser.cookies.set(sessions.COOKIE, login)
    return browser


# R8.2.4: upload and download with the original name; a browser never runs it
async def test_anna_uploads_and_boris_downloads(browser: httpx.AsyncClient, card: int) -> None:
    name = 'Договор "ёлки" <b>.html'
    answer = await sign_in(browser, "anna").post(f"/files/{card}", files={"file": (name, CONTENT, "text/html")})
    assert answer.status_code == 200, answer.text
    (number,) = answer.json()["ids"]
    got = await sign_in(browser, "boris").get(f"/files/{number}")
    assert got.content == CONTENT
    assert got.headers["content-disposition"] == f"attachment; filename*=utf-8''{quote(name)}"
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-security-policy"].startswith("sandbox")
    assert "no-store" in got.headers["cache-control"]


async def test_several_files_come_in_one_form(browser: httpx.AsyncClient, card: int, people: People) -> None:
    form = [("a", ("1.txt", b"one")), ("a", ("пусто.txt", b"")), ("a", ("2.txt", CONTENT))]
    answer = await sign_in(browser, "anna").post(f"/files/{card}", files=form, data={"note": "not a file"})
    assert len(answer.json()["ids"]) == 3
    rows = attachments.of_partner(people.anna, card)
    assert [(row.name, row.size) for row in rows] == [("2.txt", len(CONTENT)), ("пусто.txt", 0), ("1.txt", 3)]


async def test_a_part_of_a_file_can_be_asked_for(browser: httpx.AsyncClient, card: int, people: People) -> None:
    number = attachments.add(people.anna, card, "a.bin", [CONTENT])
    sign_in(browser, "anna")
    part = await browser.get(f"/files/{number}", headers={"Range": "bytes=1000-1099"})
    assert part.status_code == 206
    assert part.content == CONTENT[1000:1100]
    assert part.headers["content-range"] == f"bytes 1000-1099/{len(CONTENT)}"
    beyond = await browser.get(f"/files/{number}", headers={"Range": f"bytes={len(CONTENT)}-"})
    assert beyond.status_code == 416


# R8.2.4: by a direct address too
async def test_strangers_get_404_everywhere(browser: httpx.AsyncClient, card: int, people: People) -> None:
    number = attachments.add(people.anna, card, "тайна.txt", [b"canary"])
    missing = await sign_in(browser, "anna").get("/files/999999")
    for login in ("vera", "nobody"):
        sign_in(browser, login)
        got = await browser.get(f"/files/{number}")
        assert (got.status_code, got.content) == (404, missing.content)
        assert (await browser.post(f"/files/{card}", files={"file": ("a", b"1")})).status_code == 404
    browser.cookies.clear()
    assert (await browser.get(f"/files/{number}")).status_code == 404
    assert len(attachments.of_partner(people.anna, card)) == 1


async def test_boris_may_not_upload(browser: httpx.AsyncClient, card: int, people: People) -> None:
    answer = await sign_in(browser, "boris").post(f"/files/{card}", files={"file": ("a.txt", b"1")})
    assert answer.status_code == 403
    assert "прав" in answer.json()["error"]


@pytest.mark.parametrize(
    "path", ["/files/../secret", "/files/%2e%2e%2fkaw.sqlite", "/files/1%2f..%2f2", "/files/\\etc"]
)
async def test_a_path_is_no_file_number(browser: httpx.AsyncClient, card: int, path: str) -> None:
    assert (await sign_in(browser, "anna").get(path)).status_code in (404, 422)


# R8.2.4: the size is enforced on the server, also when the browser tells none
async def test_too_large_a_file_is_refused(
    browser: httpx.AsyncClient, card: int, people: People, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attachments, "size_limit", lambda: 10_000)
    sign_in(browser, "anna")
    announced = await browser.post(f"/files/{card}", files={"file": ("a.bin", CONTENT * 20)})
    assert announced.status_code == 422

    async def unannounced() -> AsyncIterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.bin"\r\n\r\n'
        for _chunk in range(20):
            yield b"x" * 1000
        yield b"\r\n--b--\r\n"

    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    assert (await browser.post(f"/files/{card}", content=unannounced(), headers=kind)).status_code == 422
    assert list((data_dir / "files").iterdir()) == []
    assert attachments.of_partner(people.anna, card) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"rubbish",
        b'--b\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\nbroken off',
        b'--b\r\nContent-Disposition: form-data; name="f"\r\n\r\nno file\r\n--b--\r\n',
        b"--b\r\n" + b"X: " + b"y" * 100_000 + b"\r\n\r\n1\r\n--b--\r\n",
    ],
    ids=["empty", "rubbish", "broken off", "no file", "large header"],
)
async def test_a_broken_form_leaves_nothing(
    browser: httpx.AsyncClient, card: int, people: People, data_dir: Path, body: bytes
) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=b"}
    answer = await sign_in(browser, "anna").post(f"/files/{card}", content=body, headers=kind)
    assert answer.status_code == 422
    assert attachments.of_partner(people.anna, card) == []
    assert not (data_dir / "files").exists() or list((data_dir / "files").iterdir()) == []


async def test_another_site_cannot_upload(browser: httpx.AsyncClient, card: int) -> None:
    answer = await sign_in(browser, "anna").post(
        f"/files/{card}", files={"file": ("a", b"1")}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 404

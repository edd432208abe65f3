"""Rows of the partner table for the grid in the browser (R8.3)."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from kaw import db
from kaw.api.signed_in import actor_of
from kaw.errors import AccessDenied, InvalidValue, KawError, NotFound, SignedOut, Unavailable
from kaw.i18n import explain, use_language
from kaw.services import account, partner_table
from kaw.services.access import Actor
from kaw.services.partner_table import TablePage, TableQuery

router = APIRouter()

MOST_ROWS = 500
NOT_KEPT = {"Cache-Control": "no-store"}
STATUS: dict[type[KawError], int] = {
    SignedOut: 401,
    NotFound: 404,
    AccessDenied: 403,
    InvalidValue: 422,
    Unavailable: 503,
}


@router.get("/data/partners")
async def rows(request: Request) -> JSONResponse:
    """``{"rows": [...], "offset": n}`` for the query of an address, with ``offset`` and ``limit`` (at most 500)."""
    actor = await actor_of(request)
    if actor is None:
        return JSONResponse({"error": ""}, status_code=401, headers=NOT_KEPT)
    try:
        page = await db.in_thread(_page, actor, dict(request.query_params))
    except KawError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
        with use_language(await db.in_thread(_language, actor)):
            return JSONResponse({"error": explain(error)}, status_code=status, headers=NOT_KEPT)
    return JSONResponse({"rows": page.rows, "offset": page.offset}, headers=NOT_KEPT)


def _page(actor: Actor, parameters: dict[str, str]) -> TablePage:
    offset = _whole(parameters.pop("offset", "0"), "offset", 10**9)
    limit = _whole(parameters.pop("limit", "100"), "limit", MOST_ROWS)
    with use_language(account.get(actor).language):
        return partner_table.page(actor, TableQuery.from_params(parameters), offset, limit)


def _whole(text: str, name: str, highest: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > 10 or int(text) > highest:
        raise InvalidValue(name)
    return int(text)


def _language(actor: Actor) -> str:
    try:
        return account.get(actor).language
    except KawError:
        return "ru"

"""Files of cards over HTTP (R8.2.4): a direct address that opens for those who may see the card, and uploading."""

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, JSONResponse, Response

from kaw import db
from kaw.api.multipart import FilePart, file_parts
from kaw.api.signed_in import actor_of
from kaw.errors import AccessDenied, InvalidValue, KawError, NotFound, Unavailable
from kaw.i18n import N_, explain
from kaw.services import attachments
from kaw.services.access import Actor
from kaw.services.attachments import MEGABYTE, Upload

router = APIRouter()

# Whatever the file is, a browser saves it and never runs it in KAW's name.
HARMLESS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STATUS: dict[type[KawError], int] = {NotFound: 404, AccessDenied: 403, InvalidValue: 422, Unavailable: 503}


@router.get("/files/{attachment_id}")
async def download(request: Request, attachment_id: int) -> Response:
    """The file, whole or a Range of it; 404 for everybody who may not see its card."""
    actor = await actor_of(request)
    if actor is None:
        return _missing()
    try:
        found = await db.in_thread(attachments.open, actor, attachment_id)
    except (NotFound, AccessDenied):
        return _missing()
    return FileResponse(
        found.path, media_type="application/octet-stream", filename=found.name, headers=HARMLESS, stat_result=None
    )


@router.post("/files/{partner_id}")
async def upload(request: Request, partner_id: int) -> Response:
    """Add the files of a multipart form to a card; answers ``{"ids": [...]}`` or ``{"error": text}``."""
    actor = await actor_of(request)
    if actor is None:
        return _missing()
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return _missing()
    try:
        _refuse_large(request)
        ids = [await _store(actor, partner_id, part) async for part in file_parts(request)]
        if not ids:
            raise InvalidValue("file", N_("There is no file in this request."))
    except KawError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
        return JSONResponse({"error": explain(error)}, status_code=status)
    return JSONResponse({"ids": ids})


async def _store(actor: Actor, partner_id: int, part: FilePart) -> int:
    incoming = await db.in_thread(Upload, actor, partner_id, part.name)
    try:
        async for chunk in part.chunks:
            await db.in_thread(incoming.write, chunk)
        return await db.in_thread(incoming.finish)
    finally:
        incoming.discard()


def _refuse_large(request: Request) -> None:
    """Say no before the bytes come, where the browser tells how many there are; ``Upload`` counts them anyway."""
    announced = request.headers.get("content-length", "")
    limit = attachments.size_limit()
    if announced.isdigit() and int(announced) > limit + MEGABYTE:
        raise InvalidValue("file", N_("The file is larger than {limit} MB."), limit=limit // MEGABYTE)


def _missing() -> Response:
    return JSONResponse({"error": explain(NotFound())}, status_code=404)

"""The file of «Загрузка базы» on its way to the server (R7.7.1): streamed to the disk, never whole in memory."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from kaw import db
from kaw.api.attachments import STATUS
from kaw.api.multipart import FilePart, file_parts
from kaw.api.signed_in import actor_of
from kaw.errors import InvalidValue, KawError, NotFound
from kaw.i18n import N_, explain
from kaw.services import import_uploads
from kaw.services.access import Actor
from kaw.services.file_names import clean_name
from kaw.services.import_uploads import MEGABYTE, ImportUpload

router = APIRouter()


@router.post("/import-files")
async def upload(request: Request) -> Response:
    """Take the first file of a multipart form; answers ``{"token": ..., "name": ...}`` or ``{"error": text}``."""
    actor = await actor_of(request)
    if actor is None or request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return JSONResponse({"error": explain(NotFound())}, status_code=404)
    try:
        _refuse_large(request)
        async for part in file_parts(request):
            return JSONResponse({"token": await _store(actor, part), "name": clean_name(part.name)})
        raise InvalidValue("file", N_("There is no file in this request."))
    except KawError as error:
        status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 409)
        return JSONResponse({"error": explain(error)}, status_code=status)


async def _store(actor: Actor, part: FilePart) -> str:
    incoming = await db.in_thread(ImportUpload, actor)
    try:
        async for chunk in part.chunks:
            await db.in_thread(incoming.write, chunk)
        return await db.in_thread(incoming.finish)
    finally:
        incoming.discard()


def _refuse_large(request: Request) -> None:
    """Say no before the bytes come, where the browser tells how many there are; ``ImportUpload`` counts them anyway."""
    announced = request.headers.get("content-length", "")
    limit = import_uploads.size_limit()
    if announced.isdigit() and int(announced) > limit + MEGABYTE:
        raise import_uploads.too_large(limit)

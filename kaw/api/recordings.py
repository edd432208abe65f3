"""Recordings of calls over HTTP (R8.2.8): whole or a Range of it, in pieces, for those who may hear them."""

import logging
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import httpx
from fastapi import APIRouter, Request
from starlette.background import BackgroundTask
from starlette.responses import JSONResponse, Response, StreamingResponse

from kaw import db
from kaw.api.attachments import HARMLESS
from kaw.api.signed_in import actor_of
from kaw.errors import AccessDenied, NotFound, Unavailable
from kaw.i18n import N_, explain
from kaw.services import recordings
from kaw.services.access import Actor
from kaw.services.recordings import HEADER, Recording, RecordingMissing, RecordingsAway

log = logging.getLogger(__name__)
router = APIRouter()

PIECE = 64 * 1024
LARGEST_ID = 2**63 - 1
TIMEOUT = httpx.Timeout(15, connect=5)  # seconds without a byte from the PBX, or without a connection to it
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)
_TOTAL = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18})", re.ASCII)


@router.get("/recordings/{call_id}")
@router.head("/recordings/{call_id}")
async def listen(request: Request, call_id: int) -> Response:
    """The recording; 404 for everybody who may not hear it."""
    actor = await actor_of(request)
    if actor is None:
        return _missing(NotFound())
    if not 0 < call_id <= LARGEST_ID:
        return _missing(NotFound())
    try:
        found = await db.in_thread(recordings.open, actor, call_id)
        heard = _Heard(request, actor, call_id)
        answer = await (_file(request, found, heard) if found.path else _passed_on(request, found, heard))
    except (NotFound, AccessDenied) as error:
        return _missing(error if isinstance(error, NotFound) else NotFound())
    except Unavailable as error:
        log.warning("the recording of call %s: %s", call_id, error)
        return JSONResponse({"error": explain(error)}, status_code=503, headers=HARMLESS)
    return answer


class _Heard:
    """Somebody listens; noted before the first byte goes out."""

    def __init__(self, request: Request, actor: Actor, call_id: int) -> None:
        self._is_meant = request.method == "GET"
        self._from_start = request.headers.get("range", "bytes=0-").startswith("bytes=0-")
        self._who = actor, call_id

    async def note(self) -> None:
        if self._is_meant:
            await db.in_thread(recordings.note_listening, *self._who, from_start=self._from_start)


async def _file(request: Request, found: Recording, heard: _Heard) -> Response:
    span = _span(request.headers.get("range", ""), found.size)
    headers = {**HARMLESS, "Accept-Ranges": "bytes"}
    if span is None:
        return Response(status_code=416, headers={**headers, "Content-Range": f"bytes */{found.size}"})
    first, last = span
    headers["Content-Length"] = str(last - first + 1)
    partial = "range" in request.headers
    if partial:
        headers["Content-Range"] = f"bytes {first}-{last}/{found.size}"
    status = 206 if partial else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=found.media_type)
    await heard.note()
    assert found.path is not None  # noqa: S101 - for the type checker
    pieces = _pieces(found.path, found.size, first, last)
    return StreamingResponse(pieces, status, headers, found.media_type)


async def _pieces(path: Path, size: int, first: int, last: int) -> AsyncIterator[bytes]:
    """The bytes from ``first`` to ``last``, one piece in memory at a time."""
    with await db.in_thread(path.open, "rb") as file:
        if first < HEADER:
            head = recordings.mended(await db.in_thread(file.read, HEADER), size)[first : last + 1]
            yield head
            first += len(head)
        file.seek(first)
        while first <= last:
            piece = await db.in_thread(file.read, min(PIECE, last - first + 1))
            if not piece:
                return
            first += len(piece)
            yield piece


async def _passed_on(request: Request, found: Recording, heard: _Heard) -> Response:
    """From the PBX's own web server; it may not send KAW elsewhere."""
    client = httpx.AsyncClient(follow_redirects=False, timeout=TIMEOUT, auth=found.account, trust_env=False)
    wanted = {"Accept-Encoding": "identity"}
    if _RANGE.fullmatch(request.headers.get("range", "")):
        wanted["Range"] = request.headers["range"]
    try:
        answer = await _first_answer(client, request.method, found.addresses, wanted)
        if answer.is_success:
            await heard.note()
        return _relayed(client, answer, found)
    except BaseException as error:
        await client.aclose()
        if isinstance(error, httpx.TimeoutException):
            raise RecordingsAway(N_("The server of the recordings does not answer.")) from error
        if isinstance(error, httpx.HTTPError | httpx.InvalidURL):
            raise RecordingsAway from error
        raise


async def _first_answer(
    client: httpx.AsyncClient, method: str, addresses: Sequence[str], headers: dict[str, str]
) -> httpx.Response:
    """The first address that has the recording; RecordingMissing, or what stood in the way."""
    problem: NotFound | RecordingsAway = RecordingMissing()
    for address in addresses:
        answer = await client.send(client.build_request(method, address, headers=headers), stream=True)
        if answer.status_code in (200, 206, 416):
            return answer
        await answer.aclose()
        if answer.status_code in (401, 403):
            problem = RecordingsAway(N_("The server of the recordings does not let KAW in."))
        elif answer.is_redirect:
            problem = RecordingsAway(N_("The server of the recordings sends elsewhere, and KAW does not follow."))
        elif answer.is_server_error:
            problem = RecordingsAway(N_("The server of the recordings answers with an error."))
    raise problem


def _relayed(client: httpx.AsyncClient, answer: httpx.Response, found: Recording) -> Response:
    kept = ("content-length", "content-range", "accept-ranges")
    headers = HARMLESS | {name: answer.headers[name] for name in kept if name in answer.headers}

    async def pieces() -> AsyncIterator[bytes]:
        part = _TOTAL.fullmatch(answer.headers.get("content-range", ""))
        total = int(part[2]) if part else int(answer.headers.get("content-length", 0))
        head, at_start = b"", answer.status_code == 200 or (part is not None and part[1] == "0")
        try:
            async for piece in answer.aiter_raw(PIECE):
                head += piece
                if at_start and len(head) < HEADER:
                    continue
                yield recordings.mended(head, total) if at_start else head
                head, at_start = b"", False
            if head:
                yield head
        finally:
            await close()

    async def close() -> None:
        await answer.aclose()
        await client.aclose()

    return StreamingResponse(pieces(), answer.status_code, headers, found.media_type, BackgroundTask(close))


def _span(asked: str, size: int) -> tuple[int, int] | None:
    """The first and last byte of a Range; None: there is no such part. What is no single Range means the whole."""
    found = _RANGE.fullmatch(asked)
    if found is None or not (found[1] or found[2]):
        return (0, size - 1) if size else None
    if not found[1]:
        first, last = max(size - int(found[2]), 0), size - 1
    else:
        first, last = int(found[1]), min(int(found[2]) if found[2] else size - 1, size - 1)
    return (first, last) if first <= last else None


def _missing(error: NotFound) -> Response:
    return JSONResponse({"error": explain(error)}, status_code=404, headers=HARMLESS)

"""Files of a multipart form while they arrive: nothing is kept in memory or spooled beside their destination."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from kaw.errors import InvalidValue
from kaw.i18n import N_


@dataclass(frozen=True)
class FilePart:
    """One file of a form; its ``chunks`` must be read to the end before the next part is asked for."""

    name: str
    chunks: AsyncIterator[bytes]


async def file_parts(request: Request) -> AsyncIterator[FilePart]:
    """The files of a form in their order; parts that are not files are skipped."""
    form = _Form(request)
    while (name := await form.next_file()) is not None:
        yield FilePart(name, form.chunks())


class _Form:
    """Turns the parser's callbacks into a queue of what has been read and not yet been taken."""

    def __init__(self, request: Request) -> None:
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data" or b"boundary" not in options:
            raise _not_a_form()
        self._stream = request.stream()
        self._events: list[str | bytes | None] = []  # a file's name, its bytes, None at its end
        self._in_file = False
        self._header = [b"", b""]
        self._disposition = b""
        try:
            self._parser = MultipartParser(options[b"boundary"], self._callbacks())
        except ValueError as fault:  # a boundary that is too long
            raise _not_a_form() from fault

    def _callbacks(self) -> dict[str, Callable[..., None]]:
        return {
            "on_part_begin": self._begin,
            "on_header_field": lambda data, start, end: self._collect(0, data[start:end]),
            "on_header_value": lambda data, start, end: self._collect(1, data[start:end]),
            "on_header_end": self._header_ends,
            "on_headers_finished": self._headers_end,
            "on_part_data": self._data,
            "on_part_end": self._end,
        }

    async def next_file(self) -> str | None:
        """The name of the next file; None after the last one."""
        while True:
            event = await self._next()
            if event is _OVER:
                return None
            if isinstance(event, str):
                return event

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes of the file that was begun last."""
        while (event := await self._next()) is not None:
            if not isinstance(event, bytes):
                raise _not_a_form()  # the form ends in the middle of a file: the browser has gone
            yield event

    async def _next(self) -> str | bytes | object | None:
        while not self._events:
            try:
                received = await anext(self._stream)
            except StopAsyncIteration:
                return _OVER
            except ClientDisconnect as gone:
                raise _not_a_form() from gone
            if received:
                self._feed(received)
        return self._events.pop(0)

    def _feed(self, received: bytes) -> None:
        try:
            self._parser.write(received)
        except ValueError as fault:  # python_multipart's errors are ValueErrors
            raise _not_a_form() from fault

    def _begin(self) -> None:
        self._header = [b"", b""]
        self._disposition = b""

    def _collect(self, which: int, data: bytes) -> None:
        self._header[which] += data

    def _header_ends(self) -> None:
        if self._header[0].lower() == b"content-disposition":
            self._disposition = self._header[1]
        self._header = [b"", b""]

    def _headers_end(self) -> None:
        _kind, options = parse_options_header(self._disposition)
        self._in_file = b"filename" in options
        if self._in_file:
            name = options[b"filename"].decode("utf-8", "replace")
            self._events.append(name.replace("%22", '"'))  # how browsers write a quotation mark here

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._in_file:
            self._events.append(data[start:end])

    def _end(self) -> None:
        if self._in_file:
            self._events.append(None)
        self._in_file = False


_OVER = object()


def _not_a_form() -> InvalidValue:
    return InvalidValue("file", N_("The upload was broken off or is not a form with files. Please try again."))

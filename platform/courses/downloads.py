"""Files on their way out, block by block, whole or in part: under ASGI Django's own FileResponse would hold a whole
file in memory, and knows no Range.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from courses.ranges import Part, Unsatisfiable, is_unchanged, wanted_part

BLOCK_BYTES: Final = 2**18


@dataclass(frozen=True)
class Source:
    """Bytes that can be read from anywhere on. ``etag`` is strong: quoted, and another one when a byte changes.

    ``read(start, size_bytes)`` gives them in blocks, and opens nothing before the first one.
    """

    size_bytes: int
    etag: str
    modified_at: datetime
    read: Callable[[int, int], Iterator[bytes]]


def of_file(path: Path, *, etag: str = "") -> Source:
    """Raises FileNotFoundError."""
    found = path.stat()
    return Source(
        size_bytes=found.st_size,
        etag=etag or f'"{found.st_mtime_ns:x}-{found.st_size:x}"',
        modified_at=datetime.fromtimestamp(int(found.st_mtime), tz=UTC),
        read=lambda start, size_bytes: _blocks(path, start, size_bytes),
    )


def download(
    path: Path, *, name: str, content_type: str = "application/octet-stream", request: HttpRequest | None = None
) -> HttpResponseBase:
    """The file as an attachment called ``name``; with the ``request``, the part it asks for.

    Raises FileNotFoundError before anything is sent.
    """
    response = send(of_file(path), request, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def show(path: Path, *, content_type: str) -> HttpResponseBase:
    """The file for a page to show, as the type we say it is. Raises FileNotFoundError before anything is sent."""
    return send(of_file(path), None, content_type=content_type)


def send(source: Source, request: HttpRequest | None, *, content_type: str) -> HttpResponseBase:
    """200, 206, 304, 412 or 416, as RFC 9110 has it; without a request, the whole. Range is for GET alone."""
    headers = {
        "Accept-Ranges": "bytes",
        "ETag": source.etag,
        "Last-Modified": http_date(source.modified_at.timestamp()),
    }
    if request is None:
        return _streamed(source, None, content_type, {})
    settled = get_conditional_response(request, source.etag, int(source.modified_at.timestamp()))
    if settled is not None:
        for name, value in headers.items():
            settled[name] = value
        return settled
    if request.method == "HEAD":
        return HttpResponse(content_type=content_type, headers={**headers, "Content-Length": str(source.size_bytes)})
    try:
        part = _wanted(request, source)
    except Unsatisfiable:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{source.size_bytes}"})
    return _streamed(source, part, content_type, headers)


def _wanted(request: HttpRequest, source: Source) -> Part | None:
    if not is_unchanged(request.headers.get("If-Range"), etag=source.etag, modified_at=source.modified_at):
        return None
    return wanted_part(request.headers.get("Range"), source.size_bytes)


def _streamed(source: Source, part: Part | None, content_type: str, headers: dict[str, str]) -> StreamingHttpResponse:
    start, size_bytes = (part.start, part.size_bytes) if part else (0, source.size_bytes)
    response = StreamingHttpResponse(
        OffTheLoop(source.read(start, size_bytes)),
        status=206 if part else 200,
        content_type=content_type,
        headers=headers,
    )
    response["Content-Length"] = str(size_bytes)
    if part:
        response["Content-Range"] = f"bytes {part.start}-{part.end}/{source.size_bytes}"
    return response


def _blocks(path: Path, start: int, size_bytes: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while size_bytes > 0 and (block := file.read(min(BLOCK_BYTES, size_bytes))):
            size_bytes -= len(block)
            yield block


class OffTheLoop:
    """The same blocks for a streaming response, each read in a thread.

    Django closes it when the client goes. A block that is just being read ends first: then the generator is nobody's,
    and closes what it had open.
    """

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks: Iterator[bytes] | None = blocks

    def __aiter__(self) -> "OffTheLoop":
        return self

    async def __anext__(self) -> bytes:
        block = b"" if self._blocks is None else await asyncio.to_thread(next, self._blocks, b"")
        if not block:
            self.close()
            raise StopAsyncIteration
        return block

    def close(self) -> None:
        self._blocks = None

"""Files on their way out, block by block: under ASGI Django's own FileResponse would hold a whole file in memory."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

BLOCK_BYTES = 2**18


def download(path: Path, *, name: str, content_type: str = "application/octet-stream") -> StreamingHttpResponse:
    """The file as an attachment called ``name``. Raises FileNotFoundError before anything is sent."""
    size_bytes = path.stat().st_size
    response = StreamingHttpResponse(_blocks(path), content_type=content_type)
    response["Content-Length"] = str(size_bytes)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


def show(path: Path, *, content_type: str) -> StreamingHttpResponse:
    """The file for a page to show, as the type we say it is. Raises FileNotFoundError before anything is sent."""
    size_bytes = path.stat().st_size
    response = StreamingHttpResponse(_blocks(path), content_type=content_type)
    response["Content-Length"] = str(size_bytes)
    return response


async def _blocks(path: Path) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while block := await asyncio.to_thread(file.read, BLOCK_BYTES):
            yield block

"""Zips of frames as answers: whole, or the part that a broken download still lacks. Block by block, never in memory."""

from collections.abc import Iterator

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from courses import downloads
from datasets.frame_archives import FrameArchive


def send(request: HttpRequest, archive: FrameArchive) -> HttpResponseBase:
    """GET or HEAD, with Range; the archive is closed once it is sent, or once nobody waits for it any more."""
    source = downloads.Source(
        size_bytes=archive.content.size_bytes,
        etag=f'"{archive.etag}"',
        modified_at=archive.modified_at,
        read=lambda start, size_bytes: _blocks(archive, start, size_bytes),
    )
    response = downloads.send(source, request, content_type="application/zip")
    if not response.streaming:
        archive.close()
    response["Content-Disposition"] = content_disposition_header(True, archive.name) or "attachment"
    response["Cache-Control"] = "private, no-cache, no-transform"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _blocks(archive: FrameArchive, start: int, size_bytes: int) -> Iterator[bytes]:
    try:
        yield from archive.content.read(start, start + size_bytes)
    finally:
        archive.close()

"""Kept files on their way to those who may have them; the caller has made sure of that.

Sent by the site itself, a part of them where a part is asked for, or by the web server in front (DLCV_SENDFILE), which
is told where they lie and does the same.
"""

import logging
from typing import Final

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.encoding import iri_to_uri
from django.utils.http import content_disposition_header

from courses.downloads import Source, of_file, send
from uploads import storage
from uploads.models import StoredFile

logger = logging.getLogger(__name__)

#: What a browser may show in our pages: types that we write ourselves. All else is an attachment.
SHOWN: Final = frozenset({"video/mp4", "image/jpeg", "image/png", "text/vtt"})
#: The location that nginx keeps for itself (``internal``), an alias of the uploads folder: docs/administrators.md.
ACCEL_PREFIX: Final = "/kept-files/"


def serve(
    request: HttpRequest,
    stored: StoredFile,
    *,
    inline: bool,
    name: str | None = None,
    content_type: str | None = None,
) -> HttpResponseBase:
    """GET or HEAD of a kept file. ``inline`` is for our own types only. Raises Http404 when its bytes are gone."""
    kind = content_type or stored.content_type
    try:
        response = _by_the_front(stored, kind) or send(_source(stored), request, content_type=kind)
    except FileNotFoundError as error:
        logger.error("the bytes of stored file %s are not where they were put (%s)", stored.pk, stored.key)
        raise Http404("no such file") from error
    as_attachment = not (inline and kind in SHOWN)
    response["Content-Disposition"] = content_disposition_header(as_attachment, name or stored.name) or "attachment"
    # Whoever may see it today may not tomorrow: the browser asks again, and is told that nothing changed.
    response["Cache-Control"] = "private, no-cache, no-transform"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _by_the_front(stored: StoredFile, content_type: str) -> HttpResponse | None:
    """None where there is no web server in front that reads our folder."""
    path = storage.path_in_folder(stored.key) if settings.SENDFILE else None
    if path is None:
        return None
    response = HttpResponse(content_type=content_type)
    if settings.SENDFILE == "x-accel":
        response["X-Accel-Redirect"] = iri_to_uri(f"{ACCEL_PREFIX}{stored.key}")
    else:
        response["X-Sendfile"] = str(path)
        response["ETag"] = _etag(stored)  # Apache's own is "0" for every file; nginx makes a good one
    return response


def _etag(stored: StoredFile) -> str:
    return f'"{stored.sha256}"'


def _source(stored: StoredFile) -> Source:
    etag = _etag(stored)
    path = storage.path_in_folder(stored.key)
    if path is not None:
        return of_file(path, etag=etag)
    from uploads import distant

    return Source(
        size_bytes=stored.size_bytes,
        etag=etag,
        modified_at=stored.created_at.replace(microsecond=0),
        read=lambda start, size_bytes: distant.blocks(stored.key, start, size_bytes),
    )

"""Resumable uploads at ``/uploads/``: tus 1.0 (https://tus.io/protocols/resumable-upload), core, creation,
termination, expiration and checksum. Any tus client works; send pieces of some MiB, because a piece counts once it is
whole.
"""

import base64
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.http import http_date
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import User
from uploads import refusals, resumable
from uploads.arrived import read_sha256
from uploads.models import ResumableUpload

VERSION = "1.0.0"
PIECE = "application/offset+octet-stream"
#: What tus's checksum extension answers to a damaged piece.
CHECKSUM_MISMATCH = 460


@extend_schema(exclude=True)
class TusView(APIView):
    """What both addresses share: the protocol's version, checked and said."""

    parser_classes = []

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != VERSION:
            raise refusals.wrong_protocol()

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Tus-Resumable"] = final["Tus-Version"] = VERSION
        final["Cache-Control"] = "no-store"
        return final

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(
            status=204,
            headers={
                "Tus-Extension": "creation,termination,expiration,checksum",
                "Tus-Checksum-Algorithm": ",".join(resumable.CHECKSUMS),
                "Tus-Max-Size": str(settings.UPLOAD_LIMIT_BYTES),
            },
        )


class UploadsView(TusView):
    """``POST /uploads/``: begin an upload."""

    def post(self, request: Request) -> Response:
        size = request.headers.get("Upload-Length", "")
        if not _is_size(size):
            raise refusals.unreadable_form()
        said = _metadata(request)
        upload = resumable.create(
            owner=_person(request),
            name=said.get("filename", ""),
            size_bytes=int(size),
            purpose=said.get("purpose", "checkpoint"),
            announced_sha256=read_sha256(said["sha256"]) if said.get("sha256") else "",
        )
        location = request.build_absolute_uri(reverse("upload", args=[upload.pk.hex]))
        return Response({"id": upload.pk.hex}, status=201, headers={"Location": location, **_expiry(upload)})


class UploadView(TusView):
    """``HEAD``, ``PATCH`` and ``DELETE /uploads/{id}``: where it stands, the next piece, the end."""

    def head(self, request: Request, upload_id: str) -> Response:
        upload = resumable.access_upload(_person(request), upload_id)
        offset = str(resumable.offset_of(upload))
        return Response(headers={"Upload-Offset": offset, "Upload-Length": str(upload.size_bytes), **_expiry(upload)})

    def patch(self, request: Request, upload_id: str) -> Response:
        upload = resumable.access_upload(_person(request), upload_id)
        if request.content_type != PIECE:
            return Response(status=415)
        offset = request.headers.get("Upload-Offset", "")
        if not _is_size(offset):
            raise refusals.unreadable_form()
        try:
            end = resumable.append(upload, offset=int(offset), piece=request._request, checksum=_checksum(request))
        except resumable.OffsetConflict as conflict:
            return Response(status=409, headers={"Upload-Offset": str(conflict.offset)})
        except resumable.Busy:
            return Response(status=423)
        except resumable.BrokenOff:
            return Response(status=400)
        except resumable.Damaged:
            return Response(status=CHECKSUM_MISMATCH, headers={"Upload-Offset": offset})
        return Response(status=204, headers={"Upload-Offset": str(end), **_expiry(upload)})

    def delete(self, request: Request, upload_id: str) -> Response:
        resumable.remove(resumable.access_upload(_person(request), upload_id))
        return Response(status=204)


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _metadata(request: Request) -> dict[str, str]:
    """``Upload-Metadata: filename YmVzdC5wdA==,…``; what cannot be decoded is left out."""
    found = {}
    for item in request.headers.get("Upload-Metadata", "").split(",")[:20]:
        key, _, value = item.strip().partition(" ")
        try:
            found[key] = base64.b64decode(value, validate=True).decode("utf-8", "replace")
        except ValueError:
            continue
    return found


def _checksum(request: Request) -> resumable.Checksum | None:
    """``Upload-Checksum: sha256 47DEQpj8…``. Raises Refusal when it says something else."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _, digest = said.partition(" ")
    if algorithm not in resumable.CHECKSUMS:
        raise refusals.unreadable_checksum()
    try:
        return resumable.Checksum(algorithm, base64.b64decode(digest, validate=True))
    except ValueError as error:
        raise refusals.unreadable_checksum() from error


def _expiry(upload: ResumableUpload) -> dict[str, str]:
    return {"Upload-Expires": http_date(resumable.expires_at(upload).timestamp())}

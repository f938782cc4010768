"""Resumable uploads at ``/uploads/``: tus 1.0 (https://tus.io/protocols/resumable-upload), core, creation (with
upload), termination, expiration, checksum and concatenation. Any tus client works.

Metadata: ``filename``; ``purpose``, what the file is for (``uploads.purposes``, "checkpoint" where it is not said);
``sha256``, in hexadecimal, of the whole file.
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

from accounts.errors import Refusal
from accounts.models import User
from uploads import joining, part_files, pieces, refusals, resumable
from uploads.arrived import read_sha256
from uploads.models import ResumableUpload

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum,concatenation"
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
                "Tus-Extension": EXTENSIONS,
                "Tus-Checksum-Algorithm": ",".join(pieces.CHECKSUMS),
                "Tus-Max-Size": str(settings.UPLOAD_LIMIT_BYTES),
            },
        )


class UploadsView(TusView):
    """``POST /uploads/``: begin an upload, with its first bytes or without; or put parts together."""

    def post(self, request: Request) -> Response:
        concat = request.headers.get("Upload-Concat", "")
        if concat.startswith("final;"):
            return _join(request, concat)
        if concat not in ("", "partial"):
            raise refusals.unreadable_parts()
        size = request.headers.get("Upload-Length", "")
        if not _is_size(size):
            raise refusals.unreadable_form()
        upload = resumable.create(owner=_person(request), size_bytes=int(size), concat=concat, **_described(request))
        answer = _created(request, upload)
        if request.content_type == PIECE:
            try:
                sent = _append(request, upload, 0)
            except Refusal:  # its sender does not know where it is, and needs not
                part_files.remove(upload)
                raise
            if sent.status_code == 204:
                answer["Upload-Offset"] = sent["Upload-Offset"]
        return answer


class UploadView(TusView):
    """``HEAD``, ``PATCH`` and ``DELETE /uploads/{id}``: where it stands, the next piece, the end."""

    def head(self, request: Request, upload_id: str) -> Response:
        upload = resumable.access_upload(_person(request), upload_id)
        standing = {"Upload-Offset": str(part_files.offset_of(upload)), "Upload-Length": str(upload.size_bytes)}
        concat = {"Upload-Concat": upload.concat} if upload.concat else {}
        said = {"Upload-Metadata": f"filename {_base64(upload.name)},purpose {_base64(upload.purpose)}"}
        return Response(headers={**standing, **said, **concat, **_expiry(upload)})

    def patch(self, request: Request, upload_id: str) -> Response:
        upload = resumable.access_upload(_person(request), upload_id)
        if upload.concat.startswith("final;"):
            return Response(status=403)
        if request.content_type != PIECE:
            return Response(status=415)
        offset = request.headers.get("Upload-Offset", "")
        if not _is_size(offset):
            raise refusals.unreadable_form()
        return _append(request, upload, int(offset))

    def delete(self, request: Request, upload_id: str) -> Response:
        part_files.remove(resumable.access_upload(_person(request), upload_id))
        return Response(status=204)


def _append(request: Request, upload: ResumableUpload, offset: int) -> Response:
    checksum = _checksum(request)
    try:
        end = pieces.append(upload, offset=offset, piece=request._request, checksum=checksum)
    except pieces.OffsetConflict as conflict:
        return Response(status=409, headers={"Upload-Offset": str(conflict.offset)})
    except pieces.Busy:
        return Response(status=423)
    except pieces.BrokenOff:
        return Response(status=400)  # to whoever may still listen: what arrived is asked for next time
    except pieces.Damaged:
        return Response(status=CHECKSUM_MISMATCH, headers={"Upload-Offset": str(offset)})
    return Response(status=204, headers={"Upload-Offset": str(end), **_expiry(upload)})


def _join(request: Request, concat: str) -> Response:
    """``Upload-Concat: final;/uploads/a /uploads/b``: of each address its last part is looked at."""
    parts = [address.rstrip("/").rsplit("/", 1)[-1] for address in concat.removeprefix("final;").split()]
    try:
        upload = joining.join(owner=_person(request), parts=parts, concat=concat, **_described(request))
    except pieces.Busy:
        return Response(status=423)
    return _created(request, upload)


def _created(request: Request, upload: ResumableUpload) -> Response:
    location = request.build_absolute_uri(reverse("upload", args=[upload.pk.hex]))
    return Response({"id": upload.pk.hex}, status=201, headers={"Location": location, **_expiry(upload)})


def _person(request: Request) -> User:
    assert isinstance(request.user, User)
    return request.user


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 15


def _described(request: Request) -> dict[str, str]:
    """What the metadata say of the file. Raises Refusal for a checksum that is none."""
    said = _metadata(request)
    sha256 = said.get("sha256", "")
    return {
        "name": said.get("filename", ""),
        "purpose": said.get("purpose", "checkpoint"),
        "announced_sha256": read_sha256(sha256) if sha256 else "",
    }


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


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _checksum(request: Request) -> pieces.Checksum | None:
    """``Upload-Checksum: sha256 47DEQpj8…``. Raises Refusal when it says something else."""
    said = request.headers.get("Upload-Checksum")
    if said is None:
        return None
    algorithm, _, digest = said.partition(" ")
    if algorithm not in pieces.CHECKSUMS:
        raise refusals.unreadable_checksum()
    try:
        return pieces.Checksum(algorithm, base64.b64decode(digest, validate=True))
    except ValueError as error:
        raise refusals.unreadable_checksum() from error


def _expiry(upload: ResumableUpload) -> dict[str, str]:
    return {"Upload-Expires": http_date(resumable.expires_at(upload).timestamp())}

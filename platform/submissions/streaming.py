"""A checkpoint in a form goes straight to disk: hashed, counted, and refused at its first bytes when it is no
checkpoint.

Django's own handlers know neither a limit nor a hash. The handler keeps what it received, or why it refused, for the
view.
"""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from accounts.errors import Refusal
from courses.streaming import put_in_place, read_by
from submissions import refusals
from submissions.storage import BLOCK_BYTES, Incoming, StoredUpload

FIELD = "file"


class CheckpointUploadHandler(FileUploadHandler):
    """Takes the first file of the field ``file``; every other file of the form is skipped unread."""

    chunk_size = BLOCK_BYTES

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self._upload: StoredUpload | None = None
        self._refusal: Refusal | None = None
        self._incoming: Incoming | None = None
        self._form_bytes = 0

    def take(self) -> StoredUpload:
        """The file that came with the form, once the form was read. Raises Refusal."""
        if self._refusal is not None:
            raise self._refusal
        if self._upload is None:
            raise refusals.no_file()
        return self._upload

    def discard(self) -> None:
        """Whatever happened: leave nothing in the incoming folder."""
        if self._incoming is not None:
            self._incoming.discard()
        if self._upload is not None:
            self._upload.discard()

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        self._form_bytes = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if field_name != FIELD or self._incoming is not None or self._refusal is not None:
            raise SkipFile
        try:
            self._incoming = Incoming(file_name, expected_bytes=self._form_bytes)
        except Refusal as refusal:
            self._refuse(refusal)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._incoming is not None
        try:
            self._incoming.write(raw_data)
        except Refusal as refusal:
            self._refuse(refusal)

    def file_complete(self, file_size: int) -> None:
        assert self._incoming is not None
        try:
            self._upload = self._incoming.close()
        except Refusal as refusal:
            self._refusal = refusal

    def upload_interrupted(self) -> None:
        """Also called when the form's last file was one that we skipped: what arrived whole before it stays."""
        if self._upload is None:
            self.discard()

    def _refuse(self, refusal: Refusal) -> None:
        """The rest of the file is skipped and the form read to its end: its other fields (CSRF) still count."""
        self._refusal = refusal
        raise SkipFile from refusal


def receive_into(request: HttpRequest, **_: object) -> CheckpointUploadHandler:
    """Make this request's file go through the handler; before anything has looked at ``request.POST``."""
    return put_in_place(request, CheckpointUploadHandler(request))


#: For pages: the view gets the handler as its second argument and calls ``handler.take()``.
receives_checkpoint = read_by(receive_into)

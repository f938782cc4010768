"""One file that arrives in a form: counted, hashed and looked at from its first byte on, and never parsed."""

import contextlib
import hashlib
import os
import uuid
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from accounts.errors import Refusal
from courses import arrivals

A = TypeVar("A", bound="Arriving")

#: How many of a file's first bytes are looked at.
HEAD_BYTES: Final = 512


class Arriving(ABC):
    """``write`` refuses as soon as the file is too large or visibly something else.

    After a refusal nothing of it is left on disk. ``folder`` exists; ``path`` is where the bytes are.
    """

    def __init__(self, folder: Path, *, limit_bytes: int, expected_bytes: int) -> None:
        """Raises Refusal when the disk is full."""
        arrivals.require_room(folder, expected_bytes)
        self.size_bytes = 0
        self.path = folder / uuid.uuid4().hex
        self._limit_bytes = limit_bytes
        self._head = b""
        self._hash = hashlib.sha256()
        with arrivals.refusing_when_full():
            self._file = os.fdopen(os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")

    @abstractmethod
    def check_head(self, head: bytes) -> None:
        """Raises Refusal unless a file that begins so may be what it should be. Empty: the file is."""

    @abstractmethod
    def too_large(self) -> Refusal:
        """What is said of more than the limit."""

    def write(self, chunk: bytes) -> None:
        try:
            self.size_bytes += len(chunk)
            if self.size_bytes > self._limit_bytes:
                raise self.too_large()
            if len(self._head) < HEAD_BYTES:
                self._head += chunk[: HEAD_BYTES - len(self._head)]
                if len(self._head) == HEAD_BYTES:
                    self.check_head(self._head)
            self._hash.update(chunk)
            with arrivals.refusing_when_full():
                self._file.write(chunk)
        except BaseException:
            self.discard()
            raise

    def land(self) -> str:
        """The whole file is on the disk now; returns its SHA-256. Raises Refusal."""
        try:
            self.check_head(self._head)
            with arrivals.refusing_when_full():
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
        except BaseException:
            self.discard()
            raise
        return self._hash.hexdigest()

    def discard(self) -> None:
        with contextlib.suppress(OSError):  # on a full disk its last bytes cannot be written, and need not be
            self._file.close()
        self.path.unlink(missing_ok=True)


class ArrivingHandler(FileUploadHandler, ABC, Generic[A]):
    """A form's files, one after the other; the first refusal is kept for the view, and what follows it is skipped."""

    chunk_size = arrivals.BLOCK_BYTES

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request)
        self.refusal: Refusal | None = None
        self.form_bytes = 0
        self._arriving: A | None = None

    @abstractmethod
    def begin(self, field_name: str, file_name: str) -> A | None:
        """A place for the file; None for one that is skipped unread. Raises Refusal."""

    @abstractmethod
    def landed(self, arriving: A) -> None:
        """It is whole. Raises Refusal."""

    def discard(self) -> None:
        """Whatever happened: leave nothing in the incoming folder."""
        if self._arriving is not None:
            self._arriving.discard()
            self._arriving = None

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        self.form_bytes = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        if self.refusal is not None:
            raise SkipFile
        try:
            self._arriving = self.begin(field_name, file_name)
        except Refusal as refusal:
            self._refuse(refusal)
        if self._arriving is None:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        assert self._arriving is not None
        try:
            self._arriving.write(raw_data)
        except Refusal as refusal:
            self._refuse(refusal)

    def file_complete(self, file_size: int) -> None:
        assert self._arriving is not None
        arriving, self._arriving = self._arriving, None
        try:
            self.landed(arriving)
        except Refusal as refusal:
            self.refusal = refusal

    def upload_interrupted(self) -> None:
        """Also called when the form's last file was one that we skipped: what arrived whole before it stays."""
        ArrivingHandler.discard(self)

    def _refuse(self, refusal: Refusal) -> None:
        """The rest of the file is skipped and the form read to its end: its other fields (CSRF) still count."""
        self.refusal, self._arriving = refusal, None
        raise SkipFile from refusal

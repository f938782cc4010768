"""A file in a form goes straight to disk: hashed, counted, and refused at its first bytes when it is something else.

Django's own handlers know neither a limit nor a hash. The handler keeps what it received, or why it refused, for the
view.
"""

from collections.abc import Callable
from datetime import datetime

from django.core.files.uploadhandler import SkipFile
from django.http import HttpRequest

from accounts.models import User
from courses.arriving import ArrivingHandler
from courses.streaming import View, put_in_place, read_by
from uploads import purposes, refusals
from uploads.arrived import Arrived
from uploads.incoming import Incoming
from uploads.quotas import require_quotas
from uploads.sending_ahead import sent_ahead
from uploads.services import take

FIELD = "file"


class FileHandler(ArrivingHandler[Incoming]):
    """Takes the first file of the field ``file``; every other file of the form is skipped unread."""

    def __init__(self, request: HttpRequest, purpose: str, *, limit_bytes: int | None = None) -> None:
        """``limit_bytes`` where nobody has signed in before the form is read: otherwise the person's own."""
        super().__init__(request)
        self.purpose = purposes.find(purpose)
        self._limit_bytes = limit_bytes
        self._begun_at: datetime | None = getattr(request, "scope", {}).get("begun_at")
        self._arrived: Arrived | None = None

    def take(self) -> Arrived:
        """The file that came with the form, or had come before it, once the form was read. Raises Refusal."""
        if self.refusal is not None:
            raise self.refusal
        return sent_ahead(self._arrived) if self._arrived else self._sent_before()

    def _sent_before(self) -> Arrived:
        """What the page's script had sent in pieces: the form names it (``upload``), and its SHA-256 (``sha256``).

        It stays until it is kept or discarded: what is declined for another reason need not be sent again.
        """
        form, person = (self.request.POST, self.request.user) if self.request is not None else ({}, None)
        identity = form.get("upload")
        if not identity or not isinstance(person, User):
            raise refusals.no_file()
        arrived = take(user=person, upload_id=identity, purpose=self.purpose.name)
        arrived.require(form.get("sha256"))
        return arrived

    def discard(self) -> None:
        super().discard()
        if self._arrived is not None:
            self._arrived.discard()

    def begin(self, field_name: str, file_name: str) -> Incoming | None:
        if field_name != FIELD or self._arrived is not None:
            return None
        limit = self._limit_bytes if self._limit_bytes is not None else self._limit_of_person()
        return Incoming(
            self.purpose, file_name, limit_bytes=limit, expected_bytes=self.form_bytes, begun_at=self._begun_at
        )

    def landed(self, arriving: Incoming) -> None:
        self._arrived = arriving.close()

    def _limit_of_person(self) -> int:
        """Raises what the purpose raises for who has no business here; what nobody in particular sends is not read."""
        person = self.request.user if self.request is not None else None
        if not isinstance(person, User):
            raise SkipFile
        self.purpose.may_upload(person)
        require_quotas(person, self.purpose, self.form_bytes)
        return self.purpose.most_bytes(person)


def receive_into(request: HttpRequest, purpose: str, *, limit_bytes: int | None = None) -> FileHandler:
    """Make this request's file go through the handler; before anything has looked at ``request.POST``."""
    return put_in_place(request, FileHandler(request, purpose, limit_bytes=limit_bytes))


def receives_file(purpose: str, *, limit_bytes: Callable[[], int] | None = None) -> Callable[[View], View]:
    """For pages: the view gets the handler as its second argument and calls ``handler.take()``."""

    def make(request: HttpRequest, **_: object) -> FileHandler:
        return receive_into(request, purpose, limit_bytes=limit_bytes() if limit_bytes else None)

    return read_by(make)

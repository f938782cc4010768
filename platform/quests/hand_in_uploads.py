"""The files of a hand-in's form go straight to disk: each part hashed, counted, and refused at its first bytes when it
is not what it should be. Fields bear the names of the kind's parts; a file in any other field is skipped unread.
"""

from typing import Any, Final

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import Http404, HttpRequest

from accounts.errors import Refusal
from challenges.kinds import Part
from courses.arrivals import BLOCK_BYTES
from courses.streaming import put_in_place, read_by
from quests.hand_in_files import ArrivedFile, Arriving
from quests.queries import find_card, find_quest

#: The field that a written answer comes in.
TEXT_FIELD: Final = "text"


class HandInUploadHandler(FileUploadHandler):
    """Takes one file for each part; the first refusal is kept for the view."""

    chunk_size = BLOCK_BYTES

    def __init__(self, request: HttpRequest, parts: tuple[Part, ...]) -> None:
        super().__init__(request)
        self._parts = {part.name: part for part in parts if not part.is_text}
        self._arrived: dict[str, ArrivedFile] = {}
        self._arriving: Arriving | None = None
        self._refusal: Refusal | None = None
        self._form_bytes = 0

    def take(self) -> tuple[ArrivedFile, ...]:
        """The files that came with the form, once the form was read. Raises Refusal."""
        if self._refusal is not None:
            raise self._refusal
        return tuple(self._arrived.values())

    def discard(self) -> None:
        """Whatever happened: leave nothing in the incoming folder."""
        if self._arriving is not None:
            self._arriving.discard()
        for file in self._arrived.values():
            file.discard()

    def handle_raw_input(
        self, input_data: Any, META: Any, content_length: int, boundary: Any, encoding: str | None = None
    ) -> None:
        self._form_bytes = content_length

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        part = self._parts.get(field_name)
        if part is None or field_name in self._arrived or self._refusal is not None:
            raise SkipFile
        try:
            self._arriving = Arriving(part, file_name, expected_bytes=self._form_bytes)
        except Refusal as refusal:
            self._refuse(refusal)

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
            self._arrived[arriving.part.name] = arriving.close()
        except Refusal as refusal:
            self._refusal = refusal

    def upload_interrupted(self) -> None:
        """Also called when the form's last file was one that we skipped: what arrived whole before it stays."""
        if self._arriving is not None:
            self._arriving.discard()
            self._arriving = None

    def _refuse(self, refusal: Refusal) -> None:
        """The rest of the file is skipped and the form read to its end: its other fields (CSRF) still count."""
        self._refusal, self._arriving = refusal, None
        raise SkipFile from refusal


def receive_into(request: HttpRequest, *, card: str = "", quest: str = "") -> HandInUploadHandler:
    """A handler for the parts of that quest; before anything has looked at ``request.POST``."""
    return put_in_place(request, HandInUploadHandler(request, _parts(card, quest)))


#: For pages: the view gets the handler as its second argument and calls ``handler.take()``.
receives_hand_in = read_by(receive_into)


def most_bytes(card: str, quest: str) -> int:
    """How much all the parts of a quest may be together."""
    return sum(part.most_bytes for part in _parts(card, quest))


def _parts(card: str, quest: str) -> tuple[Part, ...]:
    """None where there is no such quest: whoever is in charge of the address says so."""
    try:
        return find_quest(find_card(card), quest).rules.parts
    except Http404:
        return ()

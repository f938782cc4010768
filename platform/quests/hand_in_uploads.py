"""The files of a hand-in's form go straight to disk: each part hashed, counted, and refused at its first bytes when it
is not what it should be. Fields bear the names of the kind's parts; a file in any other field is skipped unread.
"""

from typing import Final

from django.http import Http404, HttpRequest

from challenges.kinds import Part
from courses.arriving import ArrivingHandler
from courses.streaming import put_in_place, read_by
from quests.hand_in_files import ArrivedFile, Arriving
from quests.queries import find_card, find_quest

#: The field that a written answer comes in.
TEXT_FIELD: Final = "text"


class HandInUploadHandler(ArrivingHandler[Arriving]):
    """Takes one file for each part; the first refusal is kept for the view."""

    def __init__(self, request: HttpRequest, parts: tuple[Part, ...]) -> None:
        super().__init__(request)
        self._parts = {part.name: part for part in parts if not part.is_text}
        self._arrived: dict[str, ArrivedFile] = {}

    def take(self) -> tuple[ArrivedFile, ...]:
        """The files that came with the form, once the form was read. Raises Refusal."""
        if self.refusal is not None:
            raise self.refusal
        return tuple(self._arrived.values())

    def discard(self) -> None:
        super().discard()
        for file in self._arrived.values():
            file.discard()

    def begin(self, field_name: str, file_name: str) -> Arriving | None:
        part = self._parts.get(field_name)
        if part is None or field_name in self._arrived:
            return None
        return Arriving(part, file_name, expected_bytes=self.form_bytes)

    def landed(self, arriving: Arriving) -> None:
        self._arrived[arriving.part.name] = arriving.close()


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

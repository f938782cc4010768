"""What hiding gives: the file, and where Charlie is in it."""

from dataclasses import dataclass

Place = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Hidden:
    """``place`` is (layer, filter) counted from 0, or the layers that were exchanged in increasing order.

    ``possible`` counts the places of this network, one of which was drawn. ``passers_by`` are places that changed and
    where he is not. ``half_right`` are answers that hold half of the place. ``note`` says more to the instructor.
    """

    content: bytes
    place: Place
    possible: int
    passers_by: tuple[Place, ...]
    half_right: tuple[Place, ...]
    note: str

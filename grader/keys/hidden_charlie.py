"""``hidden_charlie``: where he is in the checkpoint that is made for whoever has this question."""

from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from grader.errors import SubmissionError
from grader.hiding import Hidden, Place, hide
from grader.keys.draft import Draft
from grader.keys.subject import Subject

FILE_NAME: Final = "charlie.pt"  # the same for everybody


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """(layer, filter), (layer, channel), or the layers that were exchanged in increasing order; all from 0."""
    if not isinstance(subject.model, Path):
        raise _no_checkpoint(subject.model)
    hidden = hide(subject.model.read_bytes(), question["hide"], question["seed"])
    is_among_layers = question["hide"] == "swapped_layers"
    made = Draft(
        truth=hidden.place,
        unordered=is_among_layers,
        material=(FILE_NAME, hidden.content),
        notes=[hidden.note, f"one of {hidden.possible} places"],
    )
    if is_among_layers:
        _add_layers(made, hidden)
    else:
        _add_filter(made, hidden)
    return made


def _add_filter(made: Draft, hidden: Hidden) -> None:
    layer, row = hidden.place
    if layer != row:
        made.add("index_transposed", (row, layer), "swapped")
    for counted in ((layer + 1, row + 1), (layer, row + 1)):
        made.add("one_based_index", counted, "from one")
    for other in (layer - 1, layer + 1):
        made.add("neighbour_layer", (other, row), f"layer {other}")
    for place in hidden.passers_by:
        made.add("passer_by", place, "shuffled")
    for place in hidden.half_right:
        made.add("half_of_the_place", place)


def _add_layers(made: Draft, hidden: Hidden) -> None:
    made.add("one_based_index", tuple(layer + 1 for layer in hidden.place), "from one")
    for place in _one_layer_off(hidden.place):
        made.add("neighbour_layer", place, "one layer off")
    for place in hidden.half_right:
        made.add("half_of_the_place", place)


def _one_layer_off(layers: Place) -> list[Place]:
    """One of the layers taken for the one before or after; never for another of them."""
    moved = [
        tuple(sorted((*layers[:index], layer + step, *layers[index + 1 :])))
        for index, layer in enumerate(layers)
        for step in (-1, 1)
        if layer + step >= 0
    ]
    return [place for place in moved if all(one < other for one, other in pairwise(place))]


def _no_checkpoint(model: str) -> SubmissionError:
    return SubmissionError(
        "no_checkpoint",
        {
            "en": f"Charlie hides in a checkpoint, and {model} is an untrained network",
            "fr": f"Charlie se cache dans un fichier de poids, et {model} est un réseau non entraîné",
        },
        {
            "en": 'Ask about "course", or about a checkpoint by its path.',
            "fr": "Posez la question sur « course », ou sur un fichier de poids par son chemin.",
        },
    )

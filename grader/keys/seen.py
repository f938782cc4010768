"""What the outputs of a layer see of the image, for the questions about strides and receptive fields."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, layer_of, nearest_of, other_sizes
from ml.receptive_field import RIGHT, Field, Reckoning, receptive_fields
from ml.trace import LayerTrace, ModuleTrace, Trace

FIELDS_KEPT = 64


def traced_as_usual(subject: Subject) -> Trace:
    """The trace at the network's own image size: what is asked here does not depend on it."""
    return subject.traced(subject.usual_image_size())


@lru_cache(maxsize=FIELDS_KEPT)
def fields_of(subject: Subject, reckoning: Reckoning = RIGHT) -> Mapping[str, Field]:
    """The field of every module, by path."""
    return receptive_fields(subject.network, subject.usual_image_size(), reckoning)


def field_of(subject: Subject, layer: ModuleTrace) -> Field:
    """The field of a layer's output. Raises ``SubmissionError`` (``not_a_map``) behind a dense layer or for a head."""
    field = fields_of(subject).get(layer.name)
    if field is not None:
        return field
    raise SubmissionError(
        "not_a_map",
        {
            "en": f"what leaves {layer.name} has no rows and columns of the image",
            "fr": f"ce qui sort de {layer.name} n'a pas les lignes et les colonnes de l'image",
        },
        {
            "en": "Ask about a convolution, a pooling or a block of them, before any dense layer.",
            "fr": "Choisissez une convolution, un pooling ou un bloc qui en est fait, avant toute couche dense.",
        },
    )


def add_other_places(made: Draft, subject: Subject, asked: ModuleTrace, value: Callable[[Field], int | None]) -> None:
    """The nearest layers that give another value, and the same layer of the other letters."""
    traced, fields = traced_as_usual(subject), fields_of(subject)

    def differs(other: LayerTrace) -> int:
        return int(other.name in fields and value(fields[other.name]) not in (None, made.truth))

    for other in nearest_of(traced, asked, differs):
        found = value(fields[other.name])
        if found is not None:
            made.add("neighbour_layer", found, f"layer {other.index}")
    for sister in other_sizes(subject):
        field = fields_of(sister).get(asked.name)
        found = None if field is None else value(field)
        if found is not None:
            made.add_others("other_model_size", [(found, str(sister.model))])


def asked_in(subject: Subject, layer: int | str) -> ModuleTrace:
    """The layer that the question names. Raises ``SubmissionError`` (``unknown_layer``)."""
    return layer_of(traced_as_usual(subject), layer)

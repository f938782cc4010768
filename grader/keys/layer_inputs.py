"""``layer_inputs``: which layers feed a layer, by their numbers in the network: what a ``Concat`` joins."""

from collections.abc import Iterable, Mapping
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import traced_as_usual
from grader.keys.subject import Subject, layer_of
from ml.trace import LayerTrace, Trace

Numbers = tuple[int, ...]


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """Absolute numbers, in any order; the image is −1. A layer before, typed −1 as in YOLO's files, is accepted."""
    traced = traced_as_usual(subject)
    asked = layer_of(traced, question["layer"])
    if not isinstance(asked, LayerTrace):
        raise _not_a_layer(asked.name)
    truth = tuple(sorted(asked.inputs))
    made = Draft(truth=truth, unordered=True)
    if len(truth) > 1:
        for left_out in truth:
            made.add("input_missing", tuple(number for number in truth if number != left_out), f"without {left_out}")
    made.add_others("input_too_many", [((*truth, asked.index), "and itself")])
    made.add_others("outputs_for_inputs", _readers_of(traced, asked))
    made.add_others("one_based_index", [(tuple(number + 1 for number in truth), "counted from one")])
    relative = tuple(number - asked.index for number in truth)
    made.add_others("sign", [(tuple(abs(number) for number in relative), "relative, without the minus")])
    before = asked.index - 1
    made.add_others("sign", [(tuple(1 if number == before else number for number in truth), "1 for −1")])
    for other in traced.layers:
        if other.inputs != asked.inputs and abs(other.index - asked.index) == 1:
            made.add_others("neighbour_layer", [(tuple(sorted(other.inputs)), f"layer {other.index}")])
    for other in _alike(traced, asked):
        made.add_others("other_block", [(tuple(sorted(other.inputs)), f"layer {other.index}")])
    return made


def _readers_of(traced: Trace, asked: LayerTrace) -> Iterable[tuple[Numbers, str]]:
    """The layers that this one feeds."""
    found = tuple(other.index for other in traced.layers if asked.index in other.inputs)
    return [(found, "what it feeds")] if found else []


def _alike(traced: Trace, asked: LayerTrace) -> Iterable[LayerTrace]:
    """The other layers of the same type that join several."""
    return [
        other
        for other in traced.layers
        if other.type == asked.type and other.index != asked.index and len(other.inputs) > 1
    ]


def _not_a_layer(name: str) -> SubmissionError:
    return SubmissionError(
        "not_a_top_level_layer",
        {"en": f"{name} is inside a layer", "fr": f"{name} est à l'intérieur d'une couche"},
        {
            "en": "Ask about a layer by its number, as python -m ml trace prints it.",
            "fr": "Désignez une couche par son numéro, comme l'affiche python -m ml trace.",
        },
    )

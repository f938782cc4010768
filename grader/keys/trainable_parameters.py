"""``trainable_parameters``: what still learns once ``train.py --freeze n`` has frozen the first n layers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, other_classes, other_sizes
from ml.walk import layers_of


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The parameters of layers n and after: ``--freeze n`` freezes layers 0 to n − 1, normalizations included."""
    freeze = question["freeze"]
    count = len(layers_of(subject.network))
    if freeze > count:
        raise _too_many(count)
    truth, whole = _learning(subject, freeze), _learning(subject, 0)
    made = Draft(truth=truth)
    made.add_others("frozen_for_trainable", [(whole - truth, "what is frozen")])
    made.add_others("whole_network_counted", [(whole, "nothing frozen")])
    near = [other for other in (freeze - 1, freeze + 1) if 0 <= other <= count]
    made.add_others("one_layer_off", [(_learning(subject, other), f"--freeze {other}") for other in near])
    for code, others in _looked_at_otherwise(subject).items():
        made.add_others(code, [(_learning(other, freeze), f"{other.model} {other.classes}") for other in others])
    made.add_unit_factors()
    return made


def _looked_at_otherwise(subject: Subject) -> Mapping[str, tuple[Subject, ...]]:
    return {
        "batch_norm_forgotten": (replace(subject, without="batch_norm"),),
        "bias_forgotten": (replace(subject, without="bias"),),
        "fused_counted": (replace(subject, fused=True),),
        "per_class_count": other_classes(subject),
        "other_model_size": other_sizes(subject),
    }


def _learning(subject: Subject, freeze: int) -> int:
    layers = layers_of(subject.network)
    return sum(parameter.numel() for layer in list(layers)[freeze:] for parameter in layer.parameters())


def _too_many(count: int) -> SubmissionError:
    return SubmissionError(
        "too_many_layers",
        {"en": f"the network has {count} layers", "fr": f"le réseau a {count} couches"},
        {
            "en": f"Freeze from 0 to {count} of them.",
            "fr": f"Gelez-en de 0 à {count}.",
        },
    )

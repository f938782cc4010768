"""``module_types``: which modules make up a block, in the order in which an image goes through them."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import groupby
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.seen import asked_in, traced_as_usual
from grader.keys.subject import Subject, nearest_of
from ml.walk import walk

Types = tuple[str, ...]

MOST_MODULES: Final = 24
ACTIVATIONS: Final = ("SiLU", "LeakyReLU", "ReLU", "Hardswish", "Mish", "ReLU6", "Sigmoid")
OTHER_ACTIVATIONS: Final = (*ACTIVATIONS, "GELU", "Tanh")
NORMALIZATION: Final = "BatchNorm2d"


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The types of the leaves inside the block, each as often as one forward calls it."""
    asked = asked_in(subject, question["layer"])
    truth = _called(subject, asked.name)
    if not 1 <= len(truth) <= MOST_MODULES:
        raise _too_many(asked.name, len(truth))
    made = Draft(truth=truth)
    activated = [name for name in truth if name in ACTIVATIONS]
    bare = tuple(name for name in truth if name not in ACTIVATIONS)
    made.add_others("batch_norm_forgotten", _not_empty([_without(truth, NORMALIZATION)]))
    made.add_others("activation_forgotten", _not_empty([bare, _without(bare, NORMALIZATION)]))
    for other in OTHER_ACTIVATIONS if activated else ():
        if other in truth:
            continue
        replaced = tuple(other if name in ACTIVATIONS else name for name in truth)
        made.add_others("other_activation", [(replaced, other), (_without(replaced, NORMALIZATION), other)])
    made.add_others("repeats_counted_once", [(tuple(name for name, _ in groupby(truth)), "calls in a row, once")])
    made.add_others("printed_order", [(_printed(subject, asked.name), "as print(model) lists them")])
    near = nearest_of(traced_as_usual(subject), asked, lambda other: int(_called(subject, other.name) != truth))
    made.add_others("neighbour_layer", [(_called(subject, other.name), other.name) for other in near])
    return made


@lru_cache(maxsize=32)
def _leaves_called(subject: Subject) -> tuple[str, ...]:
    """The paths of the leaves in the order of one forward."""
    leaves = set(_leaves(subject))
    return tuple(path for path in walk(subject.network, subject.usual_image_size()).order if path in leaves)


def _leaves(subject: Subject) -> list[str]:
    """A leaf that several modules share (an activation) is one of each."""
    return [
        path
        for path, module in subject.network.named_modules(remove_duplicate=False)
        if next(module.children(), None) is None
    ]


def _called(subject: Subject, block: str) -> Types:
    network = subject.network
    return tuple(
        type(network.get_submodule(path)).__name__ for path in _leaves_called(subject) if _is_inside(path, block)
    )


def _printed(subject: Subject, block: str) -> Types:
    network = subject.network
    return tuple(type(network.get_submodule(path)).__name__ for path in _leaves(subject) if _is_inside(path, block))


def _is_inside(path: str, block: str) -> bool:
    return path == block or path.startswith(f"{block}.")


def _without(types: Types, unwanted: str) -> Types:
    return tuple(name for name in types if name != unwanted)


def _not_empty(values: Iterable[Types]) -> Iterable[tuple[Types, str]]:
    return [(value, "") for value in values if value]


def _too_many(name: str, count: int) -> SubmissionError:
    return SubmissionError(
        "too_many_modules",
        {"en": f"{name} is made of {count} modules", "fr": f"{name} est fait de {count} modules"},
        {
            "en": f"Ask about a block of 1 to {MOST_MODULES} modules, such as a Conv or an SPPF.",
            "fr": f"Choisissez un bloc de 1 à {MOST_MODULES} modules, un Conv ou un SPPF par exemple.",
        },
    )

"""``configuration_value``: what the yaml of a YOLO says: its multiples, its classes, its layers, its anchors."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from grader.errors import SubmissionError
from grader.keys.draft import Draft
from grader.keys.subject import Subject, other_sizes
from ml import zoo
from ml.checkpoints import read_checkpoint

#: What may be asked, and how it is read from the configuration.
FIELDS: Final[Mapping[str, Callable[[Mapping[str, Any]], int | float]]] = {
    "depth_multiple": lambda config: config["depth_multiple"],
    "width_multiple": lambda config: config["width_multiple"],
    "nc": lambda config: config["nc"],
    "layers": lambda config: len(config["backbone"]) + len(config["head"]),
    "backbone_layers": lambda config: len(config["backbone"]),
    "head_layers": lambda config: len(config["head"]),
    "scales": lambda config: len(config["anchors"]),
    "anchors_per_scale": lambda config: len(config["anchors"][0]) // 2,
}
SWAPPED: Final = {"depth_multiple": "width_multiple", "width_multiple": "depth_multiple"}
COUNTED_FROM_ZERO: Final = ("layers", "backbone_layers", "head_layers")
TAKEN_FOR_IT: Final[Mapping[str, tuple[str, ...]]] = {
    "layers": ("backbone_layers", "head_layers"),
    "backbone_layers": ("layers", "head_layers"),
    "head_layers": ("layers", "backbone_layers"),
}


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """The value as the configuration of the network gives it, not as it was computed."""
    field = question["field"]
    config = _configuration(subject)
    truth = _value(config, field)
    if truth is None:
        raise _not_said(field)
    made = Draft(truth=truth)
    if field in SWAPPED:
        made.add_others("depth_width_swapped", _found(config, (SWAPPED[field],)))
    made.add_others("other_setting", _found(config, TAKEN_FOR_IT.get(field, ())))
    if field in COUNTED_FROM_ZERO:
        made.add("last_index_for_count", truth - 1, "the last number")
    if field == "anchors_per_scale":
        made.add_others("other_setting", [(len(config["anchors"][0]), "numbers"), (_all_anchors(config), "all")])
    if field == "nc":
        made.add("background_counted", truth + 1, "and the background")
    for sister in other_sizes(subject):
        other = _configuration(sister)
        made.add_others("other_model_size", _found(other, (field,)))
        if field in SWAPPED:
            made.add_others("other_model_size", _found(other, (SWAPPED[field],)))
    return made


def _configuration(subject: Subject) -> Mapping[str, Any]:
    if isinstance(subject.model, Path):
        return read_checkpoint(subject.model).config
    family = zoo.family_of(subject.model)
    return family.configuration(subject.model, subject.classes or family.classes)


def _value(config: Mapping[str, Any], field: str) -> int | float | None:
    """None where this configuration does not say it."""
    try:
        value = FIELDS[field](config)
    except (KeyError, TypeError, IndexError):
        return None
    return value if isinstance(value, int | float) else None


def _found(config: Mapping[str, Any], fields: tuple[str, ...]) -> list[tuple[int | float, str]]:
    values = [(_value(config, field), field) for field in fields]
    return [(value, field) for value, field in values if value is not None]


def _all_anchors(config: Mapping[str, Any]) -> int:
    return sum(len(level) // 2 for level in config["anchors"])


def _not_said(field: str) -> SubmissionError:
    return SubmissionError(
        "not_in_the_configuration",
        {"en": f"the network's configuration has no {field}", "fr": f"la configuration du réseau n'a pas de {field}"},
        {"en": "Ask about a YOLOv5, such as yolov5s.", "fr": "Choisissez un YOLOv5, yolov5s par exemple."},
    )

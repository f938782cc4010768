"""The kinds of question: what each must say, how its answer is read, or what is handed in. One entry a kind.

A question is answered by **typing** (``reader`` names how the text is read, ``challenges.answers``) or by **handing
in** files and words (``parts``), which the worker checks in a sealed child and, for some parts, a person looks at.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

KIBIBYTE: Final = 1 << 10
MEBIBYTE: Final = 1 << 20

Checker = Literal["machine", "person"]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that is handed in: a file with one of these suffixes, or words typed into the page (``text``)."""

    name: str
    checked_by: Checker
    suffixes: tuple[str, ...]
    most_bytes: int
    required: bool = True

    @property
    def is_text(self) -> bool:
        return not self.suffixes


@dataclass(frozen=True, slots=True)
class Kind:
    """``required`` and ``optional`` are the question's fields beside ``kind``.

    ``digits`` are the significant digits that a number needs when the question does not say (``exact``: all).
    """

    name: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ()
    reader: str | None = None
    digits: int | Literal["exact"] | None = None
    parts: tuple[Part, ...] = ()

    @property
    def is_handed_in(self) -> bool:
        return bool(self.parts)

    @property
    def needs_model(self) -> bool:
        return "model" in self.required

    @property
    def is_read_by_a_person(self) -> bool:
        """Whether somebody has to look before there is a verdict."""
        return any(part.checked_by == "person" for part in self.parts)


def _text(name: str) -> Part:
    return Part(name, "person", (), 16 * KIBIBYTE)


def _file(name: str, *suffixes: str, most_bytes: int, required: bool = True) -> Part:
    return Part(name, "machine", suffixes, most_bytes, required)


_TYPED: Final = (
    Kind("tensor_shape", ("model", "image_size", "layer"), ("classes", "head"), "shape"),
    Kind("parameter_count", ("model",), ("layer", "classes", "fused", "digits"), "count", 2),
    Kind("weight_value", ("model", "index"), ("name", "layer", "digits", "wrap"), "weight", 4),
    Kind("operation_count", ("model", "image_size", "count"), ("layer", "classes", "fused", "digits"), "count", 2),
    Kind("prediction_count", ("model", "image_size"), ("classes", "digits"), "count", "exact"),
    Kind("stride", ("model", "layer"), (), "side", "exact"),
    Kind("receptive_field", ("model", "layer"), (), "side", "exact"),
    Kind("layer_setting", ("model", "layer", "setting"), (), "setting", "exact"),
    Kind("module_types", ("model", "layer"), (), "words"),
    Kind("layer_inputs", ("model", "layer"), (), "numbers"),
    Kind("module_count", ("model", "type"), ("layer", "classes", "fused"), "count", "exact"),
    Kind("shape_list", ("model", "image_size", "of"), ("classes",), "shapes"),
    Kind(
        "activation_memory",
        ("model", "image_size"),
        ("layer", "batch", "bytes_per_value", "classes", "digits"),
        "bytes",
        2,
    ),
    Kind("anchor", ("model", "scale", "nth"), (), "numbers"),
    Kind("output_index", ("model", "cell", "what"), ("box", "class", "classes"), "count", "exact"),
    Kind("parameter_shape", ("model", "name"), ("classes",), "shape"),
    Kind("trainable_parameters", ("model", "freeze"), ("classes", "digits"), "count", 2),
    Kind("configuration_value", ("model", "field"), ("classes",), "setting", "exact"),
    Kind("dataset_fact", ("dataset", "fact"), (), "count", "exact"),
    Kind("strongest_channel", ("model", "layer", "picture"), ("image_size",), "count", "exact"),
    Kind(
        "activation_value", ("model", "layer", "picture", "channel"), ("position", "image_size", "digits"), "weight", 3
    ),
    Kind("hidden_charlie", ("model", "seed", "hide"), (), "numbers"),
)

_LISTS: Final = tuple(_file(name, ".txt", most_bytes=2 * MEBIBYTE, required=False) for name in ("train", "val", "test"))

_HANDED_IN: Final = (
    Kind("open_question", (), (), parts=(_text("text"),)),
    Kind(
        "label_files",
        ("seed", "class_name", "classes"),
        parts=(_file("labels", ".zip", most_bytes=8 * MEBIBYTE),),
    ),
    # three lists, or one zip that holds them
    Kind(
        "split_files",
        ("seed", "shares"),
        ("tolerance",),
        parts=(*_LISTS, _file("archive", ".zip", most_bytes=4 * MEBIBYTE, required=False)),
    ),
    Kind(
        "split_strategies",
        ("seed",),
        ("shares", "tolerance"),
        parts=(_file("lists", ".zip", most_bytes=4 * MEBIBYTE),),
    ),
    # one of them at least
    Kind(
        "training_curves",
        ("epochs",),
        ("classes",),
        parts=(
            _file("results", ".csv", most_bytes=4 * MEBIBYTE, required=False),
            _file("checkpoint", ".pt", most_bytes=200 * MEBIBYTE, required=False),
        ),
    ),
    Kind(
        "augmentation",
        ("mixup",),
        parts=(
            _file("settings", ".yaml", ".yml", most_bytes=64 * KIBIBYTE),
            Part("picture", "person", (".jpg", ".jpeg", ".png"), 8 * MEBIBYTE),
        ),
    ),
    # of one “picture”, or of several “pictures”
    Kind(
        "detections",
        ("model", "confidence"),
        ("picture", "pictures", "image_size", "iou", "match_iou"),
        parts=(_file("detections", ".txt", ".json", ".zip", most_bytes=2 * MEBIBYTE),),
    ),
    Kind(
        "annotation",
        ("pictures", "classes"),
        ("match_iou",),
        parts=(_file("labels", ".txt", ".zip", most_bytes=2 * MEBIBYTE),),
    ),
)

KINDS: Final[Mapping[str, Kind]] = {kind.name: kind for kind in (*_TYPED, *_HANDED_IN)}

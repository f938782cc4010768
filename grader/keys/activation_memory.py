"""``activation_memory``: the bytes that a layer's output takes, or those of all the top-level layers together."""

from collections.abc import Mapping
from math import prod
from typing import Any, Final

from grader.keys.draft import Draft
from grader.keys.subject import Subject, layer_of, nearest_of, other_sizes, traced_elsewhere
from ml.trace import LayerTrace, ModuleTrace, Trace

PRECISIONS: Final = (2, 4, 8)  # bytes of a float16, a float32, a float64
BITS: Final = 8
KIBI: Final = 1024
POWERS: Final = (1, 2, 3)


def draft(question: Mapping[str, Any], subject: Subject) -> Draft:
    """Numbers × batch × bytes for each; of a head, its decoded output. Neither weights nor gradients."""
    height, width = question["image_size"]
    layer, batch, size = question.get("layer"), question.get("batch", 1), question.get("bytes_per_value", 4)
    traced = subject.traced((height, width))
    numbers = _numbers(traced, layer)
    room = batch * size
    truth = numbers * room
    made = Draft(truth=truth, notes=[f"{numbers} numbers × {batch} × {size} bytes"])
    made.add("count_for_bytes", numbers * batch, "numbers")
    made.add("count_for_bytes", numbers, "numbers of one image")
    for other in PRECISIONS:
        made.add_others("other_precision", [(numbers * batch * other, f"{other} bytes each")])
    made.add("bits_for_bytes", truth * BITS, "bits")
    if batch > 1:
        made.add("batch_forgotten", numbers * size, "one image")
    if layer is not None:
        _add_places(made, traced, layer_of(traced, layer), room)
    elsewhere = traced_elsewhere(subject, (height, width))
    made.add_others("other_image_size", [(_numbers(o, layer) * room, f"{o.image_size}") for o in elsewhere])
    for sister in other_sizes(subject):
        value = _numbers(sister.traced((height, width)), layer) * room
        made.add_others("other_model_size", [(value, str(sister.model))])
    made.add_unit_factors()
    for power in POWERS:
        made.add("unit_factor", truth * KIBI**power / 1000**power, "1024 for 1000")
        made.add("unit_factor", truth * 1000**power / KIBI**power, "1000 for 1024")
    return made


def _numbers(traced: Trace, layer: int | str | None) -> int:
    if layer is None:
        return sum(_of(other) for other in traced.layers)
    return _of(layer_of(traced, layer))


def _of(layer: ModuleTrace) -> int:
    return prod(layer.output_shapes[0]) if layer.output_shapes else 0


def _add_places(made: Draft, traced: Trace, asked: ModuleTrace, room: int) -> None:
    """What enters the layer, one channel of what leaves it, and the layers nearby."""
    made.add_others("one_channel_only", [(_of(asked) // asked.output_shapes[0][1] * room, "one channel")])
    if isinstance(asked, LayerTrace):
        image = prod((3, *traced.image_size))
        entering = sum(image if index < 0 else _of(traced.layers[index]) for index in asked.inputs)
        made.add_others("layer_input", [(entering * room, "what enters")])
    near = nearest_of(traced, asked, lambda other: int(_of(other) not in (0, _of(asked))))
    made.add_others("neighbour_layer", [(_of(other) * room, other.name) for other in near])

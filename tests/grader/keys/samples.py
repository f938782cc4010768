"""A question of each kind that asks about what a network is made of, and answers that are nearly right."""

from typing import Any, Final

SAMPLES: Final[tuple[dict[str, Any], ...]] = (
    {"kind": "stride", "model": "yolov5n", "layer": 17},
    {"kind": "receptive_field", "model": "yolov5n", "layer": 4},
    {"kind": "receptive_field", "model": "cifar-net", "layer": "pool2"},
    {"kind": "layer_setting", "model": "yolov5n", "layer": 1, "setting": "in_channels"},
    {"kind": "layer_setting", "model": "yolov5n", "layer": 1, "setting": "eps"},
    {"kind": "layer_setting", "model": "yolov5n", "layer": 1, "setting": "momentum"},
    {"kind": "layer_setting", "model": "course", "layer": 0, "setting": "kernel_size"},
    {"kind": "module_types", "model": "yolov5n", "layer": 0},
    {"kind": "module_types", "model": "yolov5n", "layer": 9},
    {"kind": "layer_inputs", "model": "yolov5n", "layer": 12},
    {"kind": "module_count", "model": "yolov5n", "type": "Conv"},
    {"kind": "module_count", "model": "yolov5n", "type": "BatchNorm2d"},
    {"kind": "module_count", "model": "yolov5n", "type": "Conv2d"},
    {"kind": "activation_memory", "model": "yolov5n", "image_size": 416, "layer": 17},
    {"kind": "activation_memory", "model": "cifar-net", "image_size": 32, "batch": 16, "bytes_per_value": 2},
    {"kind": "anchor", "model": "yolov5n", "scale": 1, "nth": 1},
    {"kind": "output_index", "model": "tiny-yolo-v1", "cell": [2, 5], "what": "class", "class": 7},
    {"kind": "output_index", "model": "tiny-yolo-v1", "cell": [2, 5], "what": "w", "box": 1},
    {"kind": "parameter_shape", "model": "cifar-net", "name": "conv2.weight"},
    {"kind": "trainable_parameters", "model": "yolov5s", "freeze": 10},
    {"kind": "configuration_value", "model": "yolov5s", "field": "width_multiple"},
    {"kind": "configuration_value", "model": "yolov5s", "field": "layers"},
    {"kind": "dataset_fact", "dataset": "VisDrone", "fact": "classes"},
    {"kind": "strongest_channel", "model": "course", "layer": 9, "picture": "crowd-3"},
    {"kind": "activation_value", "model": "course", "layer": 4, "picture": "crowd-1", "channel": 7},
    {"kind": "activation_value", "model": "course", "layer": 4, "picture": "crowd-1", "channel": 7, "position": [3, 5]},
    {"kind": "shape_list", "model": "cifar-net", "image_size": 32, "of": "data"},
    {"kind": "shape_list", "model": "cifar-net", "image_size": 32, "of": "parameters"},
    {"kind": "hidden_charlie", "model": "course", "hide": "drawn_filter", "seed": 7},
    {"kind": "hidden_charlie", "model": "course", "hide": "swapped_layers", "seed": 7},
)

_WEIGHTS: Final = {"kind": "shape_list", "model": "cifar-net", "image_size": 32, "of": "parameters"}
_LINES: Final = ["6x3x5x5", "6", "16x6x5x5", "16", "120x400", "120", "84x120", "84", "10x84", "10"]

#: What no key lists, but a comparison with the truth tells.
NEARLY_RIGHT: Final = (
    ({"kind": "module_types", "model": "yolov5n", "layer": 0}, "SiLU, Conv2d, BatchNorm2d"),
    (_WEIGHTS, "\n".join(reversed(_LINES))),
    (_WEIGHTS, "\n".join(_LINES[:-1])),
    (_WEIGHTS, "\n".join([*_LINES, "10"])),
    (_WEIGHTS, "\n".join([*_LINES[:-1], "11"])),
)

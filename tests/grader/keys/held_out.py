"""Wrong answers as a hard-nosed teacher collects them, each with the mistake that the teacher would name.

Computed with pencil and paper (``by_hand``) or straight from the tensors of a file, never by ``grader.keys``.
Where honest teachers would name different mistakes for one answer, each of the names is acceptable.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ml.checkpoints import read
from tests.grader.keys.by_hand import HEAD, ByHand

WEIGHTS = Path(__file__).parents[3] / "fixtures" / "weights"
Question = dict[str, Any]
Shape = tuple[int, ...]


@dataclass(frozen=True)
class Case:
    """One answer to one question, and the names that a teacher accepts for what is wrong with it."""

    question: Question
    text: str
    names: frozenset[str]


def case(question: Question, text: str, *names: str) -> Case:
    return Case(question, text, frozenset(names))


# ---- shapes ----------------------------------------------------------------------------------------------------------

STYLES = (
    lambda shape: "x".join(map(str, shape)),
    lambda shape: " × ".join(map(str, shape)),
    lambda shape: f"({', '.join(map(str, shape))})",
    lambda shape: f"torch.Size([{', '.join(map(str, shape))}])",
    lambda shape: "*".join(map(str, shape)),
    lambda shape: f"[{','.join(map(str, shape))}]",
)


def written(shape: Shape, turn: int) -> str:
    return STYLES[turn % len(STYLES)](shape)


def feature_maps() -> Iterator[Case]:
    """Layers of the backbone and the neck, from square and oblong pictures."""
    asked = [
        ("yolov5s", (512, 512), 17), ("yolov5s", (512, 320), 17), ("yolov5n", (640, 640), 9),
        ("yolov5m", (384, 640), 13), ("yolov5l", (480, 640), 12), ("yolov5x", (608, 800), 18),
        ("yolov5n", (768, 576), 10), ("yolov5s", (448, 448), 14), ("yolov5m", (640, 640), 16),
        ("yolov5s", (640, 448), 21), ("yolov5n", (416, 416), 5), ("yolov5l", (320, 320), 1),
    ]  # fmt: skip
    for turn, (model, (height, width), layer) in enumerate(asked):
        net = ByHand(model)
        question = {"kind": "tensor_shape", "model": model, "image_size": [height, width], "layer": layer}
        for shape, names in _slips_of_a_map(net, height, width, layer):
            yield case(question, written(shape, turn), *names)
            turn += 1


def _slips_of_a_map(net: ByHand, height: int, width: int, layer: int) -> Iterator[tuple[Shape, tuple[str, ...]]]:
    one, c, h, w = truth = net.shape(layer, height, width)
    yield (c, h, w), ("batch_dimension_missing",)
    yield (one, h, w, c), ("channels_last",)
    yield (h, w, c), ("channels_last",)
    if height != width:
        yield (one, c, w, h), ("height_width_swapped",)
        yield (c, w, h), ("height_width_swapped",)
        yield (w, h, c), ("channels_last", "height_width_swapped")
        yield (one, w, h, c), ("channels_last", "height_width_swapped")
    for near in (layer - 1, layer + 1):
        if near >= 0 and net.shape(near, height, width) != truth:
            sources = [net.shape(source, height, width) for source in net.inputs(layer)]
            is_input = net.shape(near, height, width) in sources
            names = ("neighbour_layer", "layer_input") if is_input else ("neighbour_layer",)
            yield net.shape(near, height, width), names
            yield net.shape(near, height, width)[1:], names
            _, nc, nh, nw = net.shape(near, height, width)
            yield (nh, nw, nc), (*names, "channels_last")
    for source in net.inputs(layer):
        if net.shape(source, height, width) != truth:
            is_near = net.shape(source, height, width) == net.shape(layer - 1, height, width)
            names = ("layer_input", "neighbour_layer") if is_near else ("layer_input",)
            yield net.shape(source, height, width), names
    yield (one, 3, height, width), ("layer_input",) if layer == 0 else ("layer_input", "unexplained")
    sizes = {(640, 640), (320, 320), (416, 416), (1280, 1280), (224, 224), (480, 480), (384, 384), (960, 960)}
    sizes |= {(height, height), (width, width), (2 * height, 2 * width), (736, 1280), (384, 640), (480, 640)}
    explained = {net.shape(near, height, width) for near in (layer - 1, layer + 1) if near >= 0}
    explained |= {(one, c, w, h), *(net.shape(source, height, width) for source in net.inputs(layer))}
    for size in sorted(sizes - {(height, width), (width, height)}):
        if net.shape(layer, *size) not in explained:
            yield net.shape(layer, *size), ("other_image_size",)
    for letter in "nsmlx":
        other = ByHand(f"yolov5{letter}").shape(layer, height, width)
        if other != truth and other not in explained:
            yield other, ("other_model_size",)
            yield other[1:], ("other_model_size",)


def heads() -> Iterator[Case]:
    """The decoded list and the raw maps of ``Detect``."""
    asked = [
        ("yolov5s", (640, 640), 80),
        ("yolov5n", (384, 640), 3),
        ("yolov5m", (512, 320), 14),
        ("yolov5s", (416, 416), 6),
    ]
    for turn, (model, (height, width), classes) in enumerate(asked):
        net = ByHand(model, classes)
        question = {"kind": "tensor_shape", "model": model, "image_size": [height, width], "layer": HEAD}
        if classes != 80:
            question["classes"] = classes
        for shape, names in _slips_of_a_list(net, height, width):
            yield case(question, written(shape, turn), *names)
            turn += 1
        for shape, names in _slips_of_raw_maps(net, height, width):
            yield case({**question, "head": "raw"}, written(shape, turn), *names)
            turn += 1


def _slips_of_a_list(net: ByHand, height: int, width: int) -> Iterator[tuple[Shape, tuple[str, ...]]]:
    boxes, numbers = net.boxes(height, width), net.classes + 5
    yield (boxes, numbers), ("batch_dimension_missing",)
    yield (1, numbers, boxes), ("channels_last",)
    for level, cells in enumerate(net.cells(height, width)):
        raw = net.raw(level, height, width)
        yield raw, ("training_head",)
        yield raw[1:], ("training_head",)
        yield (1, 3 * numbers, *raw[2:4]), ("training_head",)
        yield (1, 3 * cells, numbers), ("one_scale_only", "training_head")
    yield (1, boxes // 3, numbers), ("anchors_forgotten",)
    for classes in {80, 20, 10, 1, net.classes + 1, net.classes - 1} - {net.classes}:
        is_open = classes + 5 in (net.classes, net.classes + 4)  # no confidence, or no place, or another class
        names = ("per_class_count", "box_numbers_miscounted") if is_open else ("per_class_count",)
        yield (1, boxes, classes + 5), names
        yield (boxes, classes + 5), names
    yield (1, boxes, net.classes), ("box_numbers_miscounted", "per_class_count")
    yield (1, boxes, net.classes + 4), ("box_numbers_miscounted", "per_class_count")
    for size in {(640, 640), (320, 320), (1280, 1280), (height, height), (512, 512)} - {(height, width)}:
        yield net.shape(HEAD, *size), ("other_image_size",)
    yield net.shape(23, height, width), ("neighbour_layer", "layer_input")
    yield net.shape(17, height, width), ("layer_input",)
    yield net.shape(20, height, width), ("layer_input",)


def _slips_of_raw_maps(net: ByHand, height: int, width: int) -> Iterator[tuple[Shape, tuple[str, ...]]]:
    numbers = net.classes + 5
    _, three, h, w, _ = net.raw(0, height, width)
    yield (three, h, w, numbers), ("batch_dimension_missing",)
    yield (1, three, numbers, h, w), ("channels_last", "training_head")
    yield (1, h, w, three, numbers), ("channels_last",)
    yield (1, 3 * numbers, h, w), ("training_head",)
    yield (1, net.boxes(height, width), numbers), ("training_head",)
    yield (net.boxes(height, width), numbers), ("training_head",)
    if height != width:
        yield (1, three, w, h, numbers), ("height_width_swapped",)
    yield (1, three, h, w, 85 if net.classes != 80 else 25), ("per_class_count",)
    size = (640, 640) if (height, width) != (640, 640) else (320, 320)
    yield net.raw(0, *size), ("other_image_size", "other_scale")
    yield net.shape(17, height, width), ("layer_input",)


def submodules() -> Iterator[Case]:
    """Modules by name: the convolutions inside a C3 and an SPPF."""
    height, width = 512, 320
    for model in ("yolov5s", "yolov5m"):
        net = ByHand(model)
        half = net.width(17) // 2
        question = {"kind": "tensor_shape", "model": model, "image_size": [height, width], "layer": "model.17.cv1"}
        yield case(question, written((half, 64, 40), 1), "batch_dimension_missing")
        yield case(question, written((1, 64, 40, half), 2), "channels_last")
        names = ["height_width_swapped"] + (["channels_last"] if half == 64 else [])
        yield case(question, written((1, half, 40, 64), 3), *names)
        yield case(question, written(net.shape(16, height, width), 4), "layer_input")
        yield case(question, written(net.shape(17, height, width), 5), "neighbour_layer")
        yield case(question, written((1, half, 80, 80), 6), "other_image_size")
        yield case(question, written((1, 32, 64, 40), 7), "other_model_size")
        pool = {**question, "layer": "model.9.cv2"}
        quarter = net.width(8) // 2
        yield (
            case(pool, written((1, 4 * quarter, 16, 10), 0), "layer_input")
            if False
            else case(pool, written((1, quarter, 16, 10), 0), "neighbour_layer")
        )


def small_networks() -> Iterator[Case]:
    """Tiny YOLO and the CIFAR network: chains of named layers."""
    pool = {"kind": "tensor_shape", "model": "tiny-yolo-v1", "image_size": [448, 448], "layer": "pool3"}
    yield case(pool, "64x56x56", "batch_dimension_missing")
    yield case(pool, "1x56x56x64", "channels_last")
    yield case(pool, "56 x 56 x 64", "channels_last")
    yield case(pool, "1x64x112x112", "layer_input", "neighbour_layer")
    yield case(pool, "1x128x56x56", "neighbour_layer")
    dense = {**pool, "layer": "dense3"}
    yield case(dense, "1470", "batch_dimension_missing")
    yield case(dense, "(1470,)", "batch_dimension_missing")
    yield case(dense, "1x4096", "neighbour_layer", "layer_input")
    yield case(dense, "7x7x30", "training_head", "unexplained")
    yield case(dense, "1x539", "per_class_count")
    yield case({**dense, "layer": "dense2"}, "1x256", "neighbour_layer", "layer_input")
    convolution = {"kind": "tensor_shape", "model": "cifar-net", "image_size": [32, 32], "layer": "conv2"}
    yield case(convolution, "16x10x10", "batch_dimension_missing")
    yield case(convolution, "1x10x10x16", "channels_last")
    yield case(convolution, "[1, 6, 14, 14]", "layer_input", "neighbour_layer")
    first = {**convolution, "layer": "conv1"}
    yield case(first, "1x3x32x32", "layer_input")
    yield case(first, "32x32x3", "layer_input")
    yield case(first, "1x6x14x14", "unexplained")  # two layers on
    last = {**convolution, "layer": "fc3"}
    yield case(last, "10", "batch_dimension_missing")
    yield case(last, "1x84", "layer_input", "neighbour_layer")
    yield case(last, "1x20", "per_class_count")


def later_heads() -> Iterator[Case]:
    """Heads without anchors, of checkpoints: (1, 4 + classes, boxes) decoded."""
    for name, classes, last in (("course_yolov5nu", 4, 24), ("charlie_yolov8n", 4, 22), ("charlie_yolo11n", 4, 23)):
        question = {
            "kind": "tensor_shape",
            "model": str(WEIGHTS / f"{name}.pt"),
            "image_size": [640, 640],
            "layer": last,
        }
        yield case(question, f"{classes + 4}x8400", "batch_dimension_missing")
        yield case(question, f"1x8400x{classes + 4}", "channels_last")
        yield case(question, f"1 x {classes + 4} x 2100", "other_image_size")
        yield case(question, f"1 x {classes + 64} x 80 x 80", "training_head")
        yield case(question, "1x84x8400", "per_class_count")
        yield case(question, f"1 x {classes + 4} x 6400", "one_scale_only")
        yield case(question, f"1 x {classes + 4} x 25200", "anchors_miscounted")
        yield case(question, "1x256x20x20", "neighbour_layer", "layer_input")
        yield case(question, "1x64x80x80", "layer_input", "training_head")


# ---- parameters ------------------------------------------------------------------------------------------------------


def parameters_of_networks() -> Iterator[Case]:
    for model, classes in (("yolov5n", 80), ("yolov5s", 80), ("yolov5m", 3), ("yolov5l", 14), ("yolov5x", 6)):
        net = ByHand(model, classes)
        question: Question = {"kind": "parameter_count", "model": model, "digits": "exact"}
        if classes != 80:
            question["classes"] = classes
        yield from _slips_of_a_network(net, question)
        yield from _slips_of_a_folded_network(net, {**question, "fused": True})
        rough = {key: value for key, value in question.items() if key != "digits"}
        millions = net.learnt() / 1e6
        yield case(rough, f"{net.learnt() * 4 / 1e6:.1f} MB", "bytes_for_count")
        yield case(rough, f"{millions:.3g}", "unit_factor")
        yield case(rough, f"{millions:.2f} k", "unit_factor")
        yield case(rough, f"{millions:.3g} G".replace(".", ","), "unit_factor")
        yield case(rough, f"{net.learnt() / 2**20:.3f} M", "unit_factor")
        for letter in "nsmlx":
            other = ByHand(f"yolov5{letter}", classes)
            if letter != model[-1]:
                yield case(rough, f"{other.learnt() / 1e6:.1f}M", "other_model_size")
                yield case(rough, f"{other.learnt() / 1e6:.2f} M".replace(".", ","), "other_model_size")


def _slips_of_a_network(net: ByHand, question: Question) -> Iterator[Case]:
    learnt = net.learnt()
    yield case(question, f"{learnt / 1e6:.1f} M", "rounded_too_far")
    yield case(question, f"{learnt // 1000 * 1000}", "rounded_too_far")
    yield case(question, f"{net.folded():,}", "fused_counted")
    yield case(question, f"{net.folded() / 1e6:.3f} M", "fused_counted", "rounded_too_far")
    yield case(question, f"{learnt - net.normalization():,}".replace(",", " "), "batch_norm_forgotten")
    yield case(question, f"{learnt - net.normalization() // 2}", "batch_norm_forgotten", "fused_counted")
    yield case(question, str(net.weights()), "batch_norm_forgotten", "bias_forgotten")
    yield case(question, str(learnt - net.biases()), "bias_forgotten")
    for classes in {80, 20, 1, 3, 10, net.classes + 1, 91, 7} - {net.classes}:
        yield case(question, str(ByHand(net.model, classes).learnt()), "per_class_count")
    for letter in "nsmlx":
        if letter != net.model[-1]:
            other = ByHand(f"yolov5{letter}", net.classes)
            yield case(question, f"{other.learnt():,}", "other_model_size")
            usual = ByHand(f"yolov5{letter}")
            yield case(question, f"{usual.learnt():,}", "other_model_size", "per_class_count")
    yield case(question, str(4 * learnt), "bytes_for_count")
    yield case(question, f"{2 * learnt} octets", "bytes_for_count")
    yield case(question, f"{4 * learnt / 2**20:.1f} MiB", "bytes_for_count")
    yield case(question, f"{learnt / 1000:.3f} M", "unit_factor")
    running = net.normalization() + sum(one.normalized for one in net.convolutions())
    yield case(question, str(learnt + running + 18), "buffers_counted")
    yield case(question, str(learnt + net.normalization()), "buffers_counted")
    yield case(question, str(learnt + net.normalization() // 2), "bias_counted")


def _slips_of_a_folded_network(net: ByHand, question: Question) -> Iterator[Case]:
    yield case(question, f"{net.learnt():,}", "unfused_counted")
    yield case(question, str(net.weights()), "bias_forgotten")
    yield case(question, str(net.folded() - net.biases()), "unexplained", "bias_forgotten")
    if net.classes != 80:
        yield case(question, str(ByHand(net.model).folded()), "per_class_count")
        yield case(question, str(ByHand(net.model).learnt()), "unfused_counted", "per_class_count")
    yield case(question, str(4 * net.folded()), "bytes_for_count")
    other = ByHand("yolov5m" if net.model != "yolov5m" else "yolov5l", net.classes)
    yield case(question, str(other.folded()), "other_model_size")
    yield case(question, f"{net.folded() / 1e6:.2f} M", "rounded_too_far")
    yield case(question, str(other.learnt()), "other_model_size", "unfused_counted")


def parameters_of_layers() -> Iterator[Case]:
    asked = [
        ("yolov5s", 1),
        ("yolov5n", 0),
        ("yolov5m", 7),
        ("yolov5x", 2),
        ("yolov5l", 13),
        ("yolov5s", 9),
        ("yolov5m", 23),
        ("yolov5s", 17),
    ]
    for model, layer in asked:
        net = ByHand(model)
        question: Question = {"kind": "parameter_count", "model": model, "layer": layer, "digits": "exact"}
        learnt = net.learnt(layer)
        yield case(question, str(net.weights(layer)), "batch_norm_forgotten")
        yield case(question, str(net.folded(layer)), "fused_counted", "batch_norm_forgotten")
        yield case(question, str(learnt + net.normalization(layer) // 2), "bias_counted")
        yield case(question, str(learnt + net.normalization(layer)), "buffers_counted")
        for near in (layer - 1, layer + 1):
            if near >= 0 and net.learnt(near) != learnt:
                yield case(question, f"{net.learnt(near):,}", "neighbour_layer")
        for letter in "nsmlx":
            other = ByHand(f"yolov5{letter}").learnt(layer)
            if other not in (learnt, net.learnt(layer - 1) if layer else 0, net.learnt(layer + 1)):
                yield case(question, f"{other:,}", "other_model_size")
        yield case(question, str(4 * learnt), "bytes_for_count", *(["other_model_size"] if model == "yolov5n" else []))
        yield case(question, f"{learnt / 1000:.1f} k", "rounded_too_far" if learnt % 100 else "correct")
        yield case(question, f"{learnt / 1024:.3f} k", "unit_factor")
        folded = {**question, "fused": True}
        yield case(folded, str(net.weights(layer)), "bias_forgotten")
        yield case(folded, str(learnt), "unfused_counted")
    for model, classes in (("yolov5s", 10), ("yolov5m", 60)):
        net = ByHand(model, classes)
        head: Question = {
            "kind": "parameter_count",
            "model": model,
            "layer": HEAD,
            "classes": classes,
            "digits": "exact",
        }
        yield case(head, str(net.learnt(HEAD) - net.biases(HEAD)), "bias_forgotten")
        yield case(head, str(ByHand(model).learnt(HEAD)), "per_class_count")
        yield case(head, str(ByHand(model, classes + 1).learnt(HEAD)), "per_class_count")
        yield case(head, str(ByHand(model, 20).learnt(HEAD)), "per_class_count")
        yield case(head, str(net.learnt(23)), "neighbour_layer")
        yield case(head, str(ByHand("yolov5l", classes).learnt(HEAD)), "other_model_size")


def parameters_of_small_networks() -> Iterator[Case]:
    whole: Question = {"kind": "parameter_count", "model": "tiny-yolo-v1"}
    yield case(whole, "45 M", "correct")
    yield case(whole, "180.4 MB", "bytes_for_count")
    yield case(whole, "172 Mio", "bytes_for_count")
    yield case(whole, "45.1", "unit_factor")
    yield case({**whole, "digits": "exact"}, "45 M", "rounded_too_far")
    yield case({**whole, "digits": "exact"}, str(45_089_374 - 9_902), "bias_forgotten")
    for layer, before, after in (("conv4", 64, 128), ("conv7", 512, 1024)):
        question = {**whole, "layer": layer, "digits": "exact"}
        yield case(question, str(9 * before * after), "bias_forgotten")
        yield case(question, str(9 * before // 2 * before + before), "neighbour_layer")
        yield case(question, str(4 * (9 * before * after + after)), "bytes_for_count")
    cifar: Question = {"kind": "parameter_count", "model": "cifar-net", "digits": "exact"}
    yield case(cifar, "61770", "bias_forgotten")
    yield case(cifar, "62 000", "rounded_too_far")
    yield case(cifar, "62.006", "correct")
    yield case({**cifar, "layer": "fc1"}, "48000", "bias_forgotten")
    yield case({**cifar, "layer": "fc1"}, "10164", "neighbour_layer")
    yield case({**cifar, "layer": "fc2"}, "40656", "bytes_for_count")
    yield case({**cifar, "layer": "conv1"}, "450", "bias_forgotten")
    yield case({**cifar, "layer": "conv1"}, "2416", "neighbour_layer")
    yield case({**cifar, "layer": "fc3"}, "1700", "per_class_count")
    yield case({**cifar, "layer": "fc3"}, "840", "bias_forgotten")
    inside: Question = {"kind": "parameter_count", "model": "yolov5s", "layer": "model.17.cv1", "digits": "exact"}
    yield case(inside, str(256 * 64), "batch_norm_forgotten")
    yield case(inside, str(256 * 64 + 64), "fused_counted", "batch_norm_forgotten")
    yield case(inside, str(128 * 128 + 2 * 128), "neighbour_layer")  # cv3
    yield case(inside, "90880", "neighbour_layer")  # the whole C3
    convolution = {**inside, "layer": "model.17.cv1.conv"}
    yield case(convolution, str(256 * 64 + 128), "neighbour_layer")  # with its normalization
    course: Question = {
        "kind": "parameter_count",
        "model": str(WEIGHTS / "course_yolov5nu.pt"),
        "layer": 1,
        "digits": "exact",
    }
    yield case(course, str(9 * 16 * 32), "batch_norm_forgotten")
    yield case(course, str(9 * 16 * 32 + 32), "fused_counted", "batch_norm_forgotten")
    yield case(course, "1760", "neighbour_layer")
    yield case(course, str(4 * 4672), "bytes_for_count")


# ---- weights ---------------------------------------------------------------------------------------------------------


def weights() -> Iterator[Case]:
    for file in ("course_yolov5nu", "charlie_yolov8n", "charlie_yolov5n", "charlie_yolo11n"):
        state = read(WEIGHTS / f"{file}.pt").state
        for layer, index in ((1, (8, 12, 0, 2)), (3, (31, 9, 1, 0)), (5, (17, 4, 2, 1)), (7, (5, 11, 0, 1))):
            yield from _slips_of_a_weight(state, f"{file}.pt", f"model.{layer}.conv.weight", index)
        yield from _slips_of_a_weight(state, f"{file}.pt", "model.4.cv1.conv.weight", (8, 12, 0, 0))
    state = read(WEIGHTS / "course_yolov5nu.pt").state
    by_layer: Question = {
        "kind": "weight_value",
        "model": str(WEIGHTS / "course_yolov5nu.pt"),
        "layer": 4,
        "index": [8, 12, 0, 0],
    }
    first = "model.4.cv1.conv.weight"
    others = [name for name in state if name.startswith("model.4.") and name.endswith("conv.weight") and name != first]
    for name in [*others, "model.3.conv.weight", "model.5.conv.weight"]:
        if state[name].shape[0] > 8 and state[name].shape[1] > 12:
            yield case(by_layer, f"{float(state[name][8, 12, 0, 0]):.6f}", "neighbour_layer")


def _slips_of_a_weight(state: Any, file: str, name: str, index: Shape) -> Iterator[Case]:
    question: Question = {"kind": "weight_value", "model": str(WEIGHTS / file), "name": name, "index": list(index)}
    tensor = np.asarray(state[name], dtype=np.float64)
    f, c, row, column = index
    truth = tensor[index]
    seen: set[str] = {f"{truth:.3g}"}

    def typed(place: Shape, code: str, form: str) -> Iterator[Case]:
        if all(i < side for i, side in zip(place, tensor.shape, strict=True)) and f"{tensor[place]:.3g}" not in seen:
            seen.add(f"{tensor[place]:.3g}")
            yield case(question, format(tensor[place], form), code)

    yield case(question, f"{-truth:.6f}", "sign")
    yield case(question, f"{-truth:.3g}".replace(".", ","), "sign")
    if abs(float(f"{truth:.1g}") - truth) > 2e-3 * abs(truth):
        yield case(question, f"{truth:.1g}", "rounded_too_far")
    yield from typed((c, f, row, column), "index_transposed", ".4g")
    if row != column:
        yield from typed((f, c, column, row), "index_transposed", ".4e")
        yield from typed((c, f, column, row), "index_transposed", ".6f")
    yield from typed((f - 1, c - 1, row, column), "one_based_index", ".6f")
    yield from typed((f - 1, c, row, column), "one_based_index", ".5g")
    yield from typed((f, c - 1, row, column), "one_based_index", ".5e")
    yield from typed((f - 1, c - 1, max(row - 1, 0), max(column - 1, 0)), "one_based_index", ".7f")
    yield from typed((c - 1, f - 1, row, column), "index_transposed", ".6g")
    yield from typed((f + 1, c + 1, row, column), "one_based_index", ".6g")
    found = name.split(".")
    for near in (int(found[1]) - 1, int(found[1]) + 1):
        for part in ("conv", "cv1.conv"):
            other = f"model.{near}.{part}.weight"
            if other in state and all(i < side for i, side in zip(index, state[other].shape, strict=True)):
                yield case(question, f"{float(state[other][index]):.6f}", "neighbour_layer")
    if abs(truth) < 0.1:
        yield case(question, f"{truth:.6e}".split("e")[0], "unit_factor")
    stem = name.removesuffix("conv.weight")
    scale = state[f"{stem}bn.weight"][f] / np.sqrt(np.float64(state[f"{stem}bn.running_var"][f]) + 1e-3)
    yield case(question, f"{truth * float(scale):.6g}", "fused_counted")


# ---- operations ------------------------------------------------------------------------------------------------------


def operations_of_networks() -> Iterator[Case]:
    for model, (height, width) in (
        ("yolov5s", (640, 640)),
        ("yolov5n", (416, 416)),
        ("yolov5m", (480, 640)),
        ("yolov5l", (320, 320)),
        ("yolov5x", (736, 736)),
    ):
        net = ByHand(model)
        macs = net.macs(height, width)
        flops: Question = {
            "kind": "operation_count",
            "model": model,
            "image_size": [height, width],
            "count": "flops",
            "digits": 3,
        }
        yield case(flops, f"{macs / 1e9:.2f} G", "macs_for_flops")
        yield case(flops, f"{macs / 1e9:.3g} GMACs".replace(".", ","), "macs_for_flops")
        yield case(flops, f"{macs}", "macs_for_flops")
        yield case(flops, f"{2 * macs / 1e9:.3g}", "unit_factor")
        yield case(flops, f"{2 * macs / 1e9:.3g} MFLOPs", "unit_factor")
        yield case(flops, f"{2 * macs / 2**30:.4g} G", "unit_factor")
        yield case(flops, f"{2 * macs / 1e9:.2g} G" if macs > 5e9 else f"{2 * macs / 1e9:.1g} G", "rounded_too_far")
        question = {**flops, "count": "macs"}
        yield case(question, f"{2 * macs / 1e9:.3g} GFLOPs", "flops_for_macs")
        yield case(question, f"{2 * macs}", "flops_for_macs")
        yield case(question, f"{macs / 1e6:.4g}", "unit_factor")
        yield case(question, f"{macs / 2**30:.4g} G", "unit_factor")
        yield case(question, f"{macs * 4} octets", "bytes_for_count")
        for letter in "nsmlx":
            if letter != model[-1]:
                other = ByHand(f"yolov5{letter}").macs(height, width)
                yield case(flops, f"{2 * other / 1e9:.3g} GFLOPs", "other_model_size")
                yield case(question, f"{other / 1e9:.3g} G".replace(".", ","), "other_model_size")
        for side in {640, 320, 416, 512, 1280, 224, 480, 960} - ({height} if height == width else set()):
            other = net.macs(side, side)
            yield case(flops, f"{2 * other / 1e9:.3g} G", "other_image_size")
            yield case(question, f"{other:,}", "other_image_size")
        yield case(question, str(ByHand(model, 20).macs(height, width)), "per_class_count")
        yield case(question, str(ByHand(model, 3).macs(height, width)), "per_class_count")
    published = {"yolov5n": "4.5", "yolov5s": "16.5", "yolov5m": "49.0", "yolov5l": "109.1", "yolov5x": "205.7"}
    asked: Question = {"kind": "operation_count", "image_size": [640, 640], "count": "flops", "digits": 3}
    for model, figure in published.items():
        for other in {"yolov5n", "yolov5s", "yolov5m", "yolov5l", "yolov5x"} - {model}:
            yield case({**asked, "model": other}, f"{figure} GFLOPs", "other_model_size")
        yield case({**asked, "model": model, "image_size": [320, 320]}, f"{figure} GFLOPs", "other_image_size")


def operations_of_layers() -> Iterator[Case]:
    for model, layer, (height, width) in (
        ("yolov5s", 3, (384, 640)),
        ("yolov5n", 18, (512, 320)),
        ("yolov5l", 7, (448, 448)),
        ("yolov5m", 21, (640, 448)),
    ):
        net = ByHand(model)
        macs = net.macs(height, width, layer)
        question: Question = {
            "kind": "operation_count",
            "model": model,
            "image_size": [height, width],
            "layer": layer,
            "count": "macs",
            "digits": 3,
        }
        yield case(question, f"{2 * macs / 1e6:.4g} M", "flops_for_macs")
        yield case(question, f"{2 * macs}", "flops_for_macs")
        yield case({**question, "count": "flops"}, f"{macs / 1e6:.1f} MMACs", "macs_for_flops")
        yield case(question, f"{macs / 1e6:.4g} k", "unit_factor")
        taken = {macs, 2 * macs}
        for near in (layer - 1, layer + 1):
            other = net.macs(height, width, near)
            if other and other not in taken:
                taken.add(other)
                yield case(question, f"{other / 1e6:.4g} M", "neighbour_layer")
                yield case(question, f"{other}", "neighbour_layer")
        for letter in "nsmlx":
            other = ByHand(f"yolov5{letter}").macs(height, width, layer)
            if other not in taken:
                taken.add(other)
                yield case(question, f"{other / 1e6:.4g} M", "other_model_size")
        for side in (640, 320, 512, 416, 1280):
            other = net.macs(side, side, layer)
            if other not in taken:
                yield case(question, f"{other}", "other_image_size")
        (one,) = net.convolutions(layer)
        outputs = one.after * (height // one.side) * (width // one.side)
        normalized, activated = outputs, outputs
        sums: Question = {**question, "count": "additions", "digits": "exact"}
        yield case(sums, str(macs - outputs), "batch_norm_forgotten")
        yield case(sums, str(macs + normalized + activated), "other_operation")
        yield case(sums, str(macs + outputs), "bias_counted", "other_operation", "neighbour_layer")
        products: Question = {**question, "count": "multiplications", "digits": "exact"}
        yield case(products, str(macs + activated), "batch_norm_forgotten", "fused_counted")
        yield case(products, str(macs), "macs_for_flops", "batch_norm_forgotten", "other_operation")
    for model, (height, width) in (("yolov5s", (640, 640)), ("yolov5m", (384, 640))):
        net = ByHand(model)
        maxima: Question = {
            "kind": "operation_count",
            "model": model,
            "image_size": [height, width],
            "layer": 9,
            "count": "maxima",
            "digits": "exact",
        }
        yield case(maxima, f"{ByHand('yolov5l').pooled(height, width):,}", "other_model_size")
        yield case(maxima, str(net.pooled(320, 320)), "other_image_size")
        yield case(maxima, str(net.pooled(height, width) // 24 * 25), "other_operation", "unexplained")
    cifar: Question = {"kind": "operation_count", "model": "cifar-net", "image_size": [32, 32], "digits": "exact"}
    additions = {**cifar, "count": "additions"}
    yield case({**additions, "layer": "conv1"}, str(352_800 - 4_704), "bias_forgotten")
    yield case({**additions, "layer": "conv1"}, "240000", "neighbour_layer")
    yield case({**additions, "layer": "conv1"}, "705600", "flops_for_macs")
    yield case({**additions, "layer": "fc1"}, str(48_000 - 120), "bias_forgotten")
    yield case({**cifar, "count": "multiplications", "layer": "conv2"}, "480000", "flops_for_macs")
    yield case({**cifar, "count": "multiplications", "layer": "conv2"}, "240 k", "correct")
    yield case({**cifar, "count": "maxima", "layer": "pool1"}, "1200", "neighbour_layer")
    yield case({**cifar, "count": "maxima", "layer": "pool1"}, str(1176 * 4), "other_operation", "neighbour_layer")
    yield case({**cifar, "count": "macs"}, "1303440", "flops_for_macs")
    yield case({**cifar, "count": "macs"}, "1.3 M", "flops_for_macs")
    yield case({**cifar, "count": "flops"}, "651720", "macs_for_flops")
    yield case({**cifar, "count": "macs"}, "0.65", "unit_factor")


# ---- boxes -----------------------------------------------------------------------------------------------------------


def boxes() -> Iterator[Case]:
    for model, (height, width), classes in (
        ("yolov5s", (640, 640), 80),
        ("yolov5n", (384, 640), 80),
        ("yolov5m", (736, 1280), 3),
        ("yolov5s", (416, 416), 14),
        ("yolov5n", (960, 544), 80),
    ):
        net = ByHand(model, classes)
        question: Question = {"kind": "prediction_count", "model": model, "image_size": [height, width]}
        if classes != 80:
            question["classes"] = classes
        truth = net.boxes(height, width)
        yield case(question, f"{truth // 3:,}", "anchors_forgotten")
        yield case(question, f"{truth * 3}", "anchors_miscounted", *(["per_class_count"] if classes == 3 else []))
        for cells in net.cells(height, width):
            yield case(question, f"{3 * cells}", "one_scale_only")
            yield case(question, f"{cells}", "one_scale_only", "anchors_forgotten")
        yield case(
            question, f"{truth * classes:,}", "per_class_count", *(["anchors_miscounted"] if classes == 3 else [])
        )
        yield case(question, f"{truth * (classes + 5)}", "values_for_boxes", "per_class_count")
        for side in {640, 320, 416, 512, 1280, 608, 480, 224} - ({height} if height == width else set()):
            yield case(question, f"{net.boxes(side, side)} boxes", "other_image_size")
        for size in {(384, 640), (480, 640), (736, 1280), (height, height), (width, width)} - {(height, width)}:
            if net.boxes(*size) != truth:
                yield case(question, f"{net.boxes(*size)}", "other_image_size")
        yield case(question, f"{truth / 1000:.4g}e6", "unit_factor")
        if truth % 1000:
            yield case(question, f"{truth // 1000} k", "rounded_too_far")
    later = {"kind": "prediction_count", "model": str(WEIGHTS / "charlie_yolov8n.pt"), "image_size": [640, 640]}
    yield case(later, "25200", "anchors_miscounted")
    yield case(later, "6400", "one_scale_only")
    yield case(later, "2100", "other_image_size")
    yield case(later, str(8400 * 4), "per_class_count", "other_image_size")  # four classes, or twice the size
    yield case(later, "8.4 M", "unit_factor")
    tiny = {"kind": "prediction_count", "model": "tiny-yolo-v1", "image_size": [448, 448]}
    yield case(tiny, "49", "anchors_forgotten")
    yield case(tiny, "1470", "values_for_boxes")
    yield case(tiny, "1960", "per_class_count")


# ---- unexplained -----------------------------------------------------------------------------------------------------


def beyond_explanation() -> Iterator[Case]:
    """Answers that no classic mistake gives: saying so is the right answer."""
    shape: Question = {"kind": "tensor_shape", "model": "yolov5s", "image_size": [512, 320], "layer": 17}
    for text in (
        "1x100x64x40",
        "1x128x63x40",
        "2x128x64x40",
        "1x128x64",
        "128",
        "1x1x1x1",
        "1x512x16x10",
        "1x127x64x40",
    ):
        yield case(shape, text, "unexplained")
    count: Question = {"kind": "parameter_count", "model": "yolov5s", "digits": "exact"}
    for text in ("7235388", "7235390", "8 M", "9.1M", "5000000", "1", "12", "100 M", "6.6 M", "33.3 M"):
        yield case(count, text, "unexplained")
    flops: Question = {
        "kind": "operation_count",
        "model": "yolov5s",
        "image_size": [640, 640],
        "count": "flops",
        "digits": 3,
    }
    for text in ("12 G", "13.7 GFLOPs", "25 G", "3.3 G", "70 G", "1", "17.5 G", "2 T"):
        yield case(flops, text, "unexplained")
    box: Question = {"kind": "prediction_count", "model": "yolov5s", "image_size": [640, 640]}
    for text in ("25201", "300", "1000", "12345", "24999", "9", "3"):
        yield case(box, text, "unexplained")
    weight: Question = {
        "kind": "weight_value", "model": str(WEIGHTS / "course_yolov5nu.pt"), "layer": 4, "index": [8, 12, 0, 0],
    }  # fmt: skip
    for text in ("0.5", "-0.777", "3", "0.1111", "12.5", "-0.0199"):
        yield case(weight, text, "unexplained")


SOURCES = {
    "tensor_shape": (feature_maps, heads, submodules, small_networks, later_heads),
    "parameter_count": (parameters_of_networks, parameters_of_layers, parameters_of_small_networks),
    "weight_value": (weights,),
    "operation_count": (operations_of_networks, operations_of_layers),
    "prediction_count": (boxes,),
}


def held_out(kind: str) -> list[Case]:
    """Every wrong answer of a kind, each (question, text) once."""
    return [one for source in SOURCES[kind] for one in source()]

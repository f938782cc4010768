"""YOLOv5's five sizes against upstream's own numbers, then descriptions that nobody should be able to hurt us with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from ml import zoo
from ml.errors import Refused
from ml.zoo.yolov5 import Yolov5, build_network, configuration

# Unfused (what upstream's code prints) and fused (what its README publishes), 80 classes, release v6.2.
PARAMETERS = {
    "yolov5n": (1_872_157, 1_867_405),
    "yolov5s": (7_235_389, 7_225_885),
    "yolov5m": (21_190_557, 21_172_173),
    "yolov5l": (46_563_709, 46_533_693),
    "yolov5x": (86_749_405, 86_705_005),
}


def parameters(network: nn.Module) -> int:
    return sum(parameter.numel() for parameter in network.parameters())


def blueprint(name: str, classes: int = 80) -> Yolov5:
    with torch.device("meta"):
        return build_network(configuration(name, classes)).eval()


@pytest.fixture(scope="session")
def goldens(reference_data: Path) -> dict[str, Any]:
    models: dict[str, Any] = json.loads((reference_data / "yolov5_v62_goldens.json").read_text())["models"]
    return models


@pytest.fixture(scope="session")
def yolov5n() -> Yolov5:
    network = zoo.build("yolov5n", classes=3)
    assert isinstance(network, Yolov5)
    return network


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_size_has_upstreams_number_of_parameters(name: str) -> None:
    assert parameters(blueprint(name)) == PARAMETERS[name][0]


@pytest.mark.parametrize("name", PARAMETERS)
def test_each_folded_size_has_the_published_number_of_parameters(name: str) -> None:
    assert parameters(blueprint(name).fuse()) == PARAMETERS[name][1]


@pytest.mark.parametrize("name", ["yolov5n", "yolov5s"])
def test_every_name_and_shape_of_the_state_is_upstreams_in_the_same_order(name: str, goldens: dict[str, Any]) -> None:
    golden = goldens[name]
    network = blueprint(name)
    assert len(network.state_dict()) == golden["state_dict_len"]
    assert len(list(network.modules())) == golden["modules_total"]
    assert network.stride == golden["stride"]
    if "state_dict_shapes_unfused" in golden:
        shapes = {key: list(value.shape) for key, value in network.state_dict().items()}
        assert list(shapes.items()) == list(golden["state_dict_shapes_unfused"].items())


def test_a_folded_network_has_upstreams_modules_and_parameters_layer_by_layer(goldens: dict[str, Any]) -> None:
    golden = goldens["yolov5s"]
    network = blueprint("yolov5s").fuse()
    assert len(network.state_dict()) == golden["state_dict_len_fused"]
    assert len(list(network.modules())) == golden["modules_total_fused"]
    assert [parameters(layer) for layer in network.model] == golden["params_per_layer_fused"]


def test_anchors_are_kept_in_cells_as_upstream_stores_them(yolov5n: Yolov5) -> None:
    anchors = yolov5n.state_dict()["model.24.anchors"]  # (3, 3, 2)
    assert anchors[0].tolist() == [[1.25, 1.625], [2.0, 3.75], [4.125, 2.875]]
    assert anchors[2, 2].tolist() == [373 / 32, 326 / 32]


def test_every_batch_normalization_has_upstreams_epsilon_and_momentum(yolov5n: Yolov5) -> None:
    norms = [module for module in yolov5n.modules() if isinstance(module, nn.BatchNorm2d)]
    assert len(norms) == 57
    assert {(norm.eps, norm.momentum) for norm in norms} == {(1e-3, 0.03)}


def test_folding_changes_the_count_and_not_the_answer() -> None:
    torch.manual_seed(3)
    network = build_network(configuration("yolov5n", 2)).eval()
    for module in network.modules():  # statistics as after training: folding neutral ones would prove nothing
        if isinstance(module, nn.BatchNorm2d):
            nn.init.uniform_(module.weight, 0.5, 2.0)
            nn.init.uniform_(module.bias, -1.0, 1.0)
            nn.init.uniform_(module.running_mean, -0.2, 0.2)  # type: ignore[arg-type]
            nn.init.uniform_(module.running_var, 0.05, 0.5)  # type: ignore[arg-type]
    image = torch.rand(1, 3, 64, 96)
    with torch.no_grad():
        before = network(image)[0]
        state = len(network.state_dict())
        after = network.fuse()(image)[0]
    assert len(network.state_dict()) < state
    assert before[..., 4:].std() > 1e-4
    torch.testing.assert_close(after, before, rtol=1e-3, atol=1e-3)


def test_folding_twice_is_folding_once(yolov5n: Yolov5) -> None:
    network = zoo.build("yolov5n", classes=3, fused=True)
    assert isinstance(network, Yolov5)
    count = parameters(network)
    assert parameters(network.fuse()) == count < parameters(yolov5n)


def test_training_gives_raw_heads_and_evaluation_decoded_boxes_then_heads(yolov5n: Yolov5) -> None:
    image = torch.zeros(2, 3, 64, 96)
    with torch.no_grad():
        boxes, heads = yolov5n(image)
        raw = zoo.build("yolov5n", classes=3).train()(image)
    shapes = [(2, 3, 8, 12, 8), (2, 3, 4, 6, 8), (2, 3, 2, 3, 8)]
    assert [tuple(head.shape) for head in heads] == shapes
    assert [tuple(head.shape) for head in raw] == shapes
    assert tuple(boxes.shape) == (2, 3 * (96 + 24 + 6), 8)


def test_boxes_are_decoded_as_the_release_says(yolov5n: Yolov5) -> None:
    """One cell by hand: xy = (2σ − 0.5 + cell) × stride, wh = (2σ)² × anchor."""
    with torch.no_grad():
        boxes, heads = yolov5n(torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(1)))
    level, anchor, row, column = 1, 2, 3, 4
    share = heads[level][0, anchor, row, column].double().sigmoid()
    position = 3 * 96 + anchor * 24 + row * 6 + column
    expected = torch.cat(
        (
            (share[0:2] * 2 - 0.5 + torch.tensor([column, row])) * 16,
            (share[2:4] * 2) ** 2 * torch.tensor([59.0, 119.0]),
            share[4:],
        )
    )
    torch.testing.assert_close(boxes[0, position].double(), expected, rtol=1e-5, atol=1e-5)


def test_no_grid_of_an_earlier_image_is_ever_reused(yolov5n: Yolov5) -> None:
    fresh = zoo.build("yolov5n", classes=3)
    images: list[Tensor] = [torch.rand(1, 3, *size) for size in ((64, 96), (96, 64), (64, 96))]
    with torch.no_grad():
        for image in images:
            yolov5n(image)
        torch.testing.assert_close(yolov5n(images[0])[0], fresh(images[0])[0])
    assert "grid" not in "".join(yolov5n.state_dict())


def test_the_same_name_gives_the_same_weights_and_leaves_the_random_generator_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first = zoo.build("yolov5n", classes=1).state_dict()
    second = zoo.build("yolov5n", classes=1).state_dict()
    assert torch.equal(torch.rand(3), expected)
    assert all(torch.equal(first[key], second[key]) for key in first)


def changed(change: Callable[[dict[str, Any]], Any], name: str = "yolov5n") -> dict[str, Any]:
    config = json.loads(json.dumps(configuration(name, 3)))
    change(config)
    return dict(config)


def test_a_description_saved_with_upstreams_strings_builds_the_same_network() -> None:
    def change(config: dict[str, Any]) -> None:
        config["head"][1][3] = ["None", 2, "nearest"]
        config["head"][3][3] = [512, "False"]
        config["head"][-1][3] = [3, [list(row) for row in config["anchors"]]]

    with torch.device("meta"):
        network = build_network(changed(change))
    assert parameters(network) == parameters(blueprint("yolov5n", classes=3))


def test_a_number_of_anchors_stands_for_anchors_that_the_weights_bring() -> None:
    with torch.device("meta"):
        network = build_network(changed(lambda config: config.update(anchors=3)))
    assert network.state_dict()["model.24.anchors"].shape == (3, 3, 2)


OLD_HEAD = [
    [-1, 1, "Conv", [512, 1, 1]],
    [-1, 1, "nn.Upsample", ["None", 2, "nearest"]],
    [[-1, 6], 1, "Concat", [1]],
    [-1, 3, "BottleneckCSP", [512, False]],
    [[-1], 1, "Detect", ["nc", "anchors"]],
]
OLD_BACKBONE = [
    [-1, 1, "Focus", [64, 3]],
    [-1, 1, "Conv", [128, 3, 2]],
    [-1, 3, "BottleneckCSP", [128]],
    [-1, 1, "Conv", [256, 3, 2]],
    [-1, 9, "BottleneckCSP", [256]],
    [-1, 1, "Conv", [512, 3, 2]],
    [-1, 9, "BottleneckCSP", [512]],
    [-1, 1, "Conv", [1024, 3, 2]],
    [-1, 1, "SPP", [1024, [5, 9, 13]]],
    [-1, 3, "BottleneckCSP", [1024, False]],
]


def old(**options: Any) -> dict[str, Any]:
    config = configuration("yolov5s", 3) | {"anchors": [[10, 13, 16, 30]], "backbone": OLD_BACKBONE, "head": OLD_HEAD}
    return config | options


def test_a_network_of_release_3_is_built_with_its_own_activations() -> None:
    with torch.device("meta"):
        network = build_network(old(activation="nn.Hardswish()", csp_activation="nn.LeakyReLU(0.1)"))
    assert network.stride == [16]
    block = network.model[2]
    assert isinstance(block.get_submodule("act"), nn.LeakyReLU)
    assert isinstance(block.get_submodule("cv1.act"), nn.Hardswish)
    # YOLOv5's bottleneck inside the CSP block is 1×1 then 3×3; ultralytics' of today is 3×3 twice.
    assert [tuple(block.get_parameter(f"m.0.cv{n}.conv.weight").shape[2:]) for n in (1, 2)] == [(1, 1), (3, 3)]


def test_release_4_and_later_are_activated_by_silu_everywhere(yolov5n: Yolov5) -> None:
    kinds = {type(module) for name, module in yolov5n.named_modules() if name.endswith(".act")}
    assert kinds == {nn.SiLU}


def test_a_transformer_and_a_ghost_block_are_built_as_ultralytics_has_them() -> None:
    def change(config: dict[str, Any]) -> None:
        config["backbone"][8] = [-1, 3, "C3TR", [1024]]
        config["backbone"][2] = [-1, 3, "C3Ghost", [128]]

    network = build_network(changed(change)).eval()
    with torch.no_grad():
        assert network(torch.rand(1, 3, 64, 64))[0].shape == (1, 252, 8)


def put(path: tuple[Any, ...], value: Any) -> Callable[[dict[str, Any]], None]:
    def change(config: dict[str, Any]) -> None:
        place: Any = config
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


DEEP: list[Any] = []
for _ in range(5_000):
    DEEP = [DEEP]

HOSTILE: dict[str, tuple[Callable[[dict[str, Any]], None], str]] = {
    "a layer of a fork": (put(("backbone", 2, 2), "ShuffleV2"), "unsupported_layer"),
    "code for a layer": (put(("backbone", 2, 2), "__import__('os').system"), "unsupported_layer"),
    "a number for a layer": (put(("backbone", 2, 2), 7), "unsupported_layer"),
    "dilation, which upstream called an activation": (
        put(("backbone", 1, 3), [128, 3, 2, None, 1, False]),
        "unsupported_layer",
    ),
    "an unknown activation": (put(("activation",), "nn.Tanh()"), "unsupported_layer"),
    "code for an argument": (put(("backbone", 2, 3), ["open('x', 'w')"]), "invalid_configuration"),
    "code for a number of classes": (put(("nc",), "80"), "invalid_configuration"),
    "no classes": (put(("nc",), 0), "invalid_configuration"),
    "a billion classes": (put(("nc",), 10**9), "invalid_configuration"),
    "a number too long to print": (put(("nc",), 10**5_000), "invalid_configuration"),
    "a claim for a number": (put(("nc",), True), "invalid_configuration"),
    "width that is not a number": (put(("width_multiple",), float("nan")), "invalid_configuration"),
    "infinite depth": (put(("depth_multiple",), float("inf")), "invalid_configuration"),
    "a billion channels": (put(("backbone", 0, 3), [10**9, 6, 2, 2]), "invalid_configuration"),
    "a huge kernel": (put(("backbone", 0, 3), [64, 10**30, 2, 2]), "invalid_configuration"),
    "more memory than we have": (put(("backbone", 0, 3), [4096, 8000, 2, 2]), "invalid_configuration"),
    "a stride of nothing": (put(("backbone", 0, 3), [64, 6, 0, 2]), "invalid_configuration"),
    "a negative kernel": (put(("backbone", 0, 3), [64, -6, 2, 2]), "invalid_configuration"),
    "lists without end": (put(("backbone", 0, 3), [64, DEEP]), "invalid_configuration"),
    "a thousand repeats": (put(("backbone", 2, 1), 1000), "invalid_configuration"),
    "a loop": (put(("backbone", 2, 0), 2), "invalid_configuration"),
    "a layer of the future": (put(("backbone", 2, 0), 20), "invalid_configuration"),
    "a layer before the image": (put(("backbone", 2, 0), -9), "invalid_configuration"),
    "two inputs for one": (put(("backbone", 2, 0), [-1, 0]), "invalid_configuration"),
    "no inputs": (put(("head", 2, 0), []), "invalid_configuration"),
    "channels that do not meet": (put(("head", 2, 0), [-1, 4]), "invalid_configuration"),
    "no backbone": (put(("backbone",), None), "invalid_configuration"),
    "a backbone of letters": (put(("backbone",), "Conv"), "invalid_configuration"),
    "a layer with a piece missing": (put(("backbone", 0), [-1, 1, "Conv"]), "invalid_configuration"),
    "no end": (lambda config: config["head"].pop(), "invalid_configuration"),
    "two ends": (lambda config: config["head"].append(config["head"][-1]), "invalid_configuration"),
    "a thousand layers": (lambda config: config["backbone"].extend(config["backbone"] * 100), "invalid_configuration"),
    "anchors for one level of three": (put(("anchors",), [[10, 13]]), "invalid_configuration"),
    "half an anchor": (put(("anchors",), [[10], [10], [10]]), "invalid_configuration"),
    "no anchors": (put(("anchors",), None), "invalid_configuration"),
    "zero anchors": (put(("anchors",), 0), "invalid_configuration"),
    "pictures of a million channels": (put(("ch",), 10**6), "invalid_configuration"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_description_is_refused_in_both_languages_when_it_holds(case: str) -> None:
    change, code = HOSTILE[case]
    with pytest.raises(Refused) as refusal:
        build_network(changed(change))
    assert refusal.value.code == code
    assert all(refusal.value.reason[language] and refusal.value.advice[language] for language in ("en", "fr"))
    assert len(refusal.value.reason["en"]) < 200


def test_a_layer_that_we_do_not_know_is_refused_by_its_name() -> None:
    with pytest.raises(Refused, match="ShuffleV2"):
        build_network(changed(put(("backbone", 2, 2), "ShuffleV2")))

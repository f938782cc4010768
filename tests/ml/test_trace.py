"""What a trace says of a network, against upstream's recorded shapes and against a real forward."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils._pytree import tree_leaves

from ml import zoo
from ml.errors import Refused
from ml.trace import Trace, trace


@pytest.fixture(scope="session")
def goldens(reference_data: Path) -> dict[str, Any]:
    models: dict[str, Any] = json.loads((reference_data / "yolov5_v62_goldens.json").read_text())["models"]
    return models


@pytest.fixture(scope="session")
def networks() -> dict[str, nn.Module]:
    return {name: zoo.build(name) for name in ("yolov5n", "yolov5s", "cifar-net")}


def flat(shapes: list[Any]) -> list[list[int]]:
    """Upstream's record nests a head's outputs."""
    if all(isinstance(item, int) for item in shapes):
        return [shapes]
    return [shape for nested in shapes for shape in flat(nested)]


@pytest.mark.parametrize("side", [640, 512, 320])
@pytest.mark.parametrize("name", ["yolov5n", "yolov5s"])
def test_each_layer_has_upstreams_type_inputs_shape_and_parameters(
    name: str, side: int, goldens: dict[str, Any], networks: dict[str, nn.Module]
) -> None:
    found = trace(networks[name], (side, side), name=name)
    shapes = goldens[name]["shapes"][f"{side}x{side}"]
    assert [layer.index for layer in found.layers] == list(range(25))
    for layer, golden, shape in zip(found.layers[:-1], goldens[name]["layers"], shapes, strict=False):
        assert layer.type == golden["type"].rpartition(".")[2]
        assert layer.parameters == golden["params"]
        assert [list(output) for output in layer.output_shapes] == [shape]
        sources = golden["f"] if isinstance(golden["f"], list) else [golden["f"]]
        assert list(layer.inputs) == [layer.index - 1 if source == -1 else source for source in sources]
    head = found.layers[-1]
    assert (head.type, head.inputs) == ("Detect", (17, 20, 23))
    assert [list(shape) for shape in head.output_shapes] == flat(goldens[name]["detect_eval"][f"{side}x{side}"])
    raw = trace(networks[name], (side, side), name=name, training_head=True).layers[-1]
    assert [list(shape) for shape in raw.output_shapes] == flat(shapes[-1])


def test_every_submodule_that_upstream_names_is_there_with_its_shape_and_calls(
    goldens: dict[str, Any], networks: dict[str, nn.Module]
) -> None:
    modules = {module.name: module for module in trace(networks["yolov5s"], (512, 512), name="yolov5s").modules}
    golden = goldens["yolov5s"]
    assert set(modules) == set(golden["submodules_512_eval"]) | set(golden["submodules_not_called"])
    for name, expected in golden["submodules_512_eval"].items():
        module = modules[name]
        assert module.type == expected["type"].rpartition(".")[2]
        assert (module.parameters, module.calls) == (expected["params"], expected["calls"])
        assert [list(shape) for shape in module.output_shapes] == flat(expected["out"])
    for name in golden["submodules_not_called"]:
        assert (modules[name].calls, modules[name].output_shapes) == (0, ())


def real_shapes(network: nn.Module, image: Tensor) -> dict[str, list[tuple[int, ...]]]:
    shapes: dict[str, list[tuple[int, ...]]] = defaultdict(list)
    handles = [
        module.register_forward_hook(
            lambda _m, _i, out, name=name: shapes[name].extend(tuple(leaf.shape) for leaf in tree_leaves(out))
        )
        for name, module in network.named_modules()
    ]
    with torch.no_grad():
        network(image)
    for handle in handles:
        handle.remove()
    return shapes


@pytest.mark.parametrize(("name", "size"), [("yolov5n", (64, 160)), ("cifar-net", (32, 32))])
@pytest.mark.parametrize("fused", [False, True])
def test_shapes_found_without_computing_are_those_of_a_real_forward(
    name: str, size: tuple[int, int], fused: bool
) -> None:
    network = zoo.build(name, fused=fused)
    found = trace(network, size, name=name)
    expected = real_shapes(network, torch.zeros(1, 3, *size))
    traced = {module.name: list(module.output_shapes) for module in found.modules if module.calls}
    assert traced == {name: shapes for name, shapes in expected.items() if name}


def test_tracing_leaves_the_network_as_it_was(networks: dict[str, nn.Module]) -> None:
    network = networks["yolov5n"]
    before = {key: value.clone() for key, value in network.state_dict().items()}
    trace(network, (96, 64), name="yolov5n", training_head=True)
    assert all(torch.equal(before[key], value) for key, value in network.state_dict().items())
    assert not any(module.training or module._forward_hooks for module in network.modules())
    with torch.no_grad():
        assert network(torch.zeros(1, 3, 64, 64))[0].device.type == "cpu"


def test_height_comes_before_width(networks: dict[str, nn.Module]) -> None:
    found = trace(networks["yolov5n"], (640, 320), name="yolov5n")
    assert found.image_size == (640, 320)
    assert found.layers[17].output_shapes == ((1, 64, 80, 40),)


def test_a_plain_sequence_is_a_chain_that_starts_at_the_image(networks: dict[str, nn.Module]) -> None:
    layers = trace(networks["cifar-net"], (32, 32), name="cifar-net").layers
    assert [layer.name for layer in layers[:3]] == ["conv1", "relu1", "pool1"]
    assert [layer.inputs for layer in layers] == [(index - 1,) for index in range(12)]


def test_the_json_has_the_fields_of_the_contract(networks: dict[str, nn.Module]) -> None:
    result = json.loads(json.dumps(trace(networks["yolov5n"], (512, 512), name="yolov5n").to_json()))
    assert {"version", "model", "image_size", "parameters", "layers", "modules", "operations"} < set(result)
    assert (result["version"], result["model"], result["image_size"]) == (1, "yolov5n", [512, 512])
    assert {"index", "name", "type", "inputs", "output_shapes", "parameters"} < set(result["layers"][0])
    assert {"name", "type", "output_shapes", "parameters"} < set(result["modules"][0])
    assert set(result["operations"]) == {"multiplications", "additions", "maxima", "total", "macs"}
    assert result["layers"][0]["inputs"] == [-1]
    leaves, blocks = ({module["name"] for module in result[key]} for key in ("modules", "blocks"))
    assert {"model.0.conv", "model.24.m.2"} < leaves
    assert {"model.0", "model.17", "model.24.m"} < blocks
    assert not [name for name in leaves if any(other.startswith(f"{name}.") for other in leaves | blocks)]
    assert sum(module["parameters"] for module in result["modules"]) == result["parameters"]
    assert result["gflops"] == 2 * result["operations"]["macs"] / 1e9
    assert [row["operation"] for row in result["uncounted"]] == ["sigmoid"]


@pytest.mark.parametrize("size", [(500, 500), (16, 16), (0, 640), (-32, 32), (100_000, 32)])
def test_an_image_that_the_layers_cannot_join_is_refused_with_a_size_that_works(
    size: tuple[int, int], networks: dict[str, nn.Module]
) -> None:
    with pytest.raises(Refused) as refusal:
        trace(networks["yolov5n"], size, name="yolov5n")
    assert refusal.value.code == "image_size"
    words = refusal.value.advice["en"].rstrip(".").split()
    advised = (int(words[-3]), int(words[-1]))
    assert trace(networks["yolov5n"], advised, name="yolov5n").image_size == advised


def test_a_network_made_for_one_size_refuses_another(networks: dict[str, nn.Module]) -> None:
    with pytest.raises(Refused, match="image_size"):
        trace(networks["cifar-net"], (64, 64), name="cifar-net")


class Pair(nn.Module):
    """Two convolutions that share one activation, as ultralytics' layers do."""

    def __init__(self) -> None:
        super().__init__()
        shared = nn.ReLU()
        self.first = nn.Sequential(nn.Conv2d(3, 4, 1), shared)
        self.second = nn.Sequential(nn.Conv2d(4, 8, 1), shared)

    def forward(self, x: Tensor) -> Tensor:
        return torch.as_tensor(self.second(self.first(x)))


def test_a_shared_module_is_named_and_counted_once_for_each_place_that_calls_it() -> None:
    found = trace(nn.Sequential(Pair()), (2, 2), name="pair")
    modules = {module.name: module for module in found.modules}
    assert modules["0.first.1"].output_shapes == ((1, 4, 2, 2),)
    assert modules["0.second.1"].output_shapes == ((1, 8, 2, 2),)
    assert [modules[name].operations.maxima for name in ("0.first.1", "0.second.1")] == [16, 32]


def ultralytics_trace(name: str) -> Trace:
    from ultralytics.nn.tasks import DetectionModel

    network = DetectionModel(name, nc=4, verbose=False).eval()
    with torch.no_grad():
        network(torch.zeros(1, 3, 64, 64))  # its head now remembers this size's grid
    return trace(network, (64, 64), name=name)


@pytest.mark.parametrize(("name", "last"), [("yolov8n.yaml", 22), ("yolo11n.yaml", 23)])
def test_ultralytics_networks_are_traced_with_their_own_numbering(name: str, last: int) -> None:
    found = ultralytics_trace(name)
    head = found.layers[-1]
    assert (head.index, head.type) == (last, "Detect")
    assert head.output_shapes[0] == (1, 8, 64 + 16 + 4)
    assert found.layers[12].inputs in ((11, 6), (11,))
    assert found.uncounted.keys() == {"sigmoid", "softmax"}


@pytest.mark.parametrize("name", ["yolov5n", "cifar-net"])
def test_a_network_without_numbers_is_traced_like_the_one_with_them_at_every_size_and_stays_as_it_was(
    name: str, networks: dict[str, nn.Module]
) -> None:
    with torch.device("meta"):
        skeleton = zoo.build(name)
    modes = [module.training for module in skeleton.modules()]
    sides = (32,) if name == "cifar-net" else (320, 640, 320)
    for side in sides:
        for head in (True, False):
            expected = trace(networks[name], (side, side), name=name, training_head=head)
            assert trace(skeleton, (side, side), name=name, training_head=head) == expected
    with pytest.raises(Refused):
        trace(skeleton, (100, 100), name=name)
    assert [module.training for module in skeleton.modules()] == modes
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in skeleton.modules())


def test_a_folded_network_without_numbers_is_traced_like_the_one_with_them() -> None:
    with torch.device("meta"):
        skeleton = zoo.build("yolov5n", fused=True)
    expected = trace(zoo.build("yolov5n", fused=True), (320, 320), name="yolov5n")
    assert trace(skeleton, (320, 320), name="yolov5n") == expected

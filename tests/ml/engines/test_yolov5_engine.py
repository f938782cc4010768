"""YOLOv5 without torch: the same network, the same checks, the same boxes as with it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch

from ml.checkpoints import Checkpoint, read_checkpoint, rebuild
from ml.checkpoints.modules import Module
from ml.checkpoints.rebuilding import blueprint_of
from ml.engines.graph import INPUT, Walker, walk
from ml.engines.onnx_writer import OnnxWriter
from ml.engines.parts import NeedsTorch, blueprint, network
from ml.engines.proposals import Proposals
from ml.engines.yolov5 import STRIDES_SIDE, Yolov5Engine, _model, _strides
from ml.errors import Refused
from ml.operations import count
from ml.zoo.yolov5 import build_network
from ml.zoo.yolov5_config import read_plan
from tests.ml.engines.networks import CONFIGS, SMALL, file_of, lively
from tests.ml.zoo.test_yolov5 import HOSTILE, changed


def table(one: Proposals) -> np.ndarray[Any, np.dtype[np.float32]]:
    assert one.objectness is not None
    return np.concatenate((one.boxes, one.objectness[:, None], one.class_scores), axis=1)


def pictures(height: int, width: int, count: int = 2) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(5).integers(0, 256, (count, height, width, 3), dtype=np.uint8)


def torch_output(network: torch.nn.Module, batch: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    with torch.no_grad():
        found: np.ndarray[Any, Any] = network(torch.from_numpy(batch).permute(0, 3, 1, 2).float() / 255)[0].numpy()
    return found


@pytest.mark.parametrize("name", CONFIGS)
def test_the_blueprint_is_torchs_own(name: str) -> None:
    """Keys, shapes, classes, hyper-parameters, strides and numbers of parameters, of every release and size."""
    config = CONFIGS[name]
    with torch.device("meta"):
        expected = blueprint_of(build_network(config))
    plan = read_plan(config)
    root = network(plan, config)
    found = blueprint(root, _strides(walk(Walker(), root, plan, STRIDES_SIDE, STRIDES_SIDE)))
    assert found.tensors == expected.tensors
    assert found.parameters == expected.parameters
    assert found.modules.keys() == expected.modules.keys()
    for path, (kind, stated) in expected.modules.items():
        assert found.modules[path][0] == kind, path
        assert dict(found.modules[path][1]) == dict(stated), path


@pytest.mark.parametrize("name", SMALL)
def test_the_boxes_are_torchs_own(name: str) -> None:
    network = lively(CONFIGS[name])
    engine = Yolov5Engine(file_of(network, CONFIGS[name]))
    batch = pictures(64, 128)
    expected = torch_output(network, batch)
    for one, theirs in zip(engine(batch, 0.0), expected, strict=True):
        np.testing.assert_allclose(table(one)[:, :4], theirs[:, :4], atol=2e-3, rtol=1e-5)
        np.testing.assert_allclose(table(one)[:, 4:], theirs[:, 4:], atol=2e-5)


@pytest.mark.parametrize("name", [*SMALL, "yolov5x"])
@pytest.mark.parametrize("side", [64, 448])
def test_the_cost_is_that_of_the_trace(name: str, side: int) -> None:
    config = CONFIGS[name]
    with torch.device("meta"):
        expected = count(build_network(config), (side, side)).total.macs
    plan, walker = read_plan(config), Walker()
    walk(walker, network(plan, config), plan, side, side)
    assert walker.macs == expected


def test_only_boxes_worth_a_look_are_decoded_and_none_of_them_is_lost() -> None:
    network = lively(CONFIGS["yolov5n"])
    engine = Yolov5Engine(file_of(network, CONFIGS["yolov5n"]))
    batch = pictures(96, 64, count=3)
    everything = [table(one) for one in engine(batch, 0.0)]
    threshold = float(np.median(everything[1][:, 4]))
    for one, every in zip(engine(batch, threshold), everything, strict=True):
        found = table(one)
        np.testing.assert_array_equal(found[found[:, 4] > threshold], every[every[:, 4] > threshold])
        assert len(found) < len(every)
    assert not any(len(one.boxes) for one in engine(batch, 1.0))


@pytest.mark.parametrize("name", SMALL)
def test_the_graph_is_one_that_onnx_itself_accepts(name: str) -> None:
    config = CONFIGS[name]
    plan = read_plan(config)
    writer = OnnxWriter()
    state = {key: tensor.numpy() for key, tensor in lively(config).state_dict().items()}
    levels = walk(Walker(writer, state), network(plan, config), plan, 64, 64)
    model = onnx.ModelProto.FromString(_model(writer, levels, plan))
    for tensor in model.graph.initializer:
        if tensor.name in writer.weights:
            tensor.CopyFrom(onnx.numpy_helper.from_array(writer.weights[tensor.name], tensor.name))
    onnx.checker.check_model(model, full_check=True)
    assert [one.name for one in model.graph.input] == [INPUT]


@pytest.fixture(scope="module")
def honest() -> Checkpoint:
    config = CONFIGS["yolov5n of v3.1"]
    return file_of(lively(config), config)


class TestNothingIsBelieved:
    """Each check of ``ml.checkpoints.rebuilding`` holds without torch, with the same code."""

    def both(self, checkpoint: Checkpoint) -> str:
        with pytest.raises(Refused) as ours:
            Yolov5Engine(checkpoint)
        with pytest.raises(Refused) as torchs:
            rebuild(checkpoint)
        assert ours.value.code == torchs.value.code
        assert ours.value.reason == torchs.value.reason
        return ours.value.code

    def test_the_honest_file_runs(self, honest: Checkpoint) -> None:
        assert Yolov5Engine(honest).names == honest.names

    def test_a_missing_a_foreign_and_a_misshapen_tensor(self, honest: Checkpoint) -> None:
        key = "model.1.conv.weight"
        without = {name: array for name, array in honest.state.items() if name != key}
        assert self.both(replace(honest, state=without)) == "weights_missing"
        assert self.both(replace(honest, state={**honest.state, "model.1.extra": np.ones(3, np.float32)})) == (
            "weights_unexpected"
        )
        assert self.both(replace(honest, state={**honest.state, key: honest.state[key][:-1]})) == "weights_shape"
        assert self.both(replace(honest, state={**honest.state, key: honest.state[key].astype(np.int64)})) == (
            "weights_shape"
        )

    @pytest.mark.parametrize(
        ("path", "stated"),
        [
            ("model.1.conv", {"stride": (1, 1)}),
            ("model.1.conv", {"groups": 2}),
            ("model.2.bn", {"eps": 1e-5}),
            ("model.2.act", {"negative_slope": 0.3}),
            ("model.2.m.0", {"add": False}),
            ("model.8.m.0", {"kernel_size": 7}),
            ("model.11", {"scale_factor": 4.0}),
            ("model.24", {"na": 4}),
        ],
    )
    def test_a_changed_hyper_parameter(self, path: str, stated: dict[str, Any], honest: Checkpoint) -> None:
        modules = tuple(
            Module(module.path, module.name, {**module.stated, **stated}) if module.path == path else module
            for module in honest.modules
        )
        assert self.both(replace(honest, modules=modules)) == "layers_differ"

    def test_another_class_a_module_more_and_a_module_less(self, honest: Checkpoint) -> None:
        renamed = tuple(
            Module(module.path, "SiLU", {}) if module.path == "model.2.act" else module for module in honest.modules
        )
        assert self.both(replace(honest, modules=renamed)) == "layers_differ"
        assert self.both(replace(honest, modules=honest.modules[:-1])) == "layers_differ"
        assert self.both(replace(honest, modules=(*honest.modules, Module("model.25", "Conv", {})))) == "layers_differ"

    def test_a_stride_that_is_not_the_networks(self, honest: Checkpoint) -> None:
        assert self.both(replace(honest, stated_stride=(8.0, 16.0, 64.0))) == "layers_differ"

    def test_an_output_that_is_not_a_number(self, honest: Checkpoint) -> None:
        huge = {**honest.state, "model.24.anchors": np.full((3, 3, 2), 3e38, np.float32)}
        assert self.both(replace(honest, state=huge)) == "output_not_finite"
        key = "model.1.bn.weight"
        huge = {**honest.state, key: np.full_like(honest.state[key], 3e38)}
        assert self.both(replace(honest, state=huge)) == "output_not_finite"

    @pytest.mark.parametrize("case", HOSTILE)
    def test_no_description_that_torch_refuses_is_accepted(self, case: str, honest: Checkpoint) -> None:
        change, _ = HOSTILE[case]
        with pytest.raises((Refused, NeedsTorch)):
            Yolov5Engine(replace(honest, config=changed(change)))


@pytest.mark.parametrize(
    "row",
    [
        [-1, 1, "Conv", [128, 3.0, 2]],
        [-1, 1, "Conv", [128, True, 2]],
        [-1, 1, "Conv", [128, 3, 2, -1]],
        [-1, 1, "Conv", [128, 3, 2, 1, 7]],
        [-1, 1, "nn.Upsample", [None, 2, "bilinear"]],
        [-1, 1, "nn.Upsample", [8, None, "nearest"]],
        [-1, 1, "nn.MaxPool2d", [2, 2, 2]],
        [-1, 1, "nn.MaxPool2d", [3, 2, 1, 1, False, True]],
        [-1, 1, "C3", [128, None]],
    ],
)
def test_arguments_of_no_published_network_are_left_to_torch(row: list[Any]) -> None:
    backbone = CONFIGS["yolov5n"]["backbone"]
    config = {**CONFIGS["yolov5n"], "backbone": [backbone[0], row, *backbone[2:]]}
    with pytest.raises(NeedsTorch):
        network(read_plan(config), config)


@pytest.mark.parametrize(
    "name",
    ["coco_yolov5n.pt", "student_robot_yolov5n_v61.pt", "v31_random_w025_nc3.pt", "v62_random_n_nc3_stripped.pt"],
)
def test_a_real_file_gives_torchs_boxes(name: str, reference_data: Path) -> None:
    checkpoint = read_checkpoint(reference_data / "weights" / name)
    batch = pictures(160, 224)
    expected = torch_output(rebuild(checkpoint), batch)
    for one, theirs in zip(Yolov5Engine(checkpoint)(batch, 0.0), expected, strict=True):
        np.testing.assert_allclose(table(one)[:, :4], theirs[:, :4], atol=2e-3, rtol=1e-5)
        np.testing.assert_allclose(table(one)[:, 4:], theirs[:, 4:], atol=2e-5)
